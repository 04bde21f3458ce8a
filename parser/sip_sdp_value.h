/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sip_sdp_value.h - values of SDP attributes that are read when somebody asks: ICE candidates (RFC
 * 8839 5.1), keys (RFC 4568 9.1), groups (RFC 5888 5) and preconditions (RFC 3312 4). Each is found
 * by sip_sdp_attribute().
 */
#ifndef SLUICE_PARSER_SIP_SDP_VALUE_H
#define SLUICE_PARSER_SIP_SDP_VALUE_H

#include "parser/sip_value.h"

#ifdef __cplusplus
extern "C" {
#endif

enum sip_sdp_candidate_type {
        SIP_SDP_CANDIDATE_OTHER = 0,
        SIP_SDP_CANDIDATE_HOST,
        SIP_SDP_CANDIDATE_SRFLX,
        SIP_SDP_CANDIDATE_PRFLX,
        SIP_SDP_CANDIDATE_RELAY,
};

struct sip_sdp_candidate {
        struct sip_span foundation;  /* 1..32 octets */
        struct sip_span transport;   /* UDP, TCP, ... */
        struct sip_span address;     /* an IP address, or a name (mDNS) */
        struct sip_span type_name;   /* host, srflx, prflx, relay, ... */
        struct sip_span rel_address; /* raddr; {0,0}: none */
        uint32_t priority;           /* 1..2^31-1 */
        uint16_t component;          /* 1..256: 1 RTP, 2 RTCP */
        uint16_t port;
        uint16_t rel_port; /* rport; 0: none */
        uint8_t type;      /* enum sip_sdp_candidate_type */
};

/* Read all of a candidate's value. SIP_VALUE_OK, SYNTAX, RANGE (a number) or CHARSET (foundation).
 * Extensions behind the type come in pairs and are passed over. */
enum sip_value sip_sdp_candidate_parse(const uint8_t *buf, struct sip_span value,
                                       struct sip_sdp_candidate *out);

struct sip_sdp_crypto {
        struct sip_span suite;
        struct sip_span key;      /* key and salt in base64, of the first inline: */
        struct sip_span lifetime; /* {0,0}: none */
        struct sip_span params;   /* session parameters; {0,0}: none */
        uint32_t tag;             /* 0..999999999 */
        uint32_t mki;             /* or SIP_VALUE_ABSENT */
        uint32_t mki_octets;      /* 1..128 with an MKI, else 0 */
};

/* Read all of a crypto attribute's value. SIP_VALUE_OK, SYNTAX, PARAM (a key method that is not
 * inline), RANGE or CHARSET (key). */
enum sip_value sip_sdp_crypto_parse(const uint8_t *buf, struct sip_span value,
                                    struct sip_sdp_crypto *out);

struct sip_sdp_group {
        struct sip_span semantics; /* BUNDLE, LS, ... */
        struct sip_span mids;      /* identification tags with blanks between; {0,0}: none */
};

/* Read all of a group's value. SIP_VALUE_OK or SYNTAX. */
enum sip_value sip_sdp_group_parse(const uint8_t *buf, struct sip_span value,
                                   struct sip_sdp_group *out);

enum sip_sdp_qos_kind {
        SIP_SDP_QOS_CURRENT = 0, /* a=curr: type status direction */
        SIP_SDP_QOS_DESIRED,     /* a=des: type strength status direction */
        SIP_SDP_QOS_CONFIRM,     /* a=conf: type status direction */
};

struct sip_sdp_qos {
        struct sip_span type; /* qos; sec of RFC 5027 */
        struct sip_span
            strength;           /* mandatory, optional, none, failure, unknown; {0,0} but for des */
        struct sip_span status; /* e2e, local, remote */
        struct sip_span direction; /* none, send, recv, sendrecv */
};

/* Read all of a precondition's value. SIP_VALUE_OK, SYNTAX, or PARAM for a word that the RFC has
 * not. */
enum sip_value sip_sdp_qos_parse(const uint8_t *buf, struct sip_span value,
                                 enum sip_sdp_qos_kind kind, struct sip_sdp_qos *out);

#ifdef __cplusplus
}
#endif

#endif
