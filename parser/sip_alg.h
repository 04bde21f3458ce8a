/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sip_alg.h - has a router on the way rewritten addresses within the message? An application layer
 * gateway changes what it knows and misses the rest, and what is left contradicts itself.
 */
#ifndef SLUICE_PARSER_SIP_ALG_H
#define SLUICE_PARSER_SIP_ALG_H

#include "parser/sip_ip.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Contradictions; a user agent behind NAT has none of them, nor one that learnt its public address
 * by STUN or from a response (RFC 3581) and uses it in some fields only. */
enum sip_alg {
        SIP_ALG_CONTACT = 1u << 0, /* Via was made public, Contact was not */
        SIP_ALG_ORIGIN = 1u << 1,  /* c= of the description was made public, its o= was not, and so
                                    * was Via */
        SIP_ALG_LENGTH = 1u << 2,  /* Via was made public, and Content-Length does not fit */
};

/*
 * Bits of enum sip_alg, 0 when nothing contradicts. `source` is the address the packet came from.
 * Only a request without another hop (one Via) from a public address can be judged; the literal
 * addresses in it count, names do not. Any thread.
 */
unsigned sip_alg_find(const struct sip_msg *m, const struct sip_ip *source);

/* Not routed on the Internet: RFC 1918, 6598, 3927, 4193, link-local, loopback, unspecified. */
bool sip_ip_is_private(const struct sip_ip *ip);

#ifdef __cplusplus
}
#endif

#endif
