/* SPDX-License-Identifier: Apache-2.0 */
/*
 * row.h - an AoR with its bindings as octets, for stores: one row each, whatever keeps it.
 *
 *   version 1 | bindings 1 | check 4 | per binding: fixed 46 | four texts
 *
 * Numbers big endian. The check is over all that follows it and over the AoR, so that a damaged row
 * and one that stands under another name are known. Pure.
 */
#ifndef SLUICE_CONTROL_LOCATION_ROW_H
#define SLUICE_CONTROL_LOCATION_ROW_H

#include <stddef.h>
#include <stdint.h>

#include "control/location/bindings.h"

#define CP_ROW_VERSION       1u
#define CP_ROW_BINDINGS_MAX  64u
#define CP_ROW_HEAD_BYTES    6u
#define CP_ROW_BINDING_BYTES 46u /* without its texts */
#define CP_ROW_BYTES_MAX \
        (CP_ROW_HEAD_BYTES + CP_ROW_BINDINGS_MAX * (CP_ROW_BINDING_BYTES + CP_BINDING_BYTES))

/* Octets of the row, 0 when the AoR has no bindings. More than CP_ROW_BINDINGS_MAX do not get into
 * the table. out has room for CP_ROW_BYTES_MAX. */
size_t cp_row_write(const struct cp_aor *aor, uint8_t *out);

/* Read a row back into the table, what ended at now_s or before left out. 0; 1 when that was all,
 * and the row may go; -EBADMSG when it is
 * damaged, -EPROTO when a later version wrote it, -ENOMEM: then the table has nothing of it. */
int cp_row_read(struct cp_bindings *b, struct cp_text aor, const uint8_t *row, size_t len,
                uint32_t now_s);

#endif
