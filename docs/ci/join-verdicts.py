#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
# join-verdicts.py REQUESTS VERDICTS...: verdicts that many workers gave on parts of one batch, joined in
# the order of the requests. Each request must have an id of its own, and exactly one verdict; what is
# wrong with that is said on standard error.
# Exit code: 0 all yes, 1 a no, 3 something could not be told, or the verdicts are not those of the
# requests.
import json
import sys


def load(line):
    # Numbers stay as they were written: 1, 1.0 and true are three ids.
    try:
        value = json.loads(line, parse_float=lambda text: {"float": text})
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def lines_of(path):
    with open(path, "rb") as f:
        return [(number, line) for number, line in enumerate(f, 1) if line.strip(b" \t\r\n")]


def key_of(value):
    return None if value is None or value.get("id") is None else json.dumps(value["id"])


def main(requests_path, *verdict_paths):
    problems, order, found = [], {}, {}
    for number, line in lines_of(requests_path):
        key = key_of(load(line))
        if key is None or key in order:
            problems.append("%s:%d: the request has no id of its own" % (requests_path, number))
        else:
            order[key] = number
    for path in verdict_paths:
        for number, line in lines_of(path):
            value = load(line)
            key = key_of(value)
            if value is None or key not in order or not line.endswith(b"\n"):
                problems.append("%s:%d: not the verdict on a request" % (path, number))
            elif key in found:
                problems.append("%s:%d: a second verdict on %s" % (path, number, key))
            else:
                found[key] = (line, value.get("answer"))
    for key, number in order.items():
        if key not in found:
            problems.append("%s:%d: no verdict on %s" % (requests_path, number, key))
        else:
            sys.stdout.buffer.write(found[key][0])
    sys.stdout.flush()
    for problem in problems:
        print("join-verdicts.py: " + problem, file=sys.stderr)
    answers = [answer for _, answer in found.values()]
    if "no" in answers and not problems:
        return 1
    return 0 if answers and set(answers) == {"yes"} and not problems else 3


if len(sys.argv) < 3:
    print("usage: join-verdicts.py REQUESTS VERDICTS...", file=sys.stderr)
    sys.exit(2)
sys.exit(main(*sys.argv[1:]))
