/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rpc.h - JSON-RPC 2.0 over control's UNIX stream socket, one object a line, one call at a time.
 *
 * Blocking, with a deadline for every wait. What control says is bounded (CP_RPC_LINE_BYTES_MAX)
 * and may hold any text, NUL included. One thread.
 */
#ifndef SLUICE_CONTROL_CLI_RPC_H
#define SLUICE_CONTROL_CLI_RPC_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#define CP_RPC_TIMEOUT_MS     5000
/* A full ban table (65,536 entries of some 300 octets) is 20 MB. */
#define CP_RPC_LINE_BYTES_MAX ((size_t)64 << 20)

enum cp_rpc_result {
        CP_RPC_OK = 0,
        CP_RPC_REFUSED, /* control answered with an error object */
        CP_RPC_BROKEN,  /* no connection, hang-up, silence, or an answer that is none: see text */
};

struct cp_rpc {
        int fd;         /* -1 = not connected */
        int timeout_ms; /* of a call as a whole: CP_RPC_TIMEOUT_MS unless changed after opening */
        json_int_t id;
        char *buf; /* received, not yet taken */
        size_t len;
        size_t cap;
        char text[256]; /* why the last call was BROKEN, one line */
};

/* Connect to the socket at path. CP_RPC_OK or CP_RPC_BROKEN. */
enum cp_rpc_result cp_rpc_open(struct cp_rpc *rpc, const char *path);

/*
 * Call a method; params is stolen, NULL = {}. OK: *answer is the result; REFUSED: *answer is the
 * error object; the caller owns it. Notifications that arrive meanwhile are dropped.
 */
enum cp_rpc_result cp_rpc_call(struct cp_rpc *rpc, const char *method, json_t *params,
                               json_t **answer);

/* The next notification's whole object. timeout_ms < 0 waits for ever. */
enum cp_rpc_result cp_rpc_next(struct cp_rpc *rpc, int timeout_ms, json_t **notification);

/* After cp_rpc_open(), whatever it returned; twice is once. */
void cp_rpc_close(struct cp_rpc *rpc);

#endif
