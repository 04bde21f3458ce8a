/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sip_profile.h - how strictly messages are judged: a verdict for each anomaly and a cap for each
 * size. The three that there are are data (sip_anomaly.def, sip_profiles.def, sip_caps.def); what
 * one of them says may be changed line by line after sip_profile_init().
 *
 * A profile lies in the caller's memory. Any number of threads may judge by it while none changes
 * it. Nothing here allocates.
 */
#ifndef SLUICE_PARSER_SIP_PROFILE_H
#define SLUICE_PARSER_SIP_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "parser/sip_msg.h"

#ifdef __cplusplus
extern "C" {
#endif

enum sip_verdict {
        SIP_VERDICT_ACCEPT = 0,
        SIP_VERDICT_NORMALISE, /* one meaning, but written oddly: forward a canonical form */
        SIP_VERDICT_REJECT,
};

/* One per line of sip_caps.def. */
enum sip_cap {
#define X(ID, key, anomaly, most, strict, dflt, lenient, text) SIP_CAP_##ID,
#include "parser/sip_caps.def"
#undef X
        SIP_CAP_CNT,
};

enum sip_profile_id {
        SIP_PROFILE_DEFAULT = 0,
        SIP_PROFILE_STRICT,
        SIP_PROFILE_LENIENT,
        SIP_PROFILE_CNT,
};

struct sip_profile {
        struct sip_anom_set reject; /* disjoint from normalise; in neither: accepted */
        struct sip_anom_set normalise;
        uint32_t cap[SIP_CAP_CNT]; /* by enum sip_cap; 1..what sip_cap_most() says */
        /* Derived from the above, so that a message of usual size is seen to be so by few compares.
         */
        uint32_t value_min; /* the smallest cap on a header value */
        uint32_t count_min; /* the smallest cap on a number of header fields */
        bool reads_again;   /* an anomaly is not accepted that needs a field to be read again */
};

/* Make *p one of the three profiles. id below SIP_PROFILE_CNT. */
void sip_profile_init(struct sip_profile *p, enum sip_profile_id id);
/* By its name: strict, default, lenient. SIP_PROFILE_CNT when there is none of that name. */
enum sip_profile_id sip_profile_find(const char *name);
/* The name, "unknown" outside the enumeration. */
const char *sip_profile_name(enum sip_profile_id id);

enum sip_verdict sip_profile_verdict(const struct sip_profile *p, enum sip_anomaly a);

/*
 * Judge anomaly `a` otherwise from now on. Returns 0, or -EINVAL and changes nothing: `a` is no
 * anomaly, or it is a fault that not even the profile lenient lets through, and v would.
 */
int sip_profile_set_verdict(struct sip_profile *p, enum sip_anomaly a, enum sip_verdict v);
/* Returns 0, or -EINVAL: outside 1..sip_cap_most(cap). */
int sip_profile_set_cap(struct sip_profile *p, enum sip_cap cap, uint32_t value);

/* The key in sluice.yaml, what exceeding it is called, and the largest value that it takes. */
const char *sip_cap_key(enum sip_cap cap);
enum sip_anomaly sip_cap_anomaly(enum sip_cap cap);
uint32_t sip_cap_most(enum sip_cap cap);

#ifdef __cplusplus
}
#endif

#endif
