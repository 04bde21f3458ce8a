/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sip_msg.h - the result of parsing one SIP message: spans over the caller's bytes.
 *
 * Ownership: a struct sip_msg lies in the caller's memory and borrows the message buffer; it stays
 * valid while that buffer is neither moved nor changed. It holds no pointers but `buf`, so it may
 * be copied. Nothing here allocates. Any thread may use a message; one thread at a time writes it.
 *
 * Invariant: for each span s in a parsed message, s.off + s.len <= msg->len <= SIP_MSG_BYTES_MAX.
 * An absent field is the span {0, 0}; a field that is present but empty has len 0 and off > 0
 * (offset 0 always belongs to the start line).
 */
#ifndef SLUICE_PARSER_SIP_MSG_H
#define SLUICE_PARSER_SIP_MSG_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A UDP payload can not be longer (65,535 less the UDP header is); spans are 16 bits because of it.
 */
#define SIP_MSG_BYTES_MAX 65535u

/* Header fields that one message may have. RFC 3261 sets no limit; BAD-INPUT class B11 wants one.
 * Real messages stay below 60 even in IMS. More is the anomaly HDR_COUNT, never truncation. */
#define SIP_MSG_HDRS_MAX 128u

struct sip_span {
        uint16_t off; /* octets from the start of the message */
        uint16_t len; /* octets */
};

enum sip_kind {
        SIP_KIND_NONE = 0, /* the start line could not be read */
        SIP_KIND_REQUEST,
        SIP_KIND_RESPONSE,
};

/* Methods of RFC 3261, 3262, 3265/6665, 3311, 3428, 3515, 3903, 6086; any other token is OTHER.
 * The values are part of the shared-memory contract's counters: append only. */
enum sip_method {
        SIP_METHOD_OTHER = 0,
        SIP_METHOD_INVITE,
        SIP_METHOD_ACK,
        SIP_METHOD_BYE,
        SIP_METHOD_CANCEL,
        SIP_METHOD_REGISTER,
        SIP_METHOD_OPTIONS,
        SIP_METHOD_PRACK,
        SIP_METHOD_SUBSCRIBE,
        SIP_METHOD_NOTIFY,
        SIP_METHOD_PUBLISH,
        SIP_METHOD_INFO,
        SIP_METHOD_REFER,
        SIP_METHOD_MESSAGE,
        SIP_METHOD_UPDATE,
        SIP_METHOD_CNT,
};

/* One per line of sip_headers.def; SIP_HDR_OTHER = 0 is a name that the table does not know. */
enum sip_hdr_id {
        SIP_HDR_OTHER = 0,
#define X(ID, name, compact, multiplicity) SIP_HDR_##ID,
#include "parser/sip_headers.def"
#undef X
        SIP_HDR_CNT,
};

/* One per line of sip_anomaly.def: everything that can be wrong with or odd about a message.
 * SIP_ANOM_NONE = 0 is "nothing". */
enum sip_anomaly {
        SIP_ANOM_NONE = 0,
#define X(ID, name, severity, verdict, rfc, text) SIP_ANOM_##ID,
#include "parser/sip_anomaly.def"
#undef X
        SIP_ANOM_CNT,
};

/* A set of anomalies; bit (id - 1). 192 bits so that the complete set of the parser fits. */
#define SIP_ANOM_WORDS 3u
struct sip_anom_set {
        uint64_t w[SIP_ANOM_WORDS];
};

static inline void sip_anom_add(struct sip_anom_set *s, enum sip_anomaly a)
{
        if (a != SIP_ANOM_NONE)
                s->w[((unsigned)a - 1u) / 64u] |= UINT64_C(1) << (((unsigned)a - 1u) % 64u);
}

static inline bool sip_anom_has(const struct sip_anom_set *s, enum sip_anomaly a)
{
        return a != SIP_ANOM_NONE &&
               (s->w[((unsigned)a - 1u) / 64u] >> (((unsigned)a - 1u) % 64u) & 1u) != 0;
}

static inline bool sip_anom_empty(const struct sip_anom_set *s)
{
        return (s->w[0] | s->w[1] | s->w[2]) == 0;
}

enum sip_hdr_flag {
        SIP_HDR_F_COMPACT = 1u << 0, /* compact form on the wire */
        SIP_HDR_F_FOLDED = 1u << 1,  /* the value spans lines (RFC 3261 7.3.1) */
};

/* One header field. `value` has its outer white space trimmed; inner folds stay as they are. */
struct sip_hdr {
        struct sip_span name;
        struct sip_span value;
        uint8_t id;        /* enum sip_hdr_id */
        uint8_t flags;     /* enum sip_hdr_flag */
        uint8_t next_same; /* index of the next header with this id, SIP_HDR_NONE at the end;
                            * always SIP_HDR_NONE for SIP_HDR_OTHER */
        uint8_t reserved;
};
#define SIP_HDR_NONE 0xffu

enum sip_scheme {
        SIP_SCHEME_NONE = 0,
        SIP_SCHEME_SIP,
        SIP_SCHEME_SIPS,
        SIP_SCHEME_TEL,
        SIP_SCHEME_URN,
        SIP_SCHEME_OTHER,
};

