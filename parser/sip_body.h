/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sip_body.h - the parts of a message body: multipart by its boundaries (RFC 2046 5.1, RFC 5621)
 * and message/sipfrag (RFC 3420). For the control plane: the workers do not read bodies.
 *
 * Parts come out as a flat list in which each names the part it lies in; multiparts are opened down
 * to SIP_BODY_DEPTH_MAX, without recursion, so an octet is read at most that many times.
 */
#ifndef SLUICE_PARSER_SIP_BODY_H
#define SLUICE_PARSER_SIP_BODY_H

#include "parser/sip_value.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SIP_BODY_DEPTH_MAX     4u  /* multipart within multipart within ... */
#define SIP_BODY_PARTS_MAX     32u /* over all depths, the whole body included */
#define SIP_BODY_BOUNDARY_MAX  70u /* octets, RFC 2046 5.1.1 */
#define SIP_BODY_PART_HDRS_MAX 32u /* header lines of one part */

enum sip_body_kind {
        SIP_BODY_OTHER = 0,
        SIP_BODY_SDP,       /* application/sdp */
        SIP_BODY_MULTIPART, /* multipart of any subtype */
        SIP_BODY_SIPFRAG,   /* message/sipfrag */
        SIP_BODY_SIP,       /* message/sip */
};

enum sip_body_fault {
        SIP_BODY_OK = 0,
        SIP_BODY_TYPE,     /* Content-Type malformed */
        SIP_BODY_BOUNDARY, /* no boundary, an empty one, one too long or of octets it may not have
                            */
        SIP_BODY_NO_PART,  /* the first delimiter is missing */
        SIP_BODY_NO_END,   /* the closing delimiter is missing */
        SIP_BODY_HEADERS,  /* a part's header line without colon, two Content-Types, or too many */
        SIP_BODY_PARTS,    /* more than SIP_BODY_PARTS_MAX */
        SIP_BODY_DEPTH,    /* a multipart deeper than SIP_BODY_DEPTH_MAX */
};

/* A media type with what is needed to go on (RFC 3261 20.15). */
struct sip_body_type {
        struct sip_span type;     /* token before "/" */
        struct sip_span subtype;  /* token behind it */
        struct sip_span boundary; /* without quotes; {0,0}: none */
        uint8_t kind;             /* enum sip_body_kind */
};

struct sip_body_part {
        struct sip_span headers;    /* with their line ends, without the empty line; may be empty */
        struct sip_span body;       /* without the line end in front of the delimiter */
        struct sip_span content_id; /* value as sent; {0,0}: none */
        struct sip_span disposition; /* value as sent; {0,0}: none */
        struct sip_body_type type;   /* type.off == 0: none said, which is text/plain */
        uint8_t parent;              /* index of the multipart around it; itself for the first */
        uint8_t depth;               /* 0 for the whole body */
};

struct sip_body {
        uint8_t fault;     /* enum sip_body_fault, of the first one */
        uint8_t parts_cnt; /* 1..SIP_BODY_PARTS_MAX */
        uint32_t fault_off;
        struct sip_body_part parts[SIP_BODY_PARTS_MAX]; /* [0] is the whole body */
};

/* Parse all of [pos, end) as the value of Content-Type. SIP_VALUE_OK, SYNTAX, PARAM or DUP
 * (boundary). */
enum sip_value sip_body_type_parse(struct sip_cur *c, struct sip_body_type *out);

/*
 * Find the parts of the body [c->pos, c->end), whose Content-Type is the span `type` over the same
 * octets ({0,0}: none). Stops at the first fault; the parts found before it stay valid. A body that
 * is no multipart is one part, whatever it holds.
 */
enum sip_body_fault sip_body_parse(const struct sip_cur *c, struct sip_span type,
                                   struct sip_body *out);

#ifdef __cplusplus
}
#endif

#endif
