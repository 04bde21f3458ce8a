/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sip_resource.h - Resource-Priority and Accept-Resource-Priority (RFC 4412 3), lists.
 */
#ifndef SLUICE_PARSER_SIP_RESOURCE_H
#define SLUICE_PARSER_SIP_RESOURCE_H

#include "parser/sip_value.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sip_resource {
        struct sip_span name_space; /* token without a dot: "dsn", "ets" */
        struct sip_span priority;   /* token without a dot: "flash", "0" */
};

/* Take one value; stops at the end or at the ',' before the next one. An empty Accept-Resource-
 * Priority is allowed; the caller asks for that first. SIP_VALUE_OK or SYNTAX. */
enum sip_value sip_resource_parse(struct sip_cur *c, struct sip_resource *out);

#ifdef __cplusplus
}
#endif

#endif
