# SPDX-License-Identifier: BSD-2-Clause
# A TPM for tests: swtpm on a UNIX socket, in the folder $tpm. Sourced behind lib.sh.
tpm=$work/tpm
TPM2TOOLS_TCTI=swtpm:path=$tpm/sock
export TPM2TOOLS_TCTI

# Says what is missing.
have_tpm() {
	for program in swtpm tpm2_pcrread; do
		command -v $program >/dev/null && continue
		echo "$program is not installed (Debian packages swtpm, tpm2-tools)"
		return 1
	done
	"$tool" anchor quote --tcti none: --nonce 0011223344556677 none 2>&1 |
		grep -q disable-tpm || return 0
	echo "built with --disable-tpm"
	return 1
}

need_tpm() {
	missing=$(have_tpm) && return 0
	echo "SKIP: $missing"
	exit 77
}

# Begin, or begin again after stop_tpm: the same TPM after a reset.
start_tpm() {
	mkdir -p "$tpm"
	swtpm socket --tpm2 --tpmstate "dir=$tpm" --server "type=unixio,path=$tpm/sock" \
		--ctrl "type=unixio,path=$tpm/sock.ctrl" --flags not-need-init,startup-clear \
		--daemon --pid "file=$tpm/pid" || {
		echo "FAIL: swtpm does not start"
		exit 1
	}
	tpm_pid=$(cat "$tpm/pid")
	trap 'kill "$tpm_pid" 2>/dev/null; chmod -R u+w "$work"; rm -rf "$work"' EXIT
}

# As a power cut does.
stop_tpm() {
	kill -9 "$tpm_pid"
	while kill -0 "$tpm_pid" 2>/dev/null; do sleep 0.02; done
	rm -f "$tpm/sock" "$tpm/sock.ctrl" "$tpm/pid" "$tpm/.lock"
}

new_tpm() {
	stop_tpm
	rm -rf "$tpm"
	start_tpm
}

# The PCR in a bank, in hex.
pcr() {
	tpm2_pcrread "$1:$2" | sed -n 's/.*: 0x//p' | tr A-F a-f
}

# begin_relay WHAT=N: the same TPM through relay.py, at $relayed, until end_relay.
begin_relay() {
	rm -f "$tpm/relay"
	ln -sf sock.ctrl "$tpm/relay.ctrl"
	python3 "$TDL_SRCDIR/tests/e2e/relay.py" "$tpm/sock" "$tpm/relay" "$1" &
	relay=$!
	until [ -S "$tpm/relay" ]; do sleep 0.02; done
	relayed=swtpm:path=$tpm/relay
}
end_relay() {
	kill $relay
	wait $relay 2>/dev/null
}
