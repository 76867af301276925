#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Public headers, what the libraries export, and the pages of section 3 name the same functions.
set -eu
builddir=${TDL_BUILDDIR:-}
cd "${TDL_SRCDIR:-.}"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
bad=0

# complain WHAT: each line of standard input is a name of which that is true.
complain() {
	while read -r name; do
		echo "$name $1"
		echo "$name" >>"$dir/bad"
	done
}

# Functions that a header marks with TDL_API.
functions_of() {
	sed -n 's/^TDL_API .*[ *]\(tdl_[a-z0-9_]*\)(.*/\1/p' "$1" | sort
}

for header in include/tdlaunch/*.h; do
	noun=$(basename "$header" .h)
	[ "$noun" = export ] && continue
	functions_of "$header" >"$dir/functions"
	cat "$dir/functions" >>"$dir/all"
	[ "$(grep -c '^TDL_API ' "$header")" = "$(wc -l <"$dir/functions")" ] ||
		echo "$header" | complain "has a TDL_API without a function's name on its line"
	# declared, but not marked: hidden in the library
	sed -n 's/^[a-z].*[ *]\(tdl_[a-z0-9_]*\)(.*/\1/p' "$header" |
		complain "is declared in $header without TDL_API"
	awk -v header="$noun" -f docs/man/api-page.awk "$header" >"$dir/page"
	sed -n 's/^\.Ss \(tdl_[a-z0-9_]*\)()$/\1/p' "$dir/page" | sort >"$dir/documented"
	comm -23 "$dir/functions" "$dir/documented" | complain "has no section in tdl_$noun(3)"
	comm -13 "$dir/functions" "$dir/documented" |
		complain "is in tdl_$noun(3) but not in $header"
	grep -q "/tdl_$noun\.3" docs/man/room.mk || echo "tdl_$noun(3)" | complain "is not built"
	grep -q "/$noun\.h" include/tdlaunch/room.mk ||
		echo "$header" | complain "is not installed"
done
sort -u "$dir/all" >"$dir/api"
[ "$(wc -l <"$dir/api")" = "$(wc -l <"$dir/all")" ] ||
	sort "$dir/all" | uniq -d | complain "is in two headers"

# What a library exports. Before it is built: what its map lets through.
exports_of() {
	so=$builddir/.libs/$1.so
	if [ -n "$builddir" ] && [ -f "$so" ]; then
		nm -D --defined-only "$so" | sed -n 's/^[0-9a-f]* [TDBRVW] \([a-z].*\)$/\1/p' |
			sed 's/@.*//'
	else
		echo "note: no shared $1, reading its map" >&2
		sed -n 's/^\t\(tdl_[a-z0-9_*]*\);$/\1/p' "src/$1.map" | while read -r pattern; do
			grep -x "$(echo "$pattern" | sed 's/\*/.*/')" "$dir/api" || true
		done
	fi
}
for library in libtdlaunch libtdlaunch-kernel; do
	exports_of "$library" >"$dir/$library"
	[ -s "$dir/$library" ] || echo "$library" | complain "exports nothing"
done
sort -u "$dir/libtdlaunch" "$dir/libtdlaunch-kernel" >"$dir/exports"
comm -23 "$dir/api" "$dir/exports" | complain "is exported by no library"
comm -13 "$dir/api" "$dir/exports" | complain "is exported but in no public header"

[ -s "$dir/bad" ] && bad=1
echo "$(wc -l <"$dir/api") functions"
[ "$(wc -l <"$dir/api")" -ge 100 ] || bad=1
exit $bad
