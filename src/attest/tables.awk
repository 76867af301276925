# SPDX-License-Identifier: BSD-2-Clause
# Code tables into C: one array per file, named after it, one row per line of five columns.
BEGIN { FS = "\t"; print "/* Generated from the .tsv files of this folder; edit those. */" }
function text(s) { gsub(/\\/, "\\\\", s); gsub(/"/, "\\\"", s); return "\"" s "\"" }
FNR == 1 {
	if (NR > 1) print "};"
	name = FILENAME; sub(/.*\//, "", name); sub(/\.tsv$/, "", name)
	printf "static const struct code_row %s_rows[] = {\n", name
}
/^#/ || NF == 0 { next }
NF != 5 { printf "#error %s line %d has %d columns, not 5\n", name, FNR, NF; next }
{ printf "\t{ %sull, %s, %s, %s, %s },\n", $1, text($2), text($3), text($4), text($5) }
END { print "};" }
