/* SPDX-License-Identifier: Apache-2.0 */
#include "control/api/counters_json.h"

#include <string.h>

#include "control/link.h"
#include "parser/sip_class.h"
#include "parser/sip_method.h"
#include "parser/sip_payload.h"

static void set(json_t *o, const char *key, uint64_t n)
{
        json_object_set_new(o, key, json_integer((json_int_t)n));
}

bool cp_counters_read(const struct cp_link *link, uint16_t worker, struct shm_counters *out)
{
        const struct shm_stats_page *page =
            link->stats.base == NULL ? NULL
                                     : shm_region_part(&link->stats, SHM_PART_STATS, worker, NULL);

        memset(out, 0, sizeof(*out));
        return page != NULL && shm_stats_read(page, out, NULL) == 0;
}

void cp_counters_total(const struct cp_link *link, struct shm_counters *out)
{
        struct shm_counters one;

        memset(out, 0, sizeof(*out));
        for (uint16_t w = 0; w < link->worker_cnt; w++) {
                if (cp_counters_read(link, w, &one))
                        shm_counters_add(out, &one);
        }
}

json_t *cp_reasons_json(const uint64_t count[SHM_REASONS_MAX])
{
        json_t *o = json_object();

        for (unsigned r = 0; r < SHM_REASONS_MAX; r++) {
                if (count[r] != 0)
                        set(o, shm_reason_name(r), count[r]);
        }
        return o;
}

static json_t *classes_json(const struct shm_counters *c)
{
        json_t *o = json_object();

        for (unsigned k = 0; k < SHM_CLASS_CNT; k++)
                set(o, shm_class_name(k), c->by_class[k]);
        return o;
}

static json_t *lanes_json(const uint64_t count[SHM_LANE_CNT])
{
        json_t *o = json_object();

        for (unsigned k = 0; k < SHM_LANE_CNT; k++)
                set(o, shm_lane_name(k), count[k]);
        return o;
}

static json_t *methods_json(const struct shm_counters *c)
{
        json_t *o = json_object();

        for (unsigned m = 0; m < SIP_METHOD_CNT; m++)
                set(o, sip_method_name((enum sip_method)m), c->by_method[m]);
        return o;
}

static json_t *codes_json(const struct shm_counters *c)
{
        static const char *const names[] = {"1xx", "2xx", "3xx", "4xx", "5xx", "6xx"};
        json_t *o = json_object();

        for (unsigned k = 0; k < sizeof(names) / sizeof(names[0]); k++)
                set(o, names[k], c->by_code_class[k + 1]);
        return o;
}

static json_t *purposes_json(const struct shm_counters *c)
{
        json_t *o = json_object();

        for (unsigned k = 0; k < SIP_PURPOSE_CNT; k++)
                set(o, sip_purpose_name(k), c->by_purpose[k]);
        return o;
}

static json_t *payloads_json(const struct shm_counters *c)
{
        json_t *o = json_object();

        for (unsigned k = 0; k < SIP_PAYLOAD_CNT; k++)
                set(o, sip_payload_name(k), c->by_payload[k]);
        return o;
}

json_t *cp_counters_json(const struct shm_counters *c)
{
        json_t *o = json_object();

#define X(field, help) set(o, #field, c->field);
        SHM_COUNTERS(X)
#undef X
        json_object_set_new(o, "dropped", cp_reasons_json(c->dropped));
        json_object_set_new(o, "passed", cp_reasons_json(c->passed));
        json_object_set_new(o, "by_class", classes_json(c));
        json_object_set_new(o, "by_method", methods_json(c));
        json_object_set_new(o, "by_code_class", codes_json(c));
        json_object_set_new(o, "by_lane", lanes_json(c->by_lane));
        json_object_set_new(o, "dropped_by_lane", lanes_json(c->dropped_by_lane));
        json_object_set_new(o, "by_purpose", purposes_json(c));
        json_object_set_new(o, "by_payload", payloads_json(c));
        return o;
}

