/* SPDX-License-Identifier: MIT */
/**
 * @file
 * The version of libtieline, and the codes that its calls return. tieline.h
 * says what the two kinds of errors are, and includes this.
 */
#ifndef TIELINE_CODES_H
#define TIELINE_CODES_H

#ifdef __cplusplus
extern "C" {
#endif

#define TIELINE_VERSION_MAJOR 0
#define TIELINE_VERSION_MINOR 6
#define TIELINE_VERSION_PATCH 0
#define TIELINE_VERSION       "0.6.0"

#if defined(__GNUC__)
#define TIELINE_API      __attribute__((visibility("default")))
#define TIELINE_MUST_USE __attribute__((warn_unused_result))
#else
#define TIELINE_API
#define TIELINE_MUST_USE
#endif

#define TIELINE_FOREVER (-1)

/** Every error: name, value, text. The kind of error stands above its rows. */
#define TIELINE_ERROR_MAP(X)                                                   \
	/* call errors: the handle is as it was */                             \
	X(TIELINE_EINVAL, -1, "invalid argument")                              \
	X(TIELINE_ENOMEM, -2, "out of memory")                                 \
	X(TIELINE_ETIMEDOUT, -3, "timed out")                                  \
	X(TIELINE_EADDRESS, -4, "unusable address")                            \
	X(TIELINE_ERESOLVE, -5, "host name cannot be looked up")               \
	X(TIELINE_EADDRINUSE, -6, "address already in use")                    \
	X(TIELINE_EKEY, -7, "unusable authkey")                                \
	X(TIELINE_EBUFFERTOOSHORT, -8, "buffer too short for the message")     \
	X(TIELINE_EDIRECTION, -9, "connection does not go that way")           \
	X(TIELINE_EPENDING, -10, "bytes are still pending")                    \
	X(TIELINE_EFORKED, -11, "handle belongs to another process")           \
	X(TIELINE_EDESCRIPTORS, -12, "out of file descriptors")                \
	X(TIELINE_ESYSTEM, -13, "system call failed")                          \
	/* on sending a call error, on receiving a connection error */         \
	X(TIELINE_EMSGSIZE, -14, "message longer than the maximum")            \
	/* connection errors: sticky */                                        \
	X(TIELINE_ECONNECT, -15, "cannot connect")                             \
	X(TIELINE_EAUTH, -16, "authentication failed")                         \
	X(TIELINE_EPROTOCOL, -17, "peer does not speak this protocol")         \
	X(TIELINE_EHANDSHAKE, -18, "handshake not finished in time")           \
	X(TIELINE_EEOF, -19, "peer has closed the connection")                 \
	X(TIELINE_ETRUNCATED, -20, "connection ended inside a message")        \
	X(TIELINE_ELOST, -21, "connection lost")                               \
	X(TIELINE_ENOLISTENER, -22, "nobody accepts that name")                \
	X(TIELINE_ENAMETAKEN, -23, "name belongs to another listener")         \
	X(TIELINE_EFULL, -24, "broker is full")                                \
	X(TIELINE_ENOTPERMITTED, -25, "not permitted")                         \
	X(TIELINE_EBROKER, -26, "broker is lost, or cannot do it")             \
	/* call errors of values */                                            \
	X(TIELINE_ESYNTAX, -27, "no pickle, JSON or literal")                  \
	X(TIELINE_ETYPE, -28, "not for a value of that kind")                  \
	X(TIELINE_ELIMIT, -29, "value beyond a limit")                         \
	/* call errors of sessions, and of what is at a broker */              \
	X(TIELINE_ENOTSENT, -30, "not sent, as there is no connection")        \
	X(TIELINE_EOUTCOME, -31, "whether it was done is not known")           \
	X(TIELINE_ECANCELLED, -32, "cancelled")                                \
	X(TIELINE_EBUSY, -33, "too many requests are under way")               \
	X(TIELINE_ENOOBJECT, -34, "there is no such object")                   \
	X(TIELINE_EEXISTS, -35, "the object exists already")                   \
	X(TIELINE_EKIND, -36, "the object is of another kind")                 \
	X(TIELINE_EDELETED, -37, "the object was deleted")                     \
	X(TIELINE_EEMPTY, -38, "the queue is empty")                           \
	X(TIELINE_EQUEUEFULL, -39, "the queue is full")                        \
	X(TIELINE_ESHUTDOWN, -40, "the queue is shut down")                    \
	X(TIELINE_ENOLEASE, -41, "the lease is over, or never was")            \
	X(TIELINE_ENOTOWNER, -42, "somebody else holds it, or nobody")         \
	X(TIELINE_EBARRIER, -43, "the barrier is broken")                      \
	X(TIELINE_ECUTOFF, -44, "the subscription fell too far behind")        \
	X(TIELINE_ENOITEM, -45, "there is no such key or index")               \
	X(TIELINE_ERAISED, -46, "the object raised an exception")              \
	/* a call error */                                                     \
	X(TIELINE_ECREDENTIALS, -47, "unusable certificate or private key")    \
	/* a connection error */                                               \
	X(TIELINE_ETLS, -48, "TLS failed")

typedef enum tieline_code {
	TIELINE_OK = 0,
#define TIELINE_ERROR_ENTRY(name, value, text) name = (value),
	TIELINE_ERROR_MAP(TIELINE_ERROR_ENTRY)
#undef TIELINE_ERROR_ENTRY
} tieline_code;

/** A #tieline_code's short text, and its name ("TIELINE_EAUTH"). For any
 *  number; never NULL. Since 0.1. */
TIELINE_API const char *tieline_strerror(int code);
TIELINE_API const char *tieline_code_name(int code);

/** The version of the library in use, for comparing with #TIELINE_VERSION.
 *  Since 0.1. */
TIELINE_API const char *tieline_version(void);

#ifdef __cplusplus
}
#endif

#endif
