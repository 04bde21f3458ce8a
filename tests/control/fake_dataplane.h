/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fake_dataplane.h - the other side of the contract, for tests of control: real segments, real
 * rings, the real handshake, and no packets.
 */
#ifndef SLUICE_TESTS_CONTROL_FAKE_DATAPLANE_H
#define SLUICE_TESTS_CONTROL_FAKE_DATAPLANE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "control/contract/shm_attach.h"
#include "control/contract/shm_cnc.h"
#include "control/contract/shm_forward.h"
#include "control/contract/shm_msg.h"
#include "control/contract/shm_region.h"
#include "control/contract/shm_ring.h"
#include "control/contract/shm_send.h"
#include "control/contract/shm_stats.h"

#define FAKE_WORKERS_MAX 4u

struct fake_dp {
        uint16_t workers;
        struct shm_region stats;
        struct shm_region to_control;
        struct shm_region to_dataplane;
        struct shm_ring_producer req[FAKE_WORKERS_MAX];
        struct shm_ring_producer evt[FAKE_WORKERS_MAX];
        struct shm_ring_consumer rep[FAKE_WORKERS_MAX];
        char lines[SHM_REPLY_HEADERS_MAX + 1]; /* header lines of the last reply, terminated */
        char tag[SHM_REPLY_TAG_MAX + 1];       /* its To-tag, terminated */
        struct shm_forward to;                 /* of the last reply with action PROXY */
        struct shm_hop hop[SHM_HOPS_MAX];
        char uri[SHM_URI_BYTES_MAX + 1]; /* these two terminated */
        char route[SHM_ROUTE_BYTES_MAX + 1];
        unsigned sent_cnt;                    /* requests of control's own that were read */
        struct shm_send sent;                 /* the last of them... */
        char sent_text[SHM_SEND_MSG_MAX + 1]; /* ...and its message, terminated */
        int listen_fd;
        int conn;
};

/* Aborts the test on any failure, as do all of these. ring_log2 is of every ring. */
void fake_dp_make(struct fake_dp *dp, uint16_t workers, uint64_t incarnation, uint8_t ring_log2);
/* Fresh rings of another incarnation; statistics stay. */
void fake_dp_renew(struct fake_dp *dp, uint64_t incarnation, uint8_t ring_log2);
void fake_dp_free(struct fake_dp *dp);

/* A request or event record with this message; false when the ring is full. Committed. */
bool fake_dp_ask(struct fake_dp *dp, uint16_t w, const struct shm_request *req, const void *msg);
bool fake_dp_tell(struct fake_dp *dp, uint16_t w, const struct shm_event *ev, const void *msg);
/* The next reply; table updates before it are counted in *updates (may be NULL). False: none. */
bool fake_dp_reply(struct fake_dp *dp, uint16_t w, struct shm_reply *out, unsigned *updates);
/* Has the hop this address, port and protocol? */
bool fake_dp_hop_is(const struct shm_hop *hop, const char *address, uint16_t port, uint8_t proto);
/* The next table update; false when there is none (a reply on the way is a failure). */
bool fake_dp_update(struct fake_dp *dp, uint16_t w, struct shm_table_update *out);

void fake_dp_listen(struct fake_dp *dp, const char *path);
/* Wait for a connection and its HELLO. */
void fake_dp_greeted(struct fake_dp *dp, struct shm_attach_msg *hello);
/* Send WELCOME with the segments, wait for READY. */
void fake_dp_welcome(struct fake_dp *dp);
void fake_dp_hang_up(struct fake_dp *dp);
/* Wait for the next blob, answer it with this status, and hand out its content (to munmap). */
const void *fake_dp_blob(struct fake_dp *dp, int status, struct shm_attach_msg *m);

/* "10.0.0.1" as an address of the contract. */
struct shm_ip fake_ip(const char *text);
/* A flow from src to 192.0.2.100 over UDP, from the outside. */
struct shm_flow fake_flow(const char *src);

#endif
