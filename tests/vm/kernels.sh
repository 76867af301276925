#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Get a kernel to test with, and print the folder that holds it: vmlinuz, the modules that KVM on
# AMD needs, and the order to load them in.
#
#   kernels.sh stock SUITE    Debian's newest cloud kernel of that suite
#   kernels.sh built SUITE    built from that suite's newest linux-source with kernel.config
#
# Packages of other suites are read through a private apt state, so the machine's own sources stay
# as they are. Everything is kept in $TDL_CACHE (default ~/.cache/tdlaunch), named by version and,
# for a built kernel, by what it was built from.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cache=${TDL_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/tdlaunch}
apt_state=$cache/apt
mkdir -p "$cache/kernels" "$cache/debs"

fail() {
	echo "kernels.sh: $*" >&2
	exit 1
}

# Where this machine gets Debian's main archive from.
archive() {
	apt-get indextargets --format '$(REPO_URI) $(SUITE) $(ORIGIN)' 'Created-By: Packages' |
		awk '$3 == "Debian" && $2 !~ /security/ { print $1; exit }'
}


apt_setup() {
	[ -n "$(archive)" ] || fail "no Debian archive among this machine's package sources; run apt-get update"
	mkdir -p "$apt_state/lists/partial" "$apt_state/archives/partial"
	: >"$apt_state/sources.list"
	for suite in bookworm-backports trixie trixie-backports; do
		echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $(archive) $suite main" \
			>>"$apt_state/sources.list"
	done
	cat >"$apt_state/apt.conf" <<-CONF
	Dir::State "$apt_state";
	Dir::State::status "/dev/null";
	Dir::Cache "$apt_state";
	Dir::Etc::sourcelist "$apt_state/sources.list";
	Dir::Etc::sourceparts "/dev/null";
	Dir::Etc::preferencesparts "/dev/null";
	APT::Sandbox::User "";
	Acquire::Retries "3";
	CONF
	# Lists younger than a day serve.
	if [ -z "$(find "$apt_state/updated" -mmin -1440 2>/dev/null)" ]; then
		apt-get -c "$apt_state/apt.conf" -qq update >&2 || fail "apt-get update failed"
		touch "$apt_state/updated"
	fi
}

# The newest version of a package in a suite.
version_in() {
	apt-cache -c "$apt_state/apt.conf" madison "$1" |
		awk -F' *[|] *' -v suite="$2" '{ split($3, at, " "); if (at[2] == suite "/main") print $2 }' |
		sort -V | tail -n 1
}

field() {
	apt-cache -c "$apt_state/apt.conf" show "$1=$2" 2>/dev/null | sed -n "s/^$3: //p" | head -n 1
}

# Unpack package=version into a folder.
unpack() {
	deb=$cache/debs/$(echo "$1" | tr '=:/' '___').deb
	if [ ! -s "$deb" ]; then
		download=$(mktemp -d "$cache/debs/tmp.XXXXXX")
		(cd "$download" && apt-get -c "$apt_state/apt.conf" -qq download "$1" >&2) ||
			fail "cannot download $1"
		mv "$download"/*.deb "$deb"
		rmdir "$download"
	fi
	dpkg-deb -x "$deb" "$2"
}

# Put the modules KVM needs, unpacked, where the VM's first process looks for them.
collect_modules() {
	mkdir -p "$2/modules"
	for name in irqbypass ccp kvm kvm-amd; do
		file=$(find "$1" -name "$name.ko*" | head -n 1)
		[ -n "$file" ] || continue
		case $file in
		*.xz) xz -dc "$file" >"$2/modules/$name.ko" ;;
		*.zst) zstd -qdc "$file" >"$2/modules/$name.ko" ;;
		*) cp "$file" "$2/modules/$name.ko" ;;
		esac
		echo "$name.ko" >>"$2/modules/order"
	done
	[ -s "$2/modules/kvm.ko" ] || fail "no kvm module in $1"
}

stock() {
	version=$(version_in linux-image-cloud-amd64 "$1")
	[ -n "$version" ] || fail "no cloud kernel in $1"
	result=$cache/kernels/stock-$version
	if [ ! -f "$result/done" ]; then
		abi=$(field linux-image-cloud-amd64 "$version" Depends | tr ',|' '\n\n' |
			sed -n 's/^ *linux-image-\([^ ]*\).*/\1/p' | head -n 1)
		[ -n "$abi" ] || fail "cannot tell which kernel linux-image-cloud-amd64 $version is"
		rm -rf "$result"
		mkdir -p "$result/root"
		for package in "linux-image-$abi" "linux-modules-$abi" "linux-binary-$abi"; do
			exact=$(version_in "$package" "$1")
			[ -z "$exact" ] || unpack "$package=$exact" "$result/root"
		done
		cp "$(find "$result/root" -name 'vmlinuz*' -type f | head -n 1)" "$result/vmlinuz" ||
			fail "no kernel image in the packages of linux-image-$abi"
		collect_modules "$result/root" "$result"
		echo "$abi" >"$result/version"
		rm -rf "$result/root"
		touch "$result/done"
	fi
	echo "$result"
}

built() {
	version=$(version_in linux-source "$1")
	[ -n "$version" ] || fail "no linux-source in $1"
	package=$(field linux-source "$version" Depends | sed -n 's/^\(linux-source-[^ ]*\).*/\1/p')
	key=$(cat "$here/kernel.config" "$here/kernels.sh" | sha256sum | cut -c 1-16)
	result=$cache/kernels/built-$version-$key
	if [ ! -f "$result/done" ]; then
		rm -rf "$result"
		mkdir -p "$result/modules" "$result/root"
		unpack "$package=$version" "$result/root"
		tar -xf "$result"/root/usr/src/linux-source-*.tar.xz -C "$result/root"
		(
			cd "$result"/root/linux-source-*/
			make -s tinyconfig
			scripts/kconfig/merge_config.sh -m .config "$here/kernel.config"
			make -s olddefconfig
			for option in $(sed -n 's/^\(CONFIG_[A-Z0-9_]*\)=y$/\1/p' "$here/kernel.config"); do
				grep -q "^$option=y" .config ||
					{ echo "this kernel does not take $option"; exit 1; }
			done
			make -s -j"$(nproc)" bzImage
			make -s kernelrelease | tail -n 1 >"$result/version"
			cp arch/x86/boot/bzImage "$result/vmlinuz"
			cp .config "$result/config"
		) >"$result/build.log" 2>&1 || {
			tail -n 20 "$result/build.log" >&2
			fail "the kernel did not build; the whole output is in $result/build.log"
		}
		: >"$result/modules/order"
		rm -rf "$result/root"
		touch "$result/done"
	fi
	echo "$result"
}

case ${1-} in
stock | built)
	[ $# = 2 ] || fail "usage: kernels.sh stock|built SUITE"
	apt_setup
	exec 9>"$cache/lock"
	flock 9
	"$1" "$2"
	;;
*)
	fail "usage: kernels.sh stock|built SUITE"
	;;
esac
