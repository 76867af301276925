# SPDX-License-Identifier: BSD-2-Clause
# The libraries that are installed. libtdlaunch has no kernel in it; the embedded kernel is a
# library of its own. Interface version: current:revision:age.
lib_LTLIBRARIES += libtdlaunch.la
libtdlaunch_la_SOURCES =
libtdlaunch_la_LIBADD = $(lib_rooms) $(CRYPTO_LIBS) $(JSON_LIBS)
libtdlaunch_la_LDFLAGS = $(AM_LDFLAGS) -version-info 0:0:0 -no-undefined \
	-Wl,--version-script=$(top_srcdir)/src/libtdlaunch.map
EXTRA_libtdlaunch_la_DEPENDENCIES = src/libtdlaunch.map
EXTRA_DIST += src/libtdlaunch.map

lib_LTLIBRARIES += libtdlaunch-kernel.la
libtdlaunch_kernel_la_SOURCES =
libtdlaunch_kernel_la_LIBADD = $(kernel_rooms) libtdlaunch.la libbase.la $(CRYPTO_LIBS)
libtdlaunch_kernel_la_LDFLAGS = $(AM_LDFLAGS) -version-info 0:0:0 -no-undefined \
	-Wl,--version-script=$(top_srcdir)/src/libtdlaunch-kernel.map
EXTRA_libtdlaunch_kernel_la_DEPENDENCIES = src/libtdlaunch-kernel.map
EXTRA_DIST += src/libtdlaunch-kernel.map

pkgconfigdir = $(libdir)/pkgconfig
pkgconfig_DATA = src/libtdlaunch.pc src/libtdlaunch-kernel.pc
