/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sip_check.h - from what was found in a message to what to do with it.
 *
 * A profile is a row of data: for each anomaly a verdict. sip_check() takes the worst of the
 * message's anomalies; ties go to the lowest id, so the reason is stable. Pure and thread-safe.
 */
#ifndef SLUICE_PARSER_SIP_CHECK_H
#define SLUICE_PARSER_SIP_CHECK_H

#include "parser/sip_msg.h"

#ifdef __cplusplus
extern "C" {
#endif

enum sip_verdict {
        SIP_VERDICT_ACCEPT = 0,
        SIP_VERDICT_NORMALISE, /* one meaning, but written oddly: forward a canonical form */
        SIP_VERDICT_REJECT,
};

struct sip_judgement {
        enum sip_verdict verdict;
        enum sip_anomaly reason; /* SIP_ANOM_NONE with ACCEPT */
};

/* Judge a parsed message by the default profile (the `verdict` column of sip_anomaly.def). */
struct sip_judgement sip_check(const struct sip_msg *msg);

/* Stable lower-case name, "none" for SIP_ANOM_NONE, "unknown" outside the enumeration. */
const char *sip_anomaly_name(enum sip_anomaly a);
/* RFC section that the anomaly offends against, e.g. "3261 20.14". */
const char *sip_anomaly_rfc(enum sip_anomaly a);
/* One sentence for people. */
const char *sip_anomaly_text(enum sip_anomaly a);
/* "accept", "normalise", "reject". */
const char *sip_verdict_name(enum sip_verdict v);

#ifdef __cplusplus
}
#endif

#endif
