/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/state/reply_tag.h"

#include <string.h>

void dp_reply_tag(const struct dp_siphash_key *key, const struct sip_msg *m,
                  char out[DP_REPLY_TAG_CHARS])
{
        static const char digits[16] = {'0', '1', '2', '3', '4', '5', '6', '7',
                                        '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'};
        const uint16_t head[2] = {'R', m->call_id.len};
        struct dp_siphash h;
        uint64_t v;

        dp_siphash_init(&h, key);
        dp_siphash_update(&h, head, sizeof(head));
        dp_siphash_update(&h, sip_span_at(m, m->call_id), m->call_id.len);
        dp_siphash_update(&h, sip_span_at(m, m->from.tag), m->from.tag.len);
        v = dp_siphash_final(&h);
        for (unsigned i = 0; i < DP_REPLY_TAG_CHARS; i++)
                out[i] = digits[v >> (60 - 4 * i) & 15];
}

bool dp_reply_tag_is(const struct dp_siphash_key *key, const struct sip_msg *m)
{
        char tag[DP_REPLY_TAG_CHARS];

        if (m->to.tag.len != sizeof(tag))
                return false;
        dp_reply_tag(key, m, tag);
        return memcmp(tag, sip_span_at(m, m->to.tag), sizeof(tag)) == 0;
}
