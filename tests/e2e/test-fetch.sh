#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# attest fetch against a TLS server of its own that does everything wrong that a service can.
. "$TDL_SRCDIR/tests/e2e/lib.sh"
unset http_proxy https_proxy HTTPS_PROXY all_proxy ALL_PROXY no_proxy NO_PROXY || true
at=2026-03-01

need_fetch
python3 -c 'import ssl' 2>/dev/null || {
	echo "SKIP: no python3 with TLS"
	exit 77
}

mkdir -p world/azure
"$TDL_BUILDDIR/attest_world" world || exit 1
mkfifo hold
python3 "$TDL_SRCDIR/tests/e2e/fetch_server.py" world <hold >server.out 2>&1 &
exec 9>hold # the server goes when this shell does
tries=0
while [ ! -e world/ports ]; do
	tries=$((tries + 1))
	[ $tries -lt 300 ] || { cat server.out; exit 1; }
	sleep 0.1
done
read -r port expired_port <world/ports

# get CODE FAULT OPTION...: fetch from the service with a fault into the folder "got".
get() {
	code=$1
	url=https://127.0.0.1:$port/$2
	shift 2
	run "$code" attest fetch --quote world/quote.bin --root world/root.der --at $at \
		--cacert world/tls.pem --url "$url" -o got "$@"
}

# refused CODE FAULT PATTERN OPTION...: that says so, and leaves nothing.
refused() {
	pattern=$3
	code=$1
	fault=$2
	shift 3
	get "$code" "$fault" "$@"
	says "$pattern"
	[ "$(echo got*)" = 'got*' ] || fail "$fault: something was left: $(echo got*)"
}

# What is good is what a verification takes.
get 0 good
grep -q "tcb_info.json .*https://127.0.0.1:$port/good/tdx/certification/v4/tcb?fmspc=00806f050000" out ||
	fail "where it came from is not said: $(cat out)"
ls got >list
printf '%s\n' fetched.json pck.crl pck_crl_issuer_chain.pem qe_identity.json \
	qe_identity_issuer_chain.pem root.crl tcb_info.json tcb_info_issuer_chain.pem |
	diff - list || fail "other files"
cmp -s got/tcb_info.json world/tcb_info.json || fail "the TCB info is not as it was sent"
cmp -s got/tcb_info_issuer_chain.pem world/tcb_signing_chain.pem || fail "the chain is not decoded"
printf '%s\n' '/good/tdx/certification/v4/tcb?fmspc=00806f050000' \
	/good/tdx/certification/v4/qe/identity \
	'/good/sgx/certification/v4/pckcrl?ca=platform&encoding=der' \
	/good/sgx/certification/v4/rootcacrl | diff - world/requests || fail "other requests"
run 0 attest verify --quote world/quote.bin --root world/root.der --at $at --collateral got
run 0 attest collateral --at $at got
"$json_valid" <got/fetched.json || fail "the record is no JSON"

# A folder in use is refused, or replaced whole when it is one of these.
get 3 good
says 'got is not empty'
touch got/mine
get 3 good --replace
says 'got has "mine"'
rm got/mine
echo old >got/root.crl
get 3 404 --replace
[ "$(cat got/root.crl)" = old ] || fail "a failure has changed the folder"
get 0 good --replace --json
is_json
grep -q '"tcb_evaluation":18' out || fail "the evaluation is not in the record"
cmp -s got/root.crl world/root_ca.crl || fail "the folder was not replaced"
[ "$(echo got*)" = got ] || fail "something was left: $(echo got*)"
rm -r got

# What a service may do.
get 0 good/sgx/certification/v4/ --update early -q
[ -s out ] && fail "not quiet"
grep -q '^/good/tdx/certification/v4/tcb?fmspc=00806f050000&update=early$' world/requests ||
	fail "early is not asked for"
grep -q '^/good/tdx/certification/v4/qe/identity?update=early$' world/requests ||
	fail "early is not asked for"
rm -r got
get 0 good --tcb-evaluation 18 --root-crl-url "https://127.0.0.1:$port/hex/sgx/certification/v4/rootcacrl"
grep -q '/tdx/certification/v4/qe/identity?tcbEvaluationDataNumber=18$' world/requests ||
	fail "the evaluation is not asked for"
rm -r got
get 0 hex
rm -r got
get 0 busy
rm -r got
get 0 busydate
rm -r got

# What a service may not do.
refused 3 404 'TCB info from https://.*/404/.*: status 404: the service does not have it'
refused 3 410 'no longer has it'
refused 3 500 'status 500: the service failed'
refused 3 403 'refuses the request'
refused 3 302 'redirects to http://127.0.0.1:1/x, which is not followed'
refused 3 204 'status 204'
refused 3 long 'asks to wait 3600 s, 60 s are allowed'
refused 3 down 'status 503: the service is still busy' --retries 1
[ "$(grep -c /down/tdx/certification/v4/tcb world/requests)" = 2 ] || fail "not asked twice"
refused 3 truncated 'TCB info from'
refused 3 huge 'larger than 1048576 bytes'
refused 3 stream 'larger than 1048576 bytes'
refused 3 headers 'its headers'
refused 3 noheader 'no header TCB-Info-Issuer-Chain'
refused 3 twoheaders 'more than one header TCB-Info-Issuer-Chain'
refused 3 badheader 'malformed escape'
refused 3 garbage 'is no TCB info'
refused 3 html 'is no TCB info'
refused 3 empty 'is no TCB info'
refused 3 hangup 'TCB info from'
refused 3 slow 'imed out' --timeout 1
refused 1 tampered 'does not verify: tcb-info: '
refused 1 good 'does not verify: .* expired' --at 2026-06-01
refused 1 good 'evaluation 19 was asked for, the TCB info has 18' --tcb-evaluation 19
sed '/PRIVATE/,$d' world/tls.pem >other.pem
refused 1 good 'does not verify: root: ' --root other.pem

# Whom it talks to.
refused 3 good 'ertificate' --cacert world/tls-expired.pem
refused 3 good 'ertificate' --url "https://localhost:$port/good"
refused 3 good 'expired' --url "https://127.0.0.1:$expired_port/good" --cacert world/tls-expired.pem
refused 3 good 'cacert\|CAfile\|missing' --cacert missing
refused 3 good '127.0.0.1' --url https://127.0.0.1:1
https_proxy=http://127.0.0.1:1
export https_proxy
refused 3 good 'onnect' # to the proxy
unset https_proxy
refused 2 good 'begins with https://' --url "http://127.0.0.1:$port/good"
refused 2 good 'no https:// URL' --root-crl-url file:///dev/null

run 3 attest fetch --quote "$TDL_SRCDIR/tests/fuzz/corpus/fuzz_pck/leaf" -o got
run 3 attest fetch --quote missing -o got
run 2 attest fetch --quote world/quote.bin
run 2 attest fetch -o got
run 2 attest fetch --quote world/quote.bin -o got --update latest
grep -q 'standard' err || fail "the words are not named"
run 2 attest fetch --quote world/quote.bin -o got --update early --tcb-evaluation 18
run 2 attest fetch --quote world/quote.bin -o got --timeout 0
exec 9>&-
wait

finish