/* A URI, RFC 3261 19.1 (sip, sips), RFC 3966 (tel), RFC 8141 (urn); others as scheme + rest. */
struct sip_uri {
        struct sip_span all;     /* the whole URI, without angle brackets */
        struct sip_span user;    /* as sent, escapes not decoded; for tel the number */
        struct sip_span host;    /* IPv6 reference with its brackets; for urn and others the rest */
        struct sip_span params;  /* after the first ';' up to '?' or the end, without that ';' */
        struct sip_span headers; /* after '?' */
        uint16_t port;           /* 1..65535; 0 when absent */
        uint8_t scheme;          /* enum sip_scheme */
        bool has_password;       /* "user:password@"; user does not hold the password */
};

/* One Via value, RFC 3261 20.42, RFC 3581 (rport). */
struct sip_via {
        struct sip_span all;
        struct sip_span transport; /* token after "SIP/2.0/" */
        struct sip_span host;      /* sent-by host; IPv6 reference with its brackets */
        struct sip_span branch;
        struct sip_span received;
        struct sip_span maddr;
        uint16_t port;  /* sent-by port; 0 when absent */
        uint16_t rport; /* value of rport; 0 when absent or valueless */
        bool has_rport;
        bool cookie; /* branch begins with z9hG4bK (RFC 3261 8.1.1.7) */
};

/* One name-addr or addr-spec with header parameters: From, To, Contact, Route and their like. */
struct sip_addr {
        struct sip_span all;
        struct sip_span display; /* without quotes; escapes not decoded */
        struct sip_span params;  /* header parameters after the first ';', without that ';' */
        struct sip_span tag;
        struct sip_uri uri;
        bool star; /* Contact: * */
};

/* CSeq, RFC 3261 20.16. */
struct sip_cseq {
        uint32_t number; /* 0 .. 2^31-1 */
        uint8_t method;  /* enum sip_method */
        struct sip_span method_name;
};

/* Content-Length when the message has none. */
#define SIP_CONTENT_LENGTH_ABSENT UINT32_MAX
/* Max-Forwards when the message has none. */
#define SIP_MAX_FORWARDS_ABSENT   UINT16_MAX

/*
 * A parsed message. After sip_parse() returned an error the fields that could be read are valid and
 * the others are absent: a malformed message stays usable for logs and counters. Of hdrs only the
 * first hdr_cnt entries are written.
 */
struct sip_msg {
        const uint8_t *buf; /* borrowed; the message starts here (leading CRLFs already skipped) */
        uint32_t len;       /* octets in buf, 0..SIP_MSG_BYTES_MAX */

        uint8_t kind;    /* enum sip_kind */
        uint8_t method;  /* request: enum sip_method; response: 0 */
        uint16_t status; /* response: 100..699; request: 0 */

        struct sip_span method_name; /* request */
        struct sip_span reason;      /* response: reason phrase */
        struct sip_span version;     /* "SIP/2.0" as sent */
        struct sip_span start_line;  /* without its line end */

        /* The fault, SIP_ANOM_NONE when the message is well formed; err_off is where, in octets. */
        uint16_t error; /* enum sip_anomaly */
        uint16_t err_off;
        struct sip_anom_set anomalies; /* everything noted, the fault included */

        uint16_t hdr_cnt;    /* valid entries of hdrs, 0..SIP_MSG_HDRS_MAX */
        uint16_t header_end; /* offset just past the empty line, or the end where only that line
                              * is left out (HDR_END_IMPLIED); 0 when the section does not end */
        uint16_t body_off;   /* start of the body = header_end */
        uint16_t body_len; /* octets of body by Content-Length, or to the end without one (18.3) */
        uint32_t content_length; /* as declared, SIP_CONTENT_LENGTH_ABSENT without one */
        uint16_t max_forwards;   /* 0..255, SIP_MAX_FORWARDS_ABSENT without one */
        uint16_t via_cnt;        /* Via values over all Via headers */

        /* The mandatory fields (RFC 3261 8.1.1), typed. */
        struct sip_uri ruri; /* request */
        struct sip_via via;  /* topmost */
        struct sip_addr from;
        struct sip_addr to;
        struct sip_addr contact; /* first value; all.len == 0 when absent */
        struct sip_cseq cseq;
        struct sip_span call_id;

        uint8_t first[SIP_HDR_CNT]; /* index of the first header with this id, or SIP_HDR_NONE */
        struct sip_hdr hdrs[SIP_MSG_HDRS_MAX];
};

/* The first header with this id, or NULL. */
static inline const struct sip_hdr *sip_msg_first(const struct sip_msg *m, enum sip_hdr_id id)
{
        uint8_t i = m->first[id];

        return i == SIP_HDR_NONE ? (const struct sip_hdr *)0 : &m->hdrs[i];
}

/* Credentials of any scheme and for anybody (RFC 3261 22). */
static inline bool sip_msg_has_credentials(const struct sip_msg *m)
{
        return m->first[SIP_HDR_AUTHORIZATION] != SIP_HDR_NONE ||
               m->first[SIP_HDR_PROXY_AUTHORIZATION] != SIP_HDR_NONE;
}

/* The bytes of a span. Not terminated. */
static inline const uint8_t *sip_span_at(const struct sip_msg *m, struct sip_span s)
{
        return m->buf + s.off;
}

#ifdef __cplusplus
}
#endif

#endif
