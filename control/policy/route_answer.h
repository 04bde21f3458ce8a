/* SPDX-License-Identifier: Apache-2.0 */
/*
 * route_answer.h - carries out a route that says where to: a gateway, or a redirection.
 *
 * Pure; any thread.
 */
#ifndef SLUICE_CONTROL_POLICY_ROUTE_ANSWER_H
#define SLUICE_CONTROL_POLICY_ROUTE_ANSWER_H

#include <stdbool.h>

#include "control/decider.h"

/*
 * Turn the PASS of *a into what the route of the request says. FORWARD: PROXY to the gateways, of
 * which the dataplane takes one; the Request-URI stays. REDIRECT: its code, with the user of the
 * Request-URI put into Contacts that have none; an ACK is dropped. LOCATE, when nobody has located
 * the user before: 404.
 */
void cp_route_answer(const struct cp_asked *q, struct cp_answer *a);

/* Of PROXY: the dialog's requests go by their own Route, so no decision of theirs comes of it. */
void cp_answer_proxy(struct cp_answer *a, enum shm_reason reason);

/* May this request begin a dialog (RFC 3261 12.1, RFC 6665, RFC 3515)? Of methods that nobody
 * knows one can not say no. */
bool cp_begins_dialog(const struct sip_msg *m);

#endif
