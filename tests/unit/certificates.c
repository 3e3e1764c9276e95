/* SPDX-License-Identifier: MIT */
#include "certificates.h"

#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX 65536u

static const char *const role_names[] = {
	[TLI_TLS_SERVER] = "server",
	[TLI_TLS_CLIENT] = "client",
};

void certificate_path(const char *name, char path[CERTIFICATE_PATH])
{
	const char *folder = getenv("TIELINE_CERTIFICATES");

	if (!folder)
		fail_msg("TIELINE_CERTIFICATES names no folder");
	snprintf(path, CERTIFICATE_PATH, "%s/%s", folder, name);
}

static struct tli_pem read_pem(const char *name)
{
	struct tli_pem pem = {name, NULL, 0};
	char path[CERTIFICATE_PATH];
	char *text = malloc(FILE_MAX);
	FILE *file;

	certificate_path(name, path);
	file = fopen(path, "r");
	if (!file || !text)
		fail_msg("%s: cannot be read", path);
	pem.len = fread(text, 1, FILE_MAX, file);
	fclose(file);
	pem.text = text;
	return pem;
}

void read_side(enum tli_tls_role role, const struct side *side,
	struct side_files *files)
{
	char name[CERTIFICATE_PATH];

	*files = (struct side_files){.certificate = {.name = "none"}};
	if (side->own) {
		snprintf(name, sizeof(name), "%s-%s.crt", role_names[role],
			side->own);
		files->certificate = read_pem(name);
		strcpy(strrchr(name, '.'), ".key");
		files->private_key = read_pem(name);
		files->certificate.name = "the certificate";
		files->private_key.name = "the key";
	}
	if (side->verify != TLI_TLS_UNVERIFIED)
		files->ca = read_pem(side->ca ? side->ca : "ca.crt");
	if (side->crl)
		files->crl = read_pem(side->crl);
}

void free_side(struct side_files *files)
{
	free((char *)(uintptr_t)files->certificate.text);
	free((char *)(uintptr_t)files->private_key.text);
	free((char *)(uintptr_t)files->ca.text);
	free((char *)(uintptr_t)files->crl.text);
}

struct tli_tls_context *context_of(enum tli_tls_role role,
	const struct side *side, const struct side_files *files,
	char why[TLI_TLS_TEXT])
{
	const struct tli_tls_options options = {
		.role = role,
		.verify = side->verify,
		.certificate = files->certificate,
		.private_key = files->private_key,
		.ca = files->ca,
		.crl = files->crl,
		.allow_tls12 = side->allow_tls12,
	};

	return tli_tls_context_new(&options, why);
}

struct tli_tls_context *new_context(
	enum tli_tls_role role, const struct side *side)
{
	struct tli_tls_context *context;
	struct side_files files;
	char why[TLI_TLS_TEXT];

	read_side(role, side, &files);
	context = context_of(role, side, &files, why);
	free_side(&files);
	if (!context)
		fail_msg("%s", why);
	return context;
}
