/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sip_uri_part.h - the parts inside a URI: its parameters, its header fields (RFC 3261 19.1.1) and
 * what escapes stand for. For URIs that parsed; all reading is over their octets.
 */
#ifndef SLUICE_PARSER_SIP_URI_PART_H
#define SLUICE_PARSER_SIP_URI_PART_H

#include "parser/sip_cur.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sip_uri_part {
        struct sip_span name;
        struct sip_span value; /* {0,0}: no "="; empty behind "=" otherwise */
};

/*
 * Take the first part of *rest, which is a URI's `params` (separator ';') or `headers` ('&'), and
 * move *rest behind it. False when nothing is left. Escapes stay.
 */
bool sip_uri_part_next(const uint8_t *buf, struct sip_span *rest, uint8_t separator,
                       struct sip_uri_part *out);

/* The first parameter, or header, with this name (lower case, as sip_span_ieq() wants it). */
bool sip_uri_param(const uint8_t *buf, const struct sip_uri *u, const char *name,
                   struct sip_uri_part *out);
bool sip_uri_header(const uint8_t *buf, const struct sip_uri *u, const char *name,
                    struct sip_uri_part *out);

/*
 * The octets of s with each "%XY" as the octet that it stands for: the user that a URI names, the
 * value of a header in it. Returns how many there are, at most s.len, and writes them when cap is
 * at least that. They may be any octets, NUL, CR and LF among them.
 */
size_t sip_uri_unescape(const uint8_t *buf, struct sip_span s, uint8_t *out, size_t cap);

#ifdef __cplusplus
}
#endif

#endif
