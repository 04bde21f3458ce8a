/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sip_route.h - elements of Route and Record-Route (RFC 3261 20.30, 20.34), Path (RFC 3327) and
 * Service-Route (RFC 3608): a URI in angle brackets, with what its parameters say of the hop.
 */
#ifndef SLUICE_PARSER_SIP_ROUTE_H
#define SLUICE_PARSER_SIP_ROUTE_H

#include "parser/sip_value.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sip_route {
        struct sip_addr addr;
        bool lr; /* loose router (RFC 3261 16.12) */
        bool ob; /* the first hop keeps a flow to the client (RFC 5626 5.1) */
};

/* Take one element; stops at the end or at the ',' before the next one. SIP_VALUE_OK, or SYNTAX for
 * an address that is malformed or stands without its brackets. */
enum sip_value sip_route_parse(struct sip_cur *c, struct sip_route *out);

#ifdef __cplusplus
}
#endif

#endif
