/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/sip_profile.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "parser/sip_state.h"

enum {
        ACCEPT = SIP_VERDICT_ACCEPT,
        NORMALISE = SIP_VERDICT_NORMALISE,
        REJECT = SIP_VERDICT_REJECT
};

static const uint8_t default_verdicts[SIP_ANOM_CNT] = {
#define X(ID, name, severity, verdict, rfc, text) [SIP_ANOM_##ID] = (verdict),
#include "parser/sip_anomaly.def"
#undef X
};

static const struct {
        uint8_t profile; /* enum sip_profile_id */
        uint8_t anomaly; /* enum sip_anomaly */
        uint8_t verdict; /* enum sip_verdict */
} deviations[] = {
#define X(PROFILE, ID, verdict) {SIP_PROFILE_##PROFILE, SIP_ANOM_##ID, verdict},
#include "parser/sip_profiles.def"
#undef X
};
_Static_assert(SIP_ANOM_CNT <= 256, "anomaly does not fit deviations");

static const struct {
        const char *key;
        uint32_t value[SIP_PROFILE_CNT];
        uint32_t most;
        enum sip_anomaly anomaly;
} caps[SIP_CAP_CNT] = {
#define X(ID, key, anomaly, most, strict, dflt, lenient, text) \
        {key, {dflt, strict, lenient}, most, SIP_ANOM_##anomaly},
#include "parser/sip_caps.def"
#undef X
};
_Static_assert(SIP_PROFILE_DEFAULT == 0 && SIP_PROFILE_STRICT == 1 && SIP_PROFILE_LENIENT == 2,
               "order of the columns of caps");

static const char *const names[SIP_PROFILE_CNT] = {"default", "strict", "lenient"};

static void put(struct sip_anom_set *set, enum sip_anomaly a, bool in)
{
        uint64_t bit = UINT64_C(1) << (((unsigned)a - 1u) % 64u);
        uint64_t *w = &set->w[((unsigned)a - 1u) / 64u];

        *w = in ? *w | bit : *w & ~bit;
}

static void assign(struct sip_profile *p, enum sip_anomaly a, enum sip_verdict v)
{
        put(&p->reject, a, v == SIP_VERDICT_REJECT);
        put(&p->normalise, a, v == SIP_VERDICT_NORMALISE);
}

enum sip_verdict sip_profile_verdict(const struct sip_profile *p, enum sip_anomaly a)
{
        if (sip_anom_has(&p->reject, a))
                return SIP_VERDICT_REJECT;
        return sip_anom_has(&p->normalise, a) ? SIP_VERDICT_NORMALISE : SIP_VERDICT_ACCEPT;
}

static void derive(struct sip_profile *p)
{
        static const uint8_t of_rereading[] = {SIP_ANOM_CONTENT_TYPE_SYNTAX, SIP_ANOM_AUTH_SYNTAX,
                                               SIP_ANOM_URI_ESCAPED_CTL, SIP_ANOM_VIA_BROADCAST,
                                               SIP_ANOM_VIA_RECEIVED_NAME};
        static const uint8_t of_values[] = {SIP_CAP_HEADER, SIP_CAP_FROM, SIP_CAP_TO,
                                            SIP_CAP_CONTACT, SIP_CAP_VIA};

        p->value_min = UINT32_MAX;
        for (unsigned i = 0; i < sizeof(of_values); i++)
                if (p->cap[of_values[i]] < p->value_min)
                        p->value_min = p->cap[of_values[i]];
        p->count_min = p->cap[SIP_CAP_REPEAT] < p->cap[SIP_CAP_ROUTES] ? p->cap[SIP_CAP_REPEAT]
                                                                       : p->cap[SIP_CAP_ROUTES];
        if (p->cap[SIP_CAP_HEADERS] < p->count_min)
                p->count_min = p->cap[SIP_CAP_HEADERS];
        p->reads_again = false;
        for (unsigned i = 0; i < sizeof(of_rereading); i++)
                p->reads_again |=
                    sip_profile_verdict(p, (enum sip_anomaly)of_rereading[i]) != SIP_VERDICT_ACCEPT;
}

void sip_profile_init(struct sip_profile *p, enum sip_profile_id id)
{
        memset(p, 0, sizeof(*p));
        for (unsigned a = 1; a < SIP_ANOM_CNT; a++)
                assign(p, (enum sip_anomaly)a, (enum sip_verdict)default_verdicts[a]);
        for (size_t i = 0; i < sizeof(deviations) / sizeof(deviations[0]); i++)
                if (deviations[i].profile == id)
                        assign(p, (enum sip_anomaly)deviations[i].anomaly,
                               (enum sip_verdict)deviations[i].verdict);
        for (unsigned c = 0; c < SIP_CAP_CNT; c++)
                p->cap[c] = caps[c].value[id];
        derive(p);
}

enum sip_profile_id sip_profile_find(const char *name)
{
        unsigned id = 0;

        while (id < SIP_PROFILE_CNT && strcmp(names[id], name) != 0)
                id++;
        return (enum sip_profile_id)id;
}

const char *sip_profile_name(enum sip_profile_id id)
{
        return (unsigned)id < SIP_PROFILE_CNT ? names[id] : "unknown";
}

int sip_profile_set_verdict(struct sip_profile *p, enum sip_anomaly a, enum sip_verdict v)
{
        struct sip_profile lenient;

        if (a == SIP_ANOM_NONE || (unsigned)a >= SIP_ANOM_CNT)
                return -EINVAL;
        sip_profile_init(&lenient, SIP_PROFILE_LENIENT);
        if (v != SIP_VERDICT_REJECT && sip_anomaly_is_fault(a) && sip_anom_has(&lenient.reject, a))
                return -EINVAL;
        assign(p, a, v);
        derive(p);
        return 0;
}

int sip_profile_set_cap(struct sip_profile *p, enum sip_cap cap, uint32_t value)
{
        if (value == 0 || value > caps[cap].most)
                return -EINVAL;
        p->cap[cap] = value;
        derive(p);
        return 0;
}

const char *sip_cap_key(enum sip_cap cap)
{
        return caps[cap].key;
}

enum sip_anomaly sip_cap_anomaly(enum sip_cap cap)
{
        return caps[cap].anomaly;
}

uint32_t sip_cap_most(enum sip_cap cap)
{
        return caps[cap].most;
}
