/* SPDX-License-Identifier: Apache-2.0 */
/*
 * auth_edit.h - what a worker's own challenge makes necessary in messages that go on: credentials
 * that were for us leave a request, and a server's challenge after ours says that the nonce was
 * stale and not the password wrong (RFC 7616 3.3). Pure: edits only (sip_edit.h).
 */
#ifndef SLUICE_DATAPLANE_STAGES_AUTH_EDIT_H
#define SLUICE_DATAPLANE_STAGES_AUTH_EDIT_H

#include <stdint.h>

#include "parser/sip_edit.h"

/* Take out header `idx`, which must be (Proxy-)Authorization; MESSAGE when it is another. */
enum sip_edit_status dp_auth_strip(struct sip_edit *e, uint8_t idx);

/* stale=true in every Digest challenge of the response: added, or in place of another value. OK
 * when it holds none. */
enum sip_edit_status dp_auth_mark_stale(struct sip_edit *e);

#endif
