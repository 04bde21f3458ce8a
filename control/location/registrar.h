/* SPDX-License-Identifier: Apache-2.0 */
/*
 * registrar.h - REGISTER (RFC 3261 10.3; RFC 3327 Path, RFC 3608 Service-Route, RFC 5626 instance
 * and reg-id) against the location table.
 *
 * Who sends it has been authenticated and may register this AoR: the caller's business. All of a
 * request takes effect or nothing. The same request again (same Call-ID and CSeq) changes nothing
 * but the time and is answered alike: over UDP that is a retransmission; an older one fails.
 *
 * A contact is known again by its instance and reg-id where it has both, else by comparing URIs
 * (19.1.4). One whose REGISTER came from another address or port than its Via says is reached
 * where the REGISTER came from.
 *
 * Thread: the owner of the table. Times are seconds since the epoch.
 */
#ifndef SLUICE_CONTROL_LOCATION_REGISTRAR_H
#define SLUICE_CONTROL_LOCATION_REGISTRAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "control/location/bindings.h"
#include "parser/sip_msg.h"

/* Header lines of a response, with terminator. What would not fit is not registered (403), so the
 * answer to a fetch always fits. */
#define CP_REGISTER_HEADERS_BYTES 900u
/* Contacts in one request, and of one AoR. */
#define CP_REGISTER_CONTACTS_MAX  16u

struct cp_registrar_policy {
        uint32_t default_expires_s; /* when the request names none */
        uint32_t min_expires_s;     /* less is refused with 423, up to an hour (10.3 step 7) */
        uint32_t max_expires_s;     /* more becomes this; below 2^31 */
        uint32_t contacts_max;      /* of one AoR, 1..CP_REGISTER_CONTACTS_MAX */
        uint32_t bindings_max;      /* of all, 0 = as many as there is memory for */
        const char *service_route;  /* value of Service-Route in a 200, NULL = none; borrowed */
};

struct cp_register_from {
        struct shm_ip addr;
        uint16_t port;
        uint32_t now_s;
};

struct cp_register_reply {
        uint16_t status; /* 200, 400, 403, 404, 423, 500, 503 */
        bool changed;    /* the table changed: safe when the store says so */
        size_t headers_len;
        char headers[CP_REGISTER_HEADERS_BYTES]; /* whole lines with CRLF, terminated */
};

/* Handle one REGISTER that parsed well. `aor` is the canonical AoR of its To (sip_aor.h). */
void cp_registrar_handle(struct cp_bindings *b, const struct cp_registrar_policy *policy,
                         const struct sip_msg *req, struct cp_text aor,
                         const struct cp_register_from *from, struct cp_register_reply *out);

/* What the same request would be answered without its Contacts: the bindings as they are. For a
 * request that was handled before; nothing changes. */
void cp_registrar_fetch(struct cp_bindings *b, const struct cp_registrar_policy *policy,
                        const struct sip_msg *req, struct cp_text aor,
                        const struct cp_register_from *from, struct cp_register_reply *out);

#endif
