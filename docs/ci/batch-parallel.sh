#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# batch-parallel.sh REQUESTS [OPTION]...: a batch over many workers with GNU parallel; verdicts on
# standard output, in the order of the requests, none lost and none twice. The options are those of
# "tdlaunch check --batch". $WORKERS at once, by default one a core; $LINES requests a worker. Workers on
# other machines: give parallel --sshlogin in $PARALLEL.
# Exit code: 0 all yes, 1 a no, 3 something could not be told, or a verdict is missing.
set -eu
[ $# -ge 1 ] || {
	echo "usage: batch-parallel.sh REQUESTS [OPTION]..." >&2
	exit 2
}
requests=$1
shift
here=$(dirname "$0")
verdicts=$(mktemp)
trap 'rm -f "$verdicts"' EXIT

# A worker ends with what its verdicts are; parallel counts those that did not end with 0. What counts
# is whether there is a verdict for each request.
parallel --will-cite --pipe -N "${LINES:-100}" -j "${WORKERS:-100%}" -q \
	"${TDLAUNCH:-tdlaunch}" check --batch --threads 1 "$@" <"$requests" >"$verdicts" || true
code=0
"$here/join-verdicts.py" "$requests" "$verdicts" || code=$?
exit $code
