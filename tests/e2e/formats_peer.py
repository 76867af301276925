# SPDX-License-Identifier: BSD-2-Clause
# Readers of other people for what check prints: an XML parser, a JSON parser, a strict reader of TAP
# and, on request, prove(1). Claims are made here, hostile ones among them, rendered by the program
# that is given, and read back; what was read must be what was made.
#
#   formats_peer.py RENDER_CLAIMS    all formats; prints how many lists were rendered
import json
import random
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

KINDS = ["input", "manifest", "quote", "tcb", "policy", "report", "log", "event-log", "tie", "value",
         "required", "anchor"]
STATES = ["passed", "failed", "not done", "not asked"]
TEXTS = ["name", "subject", "source", "reason", "advice"]
HOSTILE = [
    b"", b"plain words", b"a|b||c", b"`code` ``x``", b"<script>alert(1)</script>", b"]]>", b"&amp;&lt;",
    b"<![CDATA[x]]>", b"<!-- x -->", b"\"quoted\" 'single'", b"back\\slash \\n \\u0041 \\# \\|",
    b"# SKIP all", b"x # TODO later", b"ok 1 - fine", b"not ok", b"1..0", b"Bail out! x", b"...", b"---",
    b"\nok 2 - two lines\n", b"\r\nnot ok", b"\x1b[32mgreen\x1b[0m", b"\x1b]0;title\x07", b"\x00"[:0],
    b"\x01\x02\x1f\x7f", b"\xff\xfe\x80", b"caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80", b"\xed\xa0\x80",
    b"\xc2\x85\xc2\x9b", b"\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xae", b"\xef\xbf\xbf\xef\xbf\xbe", b"| --- |",
    b"](javascript:alert(1))", b"![x](http://example.org/x.png)", b"http://example.org/ www.example.org",
    b"@somebody #1 ~x~ *b* _i_ $m$", b"{}[],:", b"%s%n", b"=cmd|' /C calc'!A0", b"x" * 3000,
]


def clean(raw):
    """What must become of a text: the contract of tdl_claims_add(), by Python's own decoder."""
    out, at = [], 0
    while at < len(raw):
        for size in (1, 2, 3, 4):
            try:
                c = raw[at:at + size].decode()
            except UnicodeDecodeError:
                continue
            if len(c) == 1:
                break
        else:
            out.append("?")
            at += 1
            continue
        n = ord(c)
        bad = (n < 0x20 or 0x7f <= n < 0xa0 or n & 0xfffe == 0xfffe or 0x200b <= n <= 0x200f
               or 0x2028 <= n <= 0x202e or 0x2060 <= n <= 0x206f or n in (0x61c, 0xfeff)
               or 0xfff9 <= n <= 0xfffb or 0xe0000 <= n <= 0xe007f)
        out.append("?" * len(c.encode()) if bad else c)
        at += len(c.encode())
    return "".join(out)


def render(program, forms, claims):
    """A text for each form."""
    stdin = b"".join(b"%d %d\0" % (c["kind"], c["state"]) + b"".join(c[t] + b"\0" for t in TEXTS)
                     for c in claims)
    out = subprocess.run([program] + forms, input=stdin, check=True, stdout=subprocess.PIPE).stdout
    texts = out.decode().split("\0")
    assert texts.pop() == "" and len(texts) == len(forms)
    return texts


def answer_of(claims):
    states = [c["state"] for c in claims]
    return "no" if 1 in states else "cannot tell" if 2 in states or 0 not in states else "yes"


def extra_of(claims):
    """A test that stands for the answer when no claim does."""
    return int(answer_of(claims) != "yes" and not {1, 2} & {c["state"] for c in claims})


def check_json(text, claims):
    got = json.loads(text)
    assert list(got) == ["answer", "counts", "claims"], list(got)
    assert got["answer"] == answer_of(claims)
    assert got["counts"] == {name.replace(" ", "_"): sum(c["state"] == i for c in claims)
                             for i, name in enumerate(STATES)}
    want = [dict(kind=KINDS[c["kind"]], state=STATES[c["state"]], **{t: clean(c[t]) for t in TEXTS})
            for c in claims]
    assert got["claims"] == want, (got["claims"], want)


