/* SPDX-License-Identifier: BSD-2-Clause */
/* Keys and chains of those who sign and of those whose signature is believed. */
#include "exchange/signer.h"

#include <errno.h>
#include <stdlib.h>

#include <openssl/err.h>

#include "base/scope.h"
#include "refval/chain.h"
#include "refval/key.h"
#include "refval/plain.h"

void signer_end(struct signer *s)
{
	EVP_PKEY_free(s->key);
	pki_free_certificates(s->chain);
	free(s->name);
}

static int name_by_certificate(struct signer *s, struct tdl_error *err)
{
	s->name = subject_text(sk_X509_value(s->chain, 0));
	return s->name ? 0 : tdl_fail(err, -ENOMEM, "no memory for the signer's name");
}

int signer_open(const struct tdl_exchange_options *opt, struct signer *ret, struct tdl_error *err)
{
	int rc = key_private(opt->key, &ret->key, err);

	if (rc < 0)
		return rc;
	if (!opt->certificate)
		return key_name(ret->key, &ret->name, err);
	rc = pki_read_certificates(opt->certificate, &ret->chain, err);
	if (rc < 0)
		return rc;
	if (X509_check_private_key(sk_X509_value(ret->chain, 0), ret->key) != 1) {
		ERR_clear_error();
		return tdl_fail(err, -EINVAL, "the key of %s is not the certificate's of %s",
				opt->key, opt->certificate);
	}
	return name_by_certificate(ret, err);
}

static int key_by_chain(const struct import *in, struct signer *s, struct tdl_error *err)
{
	int rc = chain_verify(s->chain, in->opt->trust, in->opt->at, err);

	if (rc < 0)
		return rc;
	s->key = X509_get_pubkey(sk_X509_value(s->chain, 0));
	if (!s->key)
		return tdl_fail(err, -EBADMSG, "the signer's certificate has no key: %s",
				pki_complaint());
	return name_by_certificate(s, err);
}

static int nobody_is_trusted(struct tdl_error *err)
{
	return tdl_fail(err, -EINVAL,
			"it is signed, but nothing says whom to trust: give the certificate of an "
			"authority with --trust, or the signer's key with --public-key");
}

int signer_required(const struct import *in, struct tdl_error *err)
{
	return in->opt->trust || in->opt->public_key ? 0 : nobody_is_trusted(err);
}

int signer_trusted(const struct import *in, STACK_OF(X509) * carried, struct signer *ret,
		   struct tdl_error *err)
{
	const struct tdl_exchange_options *opt = in->opt;
	int rc;

	if (opt->public_key) {
		rc = key_public(opt->public_key, &ret->key, err);
		return rc < 0 ? rc : key_name(ret->key, &ret->name, err);
	}
	if (!opt->trust && opt->allow_unsigned)
		return 0;
	if (!opt->trust)
		return nobody_is_trusted(err);
	if (opt->signer)
		rc = pki_read_certificates(opt->signer, &ret->chain, err);
	else if (carried)
		rc = (ret->chain = X509_chain_up_ref(carried)) ?
			     0 :
			     tdl_fail(err, -ENOMEM, "no memory for certificates");
	else
		rc = tdl_fail(err, -EINVAL,
			      "it does not carry its signer's certificate: give it with --signer");
	return rc < 0 ? rc : key_by_chain(in, ret, err);
}
