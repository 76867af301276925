#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Every header compiles alone, and every source file says its licence.
set -eu
cd "${TDL_SRCDIR:-.}"
bad=0
# Compiler errors name only the header: a header that compiles alone has no output.
for h in $(find include src kernel tests -name '*.h' | sort); do
	printf '#include "%s"\n' "$h" |
		${CC:-cc} -std=gnu17 -D_GNU_SOURCE -I. -Iinclude -Isrc -fsyntax-only -x c - ||
		{ echo "$h does not compile alone"; bad=1; }
done
for f in $(find include src kernel tests scripts -name '*.[ch]' -o -name '*.sh' -o -name '*.mk' | sort); do
	head -n 3 "$f" | grep -q 'SPDX-License-Identifier: BSD-2-Clause' ||
		{ echo "$f has no SPDX line"; bad=1; }
done
exit $bad