def check_junit(text, claims):
    root = ElementTree.fromstring(text.encode())
    assert root.tag == "testsuites" and [s.tag for s in root] == ["testsuite"]
    suite, extra = root[0], extra_of(claims)
    cases = suite.findall("testcase")
    assert len(cases) == len(claims) + extra
    for e in root, suite:
        assert int(e.get("tests")) == len(cases)
        assert int(e.get("failures")) == len(suite.findall("*/failure"))
        assert int(e.get("errors")) == len(suite.findall("*/error"))
        assert int(e.get("skipped")) == len(suite.findall("*/skipped"))
    assert suite.find("properties/property[@name='answer']").get("value") == answer_of(claims)
    names = [(c.get("classname"), c.get("name")) for c in cases]
    assert len(set(names)) == len(names), "two cases of one name"
    for c, case in zip(claims, cases):
        assert case.get("classname") == "tdlaunch.check." + KINDS[c["kind"]]
        want = clean(c["name"]) + (" of " + clean(c["subject"]) if c["subject"] else "")
        assert re.fullmatch(re.escape(want) + r"( #\d+)?", case.get("name"))
        tag = ["system-out", "failure", "error", "skipped"][c["state"]]
        assert [e.tag for e in case] == [tag]
        assert (case[0].text or "").startswith(clean(c["reason"]))
        if c["state"]:
            assert case[0].get("message") == clean(c["reason"])
            assert clean(c["advice"]) in (case[0].text or "")
    red = bool(suite.findall("*/failure") + suite.findall("*/error"))
    assert red == (answer_of(claims) != "yes"), "the colour is not the answer"


def check_tap(text, claims):
    lines = text.split("\n")
    assert lines.pop() == "" and lines.pop(0) == "TAP version 13"
    extra = extra_of(claims)
    assert lines.pop(0) == "1..%d" % (len(claims) + extra)
    assert lines.pop().startswith("# answer: " + answer_of(claims) + ": ")
    for i, c in enumerate(claims):
        line = lines.pop(0)
        found = re.fullmatch(r"(not )?ok (\d+) - ((?:[^#\\]|\\.)*?)( # SKIP .*)?", line)
        assert found, line
        assert int(found.group(2)) == i + 1
        assert bool(found.group(1)) == (c["state"] in (1, 2))
        assert bool(found.group(4)) == (c["state"] == 3)
        want = KINDS[c["kind"]] + ": " + clean(c["name"])
        want += " of " + clean(c["subject"]) if c["subject"] else ""
        assert re.sub(r"\\(.)", r"\1", found.group(3)) == want, (found.group(3), want)
        if c["state"] in (1, 2):
            assert lines.pop(0) == "  ---"
            got = {}
            while lines[0] != "  ...":
                name, value = lines.pop(0).split(": ", 1)
                got[name.strip()] = json.loads(value)
            lines.pop(0)
            wanted = dict(state=STATES[c["state"]], **{t: clean(c[t]) for t in TEXTS[2:]})
            assert got == {k: v for k, v in wanted.items() if v}
    assert len(lines) == extra and all(line.startswith("not ok ") for line in lines)


def check_markdown(text, claims):
    lines = text.split("\n")
    assert lines[0] == "### tdlaunch check: " + answer_of(claims)
    rows = [line for line in lines if line.startswith("|")][2:]
    assert len(rows) == len(claims)
    for c, row in zip(claims, rows):
        # Cells end at bars without a backslash, as GitHub's tables have it.
        cells = re.findall(r"((?:[^|\\]|\\.)*)\|", row[1:])
        assert len(cells) == 5 and "".join(x + "|" for x in cells) == row[1:], row
        plain = [re.sub(r"\\(.)", r"\1", x).strip() for x in cells]
        assert plain[0].strip("*") == STATES[c["state"]]
        assert [x.strip() for x in plain[1:]] == [clean(c[t]).strip() for t in TEXTS[:4]]
    bare = re.sub(r"\\.", "", "\n".join(lines[6:]))
    for markup in "<", ">", "&", "`", "[", "]", "_", "~", "http:", "www.", "$", "@":
        assert markup not in bare, markup


def check_text(text, claims):
    for c in text:
        assert c == "\n" or clean(c.encode()) == c
    lines = text.split("\n")
    assert lines[-2].startswith("answer: " + answer_of(claims) + ": ")
    for c, line in zip(claims, lines[1:]):
        assert line.startswith(STATES[c["state"]]) and line.endswith(clean(c["reason"]) or "-")


# docs/design/ear.md: what is asserted when a claim passed, and when it failed.
BY_KIND = {"quote": ("hardware", 2, 99), "tcb": ("hardware", 2, 32), "policy": ("configuration", 2, 96),
           "report": ("hardware", None, 99), "log": ("executables", None, 99),
           "event-log": ("executables", None, 99), "tie": ("executables", None, 99),
           "anchor": ("executables", None, 99)}
