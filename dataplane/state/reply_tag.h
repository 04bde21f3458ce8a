/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reply_tag.h - the To-tag of a response that we make and do not remember (RFC 3261 8.2.7): the
 * same for every repetition of its request, and known again in the ACK that comes for it
 * (17.1.1.3).
 */
#ifndef SLUICE_DATAPLANE_STATE_REPLY_TAG_H
#define SLUICE_DATAPLANE_STATE_REPLY_TAG_H

#include <stdbool.h>

#include "dataplane/state/siphash.h"
#include "parser/sip_msg.h"

#define DP_REPLY_TAG_CHARS 16u

/* A keyed hash of Call-ID and From-tag as 16 hexadecimal digits, not terminated: nobody else can
 * make it. The key is all workers' own (tables.h), for an ACK may come to another one. */
void dp_reply_tag(const struct dp_siphash_key *key, const struct sip_msg *m,
                  char out[DP_REPLY_TAG_CHARS]);

/* Is this the To-tag that we have given, or would give, to the request m belongs to? */
bool dp_reply_tag_is(const struct dp_siphash_key *key, const struct sip_msg *m);

#endif
