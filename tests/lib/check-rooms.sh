#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# No file includes a room that docs/rooms does not allow.
set -eu
cd "${TDL_SRCDIR:-.}"

find include src kernel -name '*.[ch]' | sort | xargs awk '
function room_of(path,   n, parts) {
	n = split(path, parts, "/")
	if (n == 2)
		return parts[1]
	return parts[1] "/" parts[2]
}
function target_of(inc,   n, parts) {
	if (inc == "kernel/kernel.h" || inc == "kernel/kernel-test.h")
		return "kernel/kernel.h"
	n = split(inc, parts, "/")
	if (n < 2)
		return ""
	if (parts[1] == "tdlaunch" || parts[1] == "arch" || parts[1] == "uapi")
		return "include/" parts[1]
	if (parts[1] == "kernel")
		return parts[1] "/" parts[2]
	if (("src/" parts[1]) in rooms)
		return "src/" parts[1]
	return ""
}
function allowed(room, target) {
	if (room == target || target == "include/tdlaunch")
		return 1
	if (room != "src/cli" && (target == "src/base" || target == "include/arch"))
		return 1
	if (room ~ /^kernel\// && target == "kernel/trace")
		return 1
	return (room, target) in may || (room, "*") in may
}
BEGIN {
	while ((getline line < "docs/rooms") > 0) {
		if (line ~ /^#/ || line == "")
			continue
		n = split(line, word, /[ \t]+/)
		rooms[word[1]] = 1
		for (i = 2; i <= n; i++)
			may[word[1], word[i]] = 1
	}
}
FNR == 1 {
	room = room_of(FILENAME)
	files++
	if (!(room in rooms)) {
		printf "%s: the room %s is not in docs/rooms\n", FILENAME, room
		bad = 1
	}
}
/^[ \t]*#[ \t]*include[ \t]*[<"]/ {
	split($0, half, /[<">]/)
	target = target_of(half[2])
	if (target != "" && !allowed(room, target)) {
		printf "%s:%d: %s may not include %s\n", FILENAME, FNR, room, half[2]
		bad = 1
	}
}
END {
	if (!files) {
		print "found no files"
		bad = 1
	}
	printf "%d files read\n", files
	exit bad
}'
