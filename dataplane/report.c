/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/report.h"

#include <string.h>

/* Event of a message cut to this length still has every header that is shown; a body is of no use
 * to the reader, and the event ring holds several times more messages. */
#define EVENT_MSG_BYTES_MAX 4096u

static bool wanted(const struct dp_report *self, const struct dp_pkt *p)
{
        if ((p->flags & DP_PKT_SIP) == 0 || self->events == DP_EVENTS_OFF)
                return false;
        return self->events == DP_EVENTS_ALL || p->action != SHM_ACTION_PASS;
}

struct shm_event *dp_report_add(struct dp_report *self, const struct dp_pkt *p)
{
        if (!wanted(self, p))
                return NULL;
        uint16_t len = p->payload_len < EVENT_MSG_BYTES_MAX ? p->payload_len : EVENT_MSG_BYTES_MAX;
        struct shm_event *e = dp_ctl_event(self->ctl, len);

        if (e == NULL) {
                self->counters->events_lost++;
                return NULL;
        }
        self->counters->events_sent++;
        *e = (struct shm_event){
            .time_ns = p->time_ns,
            .serial = p->serial,
            .flow = p->flow,
            .cls = p->cls,
            .lane = p->lane,
            .worker = self->worker,
            .msg_len = len,
            .full_len = p->payload_len,
            .rule = p->rule,
            .held_us = p->held_us,
            .generation = atomic_load_explicit(self->generation, memory_order_relaxed),
        };
        dp_report_correct(e, p);
        memcpy(e + 1, dp_pkt_at(p, p->payload_off), len);
        return e;
}

void dp_report_correct(struct shm_event *event, const struct dp_pkt *p)
{
        if (event == NULL)
                return;
        event->action = p->action;
        event->reason = p->reason;
        event->code = p->action == SHM_ACTION_REJECT ? p->code : 0;
}
