/* SPDX-License-Identifier: MIT */
/* What the handles of all types have in common. */
#ifndef TLI_TYPED_H
#define TLI_TYPED_H

#include "object.h"

/* Defines ..._close() and ..._object() of a type of handle. */
#define TLI_TYPED(type)                                                        \
	void type##_close(type *handle)                                        \
	{                                                                      \
		tieline_object_close(TLI_OBJECT(handle));                      \
	}                                                                      \
	tieline_object *type##_object(type *handle)                            \
	{                                                                      \
		return TLI_OBJECT(handle);                                     \
	}

/* Defines ..._open() of one that is for one kind, without further options. */
#define TLI_TYPED_OPEN(type, kind)                                             \
	int type##_open(tieline_session *session, const char *name,            \
		const tieline_object_options *options, type **handle_out)      \
	{                                                                      \
		return tieline_object_open(session, name, kind, options,       \
			(tieline_object **)handle_out);                        \
	}

/* tieline_object_open() with further options, as for tieline_value_build(), a
 * dict. */
int tli_typed_open(tieline_session *session, const char *name, const char *kind,
	const tieline_object_options *options, tieline_object **object_out,
	const char *more, ...);

#endif
