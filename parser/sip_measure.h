/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sip_measure.h - the sizes of a message against a profile's caps (sip_caps.def). Private to
 * sip_check.c.
 */
#ifndef SLUICE_PARSER_SIP_MEASURE_H
#define SLUICE_PARSER_SIP_MEASURE_H

#include "parser/sip_profile.h"

#pragma GCC visibility push(hidden)

/* Note in msg->anomalies each cap that the parsed message exceeds. Time is linear in the number of
 * its headers; reads no octet of it. */
void sip_measure(const struct sip_profile *p, struct sip_msg *msg);

#pragma GCC visibility pop

#endif
