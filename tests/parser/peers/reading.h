/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reading.h - what a SIP stack understands of a message: the fields that decide where it goes and
 * whose it is, in one spelling for all stacks. A reader for each stack whose development package is
 * installed, and one for this parser.
 */
#ifndef SLUICE_TESTS_PARSER_PEERS_READING_H
#define SLUICE_TESTS_PARSER_PEERS_READING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum reading_field {
        READING_METHOD, /* of a response: its status code */
        READING_RURI,   /* scheme:user@host:port, user decoded, host in lower case, no brackets;
                         * of schemes other than sip, sips and tel the scheme alone */
        READING_FROM_USER,
        READING_FROM_TAG,
        READING_TO_USER,
        READING_TO_TAG,
        READING_CALL_ID,
        READING_CSEQ, /* number SP method */
        READING_CONTENT_LENGTH,
        READING_VIAS, /* how many */
        READING_BODY, /* octets of it */
        READING_CNT,
};

#define READING_BYTES 1024u

/* Text is terminated; octets outside 0x20..0x7e stand as \xNN, an absent field as "". Longer ones
 * are cut, alike for all. */
struct reading {
        bool good;     /* the stack takes the message */
        bool mistaken; /* it says itself that it took one header for another */
        char field[READING_CNT][READING_BYTES];
};

struct peer {
        const char *name;
        const char *title; /* for people */
        void (*read)(const uint8_t *p, size_t n, struct reading *out);
};

/* The stacks that are linked; ends with an entry whose name is NULL. */
extern const struct peer peers[];
/* Those that are not, by name; ends with NULL. */
extern const char *const peers_missing[];

const char *reading_field_name(enum reading_field f);

/* What this parser understands; good: no fault. */
struct sip_msg;
void reading_of(const struct sip_msg *m, struct reading *out);

/* ---- for readers ---- */

void reading_clear(struct reading *r);
void reading_text(struct reading *r, enum reading_field f, const char *p, size_t n);
void reading_number(struct reading *r, enum reading_field f, uint64_t v);
/* Digits, as the number that they are. */
void reading_digits(struct reading *r, enum reading_field f, const char *p, size_t n);
void reading_cseq(struct reading *r, uint64_t number, const char *method, size_t n);

/* The parts of a URI, as a stack splits it; an absent one has length 0. Of a tel URI the number may
 * be in either of user and host, with its parameters or without. */
struct reading_uri {
        const char *scheme, *user, *host;
        size_t scheme_len, user_len, host_len;
        unsigned port;
};
void reading_ruri(struct reading *r, const struct reading_uri *u);
/* The user part of From or To, its escapes decoded. */
void reading_user(struct reading *r, enum reading_field f, const struct reading_uri *u);

/* Each in a file of its own: their headers do not bear each other. */
void peer_osip2_read(const uint8_t *p, size_t n, struct reading *out);
void peer_sofia_read(const uint8_t *p, size_t n, struct reading *out);
void peer_re_read(const uint8_t *p, size_t n, struct reading *out);

#endif