BY_FIELD = dict({"mrtd": ("executables", 3, 33), "firmware": ("executables", None, 33),
                 "tee_tcb_svn": ("hardware", 2, 32), "mrowner": ("instance-identity", 2, 97),
                 "reportdata": ("instance-identity", None, 97), "xfam": ("configuration", 2, 96)},
                **{"rtmr%d" % i: ("executables", 3, 33) for i in range(4)},
                **{name: ("hardware", 2, 97) for name in ("mrseam", "mrsignerseam", "seam_attributes")})


def vector_of(claims):
    seen = {}
    for c in claims:
        kind = KINDS[c["kind"]]
        name = clean(c["name"])
        row = BY_FIELD.get(name, BY_FIELD["xfam"]) if kind == "value" else BY_KIND.get(kind)
        if row and c["state"] != 3:
            value = row[1] if c["state"] == 0 else row[2] if c["state"] == 1 else 0
            seen.setdefault(row[0], []).extend([] if value is None else [value])
    compared = {c["name"] for c in claims if KINDS[c["kind"]] == "value" and c["state"] == 0}
    out = {}
    for member, values in seen.items():
        bad = [v for v in values if v >= 32]
        if bad:
            out[member] = max(bad)
        elif 0 in values:
            out[member] = 0
        elif values and (member != "executables" or {b"mrtd", b"rtmr1", b"rtmr2"} <= compared):
            out[member] = max(values)
    return out


def check_ear(text, claims):
    got = json.loads(text)
    assert list(got) == ["eat_profile", "iat", "ear.verifier-id", "submods"]
    assert got["eat_profile"] == "tag:github.com,2023:veraison/ear" and got["iat"] == 1700000000
    assert set(got["ear.verifier-id"]) == {"developer", "build"}
    td = got["submods"]["td"]
    verdict = td.pop("tdlaunch.verdict")
    assert verdict.pop("at") == "1970-01-02T00:00:00Z"
    check_json(json.dumps(verdict), claims)
    vector = vector_of(claims)
    assert td.pop("ear.trustworthiness-vector", {}) == vector, vector
    status = {"yes": "affirming", "no": "contraindicated", "cannot tell": "none"}[answer_of(claims)]
    if status == "affirming" and "hardware" not in vector:
        status = "none"
    assert td == {"ear.status": status, "ear.appraisal-policy-id": 'a "policy"'}, td
    if status == "affirming":
        assert all(2 <= v < 32 for v in vector.values())


def check_prove(program, claims):
    """prove(1) of Perl is green exactly when the answer is yes."""
    text = render(program, ["tap"], claims)[0]
    with open("claims.tap", "w") as f:
        f.write(text)
    done = subprocess.run(["prove", "-e", "cat", "claims.tap"], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    assert (done.returncode == 0) == (answer_of(claims) == "yes"), done.stdout
    assert b"Parse errors" not in done.stdout, done.stdout


def lists(rng):
    """None, every state alone, every hostile text in every place, and many at random."""
    def one(kind, state, text):
        return dict(kind=kind, state=state, **{t: text for t in TEXTS})
    yield []
    for state in range(4):
        yield [one(9, state, b"x")]
    for text in HOSTILE:
        yield [one(kind % 12, state, text) for kind, state in enumerate((0, 1, 2, 3, 1))]
        yield [one(2, 0, text), one(2, 3, text)]
    for _ in range(200):
        yield [dict(one(rng.choice((2, 3, 4, 9, 9, 9)), rng.choice((0, 0, 0, 0, 1, 2, 3)), b"x"),
                    name=rng.choice(list(BY_FIELD)).encode()) for _ in range(rng.randrange(8))]
    yield [one(2, 0, b"quote")] + [dict(one(9, 0, b"x"), name=n) for n in (b"mrtd", b"rtmr1", b"rtmr2")]
    for _ in range(40):
        yield [dict(kind=rng.randrange(12), state=rng.randrange(4),
                    **{t: b" ".join(rng.choices(HOSTILE[:-1], k=rng.randrange(4))) for t in TEXTS})
               for _ in range(rng.randrange(12))]


def main(program):
    checks = dict(json=check_json, junit=check_junit, tap=check_tap, markdown=check_markdown,
                  text=check_text, ear=check_ear)
    rng, count = random.Random(1), 0
    for claims in lists(rng):
        for check, text in zip(checks.values(), render(program, list(checks), claims)):
            check(text, claims)
        count += 1
        if shutil.which("prove") and count % 16 == 1:
            check_prove(program, claims)
    print(count)


main(*sys.argv[1:])
