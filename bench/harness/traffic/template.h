/* SPDX-License-Identifier: Apache-2.0 */
/*
 * template.h - a message of a scenario, compiled from its text with [keywords] to pieces.
 *
 * What is the same for every call of a run (addresses when there is one, ports, the process id) is
 * folded into literals when it is compiled; what is left is a list of literals to copy and of
 * fields to write. Set-up time only; a template does not change afterwards and may be shared.
 */
#ifndef SLUICE_BENCH_HARNESS_TRAFFIC_TEMPLATE_H
#define SLUICE_BENCH_HARNESS_TRAFFIC_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/harness/engine/ident.h"

#define SB_TEMPLATE_OPS_MAX 256u
#define SB_ERROR_BYTES      512u
#define SB_LITERAL_PAD      32u /* octets behind the literals that may be read */

enum sb_op_kind {
        SB_OP_LITERAL = 0,
        SB_OP_TEXT,       /* of the call; arg: enum sb_text */
        SB_OP_LOCAL_IP,   /* without brackets */
        SB_OP_LOCAL_PORT, /* arg: added */
        SB_OP_REMOTE_IP,
        SB_OP_REMOTE_PORT,
        SB_OP_CALL_ID,     /* of a scenario whose Call-IDs may be more than [call_id] */
        SB_OP_CSEQ,        /* arg: added */
        SB_OP_LAST_HEADER, /* the literal is the name; arg: enum sb_header */
        SB_OP_LAST_URI,
        SB_OP_LAST_CSEQ, /* arg: added */
        SB_OP_LAST_MESSAGE,
        SB_OP_ROUTES,
        SB_OP_LEN,   /* arg: added */
        SB_OP_FIELD, /* arg: column; extra: file */
        SB_OP_VAR,   /* arg: variable */
        SB_OP_AUTH,  /* arg: SB_AUTH_ARGS templates follow in sub[] */
        SB_OP_CLOCK, /* milliseconds since the start of the run */
        SB_OP_DATE,  /* RFC 3261 20.17 */
        SB_OP_TIMESTAMP,
};

/* Texts that a call keeps, since its messages have them in common. */
enum sb_text {
        SB_TEXT_NUMBER = 0,
        SB_TEXT_NUMBER_HEX, /* sixteen digits: what varies of [branch] */
        SB_TEXT_USER,       /* eight digits */
        SB_TEXT_PORT,       /* local */
        SB_TEXT_IP,         /* local, IPv6 in brackets */
        SB_TEXT_ID,         /* Call-ID */
        SB_TEXT_TAG,        /* the peer's, with ";tag=" in front */
        SB_TEXT_URL,        /* the peer's Contact, or whom the call is for */
        SB_TEXT_CNT,
};

struct sb_op {
        uint8_t kind; /* enum sb_op_kind */
        uint8_t extra;
        uint16_t len; /* of the literal */
        uint32_t off; /* of the literal in template.literals */
        int32_t arg;
};

struct sb_template {
        struct sb_op *ops;
        uint32_t op_cnt;
        char *literals;
        uint32_t literal_bytes;
        bool request;
        uint8_t method;           /* request: enum sip_method */
        uint16_t status;          /* response */
        bool uses_last;           /* needs the last received message at hand */
        bool uses_tag;            /* needs the peer's tag */
        bool plain_id;            /* Call-ID is [call_id] and nothing else */
        uint32_t body_op;         /* the literal that ends the header section; op_cnt: none does */
        uint32_t body_off;        /* where in it the body begins */
        struct sb_template *user; /* of [authentication], may be NULL: the run's */
        struct sb_template *password;
};

/* What is known when a scenario is compiled. */
struct sb_env {
        const struct sb_ident *local;
        struct sb_end remote; /* port 0: whoever calls */
        bool v6;
        uint32_t pid;
        const char *service;
        uint16_t media_port;
        const char *const *keys; /* name, value, name, value, ..., NULL: [name] of the user's own */
};

/* Names that a template may use, resolved by the scenario. */
struct sb_names {
        void *ctx;
        int (*variable)(void *ctx, const char *name,
                        size_t len);                          /* index, made when new; -1: full */
        int (*file)(void *ctx, const char *name, size_t len); /* index; -1: not given */
};

struct sb_source { /* where a text stands, for messages */
        const struct sb_env *env;
        const struct sb_names *names;
        uint32_t step;   /* number of the step, for [branch] */
        int branch_step; /* of [branch] when it answers a named transaction; -1: this step's */
};

/*
 * Compile text. is_message: a SIP message, whose lines are trimmed at their start, ended with CRLF,
 * and which gets the empty line behind its header section if that is missing; otherwise the text as
 * it is. 0, or -EINVAL with one sentence in error, or -ENOMEM.
 */
int sb_template_compile(struct sb_template **out, const char *text, bool is_message,
                        const struct sb_source *src, char error[SB_ERROR_BYTES]);
void sb_template_free(struct sb_template *t);

#endif
