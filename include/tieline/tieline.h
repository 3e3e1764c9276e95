/* SPDX-License-Identifier: MIT */
/**
 * @file
 * libtieline: Listener, Client and Connection of Python's
 * multiprocessing.connection, in C, on the same wire.
 *
 * A tieline_listener hands out authenticated connections; tieline_client()
 * makes one; a tieline_connection carries whole messages of bytes both ways.
 * The peer may be C or a stock Python program, 3.6 or later. values.h has the
 * objects that Python programs send; session.h begins what a broker has besides
 * connections: queues, topics, locks, shared objects.
 *
 * **Names.** Two programs can meet directly, at an address that one of them
 * listens at, or by a name at a broker that both connect to: "#name" behind the
 * broker's address, "tcp://host:port#name" or "unix:/path#name", as an address
 * for the same calls. The key is then the broker's. Names have 1 to 128
 * letters, digits and . _ - : / of ASCII. What a connection carries through a
 * broker is between the two programs; if the broker dies, each sees the
 * connection break (#TIELINE_ELOST, or #TIELINE_ETRUNCATED inside a message on
 * a Unix socket), where the other's closing is an end (#TIELINE_EEOF).
 *
 * **TLS.** Addresses that begin with "tls://" instead of "tcp://" have TLS 1.3
 * below the handshake. The options say who is trusted and what certificate is
 * shown. The key is proved for the one TLS connection that it is proved on, so
 * that somebody in between cannot pass the handshake on, whatever certificate
 * he has. An end is told over TLS, so a connection that is cut is never an end,
 * but lost.
 *
 * **Threads.** A handle belongs to one thread at a time; distinct handles are
 * independent. The library starts no thread, installs no signal handler,
 * prints nothing, never exits and raises no SIGPIPE. Its descriptors are
 * close-on-exec.
 *
 * **Fork.** A handle is refused (#TIELINE_EFORKED) in a forked child, where
 * only closing it is allowed; that frees the child's copy and leaves the
 * parent's alone. A child that goes on without exec should close all that it
 * inherited, or peers will not see the end of what the parent closes. To accept
 * and then fork, detach the connection and adopt it in the child:
 * tieline_connection_detach(), tieline_connection_adopt().
 *
 * **Errors.** Calls return 0 or more on success, and a negative
 * #tieline_code on failure. tieline_handle_error() has the text: what went
 * wrong and what to do; of the handle for calls on one, of NULL for calls that
 * make a handle, wait for several, or have to do with values alone. Codes are
 * of two kinds. After a *call* error the handle is as it was, and the call may
 * be made again. A *connection* error is sticky: the direction it struck
 * (receiving or sending) returns it from then on.
 *
 * **Waiting.** Every timeout_ms is in milliseconds: 0 tries once, a negative
 * one (#TIELINE_FOREVER) waits without limit. It bounds waiting; copying a very
 * large message takes its own time. Signals do not end a wait: to stop a
 * program, let the signal handler shutdown(2) one end of a socket pair whose
 * other end was adopted, and wait for that too, as examples/echo-server.c does.
 */
#ifndef TIELINE_TIELINE_H
#define TIELINE_TIELINE_H

#include <tieline/codes.h>
#include <tieline/handle.h>
#include <tieline/options.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A Listener: hands out authenticated connections. */
typedef struct tieline_listener tieline_listener;

/** A Connection: carries whole messages. */
typedef struct tieline_connection tieline_connection;

/* ---- Keys and places ------------------------------------------------- */

/**
 * Make a new key file: 32 random bytes, written as 64 hexadecimal digits with
 * no newline behind, in a file of mode 0600 whatever the umask. Its content as
 * it is, all 64 bytes, is the authkey, in stock Python too.
 *
 * @param path  of the file, in a folder that exists; not NULL.
 *
 * @retval TIELINE_OK
 * @retval TIELINE_EKEY  something is there already, which is left as it is, or
 *                       the file cannot be made.
 * @retval TIELINE_EDESCRIPTORS, TIELINE_ENOMEM
 *
 * On failure no file is made. tieline_handle_error(NULL) says more. Does not
 * block, but for the disk. Since 0.2.
 */
