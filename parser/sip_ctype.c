/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/sip_ctype.h"

#include "parser/sip_ctype_def.h" /* so that the table is the grammar and not 256 numbers */

#define BITS(c)                                                                          \
        (uint16_t)((IS_TOKEN(c) ? SIP_CT_TOKEN : 0) | (IS_WORD(c) ? SIP_CT_WORD : 0) |   \
                   (IS_USER(c) ? SIP_CT_USER : 0) | (IS_PASS(c) ? SIP_CT_PASS : 0) |     \
                   (IS_PARAM(c) ? SIP_CT_PARAM : 0) | (IS_HNV(c) ? SIP_CT_HNV : 0) |     \
                   (IS_HOST(c) ? SIP_CT_HOST : 0) | (IS_DIGIT(c) ? SIP_CT_DIGIT : 0) |   \
                   (IS_ALPHA(c) ? SIP_CT_ALPHA : 0) | (IS_HEX(c) ? SIP_CT_HEX : 0) |     \
                   (IS_LWS(c) ? SIP_CT_LWS : 0) | (IS_URIC(c) ? SIP_CT_URIC : 0) |       \
                   (IS_PVAL(c) ? SIP_CT_PVAL : 0) | (IS_SCHEME(c) ? SIP_CT_SCHEME : 0) | \
                   (IS_BARE_END(c) ? SIP_CT_BARE_END : 0))

#define ROW4(c)  BITS(c), BITS((c) + 1), BITS((c) + 2), BITS((c) + 3)
#define ROW16(c) ROW4(c), ROW4((c) + 4), ROW4((c) + 8), ROW4((c) + 12)

/* The upper half stays 0: no class has octets above 0x7f. */
const uint16_t sip_ctype[256] = {
    ROW16(0x00), ROW16(0x10), ROW16(0x20), ROW16(0x30),
    ROW16(0x40), ROW16(0x50), ROW16(0x60), ROW16(0x70),
};
