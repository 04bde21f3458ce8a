/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sip_option.h - what a peer supports and wants, as sets: option tags (Supported, Require,
 * Proxy-Require, Unsupported; RFC 3261 20.29, 20.32, 20.37, 20.40) and methods (Allow, 20.5).
 */
#ifndef SLUICE_PARSER_SIP_OPTION_H
#define SLUICE_PARSER_SIP_OPTION_H

#include "parser/sip_value.h"

#ifdef __cplusplus
extern "C" {
#endif

enum sip_option {
#define X(ID, tag, rfc) SIP_OPTION_##ID,
#include "parser/sip_option.def"
#undef X
        SIP_OPTION_CNT,
};

struct sip_options {
        uint64_t known;        /* bit enum sip_option */
        uint16_t others;       /* tags that are not in the list, counted */
        struct sip_span other; /* the first of them: what 420 Bad Extension would name */
};

/*
 * Parse all of [pos, end) as option tags, which are compared without regard to case; adds to *out,
 * so that several header fields of a kind make one set. An empty value is an empty set (RFC 3261
 * 20.37). SIP_VALUE_OK or SYNTAX; what stands before a fault is in the set.
 */
enum sip_value sip_options_add(struct sip_cur *c, struct sip_options *out);

/* The tag as it is registered, "" outside the enumeration. Static storage. */
const char *sip_option_name(enum sip_option o);

struct sip_methods {
        uint32_t known;  /* bit enum sip_method; bit SIP_METHOD_OTHER is never set */
        uint16_t others; /* methods that sip_method.h does not know, counted */
};

/* The same for methods, whose case counts. An empty value allows nothing (RFC 3261 20.5). */
enum sip_value sip_methods_add(struct sip_cur *c, struct sip_methods *out);

#ifdef __cplusplus
}
#endif

#endif
