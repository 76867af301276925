#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""MRTD of a TDVF image, a second time: no code in common with tdlaunch, and Python's hashlib.

Usage: recompute.py IMAGE. Prints one line for each flow: its name and MRTD in hex.
Source: TDX Module ABI, TDH.MEM.PAGE.ADD and TDH.MR.EXTEND; edk2 OvmfPkg/ResetVector.
"""
import hashlib
import struct
import sys
import uuid

FOOTER = uuid.UUID("96b582de-1fb2-45f7-baea-a366c55a082d").bytes_le
TDX = uuid.UUID("e47a6535-984a-4798-865e-4685a7bf8ec2").bytes_le


def sections(image):
    at = len(image) - 0x32
    (total,) = struct.unpack_from("<H", image, at)
    start = len(image) - 0x20 - total
    assert image[at + 2 : at + 18] == FOOTER
    while at - 18 >= start:
        (size,) = struct.unpack_from("<H", image, at - 18)
        if image[at - 16 : at] == TDX:
            (back,) = struct.unpack_from("<I", image, at - size)
            break
        at -= size
    else:
        raise SystemExit("no TDX metadata")
    table = len(image) - back
    signature, _, version, count = struct.unpack_from("<4sIII", image, table)
    assert signature == b"TDVF" and version == 1
    for i in range(count):
        yield struct.unpack_from("<IIQQII", image, table + 16 + 32 * i)


def add(digest, gpa):
    digest.update(b"MEM.PAGE.ADD".ljust(16, b"\0") + struct.pack("<Q", gpa) + bytes(104))


def extend(digest, gpa, chunk):
    digest.update(b"MR.EXTEND".ljust(16, b"\0") + struct.pack("<Q", gpa) + bytes(104) + chunk)


def extend_range(digest, image, offset, gpa, start, end):
    for at in range(start, end, 256):
        extend(digest, gpa + at, image[offset + at : offset + at + 256])


def measure(image, by_page):
    digest = hashlib.sha384()
    for offset, _, gpa, size, _, attributes in sections(image):
        for page in range(0, size, 4096):
            add(digest, gpa + page)
            if attributes & 1 and by_page:
                extend_range(digest, image, offset, gpa, page, page + 4096)
        if attributes & 1 and not by_page:
            extend_range(digest, image, offset, gpa, 0, size)
    return digest.hexdigest()


with open(sys.argv[1], "rb") as file:
    firmware = file.read()
print("qemu", measure(firmware, True))
print("qemu-8.2-canonical", measure(firmware, False))
