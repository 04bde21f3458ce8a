/* SPDX-License-Identifier: Apache-2.0 */
/*
 * eve_file.h - the event file: whole lines, buffered, reopened when a log rotator has moved it.
 *
 * One thread, save for cp_eve_file_reopen(), which any thread or signal handler may call.
 */
#ifndef SLUICE_CONTROL_API_EVE_FILE_H
#define SLUICE_CONTROL_API_EVE_FILE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CP_EVE_FILE_BUF_BYTES (256u * 1024u)

struct cp_eve_file {
        char path[4096]; /* "" = none, "-" = standard output */
        int fd;          /* -1 = not open */
        size_t len;      /* waiting in buf */
        uint64_t lines;
        uint64_t lost; /* lines that could not be written */
        int error;     /* of the last failure, 0 = none since it last worked */
        _Atomic bool reopen;
        char buf[CP_EVE_FILE_BUF_BYTES];
};

/* truncate: begin anew; else append. Returns 0 or a negative errno (then lines are lost until a
 * reopen succeeds). An empty path is no error. */
int cp_eve_file_open(struct cp_eve_file *f, const char *path, bool truncate);
void cp_eve_file_write(struct cp_eve_file *f, const char *line, size_t len);
/* Hand the buffer to the kernel. Obeys a pending reopen. 0 or a negative errno. */
int cp_eve_file_flush(struct cp_eve_file *f);
void cp_eve_file_reopen(struct cp_eve_file *f);
void cp_eve_file_close(struct cp_eve_file *f);

#endif
