/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sip_normalise.h - one canonical spelling for messages that have one meaning but are written
 * oddly: whatever reads the result reads what was judged (RFC 3261 7.3.1, 18.3).
 *
 * What is put right:
 *   line ends that are a bare LF, alone or among others, and an empty line that is left out; line
 *   folds, which become one SP, or nothing inside a URI; white space in the start line and before
 * the colon of a header; octets behind the body that Content-Length declares; a Content-Length that
 * no count can hold; the version's case; white space left out between display name and "<";
 * brackets around the address of a received parameter; the third colon before the IPv4 part of an
 * IPv6 address; empty parameters, a comma at the end of a list of addresses, and one ">" too many
 * behind a tag. Line ends before the start line were left behind by the parser: the result is
 * without them, even when nothing else changes and the list stays empty.
 */
#ifndef SLUICE_PARSER_SIP_NORMALISE_H
#define SLUICE_PARSER_SIP_NORMALISE_H

#include "parser/sip_edit.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Add to an empty list what is to change. With nothing to change the list stays empty, and that is
 * found out at once, from msg->anomalies. The result parses without the anomalies listed above and
 * to the same typed fields, but for white space in them; so a second time changes nothing.
 *
 * Returns OK, FULL when the list has too little room, or the list's error. For a message with a
 * fault (msg->error) the promise about the result holds only for those that the profile lenient
 * normalises: START_LINE_SPACE, HDR_BARE_LF, HDR_FOLD_BLANK. Of others parse and check it.
 */
enum sip_edit_status sip_normalise(struct sip_edit *e);

#ifdef __cplusplus
}
#endif

#endif
