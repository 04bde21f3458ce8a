/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/sip_num.h"

enum sip_num_result sip_num_parse(const uint8_t *buf, struct sip_span s, uint32_t max,
                                  uint32_t *out)
{
        const uint8_t *p = buf + s.off;
        uint64_t v = 0;

        if (s.len == 0)
                return SIP_NUM_SYNTAX;
        if (s.len > SIP_NUM_DIGITS_MAX) {
                for (uint32_t i = 0; i < s.len; i++) {
                        if ((uint8_t)(p[i] - '0') > 9)
                                return SIP_NUM_SYNTAX;
                }
                return SIP_NUM_RANGE;
        }
        for (uint32_t i = 0; i < s.len; i++) {
                uint8_t d = (uint8_t)(p[i] - '0');

                if (d > 9)
                        return SIP_NUM_SYNTAX;
                v = v * 10 + d;
        }
        if (v > max)
                return SIP_NUM_RANGE;
        *out = (uint32_t)v;
        return SIP_NUM_OK;
}
