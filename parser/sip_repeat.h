/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sip_repeat.h - parameters that are given twice with different values. RFC 3261 7.3.1 and 19.1.1
 * forbid it, and of two stacks one takes the first and one the last. Private to sip_conform.c.
 */
#ifndef SLUICE_PARSER_SIP_REPEAT_H
#define SLUICE_PARSER_SIP_REPEAT_H

#include "parser/sip_msg.h"

#pragma GCC visibility push(hidden)

/*
 * Is one of the parameters that say where and how a request goes (transport, maddr, ttl, user and
 * method) given twice in a URI of the start line, From, To, Contact, Route or Record-Route, or
 * expires or q behind a Contact? The same value twice has one meaning and does not count, and
 * neither do parameters that nothing acts upon: phones repeat feature tags.
 */
bool sip_repeats(const struct sip_msg *m);

#pragma GCC visibility pop

#endif
