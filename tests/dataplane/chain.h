/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chain.h - a worker between two ring-backed ports, and a control that does what the test says.
 *
 * The whole packet path but the NIC: frames go into the outside or inside port's rx ring, a turn of
 * the worker runs, frames come out of the tx rings. The fake control speaks the real contract.
 */
#ifndef SLUICE_TESTS_DATAPLANE_CHAIN_H
#define SLUICE_TESTS_DATAPLANE_CHAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "control/contract/shm_blocklist.h"
#include "control/contract/shm_msg.h"
#include "control/contract/shm_stats.h"
#include "dataplane/config.h"
#include "dataplane/ctl_server.h"
#include "dataplane/state/tables.h"
#include "dataplane/worker.h"

struct chain;

/* rte_eal_init() without huge pages, devices or files; once in a process. */
void chain_eal_start(const char *program);

/* Take every limit away: for tests of other things, which send a lot from one source. */
void chain_config_unlimited(struct dp_config *config);

/* config is changed by the test before; it outlives the chain. with_control: a fake control is
 * attached from the start. */
struct chain *chain_create(const struct dp_config *config, bool with_control);
/* The same in mode edge, with these addresses and this way to the kernel (NULL: none). */
struct dp_edge_net;
struct dp_kernel_rings;
struct chain *chain_create_edge(const struct dp_config *config, const struct dp_edge_net *net,
                                const struct dp_kernel_rings *kernel);
/* Ends what is held, asserts the conservation equation and that no buffer is lost. */
void chain_destroy(struct chain *c);

/* A UDP packet with this payload, from the outside (10.0.0.SRC:5060 -> 10.0.0.2:5060) or from the
 * inside (the other way round). */
void chain_send(enum shm_side side, uint8_t src, const char *payload);
void chain_send_bytes(enum shm_side side, const uint8_t *frame, size_t len);
unsigned chain_turn(struct chain *c);
/* What a worker does when it is told to stop. */
void chain_stop(struct chain *c);
/* The next frame that left by the port of this side: its length, 0 when there is none. */
size_t chain_receive(enum shm_side side, uint8_t *frame, size_t cap);
/* A buffer of the chain's pool with this frame, for a ring. */
struct rte_mbuf *chain_frame(const uint8_t *frame, size_t len);
/* The UDP payload of the next frame there as text; NULL when there is none. Valid until the next
 * call. */
const char *chain_receive_text(struct chain *c, enum shm_side side);
/* Moves the worker's clock. */
void chain_pass_ms(struct chain *c, uint64_t ms);
struct dp_tables *chain_tables(struct chain *c);
const struct shm_counters *chain_counters(const struct chain *c);
/* Asserts received == accounted, now. */
void chain_assert_conserved(const struct chain *c);

/* Put these prefixes in force as block list 1, 2, ...; none: no block list. */
void chain_blocklist(struct chain *c, const struct shm_blocklist_prefix *prefixes, uint32_t cnt);

/* Put a rule set in force (parser/match/match_image.h). */
void chain_rules(struct chain *c, const void *image, size_t bytes);
/* How many records of what rules cost came between events so far, and the last of them. */
unsigned chain_costs(const struct chain *c, struct shm_rule_costs *last);

/* A change of the ban and peer tables, as if control had sent it. */
void chain_apply_table(struct chain *c, const struct shm_table_update *u);

/* ---- the fake control ---- */

/* The next request, message text behind it; false when there is none. */
bool chain_request(struct chain *c, struct shm_request *r);
/* Any record, good or bad, into the reply ring. */
void chain_answer_raw(struct chain *c, uint16_t type, const void *rec, uint32_t bytes);
/* A well-formed answer. */
void chain_answer(struct chain *c, uint64_t id, enum shm_action action, enum shm_reason reason,
                  uint8_t scopes);
/* Writes a head that no honest producer can have. */
void chain_break_ring(struct chain *c);
/* The next event; false when there is none. */
bool chain_event(struct chain *c, struct shm_event *e);
/* The message of the event that chain_event() gave last. */
const char *chain_event_text(const struct chain *c);
void chain_control_detach(struct chain *c);
/* The same in the middle of the next turn, when the worker has the link in its hands; it is
 * reclaimed as soon as that turn is over. */
void chain_control_detach_in_turn(struct chain *c);
void chain_control_attach(struct chain *c);

/* A minimal well-formed request with a branch of its own: the same text twice is a retransmission,
 * two calls are not. The text is the caller's to keep; cap octets at least 512. */
void chain_request_text(char *out, size_t cap, const char *method, const char *uri,
                        const char *extra_headers);

/* Send such a request from the outside, from host 1, and take a turn. */
void chain_send_request(struct chain *c, const char *method, const char *uri,
                        const char *extra_headers);
/* Answer the oldest question, which must be there, and take a turn. */
void chain_answer_next(struct chain *c, enum shm_action action, enum shm_reason reason,
                       uint8_t scopes);

#endif
