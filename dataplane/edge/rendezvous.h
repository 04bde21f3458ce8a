/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rendezvous.h - one of several next hops for a call: always the same one for the same Call-ID, in
 * proportion to the weights, and when one comes or goes only its own share of calls moves
 * (weighted rendezvous hashing). So an INVITE, its CANCEL, its ACK and its repetitions take the
 * same hop on any worker, and nothing is kept.
 */
#ifndef SLUICE_DATAPLANE_EDGE_RENDEZVOUS_H
#define SLUICE_DATAPLANE_EDGE_RENDEZVOUS_H

#include "control/contract/shm_forward.h"
#include "dataplane/state/siphash.h"
#include "parser/sip_msg.h"

/* The index of the hop for the call of m among cnt >= 1 hops, each of weight >= 1. What a hop is
 * to the hash is its address, port and transport: its place among them does not matter. */
unsigned dp_rendezvous(const struct dp_siphash_key *key, const struct sip_msg *m,
                       const struct shm_hop *hops, unsigned cnt);

#endif
