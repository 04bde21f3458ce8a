/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shm_stats.h - counter pages: what a worker has seen and done, readable without stopping it.
 *
 * A worker counts in private memory (struct shm_counters) and copies the whole set to its page in
 * housekeeping, under a sequence word. So a reader gets one coherent moment, in which the
 * conservation equation holds exactly, and the packet path pays nothing.
 *
 *   received = sent + observed + sum(dropped[]) + consumed + held_pending + held_reassembly
 *              + held_neighbour
 *
 * sent counts forwarded packets only; consumed counts requests that were answered by a reply of
 * ours, and replies_sent + replies_lost = the replies made for them.
 */
#ifndef SLUICE_CONTRACT_SHM_STATS_H
#define SLUICE_CONTRACT_SHM_STATS_H

#include <stdbool.h>
#include <stdint.h>

#include "control/contract/shm_base.h"

/* X(field, help). Packets unless the name ends in a unit. Append only. */
#define SHM_COUNTERS(X)                                                                      \
        X(received, "packets taken from the ports")                                          \
        X(received_bytes, "octets of those packets")                                         \
        X(sent, "packets forwarded")                                                         \
        X(sent_bytes, "octets of those packets")                                             \
        X(observed, "packets passed in tap mode, where nothing is sent")                     \
        X(consumed, "requests answered by a reply of ours")                                  \
        X(replies_sent, "replies of ours that went out")                                     \
        X(replies_lost, "replies of ours that could not be sent")                            \
        X(held_pending, "messages held for a decision, now")                                 \
        X(held_reassembly, "packets held for reassembly, now")                               \
        X(sip_messages, "SIP messages parsed")                                               \
        X(sip_requests, "of these requests")                                                 \
        X(sip_responses, "of these responses")                                               \
        X(malformed, "SIP messages that the check rejects")                                  \
        X(anomalous, "SIP messages accepted with an anomaly")                                \
        X(non_sip, "packets that are not SIP")                                               \
        X(keepalives, "SIP keep-alives")                                                     \
        X(fragments, "IP fragments")                                                         \
        X(decisions_cached, "messages answered from the decision cache")                     \
        X(decisions_asked, "messages that control was asked about")                          \
        X(decisions_answered, "replies that met their message")                              \
        X(decisions_expired, "messages whose deadline passed")                               \
        X(decisions_stale, "replies that came late or twice")                                \
        X(decisions_forged, "replies refused by their check")                                \
        X(ring_full, "turns that left questions unasked: request ring full")                 \
        X(pending_full, "questions not asked: no slot to hold the message")                  \
        X(control_absent, "questions not asked: no control attached")                        \
        X(exception_pass, "messages passed by the exception table")                          \
        X(exception_drop, "messages dropped by the exception table")                         \
        X(cache_inserts, "decisions put in the cache")                                       \
        X(cache_evictions, "live decisions that made room for others")                       \
        X(table_updates, "table updates taken")                                              \
        X(table_full, "of these, entries without room in their table")                       \
        X(events_sent, "events given to control")                                            \
        X(events_lost, "events lost: ring full or no control")                               \
        X(events_sampled_out, "events not made: of banned sources only a sample is told")    \
        X(link_errors, "rings given up because control broke the protocol")                  \
        X(conservation_errors, "times the equation did not hold")                            \
        X(loops, "turns of the worker's loop")                                               \
        X(loops_idle, "turns that found nothing to do")                                      \
        X(limit_checks, "messages that were counted against limits")                         \
        X(limit_over, "of these, over a limit")                                              \
        X(limit_full, "of these, without room in the limits table")                          \
        X(limit_keys, "live keys in the limits table, at the last look")                     \
        X(trust_sources, "proven sources in the trust table, at the last look")              \
        X(trust_raised, "sources that proved themselves, or more than before")               \
        X(trust_lifted, "sources with requests freed of limits after a challenge")           \
        X(trust_demoted, "proven sources that used up their tolerance")                      \
        X(trust_refused, "proofs that did not count: held down, or too many of one address") \
        X(trust_full, "proofs and lifts without room in the trust table")                    \
        X(refusals, "requests of the outside that a server turned down")                     \
        X(lifts_used, "requests that passed a limit by a lift")                              \
        X(emergency_over_budget, "beyond a budget, but begun like an emergency call")        \
        X(normalised, "messages that went on in their plain spelling")                       \
        X(transactions_added, "requests put in the transaction table")                       \
        X(transactions_removed, "of these, ended: over all workers the rest is live")        \
        X(transactions_evicted, "of these, live ones that made room for others")             \
        X(transactions_full, "requests that found no room in the transaction table")         \
        X(dialogs_added, "dialogs put in the dialog table, early ones included")             \
        X(dialogs_removed, "of these, ended: over all workers the rest is live")             \
        X(dialogs_evicted, "of these, live ones that made room for others")                  \
        X(dialogs_full, "dialogs that found no room in the dialog table")                    \
        X(retransmissions, "requests that repeat one that passed")                           \
        X(unknown_dialogs, "requests that name a dialog or INVITE that is not known")        \
        X(responses_unsolicited, "responses that answer no request that passed")             \
        X(challenges, "requests answered by a challenge of ours")                            \
        X(challenges_stale, "of these, said to be tried again: another nonce, or too old")   \
        X(cookies_echoed, "requests that echoed a nonce of ours: their address is proven")   \
        X(cookies_expired, "requests with a nonce of ours that was too old")                 \
        X(cookies_forged, "requests with a nonce of ours that was not made for them")        \
        X(challenging, "workers that challenge, now")                                        \
        X(stale_added, "challenges of servers that went on with stale=true")                 \
        X(shedding, "workers that shed, now")                                                \
        X(shed_raised, "times a worker began to shed more")                                  \
        X(shed_unproven, "answered 503 in overload: new requests of unproven sources")       \
        X(shed_proven, "new requests of proven sources")                                     \
        X(shed_refresh, "refreshes, and new requests of peers")                              \
        X(shed_dialog, "requests within dialogs")                                            \
        X(bindings, "users whose binding the workers know, now")                             \
        X(rule_swaps, "times a worker went over from one rule set to another")               \
        X(rule_swap_ns, "nanoseconds that the first messages under these took to match")     \
        X(held_neighbour, "packets held for the address of their next hop, now")             \
        X(neighbours_asked, "ARP requests and neighbour solicitations sent")                 \
        X(neighbours_answered, "those of others answered")                                   \
        X(echoes_answered, "ICMP echo requests answered")                                    \
        X(address_conflicts, "times that somebody else said that an address of ours is his") \
        X(kernel_sent, "frames of the kernel that went out")                                 \
        X(kernel_lost, "of those that came, ones that could not be sent")                    \
        X(control_sent, "requests of control's own that went out")                           \
        X(control_lost, "of those that came, ones that could not be sent")

