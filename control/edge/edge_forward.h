/* SPDX-License-Identifier: Apache-2.0 */
/*
 * edge_forward.h - call forwarding: where the calls of a user go instead, by caller and time or
 * always, and the header lines that tell of it (RFC 5806, RFC 7044).
 *
 * Immutable; any thread.
 */
#ifndef SLUICE_CONTROL_EDGE_EDGE_FORWARD_H
#define SLUICE_CONTROL_EDGE_EDGE_FORWARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "control/config/config.h"
#include "control/identity/users.h"
#include "parser/sip_msg.h"

struct cp_forwards;

/* The rules of all users, in the order of the configuration, which need not outlive them. 0, or a
 * negative errno. */
int cp_forwards_create(struct cp_forwards **out, const struct cp_config_edge *config);
void cp_forwards_destroy(struct cp_forwards *f);

struct cp_forward_found {
        const char *to; /* URI; NULL = nowhere else */
        bool narrow;    /* the caller was looked at: of this request alone */
        bool timed;     /* the time was looked at: until the minute ends */
        bool at_times;  /* the rule that holds is one of certain times */
};

/* The first rule of a user (NULL: none) that holds for this request; behind them the URI that is
 * for always. */
void cp_forward_find(const struct cp_forwards *f, const struct cp_user *user,
                     const struct sip_msg *m, uint64_t now_s, struct cp_forward_found *out);

/*
 * Header lines of a request whose Request-URI becomes `to`: Diversion, and History-Info when there
 * is none yet (its entries stand in order, and ours could only go in front). Octets written, 0 when
 * they do not fit.
 */
size_t cp_forward_lines(const struct sip_msg *m, const struct cp_forward_found *found,
                        const char *to, size_t to_len, char *out, size_t cap);

#endif
