# SPDX-License-Identifier: BSD-2-Clause
"""Stands between tdlaunch and a TPM: listens on a socket, and asks swtpm on its own.

Usage: relay.py SWTPM-SOCKET SOCKET WHAT=N. Only PCR_Extend and NV_Extend are touched:
slow=N makes each take N ms more; of the Nth alone, command=N changes the last byte of the command,
answer=N that of the answer, and replay=N gives the answer before once more without asking the TPM;
retry=N says once, without asking it, that the TPM wants the command again.
"""
import socket
import struct
import sys
import time

EXTENDS = (0x136, 0x182)
RETRY = bytes.fromhex("80010000000a00000922")  # TPM_RC_RETRY


def message(stream):
    head = stream.read(10)
    if len(head) < 10:
        raise ConnectionError("one side is gone")
    return head + stream.read(struct.unpack_from(">I", head, 2)[0] - 10)


def changed(data):
    return data[:-1] + bytes([data[-1] ^ 1])


class Relay:
    """The transport connects anew for each command: what is counted is kept here."""

    def __init__(self, what, number):
        self.what, self.number = what, number
        self.extends, self.answer = 0, b""

    def is_turn(self, command):
        """Is this the extend that something happens to?"""
        if struct.unpack_from(">I", command, 6)[0] not in EXTENDS:
            return False
        self.extends += 1
        if self.what == "slow":
            time.sleep(self.number / 1000)
        return self.what != "slow" and self.extends == self.number

    def run(self, tool, tpm):
        commands, answers = tool.makefile("rb"), tpm.makefile("rb")
        while True:
            command = message(commands)
            turn = self.is_turn(command)
            if turn and self.what == "retry":
                self.answer = RETRY
            elif not turn or self.what != "replay":
                tpm.sendall(changed(command) if turn and self.what == "command" else command)
                self.answer = message(answers)
            tool.sendall(changed(self.answer) if turn and self.what == "answer" else self.answer)


def main(theirs, ours, order):
    what, _, number = order.partition("=")
    relay = Relay(what, int(number))
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(ours)
        listener.listen()
        while True:
            tool, _ = listener.accept()
            with tool, socket.socket(socket.AF_UNIX) as tpm:
                try:
                    tpm.connect(theirs)
                    relay.run(tool, tpm)
                except OSError:  # the tool or the TPM is gone
                    pass


main(*sys.argv[1:])
