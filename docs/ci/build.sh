#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# build.sh DIR: install what is needed, build the tool from this source tree, put it in DIR.
set -eu
[ $# = 1 ] || {
	echo "usage: build.sh DIR" >&2
	exit 2
}
source=$(cd "$(dirname "$0")/../.." && pwd)
mkdir -p "$1"
to=$(cd "$1" && pwd)

"$source/scripts/deps" gcc libc6-dev make autoconf automake libtool pkg-config libssl-dev \
	libjson-c-dev libcbor-dev libcurl4-openssl-dev check libtss2-dev
[ -x "$source/configure" ] || (cd "$source" && ./autogen.sh)
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
cd "$build"
CONFIG_SHELL=/bin/sh /bin/sh "$source/configure" --quiet --disable-shared
make --quiet -j"$(nproc)" tdlaunch
cp tdlaunch "$to/tdlaunch"
