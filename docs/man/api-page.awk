# SPDX-License-Identifier: BSD-2-Clause
# A public header to its section-3 page: the comment at the top, then each function with what its
# kernel-doc comment says. Run: awk -v header=manifest -f api-page.awk manifest.h

function escape(text) {
	gsub(/\\/, "\\e", text)
	gsub(/-/, "\\-", text)
	if (text ~ /^[.']/)
		text = "\\&" text
	return text
}

# Lines of a comment without its stars.
function strip(line) {
	sub(/^[ \t]*\/\*\*?[ \t]?/, "", line)
	sub(/[ \t]*\*\/[ \t]*$/, "", line)
	sub(/^[ \t]*\*[ \t]?/, "", line)
	return line
}

function heading() {
	print ".\\\" made from include/tdlaunch/" header ".h"
	print ".Dd November 25, 2026"
	print ".Dt TDL_" toupper(header) " 3"
	print ".Os tdlaunch"
	print ".Sh NAME"
	print ".Nm tdl_" header
	print ".Nd interface of libtdlaunch: " header
	print ".Sh LIBRARY"
	print "libtdlaunch (libtdlaunch, \\-ltdlaunch)"
	print ".Sh SYNOPSIS"
	print ".In tdlaunch/" header ".h"
	print ".Sh DESCRIPTION"
}

function literal(text) {
	print ".Bd -literal"
	printf "%s", text
	print ".Ed"
}

function finish_declaration() {
	if (doc == "")
		return
	print ".Ss " title
	if (declaration != "")
		literal(declaration)
	literal(doc)
	doc = declaration = ""
	collecting = 0
}

NR == 1 { heading() }

/^\/\*/ {
	finish_declaration()
	inside = 1
	kind = /^\/\*\*/ ? "doc" : "plain"
	first = 1
}

inside {
	line = strip($0)
	if (kind == "doc") {
		if (first && line != "") {
			title = line
			sub(/ - .*/, "", title)
			sub(/^struct /, "", title)
			sub(/^enum /, "", title)
			first = 0
		}
		if (line != "" || doc != "")
			doc = doc escape(line) "\n"
	} else if (!about && line !~ /SPDX/ && line != "") {
		print escape(line)
	}
	if (/\*\/[ \t]*$/) {
		inside = 0
		if (kind == "plain" && line !~ /SPDX/)
			about = 1
		collecting = kind == "doc"
	}
	next
}

collecting {
	line = $0
	sub(/^TDL_API /, "", line)
	if (line ~ /^[ \t]*$/) {
		finish_declaration()
		next
	}
	declaration = declaration escape(line) "\n"
	if (line ~ /;[ \t]*$/ && line !~ /^[ \t]/ || line ~ /^\};/ || line ~ /\);[ \t]*$/)
		finish_declaration()
}

END {
	finish_declaration()
	print ".Sh SEE ALSO"
	print ".Xr tdlaunch 1"
}
