/* SPDX-License-Identifier: Apache-2.0 */
/*
 * locate.h - where the user of a request is, by the bindings that control has told.
 */
#ifndef SLUICE_DATAPLANE_STAGES_LOCATE_H
#define SLUICE_DATAPLANE_STAGES_LOCATE_H

#include "dataplane/state/bindings.h"
#include "parser/sip_msg.h"

/* True and *out when the user that the Request-URI names has a binding at now_ns. `table` may be
 * NULL: then nobody has. What *out points to is good until the end of the worker's turn. */
bool dp_locate(const struct dp_bindings *table, const struct sip_msg *m, uint64_t now_ns,
               struct dp_binding *out);

#endif
