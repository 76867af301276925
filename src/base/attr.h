/* SPDX-License-Identifier: BSD-2-Clause */
/* Small words that C forgot. */
#ifndef BASE_ATTR_H
#define BASE_ATTR_H

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#endif
