# SPDX-License-Identifier: BSD-2-Clause
"""A TPM that somebody else uses too: stands between a program and swtpm, and extends a PCR just before
a command of the program.

Usage: tpm_between.py SOCKET OTHER CODE PCR TIMES. SOCKET is swtpm's, OTHER is where the program connects,
CODE is that of the command before which PCR is extended, TIMES at most so often. Ends when it is killed;
programs connect for each command. Source: TPM 2.0 Library, Part 3, TPM2_PCR_Extend; none of tdlaunch's code.
"""
import os
import socket
import struct
import sys


def answer(tpm):
    head = tpm.recv(10, socket.MSG_WAITALL)
    return head + tpm.recv(struct.unpack(">HII", head)[1] - 10, socket.MSG_WAITALL)


def extend(tpm, pcr):
    by_empty_password = struct.pack(">IHBH", 0x40000009, 0, 0, 0)
    digests = struct.pack(">IH", 1, 0x0b) + bytes([pcr]) * 32
    body = struct.pack(">II", pcr, len(by_empty_password)) + by_empty_password + digests
    tpm.sendall(struct.pack(">HII", 0x8002, 10 + len(body), 0x182) + body)
    code = struct.unpack(">HII", answer(tpm)[:10])[2]
    assert code == 0, hex(code)


def serve(program, tpm, code, pcr, times):
    """How often is left."""
    while True:
        head = program.recv(10, socket.MSG_WAITALL)
        if len(head) < 10:
            return times
        _, size, command = struct.unpack(">HII", head)
        rest = program.recv(size - 10, socket.MSG_WAITALL) if size > 10 else b""
        if command == code and times > 0:
            extend(tpm, pcr)
            times -= 1
        tpm.sendall(head + rest)
        program.sendall(answer(tpm))


def main(path, other, code, pcr, times):
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(other)
    if os.path.exists(path + ".ctrl"):
        os.symlink(path + ".ctrl", other + ".ctrl")
    listener.listen(1)
    print("ready", flush=True)
    left = int(times)
    while True:
        program, _ = listener.accept()
        with program, socket.socket(socket.AF_UNIX) as tpm:
            tpm.connect(path)
            left = serve(program, tpm, int(code, 0), int(pcr), left)


main(*sys.argv[1:])
