/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config_challenge.h - `dataplane: challenge`: when a worker asks a source that nobody knows to
 * prove its address, and how.
 */
#ifndef SLUICE_DATAPLANE_CONFIG_CHALLENGE_H
#define SLUICE_DATAPLANE_CONFIG_CHALLENGE_H

#include <stdbool.h>
#include <stdint.h>

#include "control/contract/shm_secret.h"
#include "dataplane/config_limits.h"

enum dp_challenge_mode {
        DP_CHALLENGE_OFF = 1,
        DP_CHALLENGE_PRESSURE = 2, /* while too many unproven requests come, or a worker sheds */
        DP_CHALLENGE_ALWAYS = 3,
};

/* As what we speak. */
enum dp_challenge_role {
        DP_CHALLENGE_PROXY = 1,  /* 401 to a REGISTER, 407 to the rest (RFC 3261 22.2, 22.3) */
        DP_CHALLENGE_SERVER = 2, /* 401 to all, as a PBX does */
};

struct dp_challenge_config {
        enum dp_challenge_mode mode;
        enum dp_challenge_role role;
        const char *realm;       /* without quotes and backslashes; "" = no challenge in any mode */
        unsigned algorithms;     /* enum dp_challenge_algorithm */
        uint32_t methods;        /* bits, by enum sip_method */
        uint32_t lifetime_s;     /* of a nonce */
        uint32_t rotate_s;       /* of the key it is made with; >= lifetime_s */
        struct dp_rate unproven; /* requests of unproven sources, all workers together: beyond it
                                  * there is pressure */
        uint64_t hold_ns;        /* and so long after it */
        bool shared;             /* keys are of this secret, which control has, too */
        uint8_t secret[SHM_SECRET_BYTES];
};

static inline bool dp_challenge_is_on(const struct dp_challenge_config *c)
{
        return c->mode != DP_CHALLENGE_OFF && c->realm != NULL && c->realm[0] != '\0';
}

void dp_challenge_config_default(struct dp_challenge_config *c);

#endif