json_t *cp_decisions_json(const struct shm_counters *c)
{
        json_t *o = json_object();

        set(o, "asked", c->decisions_asked);
        set(o, "answered", c->decisions_answered);
        set(o, "cached", c->decisions_cached);
        set(o, "expired", c->decisions_expired);
        set(o, "stale", c->decisions_stale);
        set(o, "forged", c->decisions_forged);
        set(o, "ring_full", c->ring_full);
        set(o, "pending_full", c->pending_full);
        set(o, "control_absent", c->control_absent);
        return o;
}

json_t *cp_lanes_json(const struct shm_counters *c)
{
        json_t *o = json_object();

        for (unsigned k = 0; k < SHM_LANE_CNT; k++) {
                json_t *lane = json_object();

                set(lane, "messages", c->by_lane[k]);
                set(lane, "dropped", c->dropped_by_lane[k]);
                json_object_set_new(o, shm_lane_name(k), lane);
        }
        return o;
}

json_t *cp_limits_json(const struct shm_counters *c)
{
        json_t *o = json_object();

        set(o, "checked", c->limit_checks);
        set(o, "over", c->limit_over);
        set(o, "full", c->limit_full);
        set(o, "over_budget", c->dropped[SHM_REASON_OVER_BUDGET]);
        set(o, "keys", c->limit_keys);
        set(o, "lifts", c->lifts_used);
        return o;
}

json_t *cp_trust_json(const struct shm_counters *c)
{
        json_t *o = json_object();

        set(o, "sources", c->trust_sources);
        set(o, "raised", c->trust_raised);
        set(o, "lifted", c->trust_lifted);
        set(o, "demoted", c->trust_demoted);
        set(o, "refused", c->trust_refused);
        set(o, "full", c->trust_full);
        set(o, "refusals", c->refusals);
        return o;
}

json_t *cp_challenge_json(const struct shm_counters *c)
{
        json_t *o = json_object();

        set(o, "given", c->challenges);
        set(o, "echoed", c->cookies_echoed);
        set(o, "expired", c->cookies_expired);
        set(o, "forged", c->cookies_forged);
        set(o, "workers_now", c->challenging);
        return o;
}

json_t *cp_shedding_json(const struct shm_counters *c)
{
        json_t *o = json_object();

        set(o, "unproven", c->shed_unproven);
        set(o, "proven", c->shed_proven);
        set(o, "refresh", c->shed_refresh);
        set(o, "dialog", c->shed_dialog);
        set(o, "raised", c->shed_raised);
        set(o, "workers_now", c->shedding);
        return o;
}

/* One worker adds what another removes, so only the sums say what is there; they are read one after
 * the other, and may be a moment apart. */
static uint64_t live(uint64_t added, uint64_t removed)
{
        return added > removed ? added - removed : 0;
}

json_t *cp_calls_json(const struct shm_counters *total)
{
        json_t *o = json_object();

        set(o, "transactions", live(total->transactions_added, total->transactions_removed));
        set(o, "dialogs", live(total->dialogs_added, total->dialogs_removed));
        set(o, "evicted", total->transactions_evicted + total->dialogs_evicted);
        set(o, "no_room", total->transactions_full + total->dialogs_full);
        return o;
}

json_t *cp_conservation_json(const struct shm_counters *c)
{
        uint64_t accounted = shm_counters_accounted(c);
        json_t *o = json_object();

        set(o, "received", c->received);
        set(o, "sent", c->sent);
        set(o, "observed", c->observed);
        set(o, "dropped", shm_counters_dropped(c));
        set(o, "consumed", c->consumed);
        set(o, "held_pending", c->held_pending);
        set(o, "held_reassembly", c->held_reassembly);
        set(o, "held_neighbour", c->held_neighbour);
        set(o, "accounted", accounted);
        json_object_set_new(o, "exact", json_boolean(accounted == c->received));
        return o;
}
