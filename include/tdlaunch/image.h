/* SPDX-License-Identifier: BSD-2-Clause */
/* A firmware image that describes itself to a TD's launcher: TDVF metadata, as OVMF and td-shim
 * write it. The files are mapped, never copied; an image never changes once it is open. */
#ifndef TDLAUNCH_IMAGE_H
#define TDLAUNCH_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tdlaunch/error.h>
#include <tdlaunch/export.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TDL_IMAGE_SIZE_MAX     (256u << 20) /* bytes, VARS and CODE together */
#define TDL_IMAGE_SECTIONS_MAX 64u

/* What a section holds. Source: Intel TDX Virtual Firmware Design Guide, TDVF metadata. */
enum tdl_section_type {
	TDL_SECTION_BFV = 0,	       /* firmware code */
	TDL_SECTION_CFV = 1,	       /* variable store */
	TDL_SECTION_TD_HOB = 2,	       /* hand-off blocks that the VMM writes */
	TDL_SECTION_TEMP_MEM = 3,      /* zeroed memory */
	TDL_SECTION_PERM_MEM = 4,      /* memory the guest accepts itself */
	TDL_SECTION_PAYLOAD = 5,       /* kernel or another payload */
	TDL_SECTION_PAYLOAD_PARAM = 6, /* its command line */
	TDL_SECTION_TD_INFO = 7,       /* inside BFV, not mapped */
	TDL_SECTION_TD_PARAMS = 8,     /* inside BFV, not mapped */
};

#define TDL_SECTION_MR_EXTEND 1u /* attribute: measure the contents */
#define TDL_SECTION_PAGE_AUG  2u /* attribute: do not add before the TD runs */

/**
 * struct tdl_image_options - how to read an image
 * @vars_path: the VARS part of a split image, put in front of the CODE part; NULL if there is none
 * @code_only: take a CODE part without its VARS part. MRTD of most flows can be computed from it,
 *             since the variables are added but not measured; it cannot be launched
 */
struct tdl_image_options {
	const char *vars_path;
	bool code_only;
};

/**
 * struct tdl_section - one row of the metadata
 * @type:        enum tdl_section_type
 * @attributes:  TDL_SECTION_MR_EXTEND, TDL_SECTION_PAGE_AUG
 * @file_offset: where its bytes start in the (joined) image
 * @raw_size:    bytes in the image
 * @gpa:         guest physical address, bytes, multiple of 4096
 * @mem_size:    bytes in the guest, multiple of 4096
 */
struct tdl_section {
	uint32_t type;
	uint32_t attributes;
	uint64_t file_offset;
	uint64_t raw_size;
	uint64_t gpa;
	uint64_t mem_size;
};

struct tdl_image;

/**
 * tdl_image_open() - map a firmware image and read its metadata
 * @path:      the file, or the CODE part of a split image
 * @opt:       NULL for the defaults, all zero
 * @ret_image: caller frees with tdl_image_free()
 * @err:       NULL is fine
 *
 * Return: 0; -ENODATA when the image is shorter than it says (a CODE part without VARS included);
 * -EBADMSG when the metadata breaks a rule; -E2BIG over a limit of this header; -EOPNOTSUPP when
 * it has no TDX metadata or metadata of an unknown version; -EINVAL when the two options, or VARS
 * and CODE, do not go together; else what opening the file said (-EISDIR, -ESPIPE, -ENOENT...).
 * Source: edk2 OvmfPkg/ResetVector, td-shim metadata specification.
 */
TDL_API int tdl_image_open(const char *path, const struct tdl_image_options *opt,
			   struct tdl_image **ret_image, struct tdl_error *err);

/** tdl_image_free() - unmap it; NULL is fine */
TDL_API void tdl_image_free(struct tdl_image *image);

/** tdl_image_name() - the path it was opened by; borrowed */
TDL_API const char *tdl_image_name(const struct tdl_image *image);

/** tdl_image_size() - bytes of the image, VARS and CODE together; a missing VARS part counts not */
TDL_API uint64_t tdl_image_size(const struct tdl_image *image);

/** tdl_image_missing() - bytes of VARS that are missing in front (code_only), else 0 */
TDL_API uint64_t tdl_image_missing(const struct tdl_image *image);

/**
 * tdl_image_digest() - SHA-384 of the image's bytes, VARS before CODE
 * @image:      the digest is computed by the first call and remembered; any thread may call
 * @ret_sha384: 48 bytes
 * @err:        NULL is fine
 *
 * Return: 0; -EIO if hashing fails.
 */
TDL_API int tdl_image_digest(const struct tdl_image *image, uint8_t ret_sha384[48],
			     struct tdl_error *err);

/** tdl_image_descriptor() - where the metadata is: offset in the image, bytes */
TDL_API uint64_t tdl_image_descriptor(const struct tdl_image *image);

/** tdl_image_section_count() - how many sections the metadata has, at least 1 */
TDL_API size_t tdl_image_section_count(const struct tdl_image *image);

/** tdl_image_section() - the section with index i, in metadata order; NULL past the end; borrowed */
TDL_API const struct tdl_section *tdl_image_section(const struct tdl_image *image, size_t i);

/** tdl_section_type_name() - "BFV", "TempMem"...; "unknown" for a type that has no name */
TDL_API const char *tdl_section_type_name(uint32_t type);

/** tdl_image_warning() - the warning with index i, a sentence; NULL past the last one; borrowed */
TDL_API const char *tdl_image_warning(const struct tdl_image *image, size_t i);

#ifdef __cplusplus
}
#endif

#endif
