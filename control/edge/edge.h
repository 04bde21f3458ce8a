/* SPDX-License-Identifier: Apache-2.0 */
/*
 * edge.h - the registrar and redirect server: what becomes of requests to domains of ours.
 *
 * REGISTER is authenticated and handled by the location service; with `calls: redirect` a request
 * to a user of such a domain is answered with where the user is (RFC 3261 8.3): 302, or 480 and 404
 * when nowhere. Everything else is left to the policy, and so are emergency calls, requests within
 * dialogs, ACK and CANCEL.
 *
 * An answer that promises a binding waits until the binding is safe (`answer: safe`); such answers
 * are kept here in order, and sent by cp_edge_release(). One that finds no room there, or whose
 * dataplane has gone, is not sent: the client asks again, and is then told at once.
 *
 * Thread: all calls but create and destroy in the decider thread, or behind its gate.
 */
#ifndef SLUICE_CONTROL_EDGE_EDGE_H
#define SLUICE_CONTROL_EDGE_EDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "control/config/config.h"
#include "control/contract/shm_msg.h"
#include "control/decider.h"
#include "control/identity/users.h"
#include "control/location/location.h"

/* X(field, what) */
#define CP_EDGE_COUNTERS(X)                                                    \
        X(registers, "REGISTERs answered")                                     \
        X(challenged, "requests asked for credentials")                        \
        X(refused, "requests whose credentials were not good")                 \
        X(stale, "requests with good credentials and a nonce that had passed") \
        X(repeated, "retransmissions of requests that were taken")             \
        X(forbidden, "REGISTERs of a user for somebody else")                  \
        X(redirected, "requests answered with where a user is")                \
        X(proxied, "requests sent on to where a user is")                      \
        X(forwarded, "requests sent on to where their user has his calls go")  \
        X(absent, "requests for users who are nowhere")                        \
        X(answers_lost, "answers not sent: too many wait for the store")       \
        X(subscribed, "subscriptions to registrations that began")             \
        X(notified, "NOTIFYs sent, repetitions apart")                         \
        X(unanswered, "subscriptions that a NOTIFY ended: no answer, or a refusal")

struct cp_edge_stats {
#define X(field, what) uint64_t field;
        CP_EDGE_COUNTERS(X)
#undef X
};

/* When: by a clock that only goes forwards, and in seconds since the epoch. */
struct cp_edge_now {
        uint64_t ms;
        uint32_t s;
};

struct cp_edge;
struct cp_number_map;

/*
 * The `edge` section of a configuration and the store in state_dir ("": in memory alone).
 * 0 and *out, which is NULL when the section names no domains; or a negative errno and one line in
 * `why`, also when the store is damaged.
 */
int cp_edge_create(struct cp_edge **out, const struct cp_config_edge *config, const char *state_dir,
                   char *why, size_t why_len);
/* Writes what is not written yet. NULL is nothing. */
void cp_edge_destroy(struct cp_edge *e);

/* Take another configuration's users, domains and times; the table and the store stay. 0, or a
 * negative errno and a line in `why`: then nothing changed. Nonces that were given out become
 * stale. */
int cp_edge_reload(struct cp_edge *e, const struct cp_config_edge *config, char *why,
                   size_t why_len);

/* Read what a configuration names besides: the file of numbers. 0, or a negative errno and *err. */
int cp_edge_check(const struct cp_config_edge *config, struct cp_config_error *err);

/* How the decider asks. */
struct cp_decider_edge cp_edge_hook(struct cp_edge *e);

/* Send what has become safe to those of the links that are live; hand changes to the store; end
 * what has expired. now_s: seconds since the epoch. Returns how much was done, 0 = nothing. */
unsigned cp_edge_release(struct cp_edge *e, struct cp_link *const *links, const bool *live,
                         unsigned link_cnt, uint32_t now_s);

/* Send the NOTIFYs that are due, by the live links. After cp_edge_release(). Returns how many. */
unsigned cp_edge_notify(struct cp_edge *e, struct cp_link *const *links, const bool *live,
                        unsigned link_cnt, const struct cp_edge_now *now);

/*
 * Users of the store (edge_stored.c), by the owner. What changes the table that log-ins read is a
 * step of its own, the one that needs the decider's gate; the steps before it check, hash and wait
 * for the disk. Failures: a negative errno and one line in `why`.
 */
struct cp_edge_account {
        const char *name;
        const char *password;
        const char *aor;     /* NULL = name */
        const char *forward; /* NULL = none */
        bool refused;
};

#define CP_EDGE_STORED_MAX     1000000u
#define CP_EDGE_PASSWORD_BYTES 255u

/* A new user: -EEXIST when the store or the configuration has the name, -EINVAL when a text is
 * none, -EROFS without a store, -ENOSPC when there are too many. */
int cp_edge_user_make(const struct cp_edge *e, const struct cp_edge_account *a, struct cp_user *out,
                      char *why, size_t why_len);
/* One of the store with another password: -ENOENT, -EPERM when he is the configuration's. */
int cp_edge_user_renew(const struct cp_edge *e, const char *name, const char *password,
                       struct cp_user *out, char *why, size_t why_len);
/* May he be removed? 0, -ENOENT or -EPERM as above. */
int cp_edge_user_is_stored(const struct cp_edge *e, const char *name, char *why, size_t why_len);
/* To disk. 0 or a negative errno. */
int cp_edge_user_write(struct cp_edge *e, const struct cp_user *u);
int cp_edge_user_erase(struct cp_edge *e, const char *name);
/* Gate: let him in from now on. 0, or -ENOMEM and nothing changed. */
int cp_edge_user_take(struct cp_edge *e, const struct cp_user *u);
/* Gate: he is gone, and so are his bindings unless another user has the same; how many. */
unsigned cp_edge_user_drop(struct cp_edge *e, const char *name);

struct cp_location *cp_edge_location(struct cp_edge *e);
const struct cp_number_map *cp_edge_numbers(const struct cp_edge *e); /* NULL = none */
const struct cp_users *cp_edge_users(const struct cp_edge *e);
/* Grows when decisions that workers may have cached have become wrong. */
uint64_t cp_edge_flushes(const struct cp_edge *e);
void cp_edge_stats(const struct cp_edge *e, struct cp_edge_stats *out);

#endif
