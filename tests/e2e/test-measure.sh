#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# inspect and measure, on Debian 12's firmware and on images and parameters that are wrong.
. "$TDL_SRCDIR/tests/e2e/lib.sh"
need_firmware

run 0 inspect "$firmware"
same inspect.txt
run 0 inspect --json "$firmware"
same inspect.json
is_json
run 0 measure "$firmware"
same measure.txt
run 0 measure -v "$firmware"
same measure-verbose.txt
run 0 measure --json --flow qemu-8.2-canonical "$firmware"
same measure.json
is_json
run 0 measure --json --flow all "$firmware"
is_json
for flow in qemu qemu-8.2-canonical; do
	run 0 measure --bare --flow $flow "$firmware"
	grep -q "\"$(cat out)\"" "$TDL_SRCDIR/measurements/debian-12-ovmf.json" ||
		fail "$flow: the manifest has another value"
	value=$(cat out)
	run 0 measure --flow all "$firmware"
	grep -q "^$flow  *$value\$" out || fail "--flow all says something else for $flow"
done
run 0 measure --bare --encoding base64 "$firmware"
[ "$(cat out)" = "$(grep -o '"mrtd": "[0-9a-f]*"' "$TDL_SRCDIR/measurements/debian-12-ovmf.json" |
	head -n 1 | cut -d'"' -f4 | xxd -r -p | base64 -w0)" ] || fail "base64 differs"
run 0 measure -q "$firmware"
[ -s out ] && fail "-q prints"
if [ "$(command -v python3)" ]; then
	python3 "$TDL_SRCDIR/tests/e2e/recompute.py" "$firmware" >second
	while read -r flow value; do
		run 0 measure --bare --flow "$flow" "$firmware"
		[ "$(cat out)" = "$value" ] || fail "the second implementation disagrees on $flow"
	done <second
fi

# Parameters.
run 2 measure -m 0 "$firmware"
says "memory"
run 2 measure -m 4097B "$firmware"
says "4096\|4 KiB\|multiple"
run 2 measure -m 1E "$firmware"
says "address\|GPAW\|bits"
run 2 measure -m nonsense "$firmware"
says "'nonsense' is not a size"
run 2 measure --gpaw 49 "$firmware"
says "48\|gpaw"
run 2 measure --flow qemu-8.2-canoncal "$firmware"
says "did you mean 'qemu-8.2-canonical'?"

# Images.
: >empty
run 3 measure empty
says "empty"
printf x >one
run 3 measure one
says "one"
run 3 measure .
says "EISDIR"
run 3 measure nowhere
says "ENOENT"
run 3 measure /dev/null
says "not a regular file"
mkfifo fifo
run 3 measure fifo
says "fifo is not a regular file (ESPIPE)"
printf 'x%.0s' 1 2 3 4 5 6 7 8 | dd of=zeros bs=65536 count=32 conv=sync 2>/dev/null
run 3 inspect zeros
says "metadata\|TDX"
if [ "$(id -u)" != 0 ]; then
	cp "$firmware" secret
	chmod 0 secret
	run 3 inspect secret
	says "EACCES"
fi
size=$(stat -c %s "$firmware")
at=0
while [ $at -lt "$size" ]; do
	head -c $at "$firmware" >cut
	run 3 inspect cut
	says "cut"
	at=$((at + 65536))
done
split=/usr/share/OVMF/OVMF_CODE.fd
if [ -f $split ]; then
	run 3 inspect $split
	says "--vars"
	run 0 inspect --vars /usr/share/OVMF/OVMF_VARS.fd $split
	run 0 measure --bare --vars /usr/share/OVMF/OVMF_VARS.fd $split
	joined=$(cat out)
	run 0 measure --bare "$firmware"
	[ "$(cat out)" = "$joined" ] || fail "VARS and CODE joined measure to something else"
fi
finish
