/* SPDX-License-Identifier: MIT */
/* Processes, by descriptors that can be watched: one is ready for reading when
 * its process has ended, whoever has the process's number by then. */
#ifndef TLI_PROCESS_H
#define TLI_PROCESS_H

#include <stdbool.h>

/* A descriptor of the process at the other end of a Unix socket, of which pid
 * is what tli_socket_peer_pid() says. Returns it, or -errno: -ESRCH if the
 * process has ended. */
int tli_process_of_peer(int socket_fd, int pid);

/* Whether the process of that descriptor has ended. */
bool tli_process_has_ended(int fd);

#endif