TIELINE_API TIELINE_MUST_USE int tieline_authkey_create(const char *path);

/**
 * Where this user's broker listens, if nobody said otherwise: the Unix socket
 * tieline.sock in the first of $XDG_RUNTIME_DIR, /run/user/UID and
 * /tmp/tieline-UID that is a folder of the user's own which nobody else can
 * change; the last also if it is missing. Whether a broker is there is not
 * looked at, and nothing is made.
 *
 * @param address  gets the address, as tieline_client() takes it; not NULL.
 * @param size     how many bytes fit, with the NUL; 128 are always enough.
 *
 * @retval TIELINE_OK
 * @retval TIELINE_EINVAL    it needs more than size bytes.
 * @retval TIELINE_EADDRESS  there is no such folder, or its path is too long
 *                           for a Unix socket or has a '#'.
 *
 * On failure *address is untouched, and tieline_handle_error(NULL) says more.
 * Does not block. Since 0.2.
 */
TIELINE_API TIELINE_MUST_USE int tieline_default_broker(
	char *address, size_t size);

/**
 * Which key file this user's broker has, if nobody said otherwise:
 * tieline/authkey in $XDG_CONFIG_HOME, else in $HOME/.config. Whether it is
 * there is not looked at, and nothing is made.
 *
 * @param path  gets the path, for authkey_file of the options; not NULL.
 * @param size  how many bytes fit, with the NUL; 4096 are always enough.
 *
 * @retval TIELINE_OK
 * @retval TIELINE_EINVAL  it needs more than size bytes.
 * @retval TIELINE_EKEY    neither variable is set to an absolute path, or the
 *                         path is too long, or its folder is there and not the
 *                         user's own, or others can change it.
 *
 * On failure *path is untouched, and tieline_handle_error(NULL) says more.
 * Does not block. Since 0.2.
 */
TIELINE_API TIELINE_MUST_USE int tieline_default_authkey_file(
	char *path, size_t size);

/* ---- Listener and Client --------------------------------------------- */

/**
 * Listen at an address; Python's Listener().
 *
 * A Unix socket is made with mode 0600. A socket file that a dead program left
 * behind is replaced; that of a living one is not.
 *
 * **With a name** nothing is listened at: the listener keeps `backlog`
 * connections parked at the broker, where those who dial the name find them.
 * This call returns when the first is parked, after connect_timeout_ms at the
 * latest. Accept, wait and process park new ones for those that were accepted.
 * If the broker is lost, they go back to it, after pauses of 100 ms at first
 * and 5 s at most, while accept waits and its text says so. The host name is
 * not looked up again.
 *
 * @param address   "tcp://host:port" (port 0 = any free one, an empty host =
 *                  all, IPv6 in brackets), the same with "tls://", or
 *                  "unix:/path", whose path has no '#'. NULL = loopback, a free
 *                  port. Or a broker's address
 *                  with "#name" behind it. A host name blocks while it is
 *                  looked up.
 * @param options   NULL for the defaults, which lack a key.
 * @param listener_out  the listener; to be closed with
 *                  tieline_listener_close(). Untouched on failure.
 *
 * @retval TIELINE_OK
 * @retval TIELINE_EADDRESS      the text is no address, or the machine has no
 *                               such address.
 * @retval TIELINE_EADDRINUSE    somebody listens there.
 * @retval TIELINE_ERESOLVE      the host name cannot be looked up.
 * @retval TIELINE_EKEY          there is no key, or it cannot be used.
 * @retval TIELINE_ECREDENTIALS  at tls://: a file of the options cannot be read
 *                               or used; the text says which.
 * @retval TIELINE_EINVAL        an option is out of its range, lacks another,
 * or does not go with it.
 * @retval TIELINE_EDESCRIPTORS, TIELINE_ENOMEM, TIELINE_ESYSTEM
 * @retval TIELINE_ENAMETAKEN    with a name: it is another listener's alone, or
 *                               cannot be this one's alone.
 * @retval TIELINE_ECONNECT, TIELINE_EAUTH, TIELINE_EPROTOCOL,
 *         TIELINE_EHANDSHAKE, TIELINE_ELOST, TIELINE_ETLS, TIELINE_EFULL,
 *         TIELINE_ENOTPERMITTED, TIELINE_EBROKER
 *                               with a name: as for tieline_client().
 *
 * tieline_handle_error(NULL) says more. Since 0.1; names since 0.2.
 */
