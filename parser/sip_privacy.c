/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/sip_privacy.h"

static uint8_t bit_of(const uint8_t *buf, struct sip_span s)
{
        static const char *const names[] = {"header",   "session", "user",   "none",
                                            "critical", "id",      "history"};

        for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
                if (sip_span_ieq(buf, s, names[i], strlen(names[i])))
                        return (uint8_t)(1u << i);
        }
        return SIP_PRIVACY_OTHER;
}

enum sip_value sip_privacy_parse(struct sip_cur *c, uint8_t *out)
{
        *out = 0;
        for (;;) {
                struct sip_span word;
                uint8_t bit;

                sip_cur_lws(c);
                word = sip_value_token(c);
                if (word.len == 0)
                        return SIP_VALUE_SYNTAX;
                bit = bit_of(c->buf, word);
                if (*out & bit & (uint8_t)~SIP_PRIVACY_OTHER) {
                        c->pos = word.off;
                        return SIP_VALUE_DUP;
                }
                *out |= bit;
                sip_cur_lws(c);
                if (c->pos == c->end)
                        break;
                if (c->buf[c->pos] != ';' && c->buf[c->pos] != ',')
                        return SIP_VALUE_SYNTAX;
                c->pos++;
        }
        return (*out & SIP_PRIVACY_NONE) && *out != SIP_PRIVACY_NONE ? SIP_VALUE_PARAM
                                                                     : SIP_VALUE_OK;
}
