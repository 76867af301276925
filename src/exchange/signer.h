/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside the room: whose key makes a signature, and whose key checks one. */
#ifndef EXCHANGE_SIGNER_H
#define EXCHANGE_SIGNER_H

#include "exchange/format.h"
#include "refval/pki.h"

/* Who signs an export. */
struct signer {
	EVP_PKEY *key;
	STACK_OF(X509) * chain; /* leaf first; NULL without certificates */
	char *name;		/* the certificate's subject, or that of the key */
};

void signer_end(struct signer *s);
#define AUTO_SIGNER __attribute__((cleanup(signer_end)))

/* The signer that an export asks for. -EINVAL when key and certificate do not belong together. */
int signer_open(const struct tdl_exchange_options *opt, struct signer *ret, struct tdl_error *err);

/* The key that may have signed an import: that of the options, or that of a chain that leads to
 * what they trust. carried is the chain of the file, NULL when it has none; borrowed. -EINVAL when
 * nothing says whom to trust. With neither trust nor key and unsigned allowed, *ret->key stays NULL:
 * the signature is then not looked at. */
int signer_trusted(const struct import *in, STACK_OF(X509) * carried, struct signer *ret,
		   struct tdl_error *err);

/* An endorsement is worth what its signature is: none is taken unless somebody is trusted, not even
 * where unsigned files are. -EINVAL when nothing says whom. */
int signer_required(const struct import *in, struct tdl_error *err);

#endif
