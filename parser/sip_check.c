/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/sip_check.h"

#include <string.h>

#include "parser/sip_conform.h"
#include "parser/sip_measure.h"
#include "parser/sip_state.h"

struct anomaly {
        uint8_t fault;
        uint8_t verdict;
        const char *name;
        const char *rfc;
        const char *text;
};

enum { NOTE = 0, FATAL = 1 };
enum {
        ACCEPT = SIP_VERDICT_ACCEPT,
        NORMALISE = SIP_VERDICT_NORMALISE,
        REJECT = SIP_VERDICT_REJECT
};

static const struct anomaly anomalies[SIP_ANOM_CNT] = {
    {NOTE, ACCEPT, "none", "", "nothing wrong"},
#define X(ID, name, severity, verdict, rfc, text) {severity, verdict, name, rfc, text},
#include "parser/sip_anomaly.def"
#undef X
};

_Static_assert(SIP_ANOM_CNT - 1 <= 64 * SIP_ANOM_WORDS, "anomaly set too small");

static const struct anomaly unknown = {FATAL, REJECT, "unknown", "", "not an anomaly"};

static const struct anomaly *row(enum sip_anomaly a)
{
        return (unsigned)a < SIP_ANOM_CNT ? &anomalies[a] : &unknown;
}

/* The lowest id in both sets, SIP_ANOM_NONE without one. */
static enum sip_anomaly lowest_in_both(const struct sip_anom_set *a, const struct sip_anom_set *b)
{
        for (unsigned w = 0; w < SIP_ANOM_WORDS; w++)
                if ((a->w[w] & b->w[w]) != 0)
                        return (enum sip_anomaly)(64 * w +
                                                  (unsigned)__builtin_ctzll(a->w[w] & b->w[w]) + 1);
        return SIP_ANOM_NONE;
}

struct sip_judgement sip_check_set(const struct sip_profile *p, const struct sip_anom_set *set)
{
        struct sip_judgement j = {SIP_VERDICT_ACCEPT, SIP_ANOM_NONE};

        if (sip_anom_empty(set))
                return j;
        j.reason = lowest_in_both(set, &p->reject);
        if (j.reason != SIP_ANOM_NONE) {
                j.verdict = SIP_VERDICT_REJECT;
                return j;
        }
        j.reason = lowest_in_both(set, &p->normalise);
        if (j.reason != SIP_ANOM_NONE)
                j.verdict = SIP_VERDICT_NORMALISE;
        return j;
}

struct sip_judgement sip_check_profile(const struct sip_profile *p, struct sip_msg *msg)
{
        sip_measure(p, msg);
        sip_conform(p, msg);
        return sip_check_set(p, &msg->anomalies);
}

struct sip_judgement sip_check(const struct sip_msg *msg)
{
        struct sip_judgement worst = {SIP_VERDICT_ACCEPT, SIP_ANOM_NONE};

        if (sip_anom_empty(&msg->anomalies))
                return worst;
        /* From the first line on and "greater" only: ties stay with the lower id. */
        for (unsigned w = 0; w < SIP_ANOM_WORDS; w++) {
                for (uint64_t set = msg->anomalies.w[w]; set != 0; set &= set - 1) {
                        unsigned a = 64 * w + (unsigned)__builtin_ctzll(set) + 1;

                        if (anomalies[a].verdict > worst.verdict)
                                worst = (struct sip_judgement){
                                    (enum sip_verdict)anomalies[a].verdict, (enum sip_anomaly)a};
                }
        }
        return worst;
}

bool sip_anomaly_is_fault(enum sip_anomaly a)
{
        return row(a)->fault == FATAL;
}

enum sip_anomaly sip_anomaly_find(const char *name)
{
        unsigned a = SIP_ANOM_CNT - 1;

        while (a > 0 && strcmp(anomalies[a].name, name) != 0)
                a--;
        return (enum sip_anomaly)a;
}

const char *sip_anomaly_name(enum sip_anomaly a)
{
        return row(a)->name;
}

const char *sip_anomaly_rfc(enum sip_anomaly a)
{
        return row(a)->rfc;
}

const char *sip_anomaly_text(enum sip_anomaly a)
{
        return row(a)->text;
}

const char *sip_verdict_name(enum sip_verdict v)
{
        switch (v) {
        case SIP_VERDICT_ACCEPT:
                return "accept";
        case SIP_VERDICT_NORMALISE:
                return "normalise";
        case SIP_VERDICT_REJECT:
                return "reject";
        }
        return "unknown";
}