TIELINE_API TIELINE_MUST_USE int tieline_listener_open(const char *address,
	const tieline_options *options, tieline_listener **listener_out);

/**
 * Take the next authenticated connection; Python's Listener.accept().
 *
 * Handshakes of several peers go on side by side while this waits. A silent,
 * slow or wrong peer neither holds it up nor makes it fail; on_refused of the
 * options hears of it.
 *
 * @param listener        not NULL.
 * @param timeout_ms      how long to wait.
 * @param connection_out  the connection, now the caller's; to be closed with
 *                        tieline_connection_close(). Untouched on failure.
 *
 * @retval TIELINE_OK
 * @retval TIELINE_ETIMEDOUT     nobody came in that time. The text says if the
 *                               broker of a listener with a name is lost.
 * @retval TIELINE_EDESCRIPTORS  somebody waits, but the process may not open
 *                               more files; at most ten times a second.
 * @retval TIELINE_ENOMEM, TIELINE_ESYSTEM, TIELINE_EFORKED
 *
 * The listener remains usable after each of them. Since 0.1.
 */
TIELINE_API TIELINE_MUST_USE int tieline_listener_accept(
	tieline_listener *listener, int timeout_ms,
	tieline_connection **connection_out);

/**
 * The address listened at, with the port in use; Listener.address. Of all
 * addresses ("tcp://:0") it tells "tcp://0.0.0.0:port"; with a name, what it
 * was opened at. Valid until the listener is closed. Never fails. Since 0.1.
 */
TIELINE_API const char *tieline_listener_address(
	const tieline_listener *listener);

/**
 * The address of the peer accepted last; Listener.last_accepted. "" before the
 * first, and "unix:" where the peer's socket has no path. Through a broker it
 * is the other program's, as the broker sees it. Valid until the next accept.
 * Never fails. Since 0.1.
 */
TIELINE_API const char *tieline_listener_last_accepted(
	const tieline_listener *listener);

/**
 * Stop listening and free the listener; connections it gave out live on, those
 * not yet taken are closed. Removes the socket file if it is still its own.
 * NULL is fine. Does not block. Since 0.1.
 */
TIELINE_API void tieline_listener_close(tieline_listener *listener);

/**
 * Connect to a listener and authenticate; Python's Client().
 *
 * A host name is looked up, which no timeout bounds, and its addresses are
 * tried in turn.
 *
 * With a name, the broker is asked for who listens under it, and the connection
 * is open when there is somebody: a program that has a listener with that name,
 * or a stock Python one that asked the broker itself.
 *
 * @param address         "tcp://host:port", "tls://host:port" or "unix:/path";
 *                        or one of these, of a broker, with "#name" behind it.
 * @param options         NULL for the defaults, which lack a key.
 * @param connection_out  the connection; to be closed with
 *                        tieline_connection_close(). Untouched on failure.
 *
 * @retval TIELINE_OK
 * @retval TIELINE_EADDRESS   the text is no address that can be connected to.
 * @retval TIELINE_ERESOLVE   the host name cannot be looked up.
 * @retval TIELINE_EKEY, TIELINE_ECREDENTIALS, TIELINE_EINVAL
 *                            as for tieline_listener_open().
 * @retval TIELINE_ECONNECT   nobody listens there, or nobody answered in
 *                            connect_timeout_ms.
 * @retval TIELINE_EAUTH      one side's key is not the other's, a digest is not
 *                            allowed, or somebody, a relay or a tunnel, stands
 *                            between a client and a listener of one process;
 *                            or between any two at tls://.
 * @retval TIELINE_ETLS       at tls://: the server's certificate is not good,
 *                            or ours is not to it, or it does not speak TLS;
 *                            the text says which.
 * @retval TIELINE_EPROTOCOL  the peer speaks something else.
 * @retval TIELINE_EHANDSHAKE the handshake took longer than
 *                            handshake_timeout_ms, or than what was left of
 *                            connect_timeout_ms; the text says what the peer
 *                            had not done.
 * @retval TIELINE_ELOST      the connection broke during the handshake.
 * @retval TIELINE_EDESCRIPTORS, TIELINE_ENOMEM, TIELINE_ESYSTEM
 * @retval TIELINE_ENOLISTENER  with a name: nobody accepted in a little less
 *                            than connect_timeout_ms.
 * @retval TIELINE_EFULL      with a name: the broker's limit of connections
 *                            that wait is reached.
 * @retval TIELINE_ENOTPERMITTED  with a name: the broker does not allow it.
 * @retval TIELINE_EBROKER    with a name: the broker went, did not answer, is
 *                            about to end, or has a problem; the text says
 *                            which.
 *
 * tieline_handle_error(NULL) says more. Since 0.1; names since 0.2.
 */
