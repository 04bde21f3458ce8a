// SPDX-License-Identifier: Apache-2.0
#include "bench/parser/peers.h"

#include <osipparser2/osip_message.h>
#include <osipparser2/osip_parser.h>

bool peer_osip2(const uint8_t *p, size_t n)
{
        static const int ready = parser_init();
        osip_message_t *m = nullptr;
        bool good;

        if (ready != 0 || osip_message_init(&m) != 0)
                return false;
        good = osip_message_parse(m, reinterpret_cast<const char *>(p), n) == 0;
        osip_message_free(m);
        return good;
}
