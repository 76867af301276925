# SPDX-License-Identifier: BSD-2-Clause
# The other side of test-exchange.sh: forms of reference values written and read without the tool, by
# python3-cbor2 and the openssl command. It prints nothing and fails when something is not as it must
# be.
import base64
import hashlib
import json
import subprocess
import sys
import time

import cbor2

try:
    import jwt
except ImportError:
    jwt = None

PROFILE = "tag:tdlaunch,2026:corim/v1"
ALGORITHMS = {"es256": (-7, 32), "es384": (-35, 48), "eddsa": (-8, 0), "ps256": (-37, 0)}


def read(path):
    with open(path, "rb") as f:
        return f.read()


def write(path, data):
    with open(path, "wb") as f:
        f.write(data)


def openssl(*arguments):
    return subprocess.run(("openssl",) + arguments, check=True, capture_output=True).stdout


def der_pair(raw):
    """ECDSA r || s as DER."""
    half = len(raw) // 2

    def number(b):
        b = b.lstrip(b"\0") or b"\0"
        b = b"\0" + b if b[0] & 128 else b
        return b"\x02" + bytes([len(b)]) + b

    body = number(raw[:half]) + number(raw[half:])
    return b"\x30" + bytes([len(body)]) + body


def raw_pair(der, half):
    at = 2 if der[1] < 128 else 3
    out = b""
    for _ in range(2):
        size = der[at + 1]
        out += der[at + 2:at + 2 + size].lstrip(b"\0").rjust(half, b"\0")
        at += 2 + size
    return out


def verify(kind, public, signature, data):
    write("peer.sig", signature)
    write("peer.data", data)
    if kind == "eddsa":
        openssl("pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", public, "-in", "peer.data",
                "-sigfile", "peer.sig")
        return
    digest = "-sha384" if kind == "es384" else "-sha256"
    padding = () if kind != "ps256" else (
        "-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest")
    openssl("dgst", digest, *padding, "-verify", public, "-signature", "peer.sig", "peer.data")


def sign(kind, key, data):
    write("peer.data", data)
    digest = "-sha384" if kind == "es384" else "-sha256"
    padding = () if kind != "ps256" else (
        "-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest")
    return openssl("dgst", digest, *padding, "-sign", key, "peer.data")


def full_manifest(source, path):
    m = json.loads(read(source))
    r = m["references"][0]
    del r["firmware"]["source"]
    rtmrs = {"rtmr%d" % i: "%02x" % i * 48 for i in (0, 1, 2, 3)}
    keys = list(r.items())
    at = [k for k, _ in keys].index("mrtd") + 1
    m["references"] = [dict(keys[:at] + list(rtmrs.items()) + keys[at:])]
    write(path, (json.dumps(m, indent=2) + "\n").encode())


def registers(r):
    out = {"mrtd": [[7, bytes.fromhex(r["mrtd"])]]}
    for i in range(4):
        if "rtmr%d" % i in r:
            out["rtmr%d" % i] = [[7, bytes.fromhex(r["rtmr%d" % i])]]
    return out


def check_corim(path, manifest, kind, public):
    message = cbor2.loads(read(path))
    assert message.tag == 18
    protected, unprotected, payload, signature = message.value
    header = cbor2.loads(protected)
    algorithm, half = ALGORITHMS[kind]
    assert header[1] == algorithm and header[3] == "application/rim+cbor" and not unprotected
    signed = cbor2.dumps(["Signature1", protected, b"", payload])
    verify(kind, public, der_pair(signature) if half else signature, signed)
    corim = cbor2.loads(payload)
    assert cbor2.dumps(corim, canonical=False) == payload
    assert corim.tag == 501 and corim.value[3] == cbor2.CBORTag(32, PROFILE)
    assert len(corim.value[1]) == 1 and corim.value[1][0].tag == 506
    comid = cbor2.loads(corim.value[1][0].value)
    references = json.loads(read(manifest))["references"]
    assert len(comid[4][0]) == len(comid[4][1]) == len(references)
    for r, triple, more in zip(references, comid[4][0], comid[4][1]):
        for environment in (triple[0], more[0]):
            assert environment == {0: {1: r["computed"]["by"], 2: r["firmware"]["name"]}}
        values = triple[1][0][1]
        assert values == {14: registers(r), -83: [7, bytes.fromhex(r["mrtd"])]}
        values = more[1][0][1]
        assert values[0] == {0: r["firmware"]["version"]}
        assert values[2] == [[7, bytes.fromhex(r["firmware"]["sha384"])]]
        assert values[-21572][0] == r["firmware"]["size"] and values[-21572][2] == r["flow"]


def check_intoto(path, manifest, kind, public):
    envelope = json.loads(read(path))
    assert envelope["payloadType"] == "application/vnd.in-toto+json"
    payload = base64.b64decode(envelope["payload"], validate=True)
    pae = b"DSSEv1 28 application/vnd.in-toto+json %d " % len(payload) + payload
    verify(kind, public, base64.b64decode(envelope["signatures"][0]["sig"]), pae)
    statement = json.loads(payload)
    m = json.loads(read(manifest))
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert statement["predicate"] == m
    firmware = m["references"][0]["firmware"]
    assert statement["subject"] == [
        {"name": firmware["name"], "digest": {"sha384": firmware["sha384"]}}]


