/* SPDX-License-Identifier: Apache-2.0 */
#include "control/contract/shm_msg.h"

#include <string.h>

#include "control/contract/shm_forward.h"

#define VLAN_MAX   4095u
#define PREFIX_MAX 128u
#define CODE_MIN   400u
#define CODE_MAX   699u
#define REPLY_MIN  200u

static bool flow_ok(const struct shm_flow *f)
{
        return f->vlan <= VLAN_MAX && f->side < SHM_SIDE_CNT;
}

bool shm_request_check(const void *rec, size_t len)
{
        struct shm_request r;

        if (len < sizeof(r))
                return false;
        memcpy(&r, rec, sizeof(r)); /* rec may stand anywhere */
        if (r.msg_len == 0 || len - sizeof(r) != r.msg_len)
                return false;
        return flow_ok(&r.flow) && r.cls < SHM_CLASS_CNT && r.lane < SHM_LANE_CNT;
}

/* Letters and digits will do for a tag that we make (RFC 3261 19.3). */
static bool tag_ok(const uint8_t *at, size_t len)
{
        for (size_t i = 0; i < len; i++) {
                if (!((at[i] >= 'a' && at[i] <= 'z') || (at[i] >= 'A' && at[i] <= 'Z') ||
                      (at[i] >= '0' && at[i] <= '9')))
                        return false;
        }
        return len <= SHM_REPLY_TAG_MAX;
}

/* What follows the fixed part of a reply: only REPLY and PROXY have something. */
static bool reply_extra_ok(const struct shm_reply *r, const void *rec, size_t len)
{
        const uint8_t *extra = (const uint8_t *)rec + sizeof(*r);

        for (size_t i = 0; i < sizeof(r->reserved); i++) {
                if (r->reserved[i] != 0)
                        return false;
        }
        if (r->action == SHM_ACTION_PROXY)
                return r->proven == 0 && r->tag_len == 0 &&
                       shm_forward_check(extra, len, r->headers_len);
        if (len != (size_t)r->headers_len + r->tag_len)
                return false;
        if (r->action != SHM_ACTION_REPLY)
                return r->headers_len == 0 && r->tag_len == 0 && r->proven == 0;
        return r->scopes == 0 && r->proven <= 1 && r->headers_len <= SHM_REPLY_HEADERS_MAX &&
               shm_header_lines_check(extra, r->headers_len) &&
               tag_ok(extra + r->headers_len, r->tag_len);
}

bool shm_reply_check(const void *rec, size_t len)
{
        struct shm_reply r;

        if (len < sizeof(r))
                return false;
        memcpy(&r, rec, sizeof(r));
        if (!reply_extra_ok(&r, rec, len - sizeof(r)))
                return false;
        if (r.action == SHM_ACTION_NONE || r.action >= SHM_ACTION_CNT)
                return false;
        if (r.scopes & ~(unsigned)SHM_SCOPE_ALL)
                return false;
        if (r.reason == SHM_REASON_NONE || r.reason >= SHM_REASONS_DECISION_MAX ||
            !shm_reason_known(r.reason))
                return false;
        if (r.action == SHM_ACTION_REJECT || r.action == SHM_ACTION_REPLY) {
                if (r.code < (r.action == SHM_ACTION_REPLY ? REPLY_MIN : CODE_MIN) ||
                    r.code > CODE_MAX)
                        return false;
        } else if (r.code != 0 || r.retry_after_s != 0) {
                return false;
        }
        if (r.scopes != 0 && r.lifetime_ms == 0)
                return false;
        return r.lifetime_ms <= SHM_LIFETIME_MS_MAX;
}

bool shm_table_update_check(const void *rec, size_t len)
{
        struct shm_table_update u;

        if (len != sizeof(u))
                return false;
        memcpy(&u, rec, sizeof(u));
        if (u.reserved != 0)
                return false;
        if (u.port != 0 && (u.prefix_len != PREFIX_MAX ||
                            (u.table != SHM_TABLE_BAN && u.table != SHM_TABLE_LIMIT)))
                return false;
        if (u.op == SHM_TABLE_ADD && u.table == SHM_TABLE_LIMIT
                ? u.rate == 0 || u.rate > SHM_LIMIT_RATE_MAX
                : u.rate != 0)
                return false;
        if (u.prefix_len > PREFIX_MAX || u.reason >= SHM_REASONS_DECISION_MAX ||
            !shm_reason_known(u.reason))
                return false;
        switch (u.op) {
        case SHM_TABLE_ADD:
                /* The reason of a ban becomes the reason of every packet that it ends. */
                if ((u.table == SHM_TABLE_BAN || u.table == SHM_TABLE_LIMIT) &&
                    u.reason == SHM_REASON_NONE)
                        return false;
                break;
        case SHM_TABLE_DEL:
        case SHM_TABLE_SYNC_BEGIN:
        case SHM_TABLE_SYNC_END:
                break;
        case SHM_TABLE_FLUSH_CACHE:
                return u.table == SHM_TABLE_NONE;
        default:
                return false;
        }
        return u.table != SHM_TABLE_NONE && u.table < SHM_TABLE_CNT;
}

bool shm_event_check(const void *rec, size_t len)
{
        struct shm_event e;

        if (len < sizeof(e))
                return false;
        memcpy(&e, rec, sizeof(e));
        if (len - sizeof(e) != e.msg_len || e.msg_len > e.full_len)
                return false;
        if (!flow_ok(&e.flow) || e.action >= SHM_ACTION_CNT || e.cls >= SHM_CLASS_CNT ||
            e.lane >= SHM_LANE_CNT || e.worker >= SHM_WORKERS_MAX || !shm_reason_known(e.reason) ||
            e.rewrite >= SHM_REWRITE_CNT || e.rule_cnt > SHM_EVENT_RULES_MAX)
                return false;
        /* A rejected ACK or response gets no answer, so code may be 0 there too. */
        return e.code == 0 ||
               (e.action == SHM_ACTION_REJECT && e.code >= CODE_MIN && e.code <= CODE_MAX) ||
               (e.action == SHM_ACTION_REPLY && e.code >= REPLY_MIN && e.code <= CODE_MAX);
}

bool shm_rule_costs_check(const void *rec, size_t len)
{
        struct shm_rule_costs c;

        if (len < SHM_RULE_COSTS_BYTES(1) || len > sizeof(c))
                return false;
        memcpy(&c, rec, len);
        return c.generation != 0 && c.cnt <= SHM_RULE_COSTS_MAX &&
               len == SHM_RULE_COSTS_BYTES(c.cnt);
}