TIELINE_API TIELINE_MUST_USE int tieline_client(const char *address,
	const tieline_options *options, tieline_connection **connection_out);

/**
 * Start to connect, without blocking; tieline_handle_process() goes on.
 *
 * The connection can be used at once: calls on it wait, or return
 * #TIELINE_ETIMEDOUT, until it is open. Its handle becomes ready for
 * #TIELINE_WRITE when it is open or has failed; tieline_flush() with a timeout
 * of 0 tells which. A connection that failed returns its error, one of those
 * of tieline_client(), from every call.
 *
 * Parameters and errors as for tieline_client(), but host names are refused
 * with #TIELINE_EADDRESS, because looking them up blocks: give a numeric
 * address. Since 0.1.
 */
TIELINE_API TIELINE_MUST_USE int tieline_client_start(const char *address,
	const tieline_options *options, tieline_connection **connection_out);

/**
 * Make one end of a pipe whose other end another program makes, by naming the
 * same; Python's Pipe() between programs that know nothing else of each other.
 * The first two that name it are one pipe, the next two another.
 *
 * @param address  a broker's, with "#name" behind it.
 * @param options, connection_out  as for tieline_client().
 *
 * Errors as for tieline_client(); #TIELINE_ENOLISTENER: nobody else named it in
 * time. Since 0.2.
 */
TIELINE_API TIELINE_MUST_USE int tieline_pipe_client(const char *address,
	const tieline_options *options, tieline_connection **connection_out);

/* ---- Connection ------------------------------------------------------ */

/**
 * Make two connections that lead to each other; Python's Pipe().
 *
 * @param duplex   false: the first can only receive, the second only send.
 * @param options  max_message_bytes counts; NULL for the default.
 * @param first_out, second_out  untouched on failure.
 *
 * @retval TIELINE_OK
 * @retval TIELINE_EINVAL, TIELINE_EDESCRIPTORS, TIELINE_ENOMEM,
 *         TIELINE_ESYSTEM
 *
 * Does not block. Since 0.1.
 */
TIELINE_API TIELINE_MUST_USE int tieline_pipe(bool duplex,
	const tieline_options *options, tieline_connection **first_out,
	tieline_connection **second_out);

/**
 * Make a connection of a connected stream socket, with no handshake: one that
 * was detached, inherited, or came from Python's socketpair or Pipe().
 *
 * @param fd       on success it belongs to the connection; on failure it is
 *                 still the caller's.
 * @param options  max_message_bytes counts; NULL for the default.
 * @param connection_out  untouched on failure.
 *
 * @retval TIELINE_OK
 * @retval TIELINE_EINVAL  it is no stream socket. Pipes of pipe(2) are not:
 *                         writing to one can raise SIGPIPE.
 * @retval TIELINE_ELOST   it is not connected, or not any more.
 * @retval TIELINE_ENOMEM
 *
 * Does not block. Since 0.1.
 */
TIELINE_API TIELINE_MUST_USE int tieline_connection_adopt(int fd,
	const tieline_options *options, tieline_connection **connection_out);

