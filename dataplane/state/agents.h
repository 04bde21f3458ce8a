/* SPDX-License-Identifier: Apache-2.0 */
/*
 * agents.h - the hashes of User-Agent values that come again: of all the makes of phones and
 * servers there are few, and each writes the same line with every request. One worker's own; zero
 * at first. Where two values want one place the later one has it, and one that is too long has
 * none.
 */
#ifndef SLUICE_DATAPLANE_STATE_AGENTS_H
#define SLUICE_DATAPLANE_STATE_AGENTS_H

#include <string.h>

#include "dataplane/state/key.h"
#include "dataplane/state/siphash.h"

#define DP_AGENTS      64u
#define DP_AGENT_BYTES 110u /* makes a place two cache lines */

struct dp_agents {
        struct {
                struct dp_key key;
                uint16_t len; /* 0: empty */
                uint8_t text[DP_AGENT_BYTES];
        } known[DP_AGENTS];
};

/* dp_siphash13_once128() of len > 0 octets, always under the same key. */
static inline struct dp_key dp_agents_key(struct dp_agents *a, const struct dp_siphash_key *key,
                                          const uint8_t *text, uint16_t len)
{
        /* version numbers are in the middle and at the end */
        unsigned at = (len + text[len - 1] * 7u + text[len / 2] * 3u) % DP_AGENTS;
        struct dp_key made;

        if (a->known[at].len == len && memcmp(a->known[at].text, text, len) == 0)
                return a->known[at].key;
        dp_siphash13_once128(key, text, len, made.w);
        if (len <= DP_AGENT_BYTES) {
                a->known[at].key = made;
                a->known[at].len = len;
                memcpy(a->known[at].text, text, len);
        }
        return made;
}

#endif
