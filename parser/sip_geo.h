/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sip_geo.h - where a caller is: Geolocation, Geolocation-Routing and Geolocation-Error (RFC 6442
 * 4, RFC 8787 for loc-src).
 */
#ifndef SLUICE_PARSER_SIP_GEO_H
#define SLUICE_PARSER_SIP_GEO_H

#include "parser/sip_value.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sip_geo {
        struct sip_addr addr;    /* its URI: cid:, sip:, sips:, pres:, http: or https: */
        struct sip_span loc_src; /* host that put the location there, RFC 8787; {0,0}: none */
};

/*
 * Take one location; stops at the end or at the ',' before the next one. SIP_VALUE_OK, SYNTAX (also
 * a URI without its brackets), PARAM (loc-src that is no host name: RFC 8787 4 refuses addresses)
 * or DUP.
 */
enum sip_value sip_geo_parse(struct sip_cur *c, struct sip_geo *out);

enum sip_geo_routing {
        SIP_GEO_ROUTING_OTHER = 0, /* any other token, which means no (RFC 6442 4.2) */
        SIP_GEO_ROUTING_NO,
        SIP_GEO_ROUTING_YES,
};

/* Parse all of [pos, end) as Geolocation-Routing. SIP_VALUE_OK or SYNTAX. */
enum sip_value sip_geo_routing_parse(struct sip_cur *c, enum sip_geo_routing *out);

struct sip_geo_error {
        struct sip_span text; /* code=, without quotes; {0,0}: none */
        uint32_t code;        /* 100..999 */
};

/* Parse all of [pos, end) as Geolocation-Error. SIP_VALUE_OK, SYNTAX, PARAM, RANGE or DUP. */
enum sip_value sip_geo_error_parse(struct sip_cur *c, struct sip_geo_error *out);

#ifdef __cplusplus
}
#endif

#endif
