/* SPDX-License-Identifier: Apache-2.0 */
/*
 * match_facts.h - what a rule is held against: one datagram, its parsed message and what is known
 * of it besides. Everything is borrowed for the length of one match_eval().
 */
#ifndef SLUICE_PARSER_MATCH_MATCH_FACTS_H
#define SLUICE_PARSER_MATCH_MATCH_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "parser/sip_msg.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The IP protocol number of TCP, UDP, SCTP as in IANA's list. */
struct match_facts {
        const uint8_t *payload;    /* the datagram's, leading line ends included */
        const struct sip_msg *msg; /* NULL: not SIP */
        const uint8_t *src;        /* 16 octets; IPv4 as ::ffff:a.b.c.d */
        const uint8_t *dst;
        uint32_t payload_len; /* 0..65535 */
        uint16_t sport;
        uint16_t dport;
        uint16_t vlan; /* 0: none */
        uint8_t ip_proto;
        /* Positions in the word lists of match_words.c. */
        uint8_t side;
        uint8_t lane;
        uint8_t cls;
        uint8_t trust;
        uint8_t seen;
        bool malformed; /* the message is dropped as malformed: sip.anomaly:invalid */
};

#ifdef __cplusplus
}
#endif

#endif
