/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sip_ims.h - the private header fields of IMS: P-Access-Network-Info, P-Charging-Vector,
 * P-Charging-Function-Addresses, P-Visited-Network-ID (RFC 7315 5), P-Early-Media (RFC 5009 8),
 * P-Asserted-Service and P-Preferred-Service (RFC 6050 4), P-Served-User (RFC 5502 6). The plain
 * addresses P-Associated-URI, P-Called-Party-ID and P-Profile-Key: sip_value_addr().
 */
#ifndef SLUICE_PARSER_SIP_IMS_H
#define SLUICE_PARSER_SIP_IMS_H

#include "parser/sip_value.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sip_access {
        struct sip_span type;   /* access type or class: "3GPP-E-UTRAN-FDD" */
        struct sip_span cell;   /* utran-cell-id-3gpp or cgi-3gpp; {0,0}: none */
        struct sip_span dsl;    /* dsl-location, without quotes */
        struct sip_span node;   /* i-wlan-node-id, without quotes */
        struct sip_span params; /* all of them, after the first ';' */
        bool network_provided;  /* the network says so, not the terminal */
};

/* Take one element of P-Access-Network-Info; stops at the end or at the ',' before the next one.
 * SIP_VALUE_OK, SYNTAX, PARAM or DUP. */
enum sip_value sip_access_parse(struct sip_cur *c, struct sip_access *out);

struct sip_charging {
        struct sip_span icid;         /* icid-value, never empty */
        struct sip_span generated_at; /* icid-generated-at: a host */
        struct sip_span orig_ioi;
        struct sip_span term_ioi;
        struct sip_span transit_ioi;
};

/* Parse all of [pos, end) as P-Charging-Vector, whose first parameter has no ';' in front.
 * SIP_VALUE_OK, SYNTAX, PARAM, DUP or MISSING (icid-value). */
enum sip_value sip_charging_parse(struct sip_cur *c, struct sip_charging *out);

struct sip_charging_addresses {
        struct sip_span ccf[2]; /* the first and, for when it fails, the second; {0,0}: none */
        struct sip_span ecf[2];
};

/* Parse all of [pos, end) as P-Charging-Function-Addresses. SIP_VALUE_OK, SYNTAX, PARAM, DUP (a
 * third of a kind) or MISSING (neither kind). */
enum sip_value sip_charging_addresses_parse(struct sip_cur *c, struct sip_charging_addresses *out);

enum sip_early_media_bit {
        SIP_EARLY_MEDIA_SENDRECV = 1u << 0,
        SIP_EARLY_MEDIA_SENDONLY = 1u << 1,
        SIP_EARLY_MEDIA_RECVONLY = 1u << 2,
        SIP_EARLY_MEDIA_INACTIVE = 1u << 3,
        SIP_EARLY_MEDIA_GATED = 1u << 4,
        SIP_EARLY_MEDIA_SUPPORTED = 1u << 5,
        SIP_EARLY_MEDIA_OTHER = 1u << 6,
};

/* Parse all of [pos, end) as P-Early-Media, which may be empty (RFC 5009), and add it to *out.
 * SIP_VALUE_OK or SYNTAX. */
enum sip_value sip_early_media_add(struct sip_cur *c, uint8_t *out);

/* Take one URN of P-Asserted-Service or P-Preferred-Service; stops at the end or at the ',' before
 * the next one. SIP_VALUE_OK, SYNTAX or PARAM (not urn:urn-7:...). */
enum sip_value sip_service_parse(struct sip_cur *c, struct sip_uri *out);

struct sip_served_user {
        struct sip_addr addr;
        struct sip_span session_case; /* sescase: orig or term; {0,0}: none */
        struct sip_span reg_state;    /* regstate: reg or unreg; {0,0}: none */
        bool after_diversion;         /* orig-cdiv, RFC 8498 */
};

/* Parse all of [pos, end) as P-Served-User. SIP_VALUE_OK, SYNTAX, PARAM or DUP. */
enum sip_value sip_served_user_parse(struct sip_cur *c, struct sip_served_user *out);

#ifdef __cplusplus
}
#endif

#endif
