/* SPDX-License-Identifier: Apache-2.0 */
/*
 * neigh.h - ARP and IPv6 neighbour discovery: addresses that only the generator has must be found
 * by the kernels around it, and it must find theirs (RFC 826, RFC 4861).
 *
 * Answers a question about one of our addresses into the buffer it came in.
 */
#ifndef SLUICE_BENCH_HARNESS_ENGINE_NEIGH_H
#define SLUICE_BENCH_HARNESS_ENGINE_NEIGH_H

#include <rte_mbuf.h>

#include "bench/harness/engine/frame.h"

struct sb_neigh {
        const struct sb_ident *ours;
        uint8_t mac[6];        /* ours */
        uint16_t vlan;         /* or SB_VLAN_NONE */
        struct sb_addr wanted; /* whom we look for */
        bool found;
        uint8_t found_mac[6];
};

enum sb_neigh_result {
        SB_NEIGH_NONE = 0, /* nothing of this file's concern */
        SB_NEIGH_TAKEN,    /* looked at; free it */
        SB_NEIGH_ANSWER,   /* turned into an answer; send it */
};

enum sb_neigh_result sb_neigh_receive(struct sb_neigh *n, struct rte_mbuf *m);
/* Write the question for `wanted` from `from` into an empty buffer. */
void sb_neigh_ask(const struct sb_neigh *n, const struct sb_addr *from, struct rte_mbuf *m);

#endif
