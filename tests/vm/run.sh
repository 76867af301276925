#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Run programs in a VM that emulates AMD SVM with nested paging, on a kernel made by kernels.sh.
#
#   run.sh [--npt 0|1] [--cpus N] [--memory SIZE] [--time-limit SECONDS] [--add FILE[=PATH]]...
#          KERNEL-FOLDER INIT -- JOB...
#
# INIT is the statically linked first process (init.c). Each JOB is one command line, its words
# separated by single blanks; a program is put into the VM with --add. What the jobs print comes on
# standard output. Exit status: 0 when every job's was 0, else the first that was not; 124 when the
# time limit passed; 125 when the VM did not get as far as its jobs.
set -eu

npt=1
cpus=2
memory=1G
limit=300
add=
while [ $# -gt 0 ]; do
	case $1 in
	--npt) npt=$2 ;;
	--cpus) cpus=$2 ;;
	--memory) memory=$2 ;;
	--time-limit) limit=$2 ;;
	--add) add="$add $2" ;;
	*) break ;;
	esac
	shift 2
done
kernel=$1
init=$2
[ "$3" = -- ] || { echo "run.sh: no '--' before the jobs" >&2; exit 2; }
shift 3

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
mkdir -p "$root/dev" "$root/proc" "$root/sys" "$root/tmp" "$root/modules"
cp "$init" "$root/init"
cp "$kernel"/modules/* "$root/modules/"
sed -i "s/^kvm-amd.ko.*/kvm-amd.ko npt=$npt/" "$root/modules/order"
for file in $add; do
	to=${file#*=}
	[ "$to" != "$file" ] || to=/$(basename "$file")
	mkdir -p "$root$(dirname "$to")"
	cp "${file%%=*}" "$root$to"
done
for job in "$@"; do
	echo "$job" >>"$root/job"
done
(cd "$root" && find . | cpio --quiet -o -H newc | gzip -1) >"$work/initramfs"

status=0
timeout --foreground "$limit" qemu-system-x86_64 -accel tcg,thread=single -cpu max,-cx16 \
	-smp "$cpus" -m "$memory" -nodefaults -no-reboot -display none -monitor none \
	-serial "file:$work/console" -serial "file:$work/results" \
	-kernel "$kernel/vmlinuz" -initrd "$work/initramfs" \
	-append "console=ttyS0 quiet panic=-1 hugepages=32 kvm_amd.npt=$npt" \
	</dev/null >"$work/qemu" 2>&1 || status=$?

grep -v '^@@ ' "$work/results" || true
if [ "$status" = 124 ]; then
	echo "run.sh: the VM was still running after $limit s" >&2
	tail -n 30 "$work/console" >&2
	exit 124
fi
if ! grep -q '^@@ status' "$work/results" ||
	[ "$(grep -c '^@@ job' "$work/results")" != "$(grep -c '^@@ status' "$work/results")" ]; then
	echo "run.sh: the VM ended before its jobs did" >&2
	cat "$work/qemu" >&2
	tail -n 40 "$work/console" >&2
	exit 125
fi
exit "$(sed -n 's/^@@ status //p' "$work/results" | awk '$1 != 0 { print; found = 1; exit } END { if (!found) print 0 }')"
