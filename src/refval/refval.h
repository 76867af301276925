/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside the room: what a manifest is, and the parts that make one. */
#ifndef REFVAL_REFVAL_H
#define REFVAL_REFVAL_H

#include <json-c/json.h>

#include <tdlaunch/manifest.h>

#define MANIFEST_FORMAT "tdlaunch-manifest"
#define MANIFEST_VERSION 1
#define CONFIRMED_MAX 16 /* confirmations of one reference */

/* The tree is the manifest; the references are a view of it whose strings the tree owns. */
struct tdl_manifest {
	struct json_object *root;
	struct tdl_reference *references; /* owned, and the confirmed list of each */
	size_t count;
	char *signer;
	char *text; /* as it was parsed; NULL when it was made here */
	size_t text_size;
};

/* The manifest as text, with a newline at its end, as tdl_manifest_write() writes it. Caller frees.
 */
int manifest_text(const struct tdl_manifest *m, char **ret_text, struct tdl_error *err);

/* The view of root, which must be a manifest. Frees nothing on failure. */
int manifest_view(struct tdl_manifest *m, struct tdl_error *err);
/* One more reference, read from a node of the tree. */
int manifest_view_reference(struct tdl_manifest *m, struct json_object *node,
			    struct tdl_error *err);
/* A reference as a node of the tree, or NULL without memory. */
struct json_object *reference_to_json(const struct tdl_reference *reference);
/* Text to a tree, refusing what JSON forbids and members named twice. */
int manifest_tree(const void *bytes, size_t size, struct json_object **ret_root,
		  struct tdl_error *err);

/* Check the signature of size bytes. *ret_signer is the subject of its certificate; caller frees.
 */
int signature_verify(const void *bytes, size_t size, const void *signature, size_t signature_size,
		     const struct tdl_manifest_options *opt, char **ret_signer,
		     struct tdl_error *err);
/* The same by a plain key, "key SHA256:..." for the signer. */
int plain_signature_verify(const void *bytes, size_t size, const void *signature,
			   size_t signature_size, const char *public_key, char **ret_signer,
			   struct tdl_error *err);

#endif
