/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sip_conform.h - what the RFCs say of a message that was read, beyond what reading it needs.
 * Private to sip_check.c.
 */
#ifndef SLUICE_PARSER_SIP_CONFORM_H
#define SLUICE_PARSER_SIP_CONFORM_H

#include "parser/sip_profile.h"

#pragma GCC visibility push(hidden)

/*
 * Note in msg->anomalies what the last groups of sip_anomaly.def name, beginning with DUP_COMPACT.
 * Those for which fields are read again only where the profile does not accept them.
 */
void sip_conform(const struct sip_profile *p, struct sip_msg *msg);

#pragma GCC visibility pop

#endif
