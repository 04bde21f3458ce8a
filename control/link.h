/* SPDX-License-Identifier: Apache-2.0 */
/*
 * link.h - one dataplane, seen from control: handshake, segments, rings, hang-up.
 *
 *      DOWN --connect--> GREETING --welcome--> BOUND --ready sent--> ATTACHED
 *        ^------------------- refusal, hang-up, broken ring -------------'
 *
 * Threads: the owner (control's main thread) calls everything declared here. Between
 * cp_link_step() returning CP_LINK_BOUND and cp_link_detach() the rings may be used by two more
 * threads, the decider (req, rep, cnc) and the event writer (evt); the owner keeps them out while
 * it detaches (gate.h). Nothing blocks.
 */
#ifndef SLUICE_CONTROL_LINK_H
#define SLUICE_CONTROL_LINK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "control/contract/shm_attach.h"
#include "control/contract/shm_cnc.h"
#include "control/contract/shm_region.h"
#include "control/contract/shm_ring.h"
#include "control/edge/edge_push.h"
#include "control/publisher.h"

#define CP_LINK_RETRY_MS 50u

enum cp_link_state {
        CP_LINK_STATE_DOWN = 0,
        CP_LINK_STATE_GREETING,
        CP_LINK_STATE_BOUND,
        CP_LINK_STATE_ATTACHED,
};

enum cp_link_news {
        CP_LINK_SAME = 0,
        CP_LINK_BOUND,   /* rings are bound: let the threads in, then call cp_link_ready() */
        CP_LINK_LOST,    /* keep the threads out, then call cp_link_detach() */
        CP_LINK_REFUSED, /* no attachment: `error` says why, when it is another reason than before
                          */
};

/* A table that dataplanes take as a whole: a sealed blob (shm_attach.h). */
struct cp_blob {
        uint16_t kind; /* enum shm_blob_kind */
        int fd;
        uint64_t bytes;
        uint64_t generation; /* 1.., another one for another content */
        uint8_t digest[32];  /* SHA-256 */
};

/* What a dataplane said to the blobs of one kind. */
struct cp_link_blob {
        uint64_t offered;  /* generation of the last one it was sent, 0 = none */
        uint64_t answered; /* generation of the last one it took or refused */
        int status;        /* to that: 0, or the negative errno that it gave */
};

struct cp_link {
        char path[108];
        enum cp_link_state state;
        int sock;
        bool told; /* the present `error` has been reported */
        char error[160];

        uint64_t incarnation;
        uint64_t peer_pid;
        uint16_t worker_cnt;
        struct shm_region stats; /* base NULL in a link made by cp_link_bind() */
        struct shm_region to_control;
        struct shm_region to_dataplane;

        _Atomic bool broken; /* set by either thread: the peer broke the protocol */
        struct shm_cnc *cnc; /* ours */
        struct shm_ring_consumer req[SHM_WORKERS_MAX];
        struct shm_ring_producer rep[SHM_WORKERS_MAX];
        struct cp_cursor cursor[SHM_WORKERS_MAX];
        struct cp_push_cursor bindings;
        struct shm_ring_consumer evt[SHM_WORKERS_MAX];
        struct cp_link_blob blobs[SHM_BLOB_KINDS];
        uint64_t rules_told; /* the same of rules */
        uint64_t blobs_told; /* supervisor: the answer that has been logged */
};

/* path is cut to what a socket address holds (config refuses longer ones). */
void cp_link_init(struct cp_link *l, const char *path);

/* Do what can be done now. Call every CP_LINK_RETRY_MS, and sooner while the state is GREETING. */
enum cp_link_news cp_link_step(struct cp_link *l);
/* Tell the dataplane to begin. Returns 0, or a negative errno: then treat it as CP_LINK_LOST. */
int cp_link_ready(struct cp_link *l);
/* Attached: send a blob unless it has been sent. Returns 0, or a negative errno: -EAGAIN to be
 * tried again, another one to be told and not tried again with this generation. */
int cp_link_offer(struct cp_link *l, const struct cp_blob *b);
/* Say good-bye if anyone listens, unmap, close. State DOWN. */
void cp_link_detach(struct cp_link *l);

/* Bind to segments of this process (replay). The descriptors are duplicated. 0 or -errno. */
int cp_link_bind(struct cp_link *l, int to_control_fd, int to_dataplane_fd);

/* The dataplane's own sign of life; false when the link has no stats segment. */
bool cp_link_peer(const struct cp_link *l, struct shm_cnc_view *out);

#endif
