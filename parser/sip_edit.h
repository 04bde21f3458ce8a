/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sip_edit.h - changes to a parsed message, as a list of splices over its octets: what a proxy owes
 * a message that it forwards (RFC 3261 16.4, 16.6, 16.7, 16.12, 18.2.1, RFC 3581).
 *
 * Collect, measure, write: the functions below add splices, sip_edit_size() says how long the
 * result will be, sip_edit_apply() writes it elsewhere, sip_edit_in_place() moves what must move
 * and leaves the rest. An octet that is not changed is copied once or not at all.
 *
 * Every edit speaks of the message as it was parsed, never of what earlier edits made of it; two
 * edits of the same octets are refused, and so is a second insertion of what may stand there once
 * (OVERLAP). Insertions at one place keep their order.
 *
 * Values to insert are checked: what is no host, token, URI or clean text is refused (INVALID), so
 * nothing inserted can begin a line of its own. Of the caller's text nothing is kept by reference.
 *
 * Ownership: a list and its two arrays are the caller's; the message must stay as it is until the
 * result is written. No allocation, no globals; thread-safe for distinct lists. An error sticks:
 * the list can then only be thrown away, and later calls return the same error.
 */
#ifndef SLUICE_PARSER_SIP_EDIT_H
#define SLUICE_PARSER_SIP_EDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "parser/sip_route.h"

