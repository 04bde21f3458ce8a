// SPDX-License-Identifier: Apache-2.0
#include "bench/parser/peers.h"

const Peer peers[] = {
#if HAVE_OSIP2
    {"osip2", peer_osip2},
#endif
#if HAVE_SOFIA
    {"sofia", peer_sofia},
#endif
#if HAVE_RE
    {"re", peer_re},
#endif
    {nullptr, nullptr},
};
