/* SPDX-License-Identifier: BSD-2-Clause */
/* How a function says that it is part of the library's interface. */
#ifndef TDLAUNCH_EXPORT_H
#define TDLAUNCH_EXPORT_H

#define TDL_API __attribute__((visibility("default")))

#endif
