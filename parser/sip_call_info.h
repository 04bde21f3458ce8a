/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sip_call_info.h - links: Call-Info, Alert-Info and Error-Info (RFC 3261 20.4, 20.9, 20.18),
 * lists.
 */
#ifndef SLUICE_PARSER_SIP_CALL_INFO_H
#define SLUICE_PARSER_SIP_CALL_INFO_H

#include "parser/sip_value.h"

#ifdef __cplusplus
extern "C" {
#endif

enum sip_call_info_purpose {
        SIP_CALL_INFO_NONE = 0,
        SIP_CALL_INFO_INFO,
        SIP_CALL_INFO_ICON,
        SIP_CALL_INFO_CARD,
        SIP_CALL_INFO_EMERGENCY_CALL_DATA, /* EmergencyCallData.*, RFC 7852 */
        SIP_CALL_INFO_JCARD,               /* RFC 9796 */
        SIP_CALL_INFO_OTHER,
};

struct sip_call_info {
        struct sip_addr addr;         /* its URI; of any scheme */
        struct sip_span purpose_name; /* token; {0,0}: none */
        uint8_t purpose;              /* enum sip_call_info_purpose */
};

/* Take one link; stops at the end or at the ',' before the next one. SIP_VALUE_OK, SYNTAX (also a
 * URI without its brackets), PARAM or DUP (purpose). */
enum sip_value sip_call_info_parse(struct sip_cur *c, struct sip_call_info *out);

#ifdef __cplusplus
}
#endif

#endif
