/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sip_contact.h - a Contact with what registrations need of it: q and expires (RFC 3261 20.10), the
 * instance and its flow (RFC 5626), GRUUs (RFC 5627), the user agent's capabilities (RFC 3840).
 */
#ifndef SLUICE_PARSER_SIP_CONTACT_H
#define SLUICE_PARSER_SIP_CONTACT_H

#include "parser/sip_value.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sip_contact {
        struct sip_addr addr;
        struct sip_span instance;  /* the URN of +sip.instance, without "<" and ">"; {0,0}: none */
        struct sip_span pub_gruu;  /* RFC 5627 5.3, without quotes; {0,0}: none */
        struct sip_span temp_gruu; /* likewise */
        uint32_t expires;          /* seconds, 2^32-1 as one less; or SIP_VALUE_ABSENT */
        uint32_t reg_id;           /* 1..2^31-1 (RFC 5626 4.2), or SIP_VALUE_ABSENT */
        uint16_t q_milli;          /* 0..1000, or SIP_VALUE_NO_Q, which means 1 */
        bool ob;                   /* parameter of the URI, RFC 5626 5.4 */
        bool gr;                   /* parameter of the URI: it is a GRUU */
        bool focus;                /* isfocus, RFC 4579: a conference */
};

/*
 * Take one value; stops at the end or at the ',' before the next one. "*" gives addr.star.
 * SIP_VALUE_OK, SYNTAX, PARAM (q, an instance that is no URI between "<" and ">"), RANGE (expires,
 * reg-id) or DUP. Feature tags are read by sip_item_param() over addr.params.
 */
enum sip_value sip_contact_parse(struct sip_cur *c, struct sip_contact *out);

#ifdef __cplusplus
}
#endif

#endif
