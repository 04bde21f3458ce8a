/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shm_forward.h - where a request goes: what control tells the stateless proxy of the dataplane.
 *
 *   SHM_REC_REPLY, action PROXY   struct shm_reply, struct shm_forward, struct shm_hop each,
 *                                 Request-URI, Route values, header lines
 *   SHM_REC_BINDING               struct shm_binding, AoR, Contact URI, Route values
 *
 * The dataplane looks no name up: a hop is an address and a port. Of several hops it takes one by a
 * hash of the Call-ID and their weights, so that an INVITE, its CANCEL and its ACK take the same
 * (RFC 3261 16.11).
 *
 * Checks are those of shm_msg.h: of a private copy, pure, of form and ranges alone.
 */
#ifndef SLUICE_CONTRACT_SHM_FORWARD_H
#define SLUICE_CONTRACT_SHM_FORWARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "control/contract/shm_base.h"

#define SHM_HOPS_MAX          8u
#define SHM_URI_BYTES_MAX     512u /* of a Request-URI, Contact URI or AoR */
#define SHM_ROUTE_BYTES_MAX   1024u
#define SHM_HEADERS_BYTES_MAX 1024u

/* One next hop. */
struct shm_hop {
        struct shm_ip ip; /* of one host: not unspecified, multicast or broadcast */
        uint16_t port;    /* 1..65535, host order */
        uint16_t weight;  /* 1..65535: its share among the hops of one decision */
        uint8_t ip_proto; /* IPPROTO_UDP, IPPROTO_TCP or IPPROTO_SCTP: what its URI asks for */
        uint8_t reserved[3];
};

enum shm_forward_flag {
        SHM_FORWARD_RECORD_ROUTE = 1u << 0, /* stay in the way of the dialog (16.6 step 4) */
        SHM_FORWARD_PATH = 1u << 1,         /* stay in the way to this contact (RFC 3327) */
        SHM_FORWARD_LOCATE = 1u << 2, /* the bindings table says where to; no hop, URI or Route */
        SHM_FORWARD_ALL = 7u,
};

/* What a PROXY decision says besides. Its header lines, for example Diversion and History-Info, go
 * in front of the request's own; shm_reply.headers_len counts them. */
struct shm_forward {
        uint8_t hop_cnt;    /* 1..SHM_HOPS_MAX; with LOCATE 0 */
        uint8_t flags;      /* bits of enum shm_forward_flag */
        uint16_t ruri_len;  /* new Request-URI, 0 = it stays */
        uint16_t route_len; /* Route values, separated by commas, to be put in front; 0 = none */
        uint16_t reserved;
};

/* The fixed part, all hops and all text of a PROXY decision. */
#define SHM_FORWARD_BYTES_MAX                                                                     \
        (sizeof(struct shm_forward) + SHM_HOPS_MAX * sizeof(struct shm_hop) + SHM_URI_BYTES_MAX + \
         SHM_ROUTE_BYTES_MAX + SHM_HEADERS_BYTES_MAX)

/* Where a user is: of all its bindings the best (the highest q, the newest). Bindings are sent to
 * the first worker alone and serve all. op is enum shm_table_op without FLUSH_CACHE; DEL has the
 * AoR alone, SYNC_BEGIN and SYNC_END have nothing. */
struct shm_binding {
        uint8_t op;
        uint8_t reserved[5];
        uint16_t aor_len;    /* canonical AoR (parser/sip_aor.h) */
        uint16_t uri_len;    /* the Request-URI that it gets */
        uint16_t route_len;  /* the binding's Path as Route values; 0 = none */
        uint32_t generation; /* of the policy */
        uint64_t expires_ns; /* CLOCK_REALTIME; not 0 */
        struct shm_hop hop;
};

#define SHM_BINDING_BYTES_MAX \
        (sizeof(struct shm_binding) + 2u * SHM_URI_BYTES_MAX + SHM_ROUTE_BYTES_MAX)

/* What follows struct shm_reply of a PROXY decision, len octets, headers_len of them header lines.
 */
bool shm_forward_check(const void *rec, size_t len, uint16_t headers_len);
bool shm_hop_check(const struct shm_hop *hop);
bool shm_binding_check(const void *rec, size_t len);
/* Whole header lines, as SHM_ACTION_REPLY and PROXY carry them. */
bool shm_header_lines_check(const uint8_t *at, size_t len);

#endif
