/* SPDX-License-Identifier: BSD-2-Clause */
/* Going through the sources, and the collection that comes of it. */
#include "collect/collect.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/scope.h"
#include "collect/sources.h"

static const struct collect_source sources[] = {
	{ "TDREPORT", "tdreport.bin", "/dev/tdx_guest", device_take },
	{ "HCL report", "hcl.bin", "NV index 0x01400001", hcl_take },
	{ "TD quote", "quote.bin", "/sys/kernel/config/tsm/report", quote_take },
	{ "vTPM quote", "vtpm.json", "persistent handle 0x81000003", vtpm_take },
	{ "AK certificate", "ak.der", "NV index 0x01c101d0", ak_take },
	{ "measurement registers", "registers.json",
	  "/sys/devices/virtual/misc/tdx_guest/measurements", registers_take },
	{ "CCEL table", "ccel.table", "/sys/firmware/acpi/tables/CCEL", file_take },
	{ "event log", "ccel.bin", "/sys/firmware/acpi/tables/data/CCEL", file_take },
	{ "IMA log", "ima.txt", "/sys/kernel/security/ima/ascii_runtime_measurements", file_take },
	{ "TPM event log", "tpm-events.bin", "/sys/kernel/security/tpm0/binary_bios_measurements",
	  file_take },
	{ "command line", "cmdline", "/proc/cmdline", file_take },
	{ "kernel version", "kernel", "/proc/version", file_take },
};

void collect_taken(struct entry *entry, uint8_t *bytes, size_t size)
{
	entry->bytes = bytes;
	entry->item.bytes = bytes;
	entry->item.size = size;
	entry->item.state = TDL_COLLECTED;
}

void collect_missing(struct entry *entry, enum tdl_collected state, const char *advice,
		     const char *why, ...)
{
	va_list args;

	va_start(args, why);
	if (vasprintf(&entry->why, why, args) < 0)
		entry->why = NULL;
	va_end(args);
	entry->item.state = state;
	entry->item.why = entry->why ? entry->why : "out of memory";
	entry->item.advice = advice;
}

void collect_forget(struct entry *entry)
{
	free(entry->why);
	entry->why = NULL;
	entry->item.why = NULL;
	entry->item.advice = NULL;
}

void collect_remark(struct entry *entry, const char *text, ...)
{
	va_list args;

	va_start(args, text);
	if (vasprintf(&entry->remark, text, args) < 0)
		entry->remark = NULL;
	va_end(args);
}

void collect_unread(struct entry *entry, const char *path, int code)
{
	if (code == -ENOENT)
		collect_missing(entry, TDL_NOT_THERE, NULL, "there is no %s", path);
	else if (code == -EACCES || code == -EPERM)
		collect_missing(entry, TDL_NOT_READ, "run this as root", "%s: %s", path,
				strerror(-code));
	else
		collect_missing(entry, TDL_NOT_READ, NULL, "%s: %s", path, strerror(-code));
}

void collect_note(struct tdl_collection *collection, const char *text, ...)
{
	va_list args;

	if (collection->notes == NOTES_MAX)
		return;
	va_start(args, text);
	if (vasprintf(&collection->note[collection->notes], text, args) >= 0)
		collection->notes++;
	va_end(args);
}

const struct entry *collect_find(const struct tdl_collection *collection, const char *file)
{
	for (size_t i = 0; i < collection->count; i++)
		if (strcmp(collection->entries[i].item.file, file) == 0)
			return &collection->entries[i];
	return NULL;
}

int collect_from(const struct collect_system *sys, const uint8_t *nonce, size_t nonce_size,
		 struct tdl_collection **ret_collection, struct tdl_error *err)
{
	struct tdl_collection *c =
		calloc(1, sizeof(*c) + ARRAY_SIZE(sources) * sizeof(c->entries[0]));

	if (!c)
		return tdl_fail(err, -ENOMEM, "no memory for a collection");
	c->recorded = sys->recorded;
	c->place = collect_place(sys);
	c->nonce_size = nonce_size;
	if (nonce_size)
		memcpy(c->report_data, nonce, nonce_size);
	for (size_t i = 0; i < ARRAY_SIZE(sources); i++) {
		struct entry *entry = &c->entries[i];

		entry->item = (struct tdl_collect_item){ .name = sources[i].name,
							 .file = sources[i].file,
							 .source = sources[i].path };
		sources[i].take(&sources[i], sys, c, entry);
		c->count++;
	}
	collect_notes(sys, c);
	*ret_collection = c;
	return 0;
}

int tdl_collect(const struct tdl_collect_options *options, struct tdl_collection **ret_collection,
		struct tdl_error *err)
{
	static const struct tdl_collect_options none;
	const struct tdl_collect_options *o = options ? options : &none;
	struct collect_root root = { o->sysroot ? o->sysroot : "", o->tpm, o->quote_service,
				     o->cancel };
	const struct collect_system sys = collect_machine(&root);

	if (o->nonce_size > REPORT_DATA_SIZE)
		return tdl_fail(err, -EINVAL, "a nonce has 1 to %d bytes, not %zu",
				REPORT_DATA_SIZE, o->nonce_size);
	if (sys.recorded && !sys.exists(sys.ctx, "/"))
		return tdl_fail(err, -ENOENT, "there is no folder %s", root.sysroot);
	return collect_from(&sys, o->nonce, o->nonce_size, ret_collection, err);
}

void tdl_collection_free(struct tdl_collection *collection)
{
	if (!collection)
		return;
	for (size_t i = 0; i < collection->count; i++) {
		free(collection->entries[i].bytes);
		free(collection->entries[i].why);
		free(collection->entries[i].remark);
	}
	for (size_t i = 0; i < collection->notes; i++)
		free(collection->note[i]);
	free(collection);
}

enum tdl_place tdl_collection_place(const struct tdl_collection *collection)
{
	return collection->place;
}

size_t tdl_collection_count(const struct tdl_collection *collection)
{
	return collection->count;
}

const struct tdl_collect_item *tdl_collection_item(const struct tdl_collection *collection,
						   size_t index)
{
	return index < collection->count ? &collection->entries[index].item : NULL;
}

const char *tdl_collection_note(const struct tdl_collection *collection, size_t index)
{
	return index < collection->notes ? collection->note[index] : NULL;
}
