// SPDX-License-Identifier: Apache-2.0
#include "bench/parser/peers.h"

extern "C" {
#include <re/re.h>
}

bool peer_re(const uint8_t *p, size_t n)
{
        sip_msg *m = nullptr;
        mbuf *mb = mbuf_alloc(n);
        bool good;

        if (!mb)
                return false;
        good = mbuf_write_mem(mb, p, n) == 0;
        mb->pos = 0;
        good = good && sip_msg_decode(&m, mb) == 0;
        mem_deref(m);
        mem_deref(mb);
        return good;
}
