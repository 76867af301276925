/* SPDX-License-Identifier: BSD-2-Clause */
/* A confidential-computing event log (CCEL): what firmware, loaders and kernels say they extended
 * into the run-time measurement registers, and what these registers are when that is true. */
#ifndef TDLAUNCH_CCEL_H
#define TDLAUNCH_CCEL_H

#include <stddef.h>
#include <stdint.h>

#include <tdlaunch/error.h>
#include <tdlaunch/export.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TDL_RTMR_COUNT 4
#define TDL_RTMR_SIZE  48

struct tdl_ccel;

/**
 * enum tdl_binding - what an event's digest says about its data
 * @TDL_BINDING_NONE:        not extended (EV_NO_ACTION)
 * @TDL_BINDING_BOUND:       the digest is a hash of the data, which may therefore be believed once
 *                           the register is
 * @TDL_BINDING_UNBOUND:     the digest covers something that is not in the log
 * @TDL_BINDING_CONTRADICTS: the digest ought to be a hash of the data and is not
 */
enum tdl_binding {
	TDL_BINDING_NONE,
	TDL_BINDING_BOUND,
	TDL_BINDING_UNBOUND,
	TDL_BINDING_CONTRADICTS,
};

/**
 * struct tdl_event - one event
 * @offset:    bytes from the start of the log
 * @mr:        measurement register as logged: 0 MRTD, 1..4 RTMR0..3
 * @type:      event type
 * @digest:    SHA-384 that was extended, 48 bytes, borrowed; NULL in the first event
 * @data:      event data, borrowed
 * @data_size: bytes there
 * @binding:   whether @digest vouches for @data
 */
struct tdl_event {
	size_t offset;
	uint32_t mr, type;
	const uint8_t *digest;
	const uint8_t *data;
	size_t data_size;
	enum tdl_binding binding;
};

/**
 * tdl_ccel_open() - parse an event log
 * @bytes:    the log area, borrowed until tdl_ccel_free()
 * @size:     bytes there, fill behind the last event included
 * @ret_ccel: the log, to be freed
 * @err:      which event is malformed, and where; NULL is fine
 *
 * Return: 0; -ENODATA when an event passes the end, -EBADMSG when malformed, -E2BIG beyond 16 MiB,
 * -ENOMEM.
 * Source: TCG PC Client Platform Firmware Profile, Spec ID Event03 and TCG_PCR_EVENT2; UEFI,
 * Confidential Computing.
 */
TDL_API int tdl_ccel_open(const void *bytes, size_t size, struct tdl_ccel **ret_ccel,
			  struct tdl_error *err);

/**
 * tdl_ccel_free() - free a log; its bytes stay the caller's
 * @ccel: NULL is fine
 */
TDL_API void tdl_ccel_free(struct tdl_ccel *ccel);

/**
 * tdl_ccel_event_count() - number of events, the Spec ID event not counted
 * @ccel: the log
 *
 * Return: the number of events.
 */
TDL_API size_t tdl_ccel_event_count(const struct tdl_ccel *ccel);

/**
 * tdl_ccel_event() - an event
 * @ccel:  the log
 * @index: below tdl_ccel_event_count()
 *
 * Return: the event, borrowed, or NULL.
 */
TDL_API const struct tdl_event *tdl_ccel_event(const struct tdl_ccel *ccel, size_t index);

/**
 * tdl_ccel_used() - where the events end
 * @ccel:       the log
 * @ret_ending: "ff" or "zero" for what fills the area behind them, "eof" when nothing follows;
 *              static
 * @ret_uniform: 0 when other bytes stand in the fill
 *
 * Return: bytes from the start of the log.
 */
TDL_API size_t tdl_ccel_used(const struct tdl_ccel *ccel, const char **ret_ending,
			     int *ret_uniform);

/**
 * tdl_ccel_replay() - the registers that the log's digests give
 * @ccel:      the log
 * @ret_rtmrs: RTMR0..RTMR3; zeros where nothing was extended
 * @err:       why not; NULL is fine
 *
 * What comes out is as good as what the log says: compare it with a register of a verified quote,
 * never with itself.
 *
 * Return: 0, or -EIO when hashing fails.
 */
TDL_API int tdl_ccel_replay(const struct tdl_ccel *ccel,
			    uint8_t ret_rtmrs[TDL_RTMR_COUNT][TDL_RTMR_SIZE],
			    struct tdl_error *err);

/**
 * tdl_event_type_name() - the name of an event type
 * @type: event type
 *
 * Return: "EV_SEPARATOR", "EV_EFI_VARIABLE_BOOT" and so on, static; NULL when unknown.
 */
TDL_API const char *tdl_event_type_name(uint32_t type);

#ifdef __cplusplus
}
#endif

#endif
