/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/stages/police_challenge.h"

#include "dataplane/verdict.h"

void dp_police_challenge_init(struct dp_police_challenge *self, struct dp_challenge *maker,
                              const struct dp_config *config, struct dp_tables *tables,
                              struct shm_counters *counters)
{
        struct dp_rate rate = config->challenge.unproven;

        /* each worker knows its own part of the traffic */
        rate.interval_ns *= config->workers;
        *self = (struct dp_police_challenge){
            .maker = maker,
            .config = &config->challenge,
            .tables = tables,
            .counters = counters,
            .pressure = {.rate = rate, .hold_ns = config->challenge.hold_ns},
        };
}

void dp_police_challenge_tick(struct dp_police_challenge *self, bool shedding, uint64_t now_ns)
{
        if (shedding)
                self->pressure.until_ns = now_ns + self->pressure.hold_ns;
        self->counters->challenging =
            self->maker != NULL && (self->config->mode == DP_CHALLENGE_ALWAYS ||
                                    dp_pressure_is_on(&self->pressure, now_ns));
}

/* The source is where it says. One that is held down has shown the same before, and lost it. */
static void echoed(struct dp_police_challenge *self, struct dp_pkt *p, uint64_t now_ns)
{
        self->counters->cookies_echoed++;
        if (!p->has_source || dp_trust_held_down(self->tables->trust, &p->source.endpoint, now_ns))
                return;
        p->proof_src |= DP_PROOF_NONCE;
        if (p->trust == DP_TRUST_UNPROVEN)
                p->trust = DP_TRUST_PROVEN;
        if (p->lane == SHM_LANE_UNPROVEN)
                p->lane = SHM_LANE_PROVEN;
}

void dp_police_cookies(struct dp_police_challenge *self, struct dp_pkt *p, uint64_t now_ns)
{
        struct dp_cookie_from from;
        uint8_t hdr;

        /* who echoes a server's nonce shows none of ours besides */
        if (self->maker == NULL || p->msg->kind != SIP_KIND_REQUEST ||
            p->flow.side != SHM_SIDE_OUTSIDE || p->lane == SHM_LANE_PEER ||
            (p->proof_src & DP_PROOF_NONCE) != 0 || !sip_msg_has_credentials(p->msg))
                return;
        from = dp_cookie_from_pkt(p);
        p->credentials =
            (uint8_t)dp_challenge_check(self->maker, p->msg, &from, dp_cookie_time(now_ns), &hdr);
        self->counters->cookies_forged += p->credentials == DP_CHALLENGE_FORGED;
        self->counters->cookies_expired += p->credentials == DP_CHALLENGE_STALE;
        if (p->credentials < DP_CHALLENGE_STALE)
                return;
        p->strip = (uint8_t)(hdr + 1u);
        if (p->credentials == DP_CHALLENGE_ECHOED)
                echoed(self, p, now_ns);
}

/* A stranger's request that begins something. */
static bool is_concerned(const struct dp_police_challenge *self, const struct dp_pkt *p)
{
        return p->has_source && p->lane == SHM_LANE_UNPROVEN && p->trust == DP_TRUST_UNPROVEN &&
               p->seen == DP_SEEN_NEW && p->proof_src == 0 && p->msg->kind == SIP_KIND_REQUEST &&
               (self->config->methods & UINT32_C(1) << p->msg->method) != 0 &&
               dp_challenge_fits(p->msg);
}

/* Answer it with a challenge. */
static void challenge(struct dp_police_challenge *self, struct dp_pkt *p)
{
        self->counters->challenges++;
        self->counters->challenges_stale +=
            dp_challenge_says_stale((enum dp_challenge_answer)p->credentials);
        p->code = p->msg->method == SIP_METHOD_REGISTER || self->config->role == DP_CHALLENGE_SERVER
                      ? 401
                      : 407;
        dp_verdict_set(p, SHM_ACTION_REJECT, SHM_REASON_CHALLENGE);
}

void dp_police_challenge(struct dp_police_challenge *self, struct dp_pkt *p, uint64_t now_ns)
{
        if (self->maker == NULL || !is_concerned(self, p))
                return;
        if (self->config->mode == DP_CHALLENGE_PRESSURE) {
                dp_pressure_note(&self->pressure, now_ns);
                if (!dp_pressure_is_on(&self->pressure, now_ns))
                        return;
        }
        if (p->credentials == DP_CHALLENGE_ECHOED)
                return;
        challenge(self, p);
}

bool dp_police_challenge_rule(struct dp_police_challenge *self, struct dp_pkt *p)
{
        if (self->maker == NULL || !dp_challenge_fits(p->msg))
                return false;
        challenge(self, p);
        return true;
}
