/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rule_bans.h - bans that rules ask for: the worker that met the message bans its source at once,
 * and by its event control learns of it and bans it on every worker, on disk and for people to see.
 *
 * The allow list wins. A ban that is there and lasts as long stays as it is. The event thread puts
 * wishes in, the owner takes them out behind the event gate.
 */
#ifndef SLUICE_CONTROL_BANS_RULE_BANS_H
#define SLUICE_CONTROL_BANS_RULE_BANS_H

#include "control/bans/bans.h"
#include "control/contract/shm_msg.h"
#include "control/rulebook.h"

struct cp_engine;

/* Wishes between two looks; one that finds no room is made again by the source's next message to
 * another worker. */
#define CP_RULE_BANS_MAX 64u

struct cp_rule_ban {
        struct cp_ban ban;
        uint32_t ttl_s;
};

struct cp_rule_bans { /* zero: none */
        struct cp_rule_ban wish[CP_RULE_BANS_MAX];
        uint32_t cnt;
};

/* Event thread: rule `e` has ended the message of this event, and its action is ban. */
void cp_rule_bans_ask(struct cp_rule_bans *self, const struct shm_event *ev,
                      const struct cp_rulebook_entry *e);
/* Owner, a few times a second: carry out what was asked for. */
void cp_rule_bans_run(struct cp_engine *e);

#endif
