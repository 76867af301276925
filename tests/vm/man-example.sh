#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Take the example program out of kvm-pre-fault-memory(7), as a reader would copy it, into a file:
# man-example.sh PAGE FILE.
set -eu
sed -n '/^\.\\" example begins/,/^\.\\" example ends/p' "$1" |
	sed -e '/^\.E[XE]$/d' -e '/^\.\\"/d' -e 's/\\e/\\/g' -e 's/\\-/-/g' >"$2"
