#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""quote_server.py WORLD: a paravisor's host that makes TD quotes, over plain HTTP.

It knows one quote, that for the TDREPORT in WORLD/hcl.bin. The first part of a request's path
chooses a fault. The port goes to WORLD/port once the server listens.
"""
import base64
import http.server
import json
import os
import sys
import threading

world = sys.argv[1]


def read(name):
    with open(os.path.join(world, name), "rb") as f:
        return f.read()


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Host(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        quote = read("quote.bin")
        fault = self.path.split("/")[1]
        if self.headers["Content-Type"] != "application/json" or list(asked) != ["report"]:
            self.answer(400, b"no such question")
        elif asked["report"] != encode(read("hcl.bin")[32:32 + 1024]):
            self.answer(400, b"another report")
        elif fault == "garbage":
            self.answer(200, os.urandom(500))
        elif fault == "html":
            self.answer(200, b"<html>Welcome</html>")
        elif fault == "empty":
            self.answer(200, b"")
        elif fault == "huge":
            self.answer(200, b'{"quote":"' + b"A" * (2 << 20) + b'"}')
        elif fault == "other":
            # Another TD's: MRTD begins at 48 + 136.
            self.answer(200, json.dumps({"quote": encode(quote[:184] + bytes([quote[184] ^ 1]) +
                                                         quote[185:])}).encode())
        elif fault.isdigit():
            self.answer(int(fault), b"no")
        else:
            self.answer(200, json.dumps({"quote": encode(quote)}).encode())


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Host)
server.daemon_threads = True
threading.Thread(target=server.serve_forever, daemon=True).start()
with open(os.path.join(world, "port.new"), "w") as f:
    f.write("%d\n" % server.server_address[1])
os.rename(os.path.join(world, "port.new"), os.path.join(world, "port"))
# Until whoever started it closes standard input.
sys.stdin.read()
