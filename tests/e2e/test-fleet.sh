#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A batch split over many workers, with GNU parallel and with a Slurm of one node: verdicts are as many as
# requests and theirs, and what is lost or doubled does not go unnoticed.
. "$TDL_SRCDIR/tests/e2e/lib.sh"
. "$TDL_SRCDIR/tests/e2e/td.sh"
. "$TDL_SRCDIR/tests/e2e/slurm.sh"
ci=$TDL_SRCDIR/docs/ci
TDLAUNCH=$tool
export TDLAUNCH
all=300

# Every third is another TD's, every seventh names a file that is missing, some are no requests.
mkdir other
cp td/quote.bin other
printf '\377' | dd of=other/quote.bin bs=1 seek=184 conv=notrunc 2>/dev/null
i=1
while [ $i -le $all ]; do
	file=td/quote.bin
	[ $((i % 3)) = 0 ] && file=other/quote.bin
	[ $((i % 7)) = 0 ] && file=missing
	[ $((i % 50)) = 0 ] && extra=', "unknown": 1' || extra=
	echo "{\"id\": \"td-$i\", \"evidence\": [\"$file\"]$extra}"
	i=$((i + 1))
done >requests
rules="--root $work/root.der --at 2026-03-01 --trust $work/ca.pem --collateral $work/collateral \
	--expect $work/manifest.json"
# What one worker says.
ran=$((ran + 1))
got=0
# shellcheck disable=SC2086
"$tool" check --batch $rules requests >whole 2>err || got=$?
[ $got = 1 ] || fail "the whole batch ended with $got: $(cat err)"

# same_verdicts FILE: those of the whole batch, but for the line's number, which is that in its part.
same_verdicts() {
	ran=$((ran + 1))
	[ "$(wc -l <"$1")" = $all ] || fail "$1: $(wc -l <"$1") verdicts on $all requests"
	[ "$(sed 's/.*"id": "\([^"]*\)".*/\1/' "$1" | sort -u | wc -l)" = $all ] ||
		fail "$1: verdicts are lost or doubled"
	for file in whole "$1"; do
		sed 's/^{"line": [0-9]*/{"line": 0/' "$file"
	done | sort | uniq -c | awk '$1 != 2 { bad = 1 } END { exit bad }' ||
		fail "$1: a verdict is another one"
	sed 's/.*"id": "\([^"]*\)".*/\1/' "$1" | diff -q - ids >/dev/null || fail "$1: another order"
}
sed 's/.*"id": "\([^"]*\)".*/\1/' requests >ids

got=0
# shellcheck disable=SC2086
LINES=30 WORKERS=4 "$ci/batch-parallel.sh" requests $rules >by-parallel 2>err || got=$?
[ $got = 1 ] || fail "parallel ended with $got: $(cat err)"
same_verdicts by-parallel

slurm_start 4
got=0
# shellcheck disable=SC2086
WORKERS=6 "$ci/batch-slurm.sh" requests shared $rules >by-slurm 2>err || got=$?
[ $got = 1 ] || slurm_fail "Slurm ended with $got: $(cat err)"
same_verdicts by-slurm
[ "$(cat shared/part.000?.verdicts | wc -l)" = $all ] || fail "parts have another number of verdicts"
[ "$(find shared -name 'part.*.verdicts' -size +0 | wc -l)" = 6 ] || fail "not all workers worked"

# A batch of which all is well ends with 0, one of which something is unknown with 3.
grep '"td/quote' requests | grep -v unknown | head -n 20 >good
# shellcheck disable=SC2086
LINES=10 "$ci/batch-parallel.sh" good $rules >out 2>err || fail "a good batch: $(cat err)"
[ "$(wc -l <out)" = 20 ] || fail "a good batch has $(wc -l <out) verdicts"
grep '"missing\|"td/quote' requests | head -n 20 >unknown
got=0
# shellcheck disable=SC2086
"$ci/batch-parallel.sh" unknown $rules >out 2>err || got=$?
[ $got = 3 ] || fail "an unknown batch ended with $got"

# A worker that dies, by parallel: its requests have no verdict.
mkdir bin
cat >bin/tdlaunch <<'END'
#!/bin/sh
# the real one, but the third worker dies on its way
[ "$PARALLEL_SEQ" != 3 ] || { "$REAL" "$@" | head -n 22; exit 9; }
exec "$REAL" "$@"
END
chmod 755 bin/tdlaunch
got=0
# shellcheck disable=SC2086
REAL=$tool TDLAUNCH=$work/bin/tdlaunch LINES=30 "$ci/batch-parallel.sh" requests $rules >out 2>err || got=$?
[ $got = 3 ] || fail "a lost part ended with $got"
[ "$(grep -c 'no verdict on "td-' err)" = 8 ] || fail "8 verdicts were lost: $(cat err)"
[ "$(wc -l <out)" = $((all - 8)) ] || fail "$(wc -l <out) verdicts"

# Joining.
join() { # CODE WORDS VERDICTS...
	code=$1
	words=$2
	shift 2
	ran=$((ran + 1))
	got=0
	"$ci/join-verdicts.py" requests "$@" >out 2>err || got=$?
	[ $got = "$code" ] || fail "joining $* ended with $got: $(head -n 3 err)"
	grep -q -- "$words" err || [ -z "$words" ] || fail "not '$words': $(head -n 3 err)"
}
join 1 '' by-slurm
head -n 100 whole >a
tail -n +101 whole >b
join 1 '' b a
cmp -s out whole || fail "joined in another order"
join 3 'a second verdict on "td-100"' a b a
tail -n +102 whole >c
join 3 'no verdict on "td-101"' a c
sed 's/"td-7"/"td-x"/' whole >d
join 3 'not the verdict on a request' d
head -c -1 whole >e
join 3 'not the verdict' e
echo '{"id": "td-7", "evidence": ["td"]}' >>requests
join 3 'no id of its own' whole
finish
