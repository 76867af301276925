/* SPDX-License-Identifier: BSD-2-Clause */
/* The TD quote: through configfs-tsm, or, where a paravisor keeps that to itself, by a service of the
 * host for the TDREPORT in the HCL report. */
#include <errno.h>
#include <stdlib.h>

#include "attest/hcl.h"
#include "base/scope.h"
#include "collect/sources.h"

/* What an answer of the service means. */
static const char *advice_on(int code)
{
	static const struct {
		int code;
		const char *advice;
	} rows[] = {
		{ -ECONNREFUSED, "the service is at this address inside of Azure's guests alone; "
				 "name another: --quote-service URL" },
		{ -ETIMEDOUT, "the service is at this address inside of Azure's guests alone; "
			      "name another: --quote-service URL" },
		{ -EOPNOTSUPP, "install libcurl, and a tdlaunch that was built with it" },
		{ -EBADMSG, "what answered is no such service; name another: --quote-service URL" },
		{ -ENOENT, "what answered is no such service; name another: --quote-service URL" },
		{ -EINVAL, "give a URL that begins with http:// or https://: --quote-service URL" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].code == code)
			return rows[i].advice;
	return "collect again";
}

static void ask(const struct collect_system *sys, const struct entry *hcl, struct entry *entry)
{
	struct tdl_error err = { 0 };
	struct hcl_report report;
	uint8_t *quote = NULL;
	size_t size = 0;
	int rc = hcl_parse(hcl->bytes, hcl->item.size, &report, &err);

	if (rc == 0)
		rc = sys->host_quote(sys->ctx, report.tdreport, &quote, &size, &err);
	if (rc == 0) {
		collect_taken(entry, quote, size);
		entry->item.source = "the host's quote service";
	} else {
		collect_missing(entry, TDL_NOT_READ, advice_on(rc), "%s", err.text);
	}
}

void quote_take(const struct collect_source *source, const struct collect_system *sys,
		const struct tdl_collection *collection, struct entry *entry)
{
	const struct entry *hcl = collect_find(collection, "hcl.bin");

	tsm_take(source, sys, collection, entry);
	if (entry->bytes || !hcl->bytes)
		return;
	collect_forget(entry);
	if (sys->host_quote)
		ask(sys, hcl, entry);
	else
		collect_missing(entry, TDL_NOT_THERE, "name a service: --quote-service URL",
				"the copy has no quote, and no service was asked for one");
}
