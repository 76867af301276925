# SPDX-License-Identifier: BSD-2-Clause
"""What somebody sees who listens between tdlaunch and a TPM.

Usage: bus.py CAPTURE SECRET... CAPTURE is what the pcap transport of tpm2-tss wrote. Prints each command
with the sessions that authorise it; fails when a secret, in hex, crosses in the clear.
Source: TPM 2.0 Library, Part 1, Command/Response Structure; pcapng; none of tdlaunch's code.
"""
import struct
import sys

# Commands, and how many handles stand before their authorisations.
COMMANDS = {0x120: ("EvictControl", 2), 0x12a: ("NV_DefineSpace", 1), 0x131: ("CreatePrimary", 1),
            0x136: ("NV_Extend", 2), 0x14e: ("NV_Read", 2), 0x158: ("Quote", 1), 0x161: ("ContextLoad", 0),
            0x162: ("ContextSave", 1), 0x165: ("FlushContext", 0), 0x169: ("NV_ReadPublic", 1),
            0x173: ("ReadPublic", 1), 0x176: ("StartAuthSession", 2), 0x17a: ("GetCapability", 0),
            0x17e: ("PCR_Read", 0), 0x181: ("ReadClock", 0), 0x182: ("PCR_Extend", 1),
            0x184: ("NV_Certify", 3)}
PASSWORD, DECRYPT, ENCRYPT = 0x40000009, 0x20, 0x40


def packets(data):
    at = 0
    while at < len(data):
        kind, size = struct.unpack_from("<II", data, at)
        if kind == 6:
            (captured,) = struct.unpack_from("<I", data, at + 20)
            yield data[at + 28:at + 28 + captured]
        at += size


def message(packet):
    """Behind headers of Ethernet, if there is one, of IP and of TCP."""
    at = packet.find(b"\x45\x00")
    at += (packet[at] & 15) * 4
    return packet[at + (packet[at + 12] >> 4) * 4:]


def sessions(body, handles):
    """(handle, attributes) of each authorisation."""
    at = 10 + 4 * handles
    (size,) = struct.unpack_from(">I", body, at)
    at, end, out = at + 4, at + 4 + size, []
    while at < end:
        handle, nonce = struct.unpack_from(">IH", body, at)
        attributes, hmac = struct.unpack_from(">BH", body, at + 6 + nonce)
        out.append((handle, attributes))
        at += 9 + nonce + hmac
    return out


def main(path, *secrets):
    with open(path, "rb") as f:
        messages = [message(p) for p in packets(f.read())]
    for secret in secrets:
        assert not any(bytes.fromhex(secret) in m for m in messages), "in the clear: " + secret
    for m in messages:
        tag, size, code = struct.unpack_from(">HII", m)
        assert size == len(m), (size, len(m))
        if code not in COMMANDS:  # an answer, 0 or a refusal
            continue
        name, handles = COMMANDS[code]
        words = [name]
        for handle, attributes in sessions(m, handles) if tag == 0x8002 else []:
            words.append("password" if handle == PASSWORD else "hmac" if handle >> 24 == 2 else "?")
            words += ["decrypt"] if attributes & DECRYPT else []
            words += ["encrypt"] if attributes & ENCRYPT else []
        print(" ".join(words))


main(*sys.argv[1:])
