/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/replay_inside.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/burst.h"
#include "dataplane/stages/decap_core.h"

#define MAPPED_BITS 96u /* ::ffff:0:0/96 holds IPv4 */

/* The address, and how many bits its text may count: 32 or 128. 0 when it is none. */
static unsigned read_ip(const char *text, struct shm_ip *ip)
{
        memset(ip, 0, sizeof(*ip));
        if (inet_pton(AF_INET6, text, ip->b) == 1)
                return 128;
        ip->b[10] = ip->b[11] = 0xff;
        return inet_pton(AF_INET, text, ip->b + 12) == 1 ? 32 : 0;
}

int dp_replay_inside_add(struct dp_replay_inside *in, const char *text)
{
        char address[INET6_ADDRSTRLEN];
        const char *slash = strchr(text, '/');
        size_t n = slash != NULL ? (size_t)(slash - text) : strlen(text);
        unsigned bits, len;

        if (in->cnt == DP_REPLAY_INSIDE_MAX)
                return -ENOSPC;
        if (n >= sizeof(address))
                return -EINVAL;
        memcpy(address, text, n);
        address[n] = '\0';
        bits = len = read_ip(address, &in->prefix[in->cnt].ip);
        if (bits == 0)
                return -EINVAL;
        if (slash != NULL) {
                char *end;

                if (slash[1] < '0' || slash[1] > '9')
                        return -EINVAL;
                len = (unsigned)strtoul(slash + 1, &end, 10);
                if (*end != '\0' || len > bits)
                        return -EINVAL;
        }
        in->prefix[in->cnt].ip4 = bits == 32;
        in->prefix[in->cnt++].len = len + (bits == 32 ? MAPPED_BITS : 0);
        return 0;
}

static bool covers(const struct shm_ip *prefix, unsigned len, const struct shm_ip *ip)
{
        unsigned whole = len / 8, rest = len % 8;

        return memcmp(prefix->b, ip->b, whole) == 0 &&
               (rest == 0 || (prefix->b[whole] ^ ip->b[whole]) >> (8 - rest) == 0);
}

enum shm_side dp_replay_inside_side(const struct dp_replay_inside *in, const uint8_t *frame,
                                    uint32_t len)
{
        struct dp_decap_result r;

        if (in->cnt == 0)
                return SHM_SIDE_OUTSIDE;
        /* Damage behind the addresses does not change where it came in. */
        (void)dp_decap_core(frame, len, DP_UDP_SUM_KNOWN, &r);
        if ((r.flags & (DP_PKT_IP4 | DP_PKT_IP6)) == 0)
                return SHM_SIDE_OUTSIDE;
        for (unsigned i = 0; i < in->cnt; i++)
                if (in->prefix[i].ip4 == ((r.flags & DP_PKT_IP4) != 0) &&
                    covers(&in->prefix[i].ip, in->prefix[i].len, &r.flow.src))
                        return SHM_SIDE_INSIDE;
        return SHM_SIDE_OUTSIDE;
}
