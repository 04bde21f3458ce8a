/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rpc.h - JSON-RPC 2.0 without its transport: one line in, one line (or nothing) out.
 *
 * Batches (section 6 of the specification) are answered as one array. Parameters come by name.
 * One thread.
 */
#ifndef SLUICE_CONTROL_API_RPC_H
#define SLUICE_CONTROL_API_RPC_H

#include <stddef.h>

#include <jansson.h>

#define CP_RPC_REQUEST_MAX 65536u /* octets of a line with its newline */
#define CP_RPC_BATCH_MAX   64u

enum cp_rpc_code {
        CP_RPC_PARSE_ERROR = -32700,
        CP_RPC_INVALID_REQUEST = -32600,
        CP_RPC_NO_METHOD = -32601,
        CP_RPC_INVALID_PARAMS = -32602,
        CP_RPC_INTERNAL = -32603,
        CP_RPC_FAILED = -32000,  /* the request made sense but could not be done */
        CP_RPC_REFUSED = -32001, /* the caller may not ask */
};

/* One call, as its method sees it. */
struct cp_rpc_call {
        void *ctx;            /* of cp_rpc_line() */
        void *client;         /* of cp_rpc_line() */
        const json_t *params; /* an object, maybe empty */
        json_t *result;       /* set by a method that succeeds; stolen */
        int code;             /* with an error: enum cp_rpc_code */
        char message[256];
        json_t *data; /* with an error: more about it, or NULL; stolen */
};

struct cp_rpc_method {
        const char *name;
        /* Names of the parameters that are known, separated by blanks. */
        const char *params;
        /* Sets result and returns 0, or returns cp_rpc_fail(). */
        int (*run)(struct cp_rpc_call *call);
};

/* Set the error; returns -1 for `return`. */
__attribute__((format(printf, 3, 4))) int cp_rpc_fail(struct cp_rpc_call *call, int code,
                                                      const char *fmt, ...);

/* A text parameter; NULL after cp_rpc_fail() when it is missing or no string. */
const char *cp_rpc_text(struct cp_rpc_call *call, const char *name);
/* A whole number in 0..max, `otherwise` when missing; -1 after cp_rpc_fail(). */
json_int_t cp_rpc_number(struct cp_rpc_call *call, const char *name, json_int_t max,
                         json_int_t otherwise);

/* Answer a line. `methods` ends with a NULL name. Returns a heap text with its newline, NULL when
 * nothing is to be said (notifications) or memory is short. */
char *cp_rpc_line(const struct cp_rpc_method *methods, void *ctx, void *client, const char *line,
                  size_t len);
/* An error response without a request, as a heap text with its newline. */
char *cp_rpc_error_line(int code, const char *message);

#endif
