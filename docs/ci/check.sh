#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# check.sh RESULTS EVIDENCE... [OPTION]...: check a TD in a CI job. The arguments after RESULTS are those
# of "tdlaunch check"; the folder RESULTS gets summary.md, junit.xml and result.json. It ends with the
# exit code of check: 0 yes, 1 no, 2 usage, 3 could not tell. $TDLAUNCH is the tool. GitHub's summary page
# and outputs are written when their variables are there.
set -u
[ $# -ge 2 ] || {
	echo "usage: check.sh RESULTS EVIDENCE... [OPTION]..." >&2
	exit 2
}
results=$1
shift
mkdir -p "$results" || exit 3
rm -f "$results/summary.md" "$results/junit.xml" "$results/result.json"

code=0
"${TDLAUNCH:-tdlaunch}" check "$@" -o "markdown=$results/summary.md" \
	-o "junit=$results/junit.xml" -o "json=$results/result.json" || code=$?
case $code in
0) answer=yes ;;
1) answer=no ;;
*) answer='cannot tell' ;;
esac
# What could not even be begun is no silence on the page.
[ -s "$results/summary.md" ] ||
	printf '### tdlaunch check: %s\n\nIt ended with code %s; the log says why.\n' "$answer" "$code" \
		>"$results/summary.md"
[ -z "${GITHUB_STEP_SUMMARY:-}" ] || cat "$results/summary.md" >>"$GITHUB_STEP_SUMMARY"
[ -z "${GITHUB_OUTPUT:-}" ] ||
	printf 'answer=%s\nresults=%s\n' "$answer" "$results" >>"$GITHUB_OUTPUT"
exit $code