struct shm_counters { /* all 64 bits; private to a worker, or a reader's copy of a page */
#define X(field, help) uint64_t field;
        SHM_COUNTERS(X)
#undef X
        uint64_t dropped[SHM_REASONS_MAX]; /* by enum shm_reason */
        uint64_t passed[SHM_REASONS_MAX];  /* verdict pass, by reason */
        uint64_t by_class[SHM_CLASS_CNT];
        uint64_t by_method[32];                 /* requests, by enum sip_method */
        uint64_t by_code_class[8];              /* responses, by status / 100 */
        uint64_t by_lane[SHM_LANE_CNT];         /* SIP messages from the outside */
        uint64_t dropped_by_lane[SHM_LANE_CNT]; /* of these, dropped or turned down by a reply */
        uint64_t by_purpose[48];                /* SIP messages, by enum sip_purpose */
        uint64_t by_payload[16];                /* UDP that is not SIP, by enum sip_payload */
};
#define SHM_COUNTER_WORDS (sizeof(struct shm_counters) / sizeof(uint64_t))

struct shm_stats_page {
        _Alignas(SHM_CACHE_LINE) _Atomic uint64_t seq; /* odd while the writer copies */
        _Atomic uint64_t time_ns;                      /* CLOCK_MONOTONIC of the copy */
        uint64_t reserved[6];
        _Atomic uint64_t word[SHM_COUNTER_WORDS];
};

/* Writer only. */
void shm_stats_publish(struct shm_stats_page *page, const struct shm_counters *c, uint64_t now_ns);
/* Any reader: a coherent copy. Returns 0, or -EAGAIN when the writer never stood still (it died in
 * the middle of a copy, or lies); *time_ns may be NULL. */
int shm_stats_read(const struct shm_stats_page *page, struct shm_counters *out, uint64_t *time_ns);

/* Sum of dropped[]. */
uint64_t shm_counters_dropped(const struct shm_counters *c);
/* Right-hand side of the equation. */
uint64_t shm_counters_accounted(const struct shm_counters *c);
/* a += b, every counter. */
void shm_counters_add(struct shm_counters *a, const struct shm_counters *b);

#endif
