# SPDX-License-Identifier: BSD-2-Clause
# What the benchmarks share. A row is a figure, its unit and, where there is one, the goal and
# whether it is met; run.sh counts the words "pass" and "FAIL".

build=${TDL_BUILDDIR:-.}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The program itself, not libtool's shell script around it.
tool=$build/tdlaunch
if [ -x "$build/.libs/tdlaunch" ]; then
	tool=$build/.libs/tdlaunch
	LD_LIBRARY_PATH=$build/.libs${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
	export LD_LIBRARY_PATH
fi

title() {
	printf '== %s\n' "$*"
}

# row WHAT FIGURE UNIT [at-most|at-least GOAL]
row() {
	awk -v what="$1" -v figure="$2" -v unit="$3" -v relation="${4:-}" -v goal="${5:-}" 'BEGIN {
		printf "  %-58s %10.2f %-13s", what, figure, unit
		if (relation == "at-most")
			word = figure + 0 <= goal + 0 ? "pass" : "FAIL"
		if (relation == "at-least")
			word = figure + 0 >= goal + 0 ? "pass" : "FAIL"
		if (word != "") {
			sub(/-/, " ", relation)
			printf " goal: %s %s: %s", relation, goal, word
		}
		printf "\n"
	}'
}

# ratio A B
ratio() {
	awk -v a="$1" -v b="$2" 'BEGIN { printf "%.4f\n", a / b }'
}

# minus A B
minus() {
	awk -v a="$1" -v b="$2" 'BEGIN { printf "%.4f\n", a - b }'
}
