/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sip_hname.h - header names to enum sip_hdr_id and back.
 *
 * A name is identified by comparing all its octets, without regard to the case of letters and of
 * letters only; the hash in front only picks which name to compare with.
 */
#ifndef SLUICE_PARSER_SIP_HNAME_H
#define SLUICE_PARSER_SIP_HNAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "parser/sip_msg.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The header with this name, in long or compact form; SIP_HDR_OTHER for any other name.
 * Reads [name, name + len), len 0..65535.
 */
enum sip_hdr_id sip_hname_find(const uint8_t *name, size_t len);

/* Its name as the RFC spells it, "" for SIP_HDR_OTHER and outside the enumeration. Static. */
const char *sip_hname_str(enum sip_hdr_id id);

/* May this header occur only once in a message? false for SIP_HDR_OTHER. */
bool sip_hname_single(enum sip_hdr_id id);

#ifdef __cplusplus
}
#endif

#endif
