#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""fetch_server.py WORLD: a provisioning certification service with faults, on two TLS ports.

The first part of a request's path chooses the fault, which the TCB info then has; everything else
is served right. The ports - one with the certificate of today, one with an expired one - go to
WORLD/ports, requests to WORLD/requests, once the server listens.
"""
import email.utils
import http.server
import os
import re
import ssl
import sys
import threading
import time
import urllib.parse

world = sys.argv[1]
asked = {}  # how often, by fault


def read(name):
    with open(os.path.join(world, name), "rb") as f:
        return f.read()


def encoded(pem):
    return urllib.parse.quote(pem.decode())


quote = read("quote.bin")
pck_chain = re.findall(rb"-----BEGIN.*?END CERTIFICATE-----\n", quote, re.S)
signers = encoded(read("tcb_signing_chain.pem"))
documents = {
    "/tdx/certification/v4/tcb": ("tcb_info.json", "TCB-Info-Issuer-Chain", signers),
    "/tdx/certification/v4/qe/identity": (
        "qe_identity.json", "SGX-Enclave-Identity-Issuer-Chain", signers),
    "/sgx/certification/v4/pckcrl": (
        "pck_ca.crl", "SGX-PCK-CRL-Issuer-Chain", encoded(b"".join(pck_chain[1:]))),
    "/sgx/certification/v4/rootcacrl": ("root_ca.crl", None, None),
}


class Service(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body, headers=(), length=None):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)
        if length is not None:
            self.close_connection = True

    def do_GET(self):
        with open(os.path.join(world, "requests"), "a") as f:
            f.write(self.path + "\n")
        url = urllib.parse.urlsplit(self.path)
        _, fault, rest = url.path.split("/", 2)
        if "/" + rest not in documents:
            return self.answer(404, b"no such thing")
        file, header, chain = documents["/" + rest]
        body = read(file)
        headers = [(header, chain)] if header else []
        if fault == "hex" and file.endswith(".crl"):
            body = body.hex().encode()
        if file == "tcb_info.json" and self.spoil(fault, body, header, chain):
            return None
        return self.answer(200, body, headers)

    def spoil(self, fault, body, header, chain):
        """Answer wrongly. False when the right answer is to be given."""
        good = [(header, chain)]
        count = asked[fault] = asked.get(fault, 0) + 1
        if fault.isdigit():
            self.answer(int(fault), b"<html>no</html>", [("Location", "http://127.0.0.1:1/x")])
        elif fault == "busy" and count == 1:
            self.answer(429, b"", [("Retry-After", "1")])
        elif fault == "busydate" and count == 1:
            then = email.utils.formatdate(time.time() + 2, usegmt=True)
            self.answer(503, b"", [("Retry-After", then)])
        elif fault == "long":
            self.answer(429, b"", [("Retry-After", "3600")])
        elif fault == "down":
            self.answer(503, b"")
        elif fault == "truncated":
            self.answer(200, body[:-9], good, len(body))
        elif fault == "huge":
            self.answer(200, b"{" * (2 << 20), good)
        elif fault == "stream":
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for _ in range(32):
                self.wfile.write(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")
        elif fault == "headers":
            self.answer(200, body, good + [("X-%d" % i, "x" * 1000) for i in range(90)])
        elif fault == "noheader":
            self.answer(200, body)
        elif fault == "twoheaders":
            self.answer(200, body, good + good)
        elif fault == "badheader":
            self.answer(200, body, [(header, chain[:50] + "%zz" + chain[50:])])
        elif fault == "garbage":
            self.answer(200, os.urandom(1000), good)
        elif fault == "html":
            self.answer(200, b"<html><body>Welcome</body></html>", good)
        elif fault == "empty":
            self.answer(200, b"", good)
        elif fault == "tampered":
            self.answer(200, body.replace(b"OutOfDate", b"OutOFDate", 1), good)
        elif fault == "slow":
            time.sleep(3)
            return False
        elif fault == "hangup":
            self.close_connection = True
        else:
            return False
        return True


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass


def listen(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(os.path.join(world, certificate))
    server = Server(("127.0.0.1", 0), Service)
    server.socket = context.wrap_socket(server.socket, server_side=True,
                                        do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


ports = [listen("tls.pem"), listen("tls-expired.pem")]
with open(os.path.join(world, "ports.new"), "w") as f:
    f.write("%d %d\n" % tuple(ports))
os.rename(os.path.join(world, "ports.new"), os.path.join(world, "ports"))
# Until whoever started it closes standard input.
sys.stdin.read()
