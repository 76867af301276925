# SPDX-License-Identifier: BSD-2-Clause
# Make two traces of one rehearsal comparable, line by line. Descriptors get names in the order in
# which they appear. What only the host decides goes: line numbers, the layout of its statistics
# file, and which thread took which piece, so that the last block of pre-faults is sorted by address
# and names no vCPU. With -v configured=1 so do the answers that depend on how a kernel was built.
function name_of(fd) { return fd in names ? names[fd] : fd }
# What the descriptor is that a call makes.
function kind_of(call) {
	if (call ~ /^open/) return "kvm"
	if (call ~ /KVM_CREATE_VM,/) return "vm"
	if (call ~ /KVM_CREATE_VCPU/) return "cpu"
	if (call ~ /KVM_CREATE_GUEST_MEMFD/) return "gmem"
	if (call ~ /KVM_GET_STATS_FD/) return "stats"
	return ""
}
function is_stats(call) { return call ~ /^pread\(stats[0-9]*, / }
function flush_block(	i) {
	blocks++
	for (i = 1; i <= held; i++)
		print (blocks > 1 ? sorted() : line[i])
	held = 0
}
# The smallest address that has not been printed: blocks are short.
function sorted(	j, best) {
	best = 0
	for (j = 1; j <= held; j++)
		if (!((blocks, j) in used) && (!best || address(line[j]) < address(line[best])))
			best = j
	used[blocks, best] = 1
	sub(/cpu[0-9]+/, "cpu", line[best])
	return line[best]
}
function address(text) {
	match(text, /gpa=0x[0-9a-f]*/)
	return sprintf("%16s", substr(text, RSTART + 6, RLENGTH - 6))
}
!/^[0-9][0-9][0-9][0-9][0-9][0-9] / { next }
{
	call = substr($0, 8)
	if (match(call, /^(ioctl|pread|close)\([0-9]+/)) {
		open_at = index(call, "(")
		fd = substr(call, open_at + 1, RLENGTH - open_at)
		call = substr(call, 1, open_at) name_of(fd) substr(call, RLENGTH + 1)
	}
	if (match(call, /guest_memfd=[0-9]+/) && call ~ /flags=0x4/) {
		fd = substr(call, RSTART + 12, RLENGTH - 12)
		call = substr(call, 1, RSTART + 11) name_of(fd) substr(call, RSTART + RLENGTH)
	}
	kind = kind_of(call)
	if (kind != "" && match(call, / = [0-9]+$/)) {
		fd = substr(call, RSTART + 3)
		names[fd] = kind counts[kind]++
		call = substr(call, 1, RSTART + 2) names[fd]
	}
	if (is_stats(call))
		call = "pread(stats)"
	if (configured && call ~ /KVM_CHECK_EXTENSION, (66|233|234)\)/)
		sub(/ = .*/, " = (as built)", call)
	if (call ~ /KVM_PRE_FAULT_MEMORY/) {
		line[++held] = call
		next
	}
	if (held)
		flush_block()
	print call
}
END { if (held) flush_block() }
