/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sip_sdp.h - session descriptions (RFC 8866), as far as a firewall asks: who, where, which media,
 * which codecs, how they are keyed. For the control plane: the workers do not read bodies.
 *
 * The result is of fixed size in the caller's memory and holds spans over the message. Time is
 * linear: each line is read once, and a codec is looked for among SIP_SDP_FORMATS_MAX at most.
 */
#ifndef SLUICE_PARSER_SIP_SDP_H
#define SLUICE_PARSER_SIP_SDP_H

#include "parser/sip_cur.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Media descriptions: WebRTC offers seen in the field have up to some ten. */
#define SIP_SDP_MEDIA_MAX   24u
/* Formats (codecs) over all media; browsers offer 20 to 40 for a video line. */
#define SIP_SDP_FORMATS_MAX 192u

/* A number that is not there. */
#define SIP_SDP_ABSENT UINT32_MAX

/* What is wrong or odd; sip_sdp.anomalies. Those of SIP_SDP_FAULTS leave no usable description. */
enum sip_sdp_anomaly {
        SIP_SDP_LINE = 1u << 0,          /* a line that is not a letter, "=" and a value */
        SIP_SDP_NUL = 1u << 1,           /* a NUL in the description */
        SIP_SDP_VERSION = 1u << 2,       /* v= is not 0 */
        SIP_SDP_NO_ORIGIN = 1u << 3,     /* no v= or no o= */
        SIP_SDP_ORIGIN = 1u << 4,        /* o= has not its six parts */
        SIP_SDP_CONNECTION = 1u << 5,    /* c= malformed */
        SIP_SDP_MEDIA = 1u << 6,         /* m= malformed: a part missing or no token */
        SIP_SDP_PORT = 1u << 7,          /* port of m= above 65535 or no number */
        SIP_SDP_FORMAT = 1u << 8,        /* payload type of RTP above 127 or no number */
        SIP_SDP_MEDIA_COUNT = 1u << 9,   /* more than SIP_SDP_MEDIA_MAX m= lines */
        SIP_SDP_FORMAT_COUNT = 1u << 10, /* more than SIP_SDP_FORMATS_MAX formats */

        SIP_SDP_ORDER = 1u << 16,   /* lines in another order than RFC 8866 9 has */
        SIP_SDP_DUP = 1u << 17,     /* a line that may occur once occurs again; first counts */
        SIP_SDP_NO_NAME = 1u << 18, /* no s= or no t= */
        SIP_SDP_NO_CONNECTION = 1u << 19, /* media without c= of its own or of the session */
        SIP_SDP_BANDWIDTH = 1u << 20,     /* b= without colon or number: not used */
        SIP_SDP_TIME = 1u << 21,          /* t= is not two numbers, or r= or z= malformed */
        SIP_SDP_ATTRIBUTE = 1u << 22,     /* a= empty, or one that is read is malformed: not used */
        SIP_SDP_ATTRIBUTE_DUP = 1u
                                << 23, /* rtcp, ice-ufrag, ... twice in one section; first counts */
        SIP_SDP_OBSOLETE = 1u << 24,   /* k= */
        SIP_SDP_UNKNOWN = 1u << 25,    /* a letter that RFC 8866 has not */
        SIP_SDP_LF = 1u << 26,         /* lines that end in LF alone */
        SIP_SDP_CUT = 1u << 27,        /* the last line has no end */
        SIP_SDP_BLANK = 1u << 28,      /* empty lines */
        SIP_SDP_ORIGIN_NUMBER = 1u << 29, /* sess-id or sess-version is not digits */
};
#define SIP_SDP_FAULTS 0xffffu

enum sip_sdp_direction {
        SIP_SDP_DIRECTION_NONE = 0, /* not said: that of the session, or sendrecv */
        SIP_SDP_SENDRECV,
        SIP_SDP_SENDONLY,
        SIP_SDP_RECVONLY,
        SIP_SDP_INACTIVE,
};

struct sip_sdp_conn {
        struct sip_span address; /* without "/ttl/count"; {0,0}: no c= line */
        uint8_t version;         /* 4 or 6 by addrtype, 0 for any other */
        bool literal;            /* an IP address, not a name */
};

