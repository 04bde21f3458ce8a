/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client.h - a SIP client that answers digest challenges, with arithmetic of its own.
 */
#ifndef SLUICE_TESTS_CONTROL_IDENTITY_CLIENT_H
#define SLUICE_TESTS_CONTROL_IDENTITY_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

#include "parser/sip_msg.h"

struct client {
        const char *method; /* NULL = REGISTER */
        const char *ruri;   /* NULL = sip:example.com */
        const char *uri;    /* of the credentials; NULL = ruri */
        const char *user;
        const char *password;
        const char *realm;     /* NULL = example.com */
        const char *algorithm; /* NULL = SHA-256; "" = leave it out, which means MD5 */
        const char *qop;       /* NULL = auth; "" = none (RFC 2069) */
        const char *nonce;     /* terminated */
        const char *cnonce;    /* NULL = 0a4f113b */
        const char *extra;     /* more parameters, ", x=y" */
        const char *body;      /* NULL = none */
        const char *contact;   /* value; NULL = <sip:alice@192.0.2.7> */
        const char *from;      /* URI of From and To; NULL = sip:alice@example.com */
        const char *to_tag;    /* NULL = none */
        const char *headers;   /* more lines, each with CRLF; NULL = none */
        unsigned nc;           /* 0 = 1 */
        unsigned cseq;         /* 0 = 1 */
        const char *call_id;   /* NULL = 1@192.0.2.7 */
};

struct client_request {
        struct sip_msg msg;
        char text[2048];
};

/* A request with credentials, parsed. c->user NULL: without. */
void client_request(const struct client *c, struct client_request *out);

/* H(user:realm:password) and so on by OpenSSL's one-shot call, as text. */
void client_hash(const char *algorithm, const char *text, char hex[65]);

#endif
