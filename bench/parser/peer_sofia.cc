// SPDX-License-Identifier: Apache-2.0
#include "bench/parser/peers.h"

#include <sofia-sip/msg.h>
#include <sofia-sip/sip.h>
#include <sofia-sip/sip_parser.h>
#include <sofia-sip/sip_protos.h>

bool peer_sofia(const uint8_t *p, size_t n)
{
        msg_t *m = msg_make(sip_default_mclass(), 0, p, static_cast<ssize_t>(n));
        sip_t *s = m ? sip_object(m) : nullptr;
        bool good = s && !s->sip_error;

        msg_destroy(m);
        return good;
}
