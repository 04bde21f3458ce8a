/* SPDX-License-Identifier: Apache-2.0 */
/*
 * names.h - host names looked up in a thread of its own, a list at a time: a resolver that does not
 * answer keeps nobody waiting.
 *
 * Thread: one owner, besides the one inside.
 */
#ifndef SLUICE_CONTROL_NAMES_H
#define SLUICE_CONTROL_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "control/config/config_gateways.h"

struct cp_name {
        char host[CP_HOST_BYTES];
        struct cp_host_addresses found;
        int error; /* 0, or what cp_host_look_up() says */
};

/* How one is looked up, in the thread: cp_host_look_up(), or a test's own. */
typedef int cp_name_lookup(const char *host, struct cp_host_addresses *out);

struct cp_names;

/* NULL without memory or a thread. */
struct cp_names *cp_names_create(cp_name_lookup *lookup);
/* Does not wait for a look-up under way: the thread ends by itself after it. */
void cp_names_destroy(struct cp_names *n);

/* Have the hosts of this list (heap, taken over) looked up. False when one is under way, or its
 * answers were not taken: then it stays the caller's. */
bool cp_names_ask(struct cp_names *n, struct cp_name *list, uint32_t cnt);
/* The list with its answers, the caller's to free; NULL: not yet. Not blocking. */
struct cp_name *cp_names_take(struct cp_names *n, uint32_t *cnt);

#endif
