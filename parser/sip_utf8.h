/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sip_utf8.h - is it UTF-8 (RFC 3629)?
 */
#ifndef SLUICE_PARSER_SIP_UTF8_H
#define SLUICE_PARSER_SIP_UTF8_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Octets of the well-formed character at p: 1..4, or 0 when [p, p + n) begins with none (overlong
 * forms, surrogates, above U+10FFFF and cut characters are none). n > 0.
 */
size_t sip_utf8_char(const uint8_t *p, size_t n);

/* Offset of the first octet of [p, p + n) that begins no well-formed character; n when all do. */
size_t sip_utf8_check(const uint8_t *p, size_t n);

#ifdef __cplusplus
}
#endif

#endif
