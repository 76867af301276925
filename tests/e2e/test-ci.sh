#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# docs/ci: the scripts of the GitHub action, of the GitLab job and the plain one, run as a runner runs
# them, with an environment like its own.
. "$TDL_SRCDIR/tests/e2e/lib.sh"
. "$TDL_SRCDIR/tests/e2e/td.sh"
ci=$TDL_SRCDIR/docs/ci
steps() {
	/usr/bin/python3 "$TDL_SRCDIR/tests/e2e/ci_steps.py" "$@" || fail "ci_steps.py $*"
}

# step CODE SCRIPT: as a composite action's "shell: sh" runs it.
step() {
	ran=$((ran + 1))
	got=0
	GITHUB_ACTION_PATH=$ci RUNNER_TEMP=$work/runner GITHUB_STEP_SUMMARY=$work/summary \
		GITHUB_OUTPUT=$work/outputs sh -e "$2" >out 2>err || got=$?
	[ $got = "$1" ] || fail "$2 ended with $got, not $1: $(head -c 300 err)"
}
mkdir runner
sed '$d' manifest.json >broken.json
for expect in manifest.json broken.json; do
	rm -f summary outputs
	steps action "$ci/action.yml" act "tdlaunch=$tool" "evidence=td/quote.bin
td/ccel.bin" "expect=$expect" trust=ca.pem collateral=collateral "options=--root
root.der
--at
2026-03-01"
	step 0 act.0.sh
	if [ $expect = manifest.json ]; then
		step 0 act.1.sh
		answer=yes
	else
		step 3 act.1.sh
		answer='cannot tell'
	fi
	grep -q "^### tdlaunch check: $answer$" summary || fail "summary: $(cat summary)"
	grep -qx "answer=$answer" outputs || fail "outputs: $(cat outputs)"
	results=$(sed -n 's/^results=//p' outputs)
	for file in summary.md junit.xml result.json; do
		[ -s "$results/$file" ] || fail "$file is missing"
	done
done
# An input is never a command, and never more than one argument.
steps action "$ci/action.yml" act "tdlaunch=$tool" 'evidence=$(touch injected); touch injected
`touch injected`' 'policy=a b'
step 3 act.1.sh
[ -e injected ] && fail "an input was run"
grep -q 'a b' err || fail "an input was split: $(cat err)"
# What does not even begin has a summary, and never the one of an earlier run.
rm -f summary
steps action "$ci/action.yml" act "tdlaunch=$tool" evidence=td options=--no-such-option
step 2 act.1.sh
grep -q 'ended with code 2' summary || fail "summary: $(cat summary)"
[ -e "$results/junit.xml" ] && fail "an old result is left"

# The GitLab job: what it installs and clones is at hand already, and so is what it would build.
mkdir bin
printf '#!/bin/sh\n' >bin/apt-get
cat >bin/git <<'END'
#!/bin/sh
[ "$1 $2 $3" = "clone -q https://example.org/tdlaunch" ] && mkdir -p "$4/docs" &&
	cp -r "$TDL_SRCDIR/docs/ci" "$4/docs/ci" && chmod -R u+w "$4" &&
	printf '#!/bin/sh\nmkdir "$1" && cp "$TDL_BUILDDIR/tdlaunch" "$1"\n' >"$4/docs/ci/build.sh"
[ "$1" = clone ] || [ "$*" = "-C tdlaunch-source checkout -q main" ]
END
chmod 755 bin/*
steps gitlab "$ci/gitlab-ci.yml" job
job() {
	ran=$((ran + 1))
	got=0
	cat job.before.sh job.script.sh >job.sh
	TDLAUNCH_REPOSITORY=https://example.org/tdlaunch PATH=$work/bin:$PATH sh -e job.sh >out 2>err ||
		got=$?
}
job
# the test's root is not Intel's: no, and the report says which claim
[ $got = 1 ] || fail "the job ended with $got: $(cat err)"
/usr/bin/python3 -c '
import xml.etree.ElementTree as ElementTree
suite = ElementTree.parse("results/junit.xml").getroot()[0]
failed = [c.get("classname") for c in suite if c.find("failure") is not None]
assert "tdlaunch.check.quote" in failed, failed' || fail "junit.xml"
# GitLab makes nothing of a job that cannot start
rm -rf tdlaunch-source tdlaunch-tool
printf '#!/bin/sh\nexit 1\n' >bin/git
job
[ $got != 0 ] || fail "a job without its source is green"

# Any shell.
TDLAUNCH=$tool "$ci/check.sh" plain td/quote.bin --collateral collateral --root root.der \
	--at 2026-03-01 --expect manifest.json --trust ca.pem >out 2>err || fail "check.sh: $(cat err)"
grep -q '^answer: yes' out || fail "check.sh prints no table"
got=0
TDLAUNCH=/nowhere/tdlaunch "$ci/check.sh" plain td >out 2>err || got=$?
[ $got != 0 ] && [ $got != 1 ] || fail "no tool ended with $got"
[ -e plain/result.json ] && fail "an old result is left"
got=0
"$ci/check.sh" plain >out 2>err || got=$?
[ $got = 2 ] || fail "check.sh without evidence ended with $got"

# Building: each step in its turn, in a tree of stand-ins.
mkdir -p tree/docs tree/scripts built
cp -r "$ci" tree/docs/ci
chmod -R u+w tree
for name in scripts/deps autogen.sh; do
	printf '#!/bin/sh\necho "%s" >>"%s/calls"\n' $name "$work" >tree/$name
done
cat >>tree/autogen.sh <<'END'
cat >configure <<'EOT'
echo "configure $*" >>"$CALLS"
printf 'tdlaunch:\n\techo make >>"$(CALLS)"\n\techo built >tdlaunch\n' >Makefile
EOT
chmod 755 configure
END
chmod 755 tree/scripts/deps tree/autogen.sh
CALLS=$work/calls tree/docs/ci/build.sh built/here >out 2>err || fail "build.sh: $(cat err)"
[ "$(cat built/here/tdlaunch)" = built ] || fail "build.sh leaves no tool"
printf '%s\n' scripts/deps autogen.sh "configure --quiet --disable-shared" make | diff - calls ||
	fail "build.sh does other things"
printf 'exit 1\n' >tree/configure
tree/docs/ci/build.sh built/bad >out 2>err && fail "a build that fails is none"
# All that configure asks for is installed.
for package in $(sed -n '/^"$source\/scripts\/deps"/,/[^\\]$/p' "$ci/build.sh" | tr -d '\\' |
	sed 's/^"[^"]*"//'); do
	grep -qw -- "$package" "$TDL_SRCDIR/scripts/quickstart" || fail "$package is not in quickstart"
done
finish
