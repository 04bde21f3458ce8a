/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sip_check.h - from what was found in a message to what to do with it.
 *
 * The worst of a message's anomalies by a profile decides; ties go to the lowest id, so the reason
 * is stable. No globals written; thread-safe for distinct messages.
 */
#ifndef SLUICE_PARSER_SIP_CHECK_H
#define SLUICE_PARSER_SIP_CHECK_H

#include "parser/sip_msg.h"
#include "parser/sip_profile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sip_judgement {
        enum sip_verdict verdict;
        enum sip_anomaly reason; /* SIP_ANOM_NONE with ACCEPT */
};

/*
 * Measure a parsed message by the profile's caps, look for what reading it did not need to find
 * (the last three groups of sip_anomaly.def), note all that in msg->anomalies, and judge. What
 * would need a field to be read again is looked for only where the profile does not accept it.
 * msg->error stays as it is. Reads the message's bytes, no more than once.
 */
struct sip_judgement sip_check_profile(const struct sip_profile *p, struct sip_msg *msg);

/* Judge a set of anomalies by a profile. */
struct sip_judgement sip_check_set(const struct sip_profile *p, const struct sip_anom_set *set);

/* Judge what is noted already by the default profile (the `verdict` column of sip_anomaly.def);
 * nothing is measured. */
struct sip_judgement sip_check(const struct sip_msg *msg);

/* By its stable name; SIP_ANOM_NONE when there is none of that name. */
enum sip_anomaly sip_anomaly_find(const char *name);
/* Stable lower-case name, "none" for SIP_ANOM_NONE, "unknown" outside the enumeration. */
const char *sip_anomaly_name(enum sip_anomaly a);
/* Is this anomaly a fault (FATAL in sip_anomaly.def) or merely noted? */
bool sip_anomaly_is_fault(enum sip_anomaly a);
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