def check_trustee(path, manifest):
    message = json.loads(read(path))
    assert message["version"] == "0.1.0" and message["type"] == "sample"
    values = json.loads(base64.b64decode(message["payload"], validate=True))
    expected = {}
    for r in json.loads(read(manifest))["references"]:
        for name, ours in [("mr_td", "mrtd")] + [("rtmr_%d" % i, "rtmr%d" % i) for i in range(4)]:
            if ours in r:
                expected.setdefault(name, []).append(r[ours])
    expected["xfam"] = ["e702060000000000"]
    assert values == expected


def check_markdown(path, manifest):
    text = read(path).decode()
    rows = [line for line in text.split("\n") if line.startswith("|")]
    assert all(line.count(" | ") + line.count("| |") >= 3 for line in rows[:1])
    for r in json.loads(read(manifest))["references"]:
        for value in [r["firmware"]["sha384"], r["mrtd"]] + [
                r["rtmr%d" % i] for i in range(4) if "rtmr%d" % i in r]:
            assert text.count("`" + value + "`") == 1


def damage(path, to):
    data = bytearray(read(path))
    # The last byte of a signature, or a character of one in base64.
    at = data.rfind(b'"}]}') - 8 if data.startswith(b"{") else len(data) - 1
    data[at] = ord("A") if data[at] == ord("B") else ord("B")
    write(to, bytes(data))


# What a good header is spoiled with.
HEADERS = {"critical": {2: [7777], 7777: 1}, "critical missing": {2: [15]}, "hash": {258: -43},
           "text in both": {"x": 1}, "expires by float": {15: {4: 1e3}}, "claims are text": {15: "x"},
           "meta is map": {8: {1: {1: cbor2.CBORTag(1, 1000)}}}, "odd key": {b"x": 1}}
UNPROTECTED = {"both": {1: -7}, "text in both": {"x": 2}, "critical outside": {2: [3]}}


def make_corim(path, key, what):
    values = {-83: cbor2.CBORTag(60020, [6, [[7, b"\xab" * 48]]]), 14: {1: [[7, b"\x11" * 48]]}}
    environment = {0: {1: "ACME Ltd.", 2: "RoadRunner"}}
    comid = {0: "en", 1: {0: "a tag", 1: 0}, 4: {0: [[environment, [{1: values}]]]}}
    corim = {0: "an id", 1: [cbor2.CBORTag(506, cbor2.dumps(comid))],
             4: {1: cbor2.CBORTag(1, 1700000000 if what == "expired" else 4000000000)}}
    payload = cbor2.dumps(cbor2.CBORTag(501, corim))
    if what == "duplicate":
        payload = payload.replace(b"\x00\x65an id", b"\x01\x65an id")
    if what == "trailing":
        payload += b"\0"
    if what == "indefinite":
        payload = b"\xd9\x01\xf5\xbf" + cbor2.dumps(corim)[1:] + b"\xff"
    if what == "deep":
        payload = b"\x81" * 40 + b"\0"
    header = {1: -35 if what == "alg" else -7, 3: "application/rim+cbor"}
    header.update(HEADERS.get(what, {}))
    protected = cbor2.dumps(header)
    if what == "label twice":
        protected = b"\xa3" + protected[1:] + b"\x01\x26"
    signature = sign("es256", key, cbor2.dumps(["Signature1", protected, b"", payload]))
    unprotected = UNPROTECTED.get(what, {})
    write(path, cbor2.dumps(cbor2.CBORTag(
        18, [protected, unprotected, payload, raw_pair(signature, 32)])))


WHY = {"duplicate": "one key twice", "trailing": "behind its end", "indefinite": "indefinite length",
       "deep": "nested more than", "critical": "critical header", "both": "both protected and not",
       "expired": "validity has ended", "alg": "not by such a key", "label twice": "one key twice",
       "text in both": "both protected and not", "critical outside": "not protected",
       "critical missing": "critical header", "expires by float": "not a number of seconds",
       "claims are text": "are no map", "meta is map": "corim-meta", "odd key": "neither a number nor",
       "hash": "only the hash"}


def why(what, path):
    assert WHY[what] in read(path).decode()


def public_key(x, y, path):
    """A key on P-256, as PEM."""
    der = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004" + x + y)
    write(path, b"-----BEGIN PUBLIC KEY-----\n" + base64.encodebytes(der) +
          b"-----END PUBLIC KEY-----\n")


def first_certificate(path, to):
    """Of a migration TD's collateral."""
    chain = json.loads(read(path))["servtdTcbMappingIssuerChain"]
    end = "-----END CERTIFICATE-----\n"
    write(to, (chain.split(end)[0] + end).encode())


def spoiled():
    print("\n".join(WHY))


def make_trustee(path):
    values = json.dumps({"mr_td": ["aa" * 48, "bb" * 48]}).encode()
    write(path, json.dumps({"version": "0.1.0", "type": "sample",
                            "payload": base64.b64encode(values).decode()}).encode())


