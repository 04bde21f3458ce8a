/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sip_frame.h - where SIP messages end in a stream (RFC 3261 18.3, 7.5; RFC 5626 3.5.1; RFC 7118
 * 5).
 *
 * A state machine of fixed size, in the caller's memory, one a direction of a connection. It is fed
 * the octets of the stream in order, cut anywhere: what it reports does not depend on the cuts.
 * Boundaries follow from Content-Length alone, read by the routine that reads it in datagrams; the
 * body is never looked at. Nothing here allocates, and no number from the wire sizes anything: a
 * message above the caps is a fault before a single octet of its body is taken.
 *
 * Stricter than datagrams are, because a boundary in doubt is a request smuggled: lines end in
 * CRLF, Content-Length is there, once, and not folded. A stream with a fault has no further
 * boundaries; the connection must be closed.
 */
#ifndef SLUICE_PARSER_SIP_FRAME_H
#define SLUICE_PARSER_SIP_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "parser/sip_num.h"

#ifdef __cplusplus
extern "C" {
#endif

enum sip_frame_event {
        SIP_FRAME_MORE = 0,  /* all octets taken, no boundary among them */
        SIP_FRAME_MESSAGE,   /* a message ends with the last octet taken */
        SIP_FRAME_KEEPALIVE, /* a ping, CRLF CRLF between messages, ends with the last octet taken
                              */
        SIP_FRAME_FAULT,     /* see `fault`; nothing more is taken, now or later */
};

enum sip_frame_fault {
        SIP_FRAME_OK = 0,
        SIP_FRAME_START,          /* CR or LF alone between messages */
        SIP_FRAME_LINE_END,       /* CR or LF alone in the header section */
        SIP_FRAME_LENGTH_MISSING, /* no Content-Length in a stream (RFC 3261 20.14) */
        SIP_FRAME_LENGTH_SYNTAX,  /* Content-Length is not plain digits on one line */
        SIP_FRAME_LENGTH_RANGE,   /* above 2^32-2 or longer than ten digits */
        SIP_FRAME_LENGTH_DUP,     /* a second Content-Length, whatever its value */
        SIP_FRAME_HEADER_CAP,     /* header section longer than header_bytes_max */
        SIP_FRAME_BODY_CAP,       /* Content-Length above body_bytes_max */
        SIP_FRAME_WS_SHORT,       /* WebSocket: the frame ends inside the message */
        SIP_FRAME_WS_TRAILING,    /* WebSocket: octets follow the message in its frame */
};

/* "Content-Length" has 14 octets; one more tells a longer name from it. */
#define SIP_FRAME_NAME_BYTES 15u

/* The caller reads `bytes`, `header_bytes`, `body_bytes` and `fault`, and writes nothing. */
struct sip_frame {
        uint32_t header_bytes_max;
        uint32_t body_bytes_max;
        uint32_t bytes;        /* of the current message so far; after MESSAGE of the whole one */
        uint32_t header_bytes; /* start line to empty line; 0 until that line has come */
        uint32_t body_bytes;   /* by Content-Length; valid once header_bytes is not 0 */
        uint8_t fault;         /* enum sip_frame_fault */

        uint8_t state;
        uint8_t after_cr;  /* the state whose line the CR may end */
        uint8_t crlfs;     /* line ends since the last message or ping, 0 or 1 */
        uint8_t name_len;  /* 0..SIP_FRAME_NAME_BYTES */
        uint8_t value_len; /* 0..SIP_NUM_DIGITS_MAX + 1 */
        bool name_blank;   /* white space behind the name */
        bool value_blank;  /* white space behind the value */
        bool value_bad;    /* an octet that no length has */
        bool in_length;    /* the last header line was Content-Length */
        bool has_length;
        bool length_optional; /* WebSocket */
        uint8_t name[SIP_FRAME_NAME_BYTES];
        uint8_t value[SIP_NUM_DIGITS_MAX + 1];
};

/*
 * Make *f ready for the first octet of a stream. Returns false, and leaves *f alone, unless
 * header_bytes_max >= 1 and header_bytes_max + body_bytes_max <= SIP_MSG_BYTES_MAX.
 */
bool sip_frame_init(struct sip_frame *f, uint32_t header_bytes_max, uint32_t body_bytes_max);

/*
 * Take octets of [p, p + n) up to the first event. *used is how many, 0..n; call again with the
 * rest. The message is the last f->bytes octets taken; line ends in front of it do not belong to
 * it. f->bytes is at most the sum of the caps, so a buffer of that size is always enough.
 */
enum sip_frame_event sip_frame_feed(struct sip_frame *f, const uint8_t *p, size_t n, size_t *used);

/*
 * The payload of one whole WebSocket message, which holds exactly one SIP message or one ping
 * or its answer, a lone CRLF (RFC 7118 5 and 6). Content-Length may be left out, and must fit when
 * it is there. *f carries the caps (sip_frame_init) and then the result: MESSAGE (the last f->bytes
 * octets of p), KEEPALIVE or FAULT. The next call starts anew.
 */
enum sip_frame_event sip_frame_ws(struct sip_frame *f, const uint8_t *p, size_t n);

/* The name of a fault in lower case with underscores, "unknown" outside the enumeration. Static. */
const char *sip_frame_fault_name(enum sip_frame_fault fault);

#ifdef __cplusplus
}
#endif

#endif