#ifdef __cplusplus
extern "C" {
#endif

enum sip_edit_status {
        SIP_EDIT_OK = 0,
        SIP_EDIT_INVALID,  /* an argument is not what may stand in its place */
        SIP_EDIT_MESSAGE,  /* the message is faulty, or has not what was to be changed */
        SIP_EDIT_ODD,      /* line ends or end of the header section are odd: normalise first */
        SIP_EDIT_HOPS,     /* Max-Forwards is 0: the message must not go on (16.3) */
        SIP_EDIT_OVERLAP,  /* octets that another edit has changed already */
        SIP_EDIT_FULL,     /* no room in the list or in its text */
        SIP_EDIT_TOO_LONG, /* the result would be longer than SIP_MSG_BYTES_MAX, or have more header
                            * fields or Vias than the parser takes */
        SIP_EDIT_SPACE,    /* the output buffer is too small */
        SIP_EDIT_CNT,
};

/* Replace octets [at, at + cut) of the message by len octets of the list's text. */
struct sip_splice {
        uint16_t at;
        uint16_t cut;
        uint16_t text; /* offset in sip_edit.text */
        uint16_t len;
};

/* Room for what a proxy does to one message, with some to spare. */
#define SIP_EDIT_SPLICES_USUAL    32u
#define SIP_EDIT_TEXT_BYTES_USUAL 2048u

struct sip_edit {
        const struct sip_msg *msg;  /* borrowed */
        struct sip_splice *splices; /* caller's; ascending by `at`, not overlapping */
        uint8_t *text;              /* caller's; what is inserted */
        uint16_t splice_cap;
        uint16_t text_cap;
        uint16_t splice_cnt;
        uint16_t text_len;
        int32_t growth;    /* octets that the result has more than the message; may be negative */
        uint16_t hdrs_new; /* header fields inserted */
        uint8_t vias_new;  /* of these Vias */
        uint8_t once;      /* bits of what may be inserted once, see sip_edit_list.h */
        uint8_t status;    /* enum sip_edit_status */
        bool odd;          /* only sip_normalise() may edit this message */
};

/* Caller's text: `len` octets, not terminated. */
struct sip_text {
        const char *at;
        size_t len;
};

static inline struct sip_text sip_text_of(const char *terminated)
{
        struct sip_text t = {terminated, strlen(terminated)};

        return t;
}

/* An empty list over the arrays that e->splices, e->text and their caps name. */
void sip_edit_init(struct sip_edit *e, const struct sip_msg *msg);

/* The primitive: at + cut <= msg->len. `text` is taken as it is. */
enum sip_edit_status sip_edit_splice(struct sip_edit *e, uint32_t at, uint32_t cut,
                                     struct sip_text text);

/* ---- the result ---- */

/* *bytes = exact length of the result. Returns OK, TOO_LONG, or the list's error. */
enum sip_edit_status sip_edit_size(const struct sip_edit *e, size_t *bytes);

/* Write the result to out, which the message does not overlap. At most cap octets are written and
 * none on failure; *len is set on success. Returns OK, SPACE, TOO_LONG, or the list's error. */
enum sip_edit_status sip_edit_apply(const struct sip_edit *e, uint8_t *out, size_t cap,
                                    size_t *len);

/*
 * Make the result where the message is. `at` is the message's first octet in writable memory, the
 * same as msg->buf; the result begins at at + shift. All of [at + shift, at + shift + size) must be
 * writable; octets outside of it and of the message are not touched. Only after sip_edit_size()
 * returned OK. The message is void afterwards.
 */
void sip_edit_in_place(const struct sip_edit *e, uint8_t *at, int32_t shift);

/*
 * The shift with which sip_edit_in_place() moves fewer octets: 0 (what follows the edits moves) or
 * minus the growth (what precedes them moves, and `front` octets ahead of the message with it).
 */
int32_t sip_edit_shift(const struct sip_edit *e, uint32_t front);

/* ---- start line and header fields ---- */

/* Replace the Request-URI. `uri` is a URI without header part (19.1.1). */
enum sip_edit_status sip_edit_ruri(struct sip_edit *e, struct sip_text uri);

/* Max-Forwards less one, or a new one of 70 (16.6 step 3). HOPS when it is 0. */
enum sip_edit_status sip_edit_max_forwards(struct sip_edit *e);

/* Content-Length becomes `bytes`, or is inserted. */
enum sip_edit_status sip_edit_content_length(struct sip_edit *e, uint32_t bytes);

/* Insert a header field before msg->hdrs[before]; before == msg->hdr_cnt: as the last one. */
enum sip_edit_status sip_edit_hdr_insert(struct sip_edit *e, uint32_t before, struct sip_text name,
                                         struct sip_text value);
/* Take msg->hdrs[idx] out, its lines whole. */
enum sip_edit_status sip_edit_hdr_remove(struct sip_edit *e, uint32_t idx);
/* Take out all header fields of this id; OK when there is none. MESSAGE for SIP_HDR_OTHER. */
enum sip_edit_status sip_edit_hdr_remove_all(struct sip_edit *e, enum sip_hdr_id id);
/* Give msg->hdrs[idx] another value. */
enum sip_edit_status sip_edit_hdr_replace(struct sip_edit *e, uint32_t idx, struct sip_text value);

/* ---- Via ---- */

struct sip_edit_via {
        struct sip_text transport; /* token, e.g. "UDP" */
        struct sip_text host;   /* host name, IPv4 address, or IPv6 address with or without "[]" */
        uint16_t port;          /* 0 = none */
        struct sip_text branch; /* token that begins with "z9hG4bK" (8.1.1.7) */
        struct sip_text extra;  /* further parameters, "name=value" with ';' between them, tokens
                                 * all; len 0 = none */
};

/* A new topmost Via (16.6 step 8, 18.1.1), before the first of the message. */
enum sip_edit_status sip_edit_via_push(struct sip_edit *e, const struct sip_edit_via *via);

/*
 * Note the source in the message's topmost Via: received= when its sent-by is not `src` or rport
 * was asked for, rport= filled in then (18.2.1, RFC 3581 4). What the client claimed itself goes.
 * src: an address as text, IPv6 without brackets; port 1..65535.
 */
enum sip_edit_status sip_edit_via_received(struct sip_edit *e, struct sip_text src, uint16_t port);

/* Take the topmost Via value out: of a list only its first element (16.7 step 3). */
enum sip_edit_status sip_edit_via_pop(struct sip_edit *e);

/* ---- Route and Record-Route ---- */

/* The first and the last Route value of the message. False when there is none. */
bool sip_route_first(const struct sip_msg *m, struct sip_route *out);
bool sip_route_last(const struct sip_msg *m, struct sip_route *out);

/* Where a Route value begins: at octet `at`, in msg->hdrs[hdr]; hdr SIP_HDR_NONE: behind the last
 * one. */
struct sip_route_place {
        uint8_t hdr;
        uint32_t at;
};
struct sip_route_place sip_route_begin(const struct sip_msg *m);

/* Read the value at *p and go to the next. False, and *p as it was: there is none, or it is
 * malformed. */
bool sip_route_next(const struct sip_msg *m, struct sip_route_place *p, struct sip_route *out);

/* The same for a caller who knows the value at *p, which must be one, and that it ends at `end`.
 * False, and *p as it was, when neither a comma nor the end of the field is there. */
bool sip_route_skip(const struct sip_msg *m, struct sip_route_place *p, uint32_t end);

/* Take the first Route value out: it was this proxy (16.4). */
enum sip_edit_status sip_edit_route_pop(struct sip_edit *e);

/* Take the first `front` Route values out and, when `last` is set, the last one, which is none of
 * them. MESSAGE when there are not as many. */
enum sip_edit_status sip_edit_route_trim(struct sip_edit *e, uint32_t front, bool last);

/* Take all Route values out that stand before a place of the message. INVALID when it is none. */
enum sip_edit_status sip_edit_route_keep(struct sip_edit *e, struct sip_route_place from);

/* A new last Route value "<uri>" (16.6 step 6, a next hop that routes strictly). */
enum sip_edit_status sip_edit_route_append(struct sip_edit *e, struct sip_text uri);

/* A new first Route value "<uri>" (16.6 step 6). */
enum sip_edit_status sip_edit_route_push(struct sip_edit *e, struct sip_text uri);

/*
 * The next hop routes strictly (16.6 step 6): the Request-URI becomes the last Route value, the
 * first Route value's URI, without its header part, becomes the Request-URI and leaves the Route.
 * MESSAGE without a Route.
 */
enum sip_edit_status sip_edit_route_to_strict(struct sip_edit *e);

/*
 * The previous hop routed strictly (16.4): the Request-URI is one that this proxy put into
 * Record-Route. The last Route value's URI becomes the Request-URI again and leaves the Route.
 */
enum sip_edit_status sip_edit_route_from_strict(struct sip_edit *e);

/* A new topmost "Record-Route: <uri>" (16.6 step 4). */
enum sip_edit_status sip_edit_record_route(struct sip_edit *e, struct sip_text uri);

/* ---- what the caller has made of parts that he knows: it is not read again ---- */

/* Whole header fields, `hdrs` of them and `vias` of these Vias, each with its CRLF, before
 * msg->hdrs[before]; before == msg->hdr_cnt: as the last ones. */
struct sip_edit_lines {
        struct sip_text text;
        uint8_t hdrs;
        uint8_t vias;
};
enum sip_edit_status sip_edit_lines_known(struct sip_edit *e, uint32_t before,
                                          const struct sip_edit_lines *lines);

/* Where the first field of an id is; when there is none, behind the topmost Via. */
uint32_t sip_edit_place(const struct sip_msg *m, enum sip_hdr_id id);

/* May this be put in as a URI that has no header part? Then *out is what it says. */
bool sip_edit_uri_read(struct sip_text uri, struct sip_uri *out);
/* The Request-URI becomes one that sip_edit_uri_read() has read. */
enum sip_edit_status sip_edit_ruri_known(struct sip_edit *e, struct sip_text uri);

/* The name of a status in lower case, "unknown" outside the enumeration. Static storage. */
const char *sip_edit_status_name(enum sip_edit_status s);

#ifdef __cplusplus
}
#endif

#endif
