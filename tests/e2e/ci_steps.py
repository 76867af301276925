# SPDX-License-Identifier: BSD-2-Clause
# The scripts inside CI files, as a runner would get them, written to files that a shell can run:
#   ci_steps.py action ACTION.YML OUT NAME=VALUE...   OUT.0.sh, OUT.1.sh: a step each, its environment first
#   ci_steps.py gitlab GITLAB.YML OUT                 OUT.before.sh, OUT.script.sh
# What a runner would not understand is an error.
import re
import shlex
import sys

import yaml


def action(path, out, *values):
    with open(path) as f:
        doc = yaml.safe_load(f)
    assert set(doc) == {"name", "description", "inputs", "outputs", "runs"}, set(doc)
    assert doc["runs"]["using"] == "composite"
    inputs = {}
    for name, spec in doc["inputs"].items():
        assert set(spec) <= {"description", "required", "default"}
        assert spec.get("required") is True or spec["default"] == ""
        inputs[name] = spec.get("default")
    for value in values:
        name, text = value.split("=", 1)
        assert name in inputs, name
        inputs[name] = text
    ids = {step.get("id") for step in doc["runs"]["steps"]}
    for spec in doc["outputs"].values():
        found = re.fullmatch(r"\$\{\{ steps\.([a-z]+)\.outputs\.[a-z]+ \}\}", spec["value"])
        assert found and found.group(1) in ids, spec
    for number, step in enumerate(doc["runs"]["steps"]):
        assert set(step) <= {"name", "id", "shell", "env", "run"} and step["shell"] == "sh"
        assert "${{" not in step["run"], "an input inside a command"
        lines = []
        for name, value in step["env"].items():
            found = re.fullmatch(r"\$\{\{ inputs\.([a-z]+) \}\}", value)
            text = inputs[found.group(1)]
            assert text is not None, "a required input is missing"
            lines.append("export %s=%s\n" % (name, shlex.quote(text)))
        with open("%s.%d.sh" % (out, number), "w") as f:
            f.write("".join(lines) + step["run"])


def gitlab(path, out):
    with open(path) as f:
        doc = yaml.safe_load(f)
    (job,) = doc.values()
    assert set(job) == {"image", "variables", "before_script", "script", "artifacts"}
    assert job["artifacts"]["when"] == "always"
    assert job["artifacts"]["reports"] == {"junit": "results/junit.xml"}
    for part, name in ("before_script", "before"), ("script", "script"):
        assert all(isinstance(line, str) for line in job[part])
        with open("%s.%s.sh" % (out, name), "w") as f:
            f.write("".join("export %s=%s\n" % (k, shlex.quote(str(v)))
                            for k, v in job["variables"].items()))
            f.write("\n".join(job[part]) + "\n")


{"action": action, "gitlab": gitlab}[sys.argv[1]](*sys.argv[2:])
