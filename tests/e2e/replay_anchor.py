#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What launch logs make of a TPM register, a second time: no code in common with tdlaunch.

Usage: replay_anchor.py ALGORITHM LOG... Prints the register in hex after the records of all logs,
extended in order from zero. ALGORITHM is a name of hashlib's; "count" prints the number of records.
Source: docs/design/log.md and anchor.md; RFC 8949 for CBOR.
"""
import hashlib
import sys


def head(data, at):
    major, info = data[at] >> 5, data[at] & 31
    if info < 24:
        return major, info, at + 1
    size = 1 << (info - 24)
    return major, int.from_bytes(data[at + 1 : at + 1 + size], "big"), at + 1 + size


def skip(data, at):
    major, value, at = head(data, at)
    if major in (2, 3):
        return at + value
    for _ in range({4: value, 5: 2 * value}.get(major, 0)):
        at = skip(data, at)
    return at


def contents(data):
    """The content, key 10, of each record."""
    at = 0
    while at < len(data):
        _, pairs, at = head(data, at)
        for _ in range(pairs):
            _, key, at = head(data, at)
            end = skip(data, at)
            if key == 10:
                yield data[at:end]
            at = end


def main():
    algorithm, logs = sys.argv[1], sys.argv[2:]
    if algorithm == "count":
        print(sum(1 for path in logs for _ in contents(open(path, "rb").read())))
        return
    value = bytes(hashlib.new(algorithm).digest_size)
    for path in logs:
        with open(path, "rb") as log:
            for content in contents(log.read()):
                digest = hashlib.new(algorithm, content).digest()
                value = hashlib.new(algorithm, value + digest).digest()
    print(value.hex())


main()