def varint(n):
    out = b""
    while n > 127:
        out += bytes([n & 127 | 128])
        n >>= 7
    return out + bytes([n])


def field(number, value):
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def make_google(key, path, firmware):
    openssl("req", "-x509", "-new", "-key", "es256.key", "-subj", "/CN=Google CA", "-days", "2",
            "-out", "google-ca.pem")
    openssl("req", "-new", "-key", key, "-subj", "/CN=Test google", "-out", "google.csr")
    openssl("x509", "-req", "-in", "google.csr", "-CA", "google-ca.pem", "-CAkey", "es256.key",
            "-CAcreateserial", "-days", "2", "-extfile", "ext", "-outform", "DER",
            "-out", "google.der")
    tdx = field(1, 1)
    for ram, early in ((4, 0), (8, 1)):
        tdx += field(2, field(1, ram) + (field(2, 1) if early else b"") +
                     field(3, bytes([ram]) * 48))
    golden = (field(1, field(1, 1750000000)) + field(2, 123456) + field(3, b"\x12" * 20) +
              field(4, read("google.der")) + field(5, hashlib.sha384(read(firmware)).digest()) +
              field(6, read("google-ca.pem")) + field(7, field(1, 9)) + field(8, tdx))
    write(path, field(1, golden) + field(2, sign("ps256", key, golden)))


def unsign_google(path, to):
    data = read(path)
    size = data[1] & 127 | data[2] << 7  # of the first field, whose length has two bytes
    write(to, data[:3 + size])


def make_migtd(key, certificate, path):
    dates = '"issueDate":"2026-01-01T00:00:00Z","nextUpdate":"2027-01-01T00:00:00Z"'
    identity = '{"id":"x",%s,"xfam":"E702060000000000"}' % dates
    mapping = ('{"id":"y",%s,"svnMappings":[{"tdMeasurements":{"mrtd":"%s","rtmr0":"%s"},'
               '"isvsvn":3}]}' % (dates, "AB" * 48, "CD" * 48))
    chain = json.dumps(read(certificate).decode())
    text = ('{"majorVersion":1,"servtdIdentityIssuerChain":%s,"servtdIdentity":{"tdIdentity":%s,'
            '"signature":"%s"},"servtdTcbMappingIssuerChain":%s,"servtdTcbMapping":'
            '{"tdTcbMapping":%s,"signature":"%s"}}' % (
                chain, identity, sign("es384", key, identity.encode()).hex(), chain, mapping,
                sign("es384", key, mapping.encode()).hex()))
    write(path, text.encode())


def unpad(text):
    assert "=" not in text
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def check_jwt(path, kind, public):
    """Signed as its header says, by the openssl command and by PyJWT, if there is one."""
    token = read(path).decode().strip()
    header, payload, signature = token.split(".")
    algorithm = {"es256": "ES256", "es384": "ES384", "eddsa": "EdDSA", "ps256": "PS256"}[kind]
    assert json.loads(unpad(header)) == {"alg": algorithm, "typ": "JWT"}
    signature = unpad(signature)
    if kind.startswith("es"):
        assert len(signature) == 2 * ALGORITHMS[kind][1]
        signature = der_pair(signature)
    verify(kind, public, signature, (header + "." + payload).encode())
    claims = json.loads(unpad(payload))
    if jwt:
        assert jwt.decode(token, read(public).decode(), algorithms=[algorithm]) == claims
    return claims


def check_ear(path, kind, public, verdict, status):
    """A JWT over what check --json says, or the same without a signature."""
    text = read(path).decode()
    assert text.endswith("\n") and text.count("\n") == 1
    ear = json.loads(text) if kind == "none" else check_jwt(path, kind, public)
    assert ear["eat_profile"] == "tag:github.com,2023:veraison/ear"
    assert abs(ear["iat"] - time.time()) < 600
    td = ear["submods"]["td"]
    got, want = td["tdlaunch.verdict"], json.loads(read(verdict))
    assert got.pop("at") == "2026-03-01T00:00:00Z" and got == want, (got, want)
    assert td["ear.status"] == status, td["ear.status"]
    assert td["ear.appraisal-policy-id"] == "tdlaunch-strict"
    if status == "affirming":
        assert td["ear.trustworthiness-vector"] == {
            "configuration": 2, "executables": 3, "hardware": 2}, td
        assert unpad(ear["eat_nonce"]) == bytes.fromhex("c0ffee0102030405")


COMMANDS = {"full-manifest": full_manifest, "corim": check_corim, "in-toto": check_intoto,
            "trustee": check_trustee, "markdown": check_markdown, "damage": damage,
            "make-corim": make_corim, "why": why, "spoiled": spoiled, "public-key": public_key,
            "first-certificate": first_certificate, "make-trustee": make_trustee,
            "make-google": make_google, "unsign-google": unsign_google, "make-migtd": make_migtd, "ear": check_ear, "jwt": check_jwt}
if len(sys.argv) > 1:
    COMMANDS[sys.argv[1]](*sys.argv[2:])
