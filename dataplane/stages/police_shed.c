/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/stages/police_shed.h"

#include "dataplane/state/trust.h"
#include "dataplane/verdict.h"

void dp_police_shed_init(struct dp_police_shed *self, const struct dp_shedding_config *config,
                         bool on, struct shm_counters *counters)
{
        *self = (struct dp_police_shed){
            .config = config,
            .on = on && config->mode == DP_SHEDDING_ON,
            .counters = counters,
        };
}

void dp_police_shed_sample(struct dp_police_shed *self, uint64_t now_ns, uint32_t rings)
{
        struct dp_load_sample s = dp_load_meter_take(&self->meter, now_ns, rings);
        uint8_t before = self->load.level;

        if (!self->on)
                return;
        (void)dp_load_step(&self->load, &self->config->load, &s);
        self->counters->shed_raised += self->load.level > before;
        self->counters->shedding = self->load.level != DP_SHED_NONE;
}

/* Settles or ends what others wait for; turning it down makes more work than it saves. */
static bool settles(const struct sip_msg *m)
{
        return m->method == SIP_METHOD_ACK || m->method == SIP_METHOD_BYE ||
               m->method == SIP_METHOD_CANCEL || m->method == SIP_METHOD_PRACK;
}

enum dp_shed_level dp_police_shed_kind(const struct dp_pkt *p)
{
        const struct sip_msg *m = p->msg;

        if (p->flow.side != SHM_SIDE_OUTSIDE || m->kind != SIP_KIND_REQUEST || settles(m) ||
            p->cls == SHM_CLASS_EMERGENCY || p->lane == SHM_LANE_PRIORITY ||
            p->seen == DP_SEEN_REPEAT)
                return DP_SHED_NONE;
        if (p->cls == SHM_CLASS_IN_DIALOG)
                return m->method == SIP_METHOD_SUBSCRIBE ? DP_SHED_REFRESH : DP_SHED_DIALOG;
        switch (p->lane) {
        case SHM_LANE_UNPROVEN:
                return DP_SHED_UNPROVEN;
        case SHM_LANE_PROVEN:
                return m->method == SIP_METHOD_REGISTER && p->trust >= DP_TRUST_AUTHENTICATED
                           ? DP_SHED_REFRESH
                           : DP_SHED_PROVEN;
        default:
                return DP_SHED_REFRESH;
        }
}

static uint16_t retry_after_s(const struct dp_police_shed *self, const struct dp_pkt *p)
{
        uint64_t mixed = p->serial * UINT64_C(0x9e3779b97f4a7c15);
        uint32_t least = self->config->retry_after_s;

        return (uint16_t)(least + (uint32_t)(mixed >> 32) % (least + 1u));
}

void dp_police_shed(struct dp_police_shed *self, struct dp_pkt *p)
{
        static const enum shm_reason reasons[DP_SHED_LEVELS] = {
            [DP_SHED_UNPROVEN] = SHM_REASON_SHED_UNPROVEN,
            [DP_SHED_PROVEN] = SHM_REASON_SHED_PROVEN,
            [DP_SHED_REFRESH] = SHM_REASON_SHED_REFRESH,
            [DP_SHED_DIALOG] = SHM_REASON_SHED_DIALOG,
        };
        enum dp_shed_level kind = self->on ? dp_police_shed_kind(p) : DP_SHED_NONE;

        if (kind == DP_SHED_NONE)
                return;
        self->meter.sample.kind[kind]++;
        if (kind > self->load.level)
                return;
        self->counters->shed_unproven += kind == DP_SHED_UNPROVEN;
        self->counters->shed_proven += kind == DP_SHED_PROVEN;
        self->counters->shed_refresh += kind == DP_SHED_REFRESH;
        self->counters->shed_dialog += kind == DP_SHED_DIALOG;
        p->code = 503;
        p->retry_after_s = retry_after_s(self, p);
        dp_verdict_set(p, SHM_ACTION_REJECT, reasons[kind]);
}
