/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reginfo.h - registration information documents (RFC 3680 5): what one subscriber has not been
 * told yet of the contacts of an AoR.
 *
 * A view holds what the subscriber knows. Writing a document compares it with the table and brings
 * it up to date by what was written; what did not fit stays for the next document. Heap: one
 * allocation for each contact in a view. Thread: the owner of the table.
 */
#ifndef SLUICE_CONTROL_EDGE_REGINFO_H
#define SLUICE_CONTROL_EDGE_REGINFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "control/location/bindings.h"
#include "control/location/registrar.h"
#include "control/siphash.h"

/* A contact as the subscriber knows it. */
struct cp_reg_known {
        uint64_t id;        /* of its URI, or instance and reg-id */
        uint64_t mark;      /* another one after each REGISTER for it */
        uint32_t expires_s; /* seconds since the epoch */
        bool found;         /* for the writer */
        uint16_t uri_len;
        char uri[];
};

#define CP_REG_KNOWN_MAX                                                        \
        (2u * CP_REGISTER_CONTACTS_MAX) /* those that went, and those that came \
                                         */

struct cp_reg_view {
        unsigned cnt;
        struct cp_reg_known *known[CP_REG_KNOWN_MAX];
};

/* What a document is about. */
struct cp_reg_doc {
        const struct cp_siphash_key *key; /* of ids */
        struct cp_text name;              /* the AoR */
        const struct cp_aor *aor;         /* NULL: it has no bindings */
        uint32_t now_s;
        uint32_t version;
        bool full; /* of everything; else what has changed */
};

void cp_reg_view_clear(struct cp_reg_view *v);

/* Write a document of at most cap octets, not terminated. Its octets; 0 = nothing has changed, or
 * there is no room for any of it. *more: something is left for the next one, which is a partial
 * one. */
size_t cp_reginfo_write(struct cp_reg_view *v, const struct cp_reg_doc *doc, char *out, size_t cap,
                        bool *more);

#endif