/* What the session and each of its media can say alike. */
struct sip_sdp_attrs {
        struct sip_span section;      /* its lines, for sip_sdp_attribute(); those of a media begin
                                       * behind m= */
        struct sip_sdp_conn conn;     /* the first c= of this section */
        uint32_t as, ct;              /* b=, kbit/s, or SIP_SDP_ABSENT */
        uint32_t tias, rs, rr;        /* b=, bit/s, or SIP_SDP_ABSENT (RFC 3890, 3556) */
        struct sip_span rtcp_address; /* RFC 3605 */
        uint16_t rtcp_port;           /* 0: no a=rtcp */
        uint8_t direction;            /* enum sip_sdp_direction */
        bool rtcp_mux;                /* RFC 5761 */
        struct sip_span crypto_suite; /* of the first a=crypto, RFC 4568 */
        struct sip_span crypto_key;   /* its key parameters and what follows */
        uint16_t crypto_cnt;          /* well-formed a=crypto lines */
        uint16_t candidate_cnt;       /* a=candidate lines, RFC 8839 */
        struct sip_span fingerprint_hash; /* RFC 8122: name of the hash */
        struct sip_span fingerprint;      /* pairs of hexadecimal digits with colons between */
        struct sip_span setup;            /* RFC 4145 */
        struct sip_span ice_ufrag;        /* 4..256 octets, RFC 8839 5.4 */
        struct sip_span ice_pwd;          /* 22..256 octets */
        struct sip_span mid;              /* RFC 5888 */
        struct sip_span info;             /* i= of the session or of this media */
        uint32_t ptime_ms, maxptime_ms;   /* RFC 8866 6.4, 6.5, or SIP_SDP_ABSENT */
        bool ice_lite;                    /* RFC 8839 5.3 */
};

struct sip_sdp_format {
        struct sip_span fmt;    /* as in m= */
        struct sip_span name;   /* encoding of rtpmap; {0,0}: none */
        struct sip_span params; /* of the first fmtp */
        uint32_t clock_hz;      /* of rtpmap, or SIP_SDP_ABSENT */
        uint16_t channels;      /* of rtpmap; 0: not said */
};

struct sip_sdp_media {
        struct sip_span type;  /* audio, video, ... */
        struct sip_span proto; /* RTP/AVP, UDP/TLS/RTP/SAVPF, ... */
        uint16_t port;         /* 0: refused */
        uint16_t port_cnt;     /* 1 unless "/n" says more */
        uint16_t format_first; /* index into sip_sdp.formats */
        uint16_t format_cnt;   /* at least 1 */
        struct sip_sdp_attrs attrs;
};

struct sip_sdp {
        uint32_t anomalies; /* enum sip_sdp_anomaly */
        uint32_t fault_off; /* where the first fault is, from the start of the message */
        struct sip_span user, sess_id, sess_version; /* o= */
        struct sip_span origin_address;
        struct sip_span name;        /* s= */
        struct sip_span uri;         /* u= */
        struct sip_span email;       /* the first e= */
        struct sip_span phone;       /* the first p= */
        struct sip_span start, stop; /* of the first t=, seconds since 1900; "0": not bounded */
        struct sip_sdp_attrs attrs;
        uint16_t media_cnt;  /* 0..SIP_SDP_MEDIA_MAX */
        uint16_t format_cnt; /* 0..SIP_SDP_FORMATS_MAX */
        struct sip_sdp_media media[SIP_SDP_MEDIA_MAX];
        struct sip_sdp_format formats[SIP_SDP_FORMATS_MAX];
};

/*
 * Parse all of [pos, end). True when no fault was found. Reading goes on after a fault, so that all
 * anomalies are known, except after one of the two counts. c->notes is not touched.
 */
bool sip_sdp_parse(struct sip_cur *c, struct sip_sdp *out);

/*
 * The next attribute with this name (case-sensitive, RFC 8866 5.13) in *rest, which begins as a
 * section; *value is what stands behind ":", {0,0} without one. Moves *rest behind it. False when
 * there is none. So all attributes can be reached that struct sip_sdp has no member for.
 */
bool sip_sdp_attribute(const uint8_t *buf, struct sip_span *rest, const char *name,
                       struct sip_span *value);

#ifdef __cplusplus
}
#endif

#endif
