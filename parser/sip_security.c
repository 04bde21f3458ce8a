/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/sip_security.h"

#include <stddef.h>

struct params {
        struct sip_security s;
        struct sip_span q;
};

static const struct sip_value_param known[] = {
    {"q", 0, offsetof(struct params, q), SIP_FORM_TOKEN},
    {"d-alg", 0, offsetof(struct params, s.digest_alg), SIP_FORM_TOKEN},
    {"d-qop", 0, offsetof(struct params, s.digest_qop), SIP_FORM_TOKEN},
    {"d-ver", 0, offsetof(struct params, s.digest_verify), SIP_FORM_QUOTED},
    {"alg", 0, offsetof(struct params, s.alg), SIP_FORM_TOKEN},
    {"ealg", 0, offsetof(struct params, s.ealg), SIP_FORM_TOKEN},
    {"prot", 0, offsetof(struct params, s.protocol), SIP_FORM_TOKEN},
    {"mod", 0, offsetof(struct params, s.mode), SIP_FORM_TOKEN},
    {"spi-c", SIP_VALUE_ABSENT - 1, offsetof(struct params, s.spi_c), SIP_FORM_NUMBER},
    {"spi-s", SIP_VALUE_ABSENT - 1, offsetof(struct params, s.spi_s), SIP_FORM_NUMBER},
    {"port-c", 65535, offsetof(struct params, s.port_c), SIP_FORM_NUMBER},
    {"port-s", 65535, offsetof(struct params, s.port_s), SIP_FORM_NUMBER},
};
#define KNOWN_CNT (sizeof(known) / sizeof(known[0]))

static enum sip_security_kind kind_of(const uint8_t *buf, struct sip_span s)
{
        static const char *const names[] = {"digest", "tls", "ipsec-ike", "ipsec-man",
                                            "ipsec-3gpp"};

        for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
                if (sip_span_ieq(buf, s, names[i], strlen(names[i])))
                        return (enum sip_security_kind)(SIP_SECURITY_DIGEST + i);
        }
        return SIP_SECURITY_OTHER;
}

enum sip_value sip_security_parse(struct sip_cur *c, struct sip_security *out)
{
        struct params p;
        enum sip_value v;

        memset(&p, 0, sizeof(p));
        p.s.q_milli = SIP_VALUE_NO_Q;
        sip_cur_lws(c);
        p.s.name = sip_value_token(c);
        p.s.kind = (uint8_t)kind_of(c->buf, p.s.name);
        v = sip_value_params(c, known, KNOWN_CNT, &p);
        if (p.s.name.len == 0)
                v = SIP_VALUE_SYNTAX;
        if (v == SIP_VALUE_OK && p.q.off != 0) {
                p.s.q_milli = sip_value_q(c->buf, p.q);
                if (p.s.q_milli == SIP_VALUE_NO_Q)
                        v = SIP_VALUE_PARAM;
        }
        *out = p.s;
        return v;
}
