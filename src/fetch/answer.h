/* SPDX-License-Identifier: BSD-2-Clause */
/* Is an answer what was asked for, by its status? */
#ifndef FETCH_ANSWER_H
#define FETCH_ANSWER_H

#include "fetch/http.h"

/* 0 for status 200; else an error that says what the status means. Source: RFC 9110, 15. */
int answer_check(const struct http_answer *answer, struct tdl_error *err);

#endif
