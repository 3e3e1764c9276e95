/* SPDX-License-Identifier: MIT */
/* What the library tells of its error codes and of itself. */
#include <tieline/tieline.h>

static const struct {
	int code;
	const char *name;
	const char *text;
} codes[] = {{TIELINE_OK, "TIELINE_OK", "success"},
#define ROW(name, value, text) {value, #name, text},
	TIELINE_ERROR_MAP(ROW)
#undef ROW
};

const char *tieline_strerror(int code)
{
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (codes[i].code == code)
			return codes[i].text;
	return "unknown code";
}

const char *tieline_code_name(int code)
{
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (codes[i].code == code)
			return codes[i].name;
	return "unknown";
}

const char *tieline_version(void)
{
	return TIELINE_VERSION;
}
