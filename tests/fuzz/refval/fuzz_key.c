/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as the file of a key, of certificates, of authorities. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <openssl/evp.h>

#include <tdlaunch/key.h>

#include "refval/chain.h"
#include "refval/key.h"
#include "refval/pki.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void keys(const char *path)
{
	EVP_PKEY *key = NULL;
	char *pem = NULL;
	size_t size = 0;

	if (key_private(path, &key, NULL) == 0)
		EVP_PKEY_free(key);
	if (tdl_key_public_pem(path, &pem, &size, NULL) == 0 && size == 0)
		abort();
	free(pem);
}

static void certificates(const char *path)
{
	STACK_OF(X509) *list = NULL;
	X509_STORE *store = NULL;

	if (trust_store(path, &store, NULL) == 0)
		X509_STORE_free(store);
	if (pki_read_certificates(path, &list, NULL) < 0)
		return;
	if (sk_X509_num(list) == 0)
		abort();
	free(subject_text(sk_X509_value(list, 0)));
	pki_free_certificates(list);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[64];
	int fd = memfd_create("fuzz", 0);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	keys(path);
	certificates(path);
	close(fd);
	return 0;
}
