/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parser/peers/reading.h"

const struct peer peers[] = {
#if HAVE_SOFIA
    {"sofia", "sofia-sip", peer_sofia_read},
#endif
#if HAVE_OSIP2
    {"osip2", "libosip2", peer_osip2_read},
#endif
#if HAVE_RE
    {"re", "libre", peer_re_read},
#endif
    {NULL, NULL, NULL},
};

const char *const peers_missing[] = {
#if !HAVE_SOFIA
    "sofia",
#endif
#if !HAVE_OSIP2
    "osip2",
#endif
#if !HAVE_RE
    "re",
#endif
    NULL,
};