/**
 * Give the socket to the caller and free the connection.
 *
 * @param connection  not NULL; freed on success, untouched on failure.
 * @param fd_out      the socket, close-on-exec; in blocking mode, unless it
 *                    was adopted in another one.
 *
 * @retval TIELINE_OK
 * @retval TIELINE_EPENDING  bytes of a message were already received, or not
 *                           yet sent: receive or flush first. Never right
 *                           after accept or connect, unless the peer sends
 *                           before the handshake allows it, which neither
 *                           CPython nor libtieline does.
 * @retval TIELINE_EINVAL    it has TLS: its socket is of no use without it. For
 *                           the bytes there is tieline_read_some().
 * @retval TIELINE_EFORKED
 * @retval the sticky error of a connection that never opened
 *
 * Does not block. Since 0.1.
 */
TIELINE_API TIELINE_MUST_USE int tieline_connection_detach(
	tieline_connection *connection, int *fd_out);

/**
 * Send one message; Connection.send_bytes().
 *
 * The message is taken wholly or not at all. Taken means handed to the kernel
 * or, when the time is over in its middle, kept by the connection: the rest
 * goes out in later calls, of process and flush too, before anything else.
 * Flush before you close.
 *
 * @param connection  not NULL.
 * @param data        the message; may be NULL if len is 0. Not kept.
 * @param len         its length in bytes; 0 is a message too.
 * @param timeout_ms  how long to wait for room.
 *
 * @retval TIELINE_OK         taken; whether the peer got it is not known.
 * @retval TIELINE_ETIMEDOUT  nothing was taken; the call may be made again.
 * @retval TIELINE_EMSGSIZE   longer than max_message_bytes; nothing was sent.
 * @retval TIELINE_EDIRECTION it is the receiving end of a one-way pipe, or
 *                            tieline_send_end() was called.
 * @retval TIELINE_ENOMEM     nothing was taken.
 * @retval TIELINE_ELOST      sticky: the peer is gone.
 * @retval TIELINE_ESYSTEM, TIELINE_EFORKED
 * @retval the sticky error of a connection that never opened
 *
 * Since 0.1.
 */
TIELINE_API TIELINE_MUST_USE int tieline_send_bytes(
	tieline_connection *connection, const void *data, size_t len,
	int timeout_ms);

/**
 * Wait until everything taken by tieline_send_bytes(), and the end of
 * tieline_send_end(), is in the kernel.
 *
 * @retval TIELINE_OK
 * @retval TIELINE_ETIMEDOUT  some is not; the connection goes on with it.
 * @retval TIELINE_ELOST      sticky: the peer is gone.
 * @retval TIELINE_ESYSTEM, TIELINE_EFORKED
 * @retval the sticky error of a connection that never opened
 *
 * Since 0.1.
 */
TIELINE_API TIELINE_MUST_USE int tieline_flush(
	tieline_connection *connection, int timeout_ms);

/**
 * Flush, and tell the peer that no more will be sent: its receiving ends with
 * #TIELINE_EEOF (Python: EOFError) behind the last message. Receiving goes on
 * here. Of an adopted socket it ends sending for all processes that hold it.
 *
 * @param timeout_ms  how long to wait for the flush.
 *
 * @retval TIELINE_OK         from now on, sending fails with
 *                            #TIELINE_EDIRECTION. Over TLS the end takes room
 *                            as a message does: if the time is over before it
 *                            is in the kernel, it goes out in later calls, and
 *                            tieline_flush() waits for it.
 * @retval TIELINE_ETIMEDOUT  a message is not sent in full; nothing has ended,
 *                            and the call may be made again.
 * @retval TIELINE_EDIRECTION it cannot send, or not any more.
 * @retval TIELINE_ELOST      sticky: the peer is gone.
 * @retval TIELINE_ESYSTEM, TIELINE_EFORKED
 * @retval the sticky error of a connection that never opened
 *
 * Since 0.2.
 */
TIELINE_API TIELINE_MUST_USE int tieline_send_end(
	tieline_connection *connection, int timeout_ms);

