/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ctl_server.h - the dataplane's end of the attach socket, on the main lcore.
 *
 * Owns every shared segment and outlives control: lets one control process in at a time, gives it
 * fresh segments, publishes the link to the workers, and retires it when the peer hangs up, stops
 * beating or breaks the protocol. A retired link is unmapped once every worker has passed a
 * quiescent point. Takes the tables that control sends as a whole; they stay when control goes.
 *
 * Who may attach: root, the dataplane's own user, and the owner of the socket's directory.
 */
#ifndef SLUICE_DATAPLANE_CTL_SERVER_H
#define SLUICE_DATAPLANE_CTL_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "control/contract/shm_region.h"
#include "control/contract/shm_stats.h"
#include "dataplane/ctl_link.h"

struct dp_ctl_server;

/* Rings of one attachment, per worker: requests 4 MiB, events 8 MiB, replies 512 KiB. */
#define DP_CTL_RING_SIZES ((struct shm_ring_sizes){.req_log2 = 16, .evt_log2 = 17, .rep_log2 = 13})

/* Listen at socket_path (a stale socket is replaced, a live one is -EADDRINUSE). The counter pages
 * exist from here on. 0 or a negative errno. */
int dp_ctl_server_create(struct dp_ctl_server **out, const char *socket_path, uint16_t worker_cnt);
void dp_ctl_server_destroy(struct dp_ctl_server *s);

/* Where workers find the link. */
struct dp_link_slot *dp_ctl_server_slot(struct dp_ctl_server *s);
/* Counter page of a worker. */
struct shm_stats_page *dp_ctl_server_stats(struct dp_ctl_server *s, uint16_t worker);

/* Serve the socket for up to timeout_ms; beats the heart, reclaims retired links. Main lcore. */
void dp_ctl_server_poll(struct dp_ctl_server *s, int timeout_ms);
/* The policy generation that all workers have reached: a control that comes back under the same
 * policy need not flush what they know. */
void dp_ctl_server_set_generation(struct dp_ctl_server *s, uint32_t generation);
/* An attached control has sent its block list, an empty one maybe. */
bool dp_ctl_server_has_blocklist(const struct dp_ctl_server *s);
/* The dataplane's state as control and sluicectl see it: RUN once the workers poll. */
void dp_ctl_server_set_running(struct dp_ctl_server *s);

/* Without a socket, for replay: the peer is in this process. Same thread as the worker. */
int dp_ctl_server_create_local(struct dp_ctl_server **out, uint16_t worker_cnt,
                               const struct shm_ring_sizes *sizes);
/* Make an attachment and hand out its descriptors (they stay the server's). 0 or -errno. */
int dp_ctl_server_local_fds(struct dp_ctl_server *s, int *to_control_fd, int *to_dataplane_fd);
/* The peer has attached: publish the link. */
void dp_ctl_server_local_ready(struct dp_ctl_server *s);
/* The peer is gone: control is absent from the worker's next turn on. */
void dp_ctl_server_local_detach(struct dp_ctl_server *s);

#endif
