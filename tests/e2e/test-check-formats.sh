#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# What check prints, read by programs of others. Hostile texts among the claims change nothing.
. "$TDL_SRCDIR/tests/e2e/lib.sh"
peer=$TDL_SRCDIR/tests/e2e/formats_peer.py

ran=$(/usr/bin/python3 "$peer" "$TDL_BUILDDIR/render_claims") || fail "a format is read otherwise"
ran=${ran:-0}
finish
