/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config_limits.h - how much of what is allowed to whom: `guard`, `limits` and `trust` of the
 * section `dataplane`.
 */
#ifndef SLUICE_DATAPLANE_CONFIG_LIMITS_H
#define SLUICE_DATAPLANE_CONFIG_LIMITS_H

#include <stdint.h>

#include "control/contract/shm_base.h"
#include "dataplane/state/limits.h"
#include "dataplane/state/trust.h"

/* What a message is charged as. */
enum dp_limit_class {
        DP_LIMIT_REGISTER = 0,
        DP_LIMIT_INVITE,
        DP_LIMIT_MESSAGE,   /* MESSAGE, SUBSCRIBE, NOTIFY, PUBLISH, REFER, INFO */
        DP_LIMIT_OTHER,     /* OPTIONS and what else there may be */
        DP_LIMIT_ONGOING,   /* what only says that it belongs to something ongoing */
        DP_LIMIT_REPEAT,    /* requests of unproven sources that passed before */
        DP_LIMIT_KEEPALIVE, /* no SIP, but goes to a SIP port: CRLF, STUN, a few octets */
        DP_LIMIT_QUESTION,  /* what control has to be asked about, besides what it is */
        DP_LIMIT_CLASS_CNT,
};

/* What it is charged to, from the narrow to the wide. */
enum dp_limit_key {
        DP_LIMIT_ENDPOINT = 0, /* source address and port */
        DP_LIMIT_AOR,          /* user@host */
        DP_LIMIT_ADDRESS,      /* source address; IPv6: /64 */
        DP_LIMIT_PREFIX,       /* /24; IPv6: /48 */
        DP_LIMIT_ALL,          /* the whole lane: what spoofed sources can not go round */
        DP_LIMIT_KEY_CNT,
};

/* Lanes that have limits: priority has none. */
#define DP_LIMIT_LANES ((unsigned)SHM_LANE_PEER + 1u)
/* Lanes whose packets are counted before they are parsed; and by endpoint and address only. */
#define DP_GUARD_LANES ((unsigned)SHM_LANE_PROVEN + 1u)
enum dp_guard_key {
        DP_GUARD_ENDPOINT = 0,
        DP_GUARD_ADDRESS,
        DP_GUARD_KEY_CNT,
};

struct dp_limits_config {
        struct dp_rate guard[DP_GUARD_LANES][DP_GUARD_KEY_CNT];
        struct dp_rate rates[DP_LIMIT_LANES][DP_LIMIT_CLASS_CNT][DP_LIMIT_KEY_CNT];
        struct dp_rate refusals[DP_LIMIT_KEY_CNT]; /* requests that a server turned down */
        struct dp_trust_config trust;
};

void dp_limits_config_default(struct dp_limits_config *c);

/*
 * A rate as people write it: "20/s", "10/m burst 30", "5/h", or "none" = unlimited. Without
 * `burst`, as many at once as the number before the slash. 0, or -EINVAL.
 */
int dp_rate_parse(const char *text, struct dp_rate *out);

#endif
