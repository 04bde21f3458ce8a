/* SPDX-License-Identifier: Apache-2.0 */
/*
 * eve.h - one event record as one line of EVE JSON (the names that Suricata's eve.json made known).
 *
 * Pure; the caller owns the buffers. A record whose octets are SIP is "event_type":"sip", any other
 * "packet" (traffic that is not SIP, and packets that ended before they could be read).
 */
#ifndef SLUICE_CONTROL_API_EVE_H
#define SLUICE_CONTROL_API_EVE_H

#include <stddef.h>
#include <stdint.h>

#include "control/api/eve_class.h"
#include "control/api/eve_explain.h"
#include "control/contract/shm_msg.h"
#include "control/contract/shm_stats.h"
#include "parser/sip_msg.h"

/* Room for any line: an octet of the message takes at most 6, and stands in at most two texts
 * (request_line and uri); what explains it; the rest is names and numbers. */
#define CP_EVE_LINE_BYTES (2u * 6u * SHM_MSG_BYTES_MAX + CP_EVE_EXPLAIN_BYTES + 16384u)

/* All zero before first use. */
struct cp_rulebook;

struct cp_eve {
        struct cp_eve_class class;
        const struct cp_rulebook *rules;    /* borrowed; NULL: none is known by its sid */
        bool explains;                      /* each event says why, ... */
        const struct match_explained *said; /* ...the next one this; NULL: nothing is known */
        struct sip_msg msg;
        size_t len; /* of the line below, its newline included */
        char line[CP_EVE_LINE_BYTES];
};

/*
 * Write the line of an event that passed shm_event_check(); `text` is what follows it, ev->msg_len
 * octets. text_max cuts every text that comes from the message (0 = whole). eve->msg keeps the
 * parsed message. Returns the length of the line with its newline.
 */
size_t cp_eve_event(struct cp_eve *eve, const struct shm_event *ev, const uint8_t *text,
                    size_t text_max);

/*
 * The alert line of the n-th rule of an event, n < ev->rule_cnt; right behind cp_eve_event() of the
 * same event. Returns its length, 0 when the rule is not known any more.
 */
size_t cp_eve_rule(struct cp_eve *eve, const struct shm_event *ev, unsigned n);

/* The closing line of a replay: every counter and the conservation equation. */
size_t cp_eve_stats(struct cp_eve *eve, const struct shm_counters *c, uint64_t time_ns);

/* Octets of "2026-01-02T03:04:05.678901+0000" with terminator. */
#define CP_EVE_TIME_BYTES 40u
/* UTC; ns since 1970. Returns buf. */
const char *cp_eve_time(uint64_t time_ns, char buf[CP_EVE_TIME_BYTES]);

#endif