/**
 * Receive one message into new memory; Connection.recv_bytes().
 *
 * @param connection  not NULL.
 * @param timeout_ms  how long to wait; what has come by then is kept.
 * @param data_out    the message, followed by a NUL byte that does not count;
 *                    to be freed with tieline_free(). Untouched on failure.
 * @param len_out     its length in bytes. Untouched on failure.
 *
 * @retval TIELINE_OK
 * @retval TIELINE_ETIMEDOUT   no whole message came in that time.
 * @retval TIELINE_ENOMEM      the message is kept; the call may be made again.
 * @retval TIELINE_EDIRECTION  it is the sending end of a one-way pipe.
 * @retval TIELINE_EEOF        sticky: ended between two messages (EOFError).
 * @retval TIELINE_ETRUNCATED  sticky: ended inside a message (OSError "got end
 *                             of file during message").
 * @retval TIELINE_EMSGSIZE    sticky: the next message is longer than
 *                             max_message_bytes (OSError "bad message length").
 * @retval TIELINE_EPROTOCOL   sticky: a length that no Python sends.
 * @retval TIELINE_ELOST       sticky: reset, or no answer to keepalive; over
 *                             TLS also cut, wherever that was.
 * @retval TIELINE_ETLS        sticky: what came makes no sense to TLS, or the
 *                             server does not take our certificate.
 * @retval TIELINE_EINVAL      tieline_read_some() was called.
 * @retval TIELINE_ESYSTEM, TIELINE_EFORKED
 * @retval the sticky error of a connection that never opened
 *
 * Since 0.1.
 */
TIELINE_API TIELINE_MUST_USE int tieline_recv_bytes(
	tieline_connection *connection, int timeout_ms, void **data_out,
	size_t *len_out);

/**
 * Receive one message into the caller's memory;
 * Connection.recv_bytes_into().
 *
 * @param buffer   where to; may be NULL if size is 0.
 * @param size     how many bytes fit.
 * @param len_out  the message's length, also on #TIELINE_EBUFFERTOOSHORT;
 *                 untouched on other failures.
 *
 * @retval TIELINE_EBUFFERTOOSHORT  *len_out is how many bytes it needs; the
 *                                  message is kept for the next call.
 *
 * All else as tieline_recv_bytes(). Since 0.1.
 */
TIELINE_API TIELINE_MUST_USE int tieline_recv_bytes_into(
	tieline_connection *connection, void *buffer, size_t size,
	int timeout_ms, size_t *len_out);

/**
 * Read bytes as they come, whatever messages they are part of: for programs
 * that carry them on elsewhere. Those that were read ahead come first.
 *
 * The first call, which may come before the connection is open, makes it a
 * connection of bytes: from then on it is ready for #TIELINE_READ when any have
 * come, and receives no messages. Make it first, and wait when it returns
 * #TIELINE_ETIMEDOUT: tieline_wait(), or tieline_handle_process() in an event
 * loop.
 *
 * @param bytes    where to; not NULL.
 * @param size     how many fit, at least 1.
 * @param got_out  how many came, at least 1. Untouched on failure.
 *
 * @retval TIELINE_OK
 * @retval TIELINE_ETIMEDOUT  none has come.
 * @retval TIELINE_EPENDING   a message was begun to be received: receive it
 *                            first.
 * @retval TIELINE_EDIRECTION it is the sending end of a one-way pipe.
 * @retval TIELINE_EEOF       sticky: the peer has ended its side.
 * @retval TIELINE_ELOST      sticky: the connection broke.
 * @retval TIELINE_ETLS       sticky: what came makes no sense to TLS.
 * @retval TIELINE_EINVAL, TIELINE_ENOMEM, TIELINE_ESYSTEM, TIELINE_EFORKED
 * @retval the sticky error of a connection that never opened
 *
 * Does not block. Since 0.6.
 */
TIELINE_API TIELINE_MUST_USE int tieline_read_some(
	tieline_connection *connection, void *bytes, size_t size,
	size_t *got_out);

