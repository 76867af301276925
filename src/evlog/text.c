/* SPDX-License-Identifier: BSD-2-Clause */
/* Words of a log for people, and back. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "base/bytes.h"
#include "base/hash.h"
#include "evlog/record.h"

int tdl_log_detail_parse(const char *name, enum tdl_log_detail *ret_detail, struct tdl_error *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(detail_names); i++) {
		if (strcmp(name, detail_names[i]) == 0) {
			*ret_detail = (enum tdl_log_detail)i;
			return 0;
		}
	}
	return tdl_fail(err, -EINVAL, "no log detail '%s'; there are region, page and call", name);
}

static const char *const patterns[] = { "add", "add+extend", "?", "extend" };

static void region_text(const struct tdl_log_region_event *e, char *buf, size_t size)
{
	char from[400] = "zeros";

	if (e->origin == TDL_LOG_ORIGIN_HOB)
		snprintf(from, sizeof(from), "the TD HOB");
	else if (e->origin == TDL_LOG_ORIGIN_FILE)
		snprintf(from, sizeof(from), "%.*s +0x%llx", (int)e->source.name.length,
			 e->source.name.text, (unsigned long long)e->source.offset);
	snprintf(buf, size, "section %llu %.*s, %llu pages from 0x%llx, %s, %s",
		 (unsigned long long)e->section, (int)e->name.length, e->name.text,
		 (unsigned long long)e->pages, (unsigned long long)e->gpa, patterns[e->pattern],
		 from);
}

static void init_text(const struct tdl_log_init_event *e, char *buf, size_t size)
{
	snprintf(buf, size, "flow %.*s, memory %llu MiB, %llu vCPUs, attributes 0x%llx, xfam 0x%llx",
		 (int)e->flow.length, e->flow.text, (unsigned long long)(e->memory >> 20),
		 (unsigned long long)e->cpus, (unsigned long long)e->attributes,
		 (unsigned long long)e->xfam);
}

static void page_text(const struct tdl_log_page_event *e, char *buf, size_t size)
{
	char hex[2 * SHA384_SIZE + 1];

	snprintf(buf, size, "0x%llx%s%s, %.16s...", (unsigned long long)e->gpa,
		 e->added ? ", added" : "", e->extended ? ", extended" : "",
		 hex_encode(e->digest, sizeof(e->digest), hex));
}

char *tdl_log_record_text(const struct tdl_log_record *r, char *buf, size_t size)
{
	char hex[2 * SHA384_SIZE + 1];

	switch (r->event) {
	case TDL_LOG_EVENT_CEL_VERSION:
		snprintf(buf, size, "CEL %llu.%llu", (unsigned long long)r->cel.major,
			 (unsigned long long)r->cel.minor);
		break;
	case TDL_LOG_EVENT_INIT:
		init_text(&r->init, buf, size);
		break;
	case TDL_LOG_EVENT_REGION:
		region_text(&r->region, buf, size);
		break;
	case TDL_LOG_EVENT_PAGE:
		page_text(&r->page, buf, size);
		break;
	case TDL_LOG_EVENT_PAGE_ADD:
		snprintf(buf, size, "0x%llx, %.16s...", (unsigned long long)r->add.gpa,
			 hex_encode(r->add.digest, sizeof(r->add.digest), hex));
		break;
	case TDL_LOG_EVENT_MR_EXTEND:
		snprintf(buf, size, "0x%llx, %.16s...", (unsigned long long)r->extend.gpa,
			 hex_encode(r->extend.digest, sizeof(r->extend.digest), hex));
		break;
	case TDL_LOG_EVENT_FINALIZE:
		snprintf(buf, size, "MRTD %s, %llu calls",
			 hex_encode(r->finalize.mrtd, SHA384_SIZE, hex),
			 (unsigned long long)r->finalize.calls);
		break;
	}
	return buf;
}
