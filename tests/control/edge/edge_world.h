/* SPDX-License-Identifier: Apache-2.0 */
/*
 * edge_world.h - the registrar and proxy behind real rings, and a client in front of them.
 */
#ifndef SLUICE_TESTS_CONTROL_EDGE_EDGE_WORLD_H
#define SLUICE_TESTS_CONTROL_EDGE_EDGE_WORLD_H

#include "control/bans/bans.h"
#include "control/decider.h"
#include "control/edge/edge.h"
#include "control/link.h"
#include "control/policy/policy.h"
#include "tests/control/fake_dataplane.h"
#include "tests/control/identity/client.h"

#define NOW_S UINT32_C(1800000000)
#define NOW   (NOW_S * UINT64_C(1000000000))

struct edge_world {
        struct fake_dp dp;
        struct cp_link link;
        struct cp_policy *policy;
        struct cp_bans bans;
        struct cp_decider decider;
        struct cp_edge *edge;
        struct shm_reply r;
        char nonce[33];
        uint64_t id;
        uint32_t now_s;
};

/* Aborts the test on any failure, as do all of these. */
struct cp_config *edge_config(const char *yaml);
struct edge_world *edge_make(const char *yaml, const char *state_dir);
void edge_drop(struct edge_world *f);
bool edge_release(struct edge_world *f);

/* Send a request of this class and decide; true when it is answered at once. */
bool edge_ask_as(struct edge_world *f, const struct client *c, uint8_t cls);
#define ASK(f, ...) edge_ask_as(f, &(struct client){__VA_ARGS__}, SHM_CLASS_OTHER)

/* The code of the answer, 0 when it passes. */
unsigned edge_code(const struct edge_world *f);
void edge_take_nonce(struct edge_world *f);
/* Answer a challenge as alice, and wait for the answer. */
void edge_log_in(struct edge_world *f, unsigned nc);
/* Register a contact (NULL: the client's usual one) of alice, with more header lines. 200. */
void edge_register(struct edge_world *f, const char *contact, const char *headers);

#endif