/**
 * Write bytes as they are, with no message around them, as many as there is
 * room for. A little more than that may be kept by the connection, as
 * tieline_send_bytes() has it; then it is not ready for #TIELINE_WRITE until
 * that has gone. tieline_send_end() with a timeout of 0 ends them, when it is.
 *
 * @param bytes    what to write; may be NULL if len is 0.
 * @param put_out  how many were taken, at least 1 unless len is 0. Untouched on
 *                 failure.
 *
 * @retval TIELINE_OK
 * @retval TIELINE_ETIMEDOUT  there is no room, or it is not open yet.
 * @retval TIELINE_EDIRECTION it is the receiving end of a one-way pipe, or
 *                            tieline_send_end() was called.
 * @retval TIELINE_ELOST      sticky: the peer is gone.
 * @retval TIELINE_ETLS       sticky: TLS failed.
 * @retval TIELINE_ENOMEM, TIELINE_ESYSTEM, TIELINE_EFORKED
 * @retval the sticky error of a connection that never opened
 *
 * Does not block. Since 0.6.
 */
TIELINE_API TIELINE_MUST_USE int tieline_write_some(
	tieline_connection *connection, const void *bytes, size_t len,
	size_t *put_out);

/** Free what tieline_recv_bytes() gave. NULL is fine. Since 0.1. */
TIELINE_API void tieline_free(void *data);

/**
 * Tell whether receiving would return at once; Connection.poll().
 *
 * @retval 1  a whole message is there, or the connection has ended.
 * @retval 0  not within timeout_ms.
 * @retval TIELINE_EDIRECTION, TIELINE_EFORKED, TIELINE_ESYSTEM
 *
 * Since 0.1.
 */
TIELINE_API TIELINE_MUST_USE int tieline_poll(
	tieline_connection *connection, int timeout_ms);

/** Whether the connection can receive, and send, at all: false for one end each
 *  of a one-way pipe, and for sending after tieline_send_end(). tieline_poll()
 *  tells whether something has come. Since 0.1. */
TIELINE_API bool tieline_connection_readable(
	const tieline_connection *connection);
TIELINE_API bool tieline_connection_writable(
	const tieline_connection *connection);

/**
 * How many bytes of those that were sent over TCP, with TLS or without, the
 * peer's machine has not confirmed. As long as there are some, closing or
 * breaking the connection may lose them. What the connection itself keeps is
 * not among them: tieline_flush() first. 0 on Unix sockets, and when the
 * connection is no more. Never fails. Since 0.6.
 */
TIELINE_API size_t tieline_connection_unsent_bytes(
	const tieline_connection *connection);

/**
 * The peer's address, as tcp://host:port, tls://host:port or unix:/path;
 * "unix:" where the peer's socket has no path, as that of a client or a pipe.
 * Control characters in a path are shown as '?'. Through a broker it is the
 * broker's until the connection is open, and then the other program's, as the
 * broker sees it. Valid until the connection is closed. Never fails. Since 0.1.
 */
TIELINE_API const char *tieline_connection_peer(
	const tieline_connection *connection);

/**
 * Close and free the connection. Messages already in the kernel still reach
 * the peer, unless it goes on sending, or has sent more than 1 MiB that nobody
 * received: then it may see a reset first. What came to an adopted connection
 * is left to others who hold its socket; if nobody does, a reset may come of
 * it. A message that tieline_send_bytes() kept is lost, unless it was flushed.
 * Over TLS the peer is told of the end only if the kernel has room for that:
 * tieline_send_end() and tieline_flush() before make sure of it. NULL is fine.
 * Does not block. Since 0.1.
 */
TIELINE_API void tieline_connection_close(tieline_connection *connection);

/**
 * Close and free the connection so that the peer sees a break (#TIELINE_ELOST)
 * and not an end, as if this program had died. Over TLS what was flushed still
 * reaches it, unless it goes on sending: receive, and drop that, until
 * tieline_connection_unsent_bytes() is 0. Over TCP a reset may overtake what
 * was sent; Unix sockets have none, and the peer sees an end: detach the socket
 * to do better. NULL is fine. Does not block. Since 0.6.
 */
TIELINE_API void tieline_connection_break(tieline_connection *connection);

/* ---- Their handles --------------------------------------------------- */

/** The handle of a connection, of a listener. Never fails. Since 0.1. */
TIELINE_API tieline_handle *tieline_connection_handle(
	tieline_connection *connection);
TIELINE_API tieline_handle *tieline_listener_handle(tieline_listener *listener);

#ifdef __cplusplus
}
#endif

#endif
