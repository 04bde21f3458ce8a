/* SPDX-License-Identifier: Apache-2.0 */
/* tick.c - what comes in: events one by one, and once a second the counters and the time. */
#include <string.h>

#include "control/detect/detect.h"
#include "control/detect/marks.h"
#include "parser/sip_method.h"

#define TICK_NS_MIN UINT64_C(250000000)
#define SWEEP_PARTS 4u /* the whole table in so many ticks */

static bool of_a_list(uint16_t reason)
{
        return reason == SHM_REASON_BANNED || reason == SHM_REASON_DENIED ||
               reason == SHM_REASON_BLOCKLIST;
}

#define HIT_KEEP_NS UINT64_C(600000000000)

/* The place of an address is its own as long as it sends now and then. */
static void hit(struct cp_detect *d, const struct shm_event *ev)
{
        const struct shm_ip *ip = &ev->flow.src;
        struct cp_detect_hit *h =
            &d->hits[cp_detect_hash(d, ip->b, sizeof(ip->b)) % CP_DETECT_HITS];

        if (memcmp(&h->ip, ip, sizeof(*ip)) != 0) {
                if (h->packets != 0 && h->last_ns + HIT_KEEP_NS > ev->time_ns)
                        return;
                *h = (struct cp_detect_hit){.ip = *ip};
        }
        h->packets++;
        h->last_ns = ev->time_ns;
}

uint64_t cp_detect_hits(const struct cp_detect *d, const struct cp_prefix *prefix)
{
        uint64_t n = 0;

        for (unsigned i = 0; i < CP_DETECT_HITS; i++)
                if (d->hits[i].packets != 0 && cp_prefix_match(prefix, &d->hits[i].ip))
                        n += d->hits[i].packets;
        return n;
}

/* Whom the dataplane's proofs concern: a request's sender, an answer's receiver. */
static void learn(struct cp_detect *d, const struct cp_observation *o)
{
        uint8_t known = o->ev->known;
        enum cp_source_level level = CP_SOURCE_UNKNOWN;

        if (o->from_outside && o->ev->lane == SHM_LANE_PEER)
                level = CP_SOURCE_PEER;
        else if ((known & (SHM_KNOWN_AUTHENTICATED | SHM_KNOWN_REGISTERED | SHM_KNOWN_CALL)) != 0)
                level = CP_SOURCE_AUTHENTICATED;
        else if ((known & (SHM_KNOWN_PROVEN | SHM_KNOWN_PROVES)) != 0)
                level = CP_SOURCE_PROVEN;
        if (level == CP_SOURCE_UNKNOWN)
                return;
        if (cp_sources_level(&d->sources, o->outside, o->port, o->ev->time_ns) == CP_SOURCE_UNKNOWN)
                cp_marks_of_proof(d, o);
        cp_sources_learn(&d->sources, o->outside, o->port, level, o->ev->time_ns);
}

static bool is_peer(const struct cp_detect *d, const struct cp_observation *o)
{
        return (o->from_outside && o->ev->lane == SHM_LANE_PEER) ||
               cp_sources_level(&d->sources, o->outside, o->port, o->ev->time_ns) == CP_SOURCE_PEER;
}

void cp_detect_event(struct cp_detect *d, const struct shm_event *ev, const struct sip_msg *msg)
{
        struct cp_observation o;
        bool legible;

        d->stats.events++;
        d->now_ns = ev->time_ns;
        if (of_a_list(ev->reason)) {
                hit(d, ev);
                return; /* judged already: old sins are not counted twice */
        }
        legible = cp_observe(ev, msg, &o);
        learn(d, &o);
        if (is_peer(d, &o))
                return;
        if (o.from_outside)
                cp_marks_of_verdict(d, &o);
        if (!legible || ev->reason >= SHM_REASONS_DECISION_MAX ||
            (ev->known & SHM_KNOWN_REPEAT) != 0)
                return;
        if (o.request && o.from_outside) {
                cp_marks_of_request(d, &o);
                if (ev->action == SHM_ACTION_REPLY)
                        cp_marks_of_own_answer(d, &o);
        } else if (!o.request && o.from_outside) {
                cp_marks_of_stranger(d, &o);
        } else if (!o.request) {
                cp_marks_of_answer(d, &o);
        }
        cp_marks_of_calls(d, &o);
}

/* ---- counters ---- */

static void flood(struct cp_detect *d, enum cp_detection detection, const char *text,
                  uint64_t packets, uint64_t now_ns)
{
        struct cp_mark m = {.detection = detection, .text = text, .time_ns = now_ns};

        if (packets == 0)
                return;
        m.text_len = text != NULL ? strlen(text) : 0;
        m.weight = packets < UINT32_MAX ? (uint32_t)packets : UINT32_MAX;
        m.patient = true; /* an avalanche comes to light in the same tick */
        cp_detect_mark(d, &m);
}

/* Counters begin anew with a dataplane. */
static uint64_t grown(uint64_t now, uint64_t last)
{
        return now >= last ? now - last : now;
}

static void look_counters(struct cp_detect *d, const struct shm_counters *total, uint64_t now_ns)
{
        static const uint16_t over[] = {
            SHM_REASON_OVER_BUDGET,   SHM_REASON_LIMIT_ENDPOINT, SHM_REASON_LIMIT_AOR,
            SHM_REASON_LIMIT_ADDRESS, SHM_REASON_LIMIT_PREFIX,   SHM_REASON_LIMIT_FULL,
        };
        const struct shm_counters *last = &d->last;
        uint64_t beyond = 0;

        if (d->have_last) {
                for (unsigned m = 0; m < SIP_METHOD_CNT; m++)
                        flood(d, CP_DETECTION_FLOOD, sip_method_name((enum sip_method)m),
                              grown(total->by_method[m], last->by_method[m]), now_ns);
                for (size_t i = 0; i < sizeof(over) / sizeof(over[0]); i++)
                        beyond += grown(total->dropped[over[i]], last->dropped[over[i]]);
                flood(d, CP_DETECTION_OVER_BUDGET, NULL, beyond, now_ns);
                if (grown(total->events_lost, last->events_lost) != 0)
                        d->loss_ns = now_ns;
        }
        d->last = *total;
        d->have_last = true;
}

void cp_detect_tick(struct cp_detect *d, const struct shm_counters *total, uint64_t now_ns)
{
        uint32_t avalanche;

        if (now_ns >= d->tick_ns && now_ns - d->tick_ns < TICK_NS_MIN)
                return;
        d->tick_ns = now_ns;
        d->now_ns = now_ns;
        if (total != NULL)
                look_counters(d, total, now_ns);
        avalanche = cp_avalanche_level(&d->avalanche,
                                       cp_detect_slot(d, CP_DETECTION_REGISTER_AVALANCHE, now_ns));
        cp_detect_level(d, CP_DETECTION_REGISTER_AVALANCHE, avalanche, now_ns);
        cp_detect_sweep(d, cp_detect_table_size(&d->table) / SWEEP_PARTS, now_ns);
        cp_detect_end(d, now_ns);
}
