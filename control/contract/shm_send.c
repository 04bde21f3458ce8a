/* SPDX-License-Identifier: Apache-2.0 */
#include "control/contract/shm_send.h"

#include <netinet/in.h>
#include <string.h>

static bool is_v4(const struct shm_ip *ip)
{
        static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

        return memcmp(ip->b, mapped, sizeof(mapped)) == 0;
}

bool shm_send_check(const void *rec, size_t len)
{
        struct shm_send s;

        if (len < sizeof(s))
                return false;
        memcpy(&s, rec, sizeof(s)); /* rec may stand anywhere */
        if (s.msg_len == 0 || s.msg_len > SHM_SEND_MSG_MAX || len - sizeof(s) != s.msg_len ||
            s.reserved != 0)
                return false;
        const struct shm_hop from = {
            .ip = s.from, .port = s.from_port, .weight = 1, .ip_proto = IPPROTO_UDP};

        return s.to.ip_proto == IPPROTO_UDP && s.to.weight == 1 && shm_hop_check(&s.to) &&
               shm_hop_check(&from) && is_v4(&s.from) == is_v4(&s.to.ip);
}
