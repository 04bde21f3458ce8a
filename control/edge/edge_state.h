/* SPDX-License-Identifier: Apache-2.0 */
/*
 * edge_state.h - what the files of the registrar and proxy share; private to this folder.
 *
 * Thread: as edge.h.
 */
#ifndef SLUICE_CONTROL_EDGE_EDGE_STATE_H
#define SLUICE_CONTROL_EDGE_EDGE_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "control/edge/edge.h"
#include "control/edge/edge_forward.h"
#include "control/edge/number_map.h"
#include "control/edge/reg_event.h"
#include "control/identity/digest.h"
#include "control/location/changes.h"
#include "control/location/registrar.h"
#include "control/siphash.h"

#define CP_EDGE_WAITING_MAX 4096u /* answers that wait for the store: 12 MB when all are used */
#define CP_EDGE_HOST_BYTES  254u
#define CP_EDGE_TAKEN_SLOTS (1u << 16)

/* What a configuration says; replaced as a whole. */
struct cp_edge_settings {
        struct cp_users *users; /* its own, and those of the store */
        char *realm;
        unsigned algs;
        struct cp_digest *digest;
        struct cp_registrar_policy registrar;
        char (*domain)[CP_EDGE_HOST_BYTES];
        uint32_t domains;
        char (*method)[32]; /* that are authenticated, besides REGISTER */
        uint32_t methods;
        char *service_route;
        struct cp_forwards *forwards;
        struct cp_number_map *numbers; /* NULL = none */
        uint8_t calls;                 /* enum cp_edge_calls */
        bool retarget;                 /* forwarded calls are sent on */
        bool for_domain;               /* decisions are for all users of the domain */
        bool record_route;
        bool at_once;
        bool reg_events; /* subscriptions to registrations are answered */
        struct cp_reg_policy reg;
};

struct cp_edge_waiting {
        uint64_t ticket;
        const struct cp_link *link; /* compared, never followed */
        uint64_t incarnation;
        unsigned worker;
        struct cp_answer answer;
};

/* A request with good credentials that was taken: over UDP it may come again, octet for octet. */
struct cp_edge_taken {
        uint64_t hash;   /* keyed, of source and message */
        uint64_t ticket; /* when what it changed is safe */
        uint32_t time_s;
        uint16_t status; /* of a REGISTER's answer */
};

struct cp_edge {
        struct cp_edge_settings *set;
        struct cp_siphash_key key;
        struct cp_edge_taken taken[CP_EDGE_TAKEN_SLOTS];
        struct cp_location *location;
        struct cp_store *store;  /* the location's; NULL = none */
        struct cp_users *stored; /* all users of the store */
        struct cp_changes *changes;
        uint64_t watched; /* changes that have been held against what workers were told */
        uint64_t flushes; /* how often decisions became wrong */
        uint64_t epoch;   /* of what workers may be told about bindings */
        struct cp_reg_event *reg;
        struct cp_edge_stats stats;
        struct cp_register_reply reply;
        uint32_t first; /* of those that wait */
        uint32_t waiting_cnt;
        struct cp_edge_waiting waiting[CP_EDGE_WAITING_MAX];
};

/* edge_settings.c: stored: the store's users. 0, or a negative errno and one line in `why`. */
int cp_edge_settings_create(struct cp_edge_settings **out, const struct cp_config_edge *c,
                            const struct cp_users *stored, char *why, size_t why_len);
void cp_edge_settings_destroy(struct cp_edge_settings *s);
/* Is this host, text or span, without case and without one trailing dot, a domain of ours? */
bool cp_edge_is_domain(const struct cp_edge_settings *s, const char *host, size_t len);
bool cp_edge_is_ours(const struct cp_edge_settings *s, const struct sip_msg *m,
                     struct sip_span host);

/* edge_calls.c: a request to a user of ours is redirected, or sent on to where he is. caller: who
 * has logged in, or NULL. */
void cp_edge_call(struct cp_edge *e, const struct cp_asked *q, struct cp_answer *a,
                  const struct cp_user *caller);
/* CANCEL, or ACK of another answer than 2xx: it goes where its INVITE went (RFC 3261 16.11). */
void cp_edge_follow(struct cp_edge *e, const struct cp_asked *q, struct cp_answer *a);
/* Hold what changed against what workers were told; counts e->flushes. */
void cp_edge_watch(struct cp_edge *e, uint32_t now_s);

/* Do this user's calls not simply go to where he is? user: may be NULL. */
bool cp_edge_is_forwarded(const struct cp_user *user);

/* edge.c: a REPLY without header lines. */
void cp_edge_reply(struct cp_answer *a, uint16_t code, enum shm_reason reason);

#endif
