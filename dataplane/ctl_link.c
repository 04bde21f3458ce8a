/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/ctl_link.h"

#include <errno.h>
#include <string.h>

void dp_ctl_init(struct dp_ctl *ctl, struct dp_link_slot *slot, uint16_t index,
                 struct shm_counters *counters)
{
        *ctl = (struct dp_ctl){.slot = slot, .index = index, .counters = counters};
        if (slot != NULL && slot->qsbr != NULL) {
                rte_rcu_qsbr_thread_register(slot->qsbr, index);
                rte_rcu_qsbr_thread_online(slot->qsbr, index);
        }
}

void dp_ctl_refresh(struct dp_ctl *ctl)
{
        if (ctl->slot == NULL)
                return;
        ctl->link = atomic_load_explicit(&ctl->slot->link, memory_order_acquire);
        if (ctl->link == NULL || atomic_load_explicit(&ctl->link->broken, memory_order_relaxed))
                ctl->me = NULL;
        else
                ctl->me = &ctl->link->worker[ctl->index];
}

void dp_ctl_quiesce(struct dp_ctl *ctl)
{
        if (ctl->me != NULL) {
                shm_ring_commit(&ctl->me->req);
                shm_ring_commit(&ctl->me->evt);
                shm_ring_release(&ctl->me->rep);
        }
        if (ctl->slot != NULL && ctl->slot->qsbr != NULL)
                rte_rcu_qsbr_quiescent(ctl->slot->qsbr, ctl->index);
}

uint64_t dp_ctl_incarnation(const struct dp_ctl *ctl)
{
        return ctl->me != NULL ? ctl->link->incarnation : 0;
}

int dp_ctl_ask(struct dp_ctl *ctl, const struct dp_pkt *p, uint64_t id, uint32_t age_limit_us)
{
        if (ctl->me == NULL)
                return -ENOTCONN;
        struct shm_ring_producer *ring = &ctl->me->req;

        struct shm_request *r = shm_ring_reserve(
            ring, SHM_REC_REQUEST, (uint32_t)sizeof(struct shm_request) + p->payload_len);
        if (r == NULL)
                return -ENOBUFS;
        *r = (struct shm_request){
            .id = id,
            .time_ns = p->time_ns,
            .flow = p->flow,
            .cls = p->cls,
            .lane = p->lane,
            .msg_len = p->payload_len,
            .age_limit_us = age_limit_us,
        };
        memcpy(r + 1, dp_pkt_at(p, p->payload_off), p->payload_len);
        return 0;
}

/* The ring of this incarnation can not be trusted any more: act as if control were absent and let
 * the main lcore hang up, so that control comes back with fresh segments. */
static void give_up(struct dp_ctl *ctl)
{
        ctl->counters->link_errors++;
        atomic_store_explicit(&ctl->link->broken, true, memory_order_relaxed);
        ctl->me = NULL;
}

static bool record_check(uint16_t type, const void *rec, uint32_t bytes)
{
        switch (type) {
        case SHM_REC_REPLY:
                return shm_reply_check(rec, bytes);
        case SHM_REC_TABLE:
                return shm_table_update_check(rec, bytes);
        case SHM_REC_BINDING:
                return shm_binding_check(rec, bytes);
        case SHM_REC_SEND:
                return shm_send_check(rec, bytes);
        default:
                return false;
        }
}

int dp_ctl_poll(struct dp_ctl *ctl, unsigned *left, uint16_t *type, union dp_ctl_record *out)
{
        uint32_t bytes;

        while (ctl->me != NULL && *left > 0) {
                int rc = shm_ring_read(&ctl->me->rep, out, sizeof(*out), type, &bytes);

                if (rc == 0)
                        return 0;
                --*left;
                if (rc == 1 && record_check(*type, out, bytes))
                        return 1;
                if (rc == -EBADMSG)
                        give_up(ctl);
                else
                        ctl->counters->decisions_forged++;
        }
        return 0;
}

struct shm_rule_costs *dp_ctl_rule_costs(struct dp_ctl *ctl, uint32_t cnt)
{
        if (ctl->me == NULL)
                return NULL;
        return shm_ring_reserve(&ctl->me->evt, SHM_REC_RULE_COST,
                                (uint32_t)SHM_RULE_COSTS_BYTES(cnt));
}

struct shm_event *dp_ctl_event(struct dp_ctl *ctl, uint16_t msg_len)
{
        if (ctl->me == NULL)
                return NULL;
        return shm_ring_reserve(&ctl->me->evt, SHM_REC_EVENT,
                                (uint32_t)sizeof(struct shm_event) + msg_len);
}
