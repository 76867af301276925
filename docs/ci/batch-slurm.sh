#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# batch-slurm.sh REQUESTS FOLDER [OPTION]...: a batch as an array of Slurm jobs; verdicts on standard
# output, in the order of the requests, none lost and none twice. FOLDER must be one that all nodes see
# under that name; parts and their verdicts stay there. The options are those of "tdlaunch check --batch"
# and must make sense on every node. $WORKERS jobs, 8 by default; $SBATCH_OPTIONS for sbatch.
# Exit code: 0 all yes, 1 a no, 3 something could not be told, or a verdict is missing.
set -eu

# In a job of the array: judge one part. That an answer is no does not make the job one that failed.
if [ "${1:-}" = --part ]; then
	part=$2/part.$(printf %04d "$SLURM_ARRAY_TASK_ID")
	shift 2
	code=0
	"${TDLAUNCH:-tdlaunch}" check --batch --threads 1 "$@" "$part" >"$part.verdicts" || code=$?
	[ "$code" != 2 ] && [ "$code" -le 3 ]
	exit
fi

[ $# -ge 2 ] || {
	echo "usage: batch-slurm.sh REQUESTS FOLDER [OPTION]..." >&2
	exit 2
}
requests=$1
mkdir -p "$2"
folder=$(cd "$2" && pwd)
shift 2
workers=${WORKERS:-8}
rm -f "$folder"/part.*
split -n "r/$workers" -d -a 4 "$requests" "$folder/part."
# shellcheck disable=SC2086
sbatch --quiet --wait --array="0-$((workers - 1))" --output="$folder/job.%a.log" \
	${SBATCH_OPTIONS:-} "$0" --part "$folder" "$@" >&2 ||
	echo "batch-slurm.sh: a job failed; $folder/job.*.log say why" >&2
code=0
"$(dirname "$0")/join-verdicts.py" "$requests" "$folder"/part.*.verdicts || code=$?
exit $code
