/* SPDX-License-Identifier: Apache-2.0 */
#include "control/api/eve_counts.h"

#include <assert.h>

#include "control/api/eve.h"
#include "control/api/json_out.h"
#include "parser/sip_class.h"
#include "parser/sip_payload.h"

/* Counters begin anew with a dataplane. */
static uint64_t grown(uint64_t now, uint64_t last)
{
        return now >= last ? now - last : now;
}

static void write_member(struct cp_json *j, const char *key, uint64_t now, uint64_t last)
{
        uint64_t n = grown(now, last);

        if (n != 0)
                cp_json_number(j, key, n);
}

static void write_counts(struct cp_json *j, const struct shm_counters *now,
                         const struct shm_counters *last)
{
        cp_json_number(j, "messages", grown(now->sip_messages, last->sip_messages));
        cp_json_number(j, "malformed", grown(now->malformed, last->malformed));
        cp_json_open(j, "by_purpose", '{');
        for (unsigned k = 0; k < SIP_PURPOSE_CNT; k++)
                write_member(j, sip_purpose_name(k), now->by_purpose[k], last->by_purpose[k]);
        cp_json_close(j, '}');
        cp_json_open(j, "by_class", '{');
        for (unsigned k = 0; k < SHM_CLASS_CNT; k++)
                write_member(j, shm_class_name(k), now->by_class[k], last->by_class[k]);
        cp_json_close(j, '}');
        cp_json_open(j, "by_payload", '{');
        for (unsigned k = 0; k < SIP_PAYLOAD_CNT; k++)
                write_member(j, sip_payload_name(k), now->by_payload[k], last->by_payload[k]);
        cp_json_close(j, '}');
}

static bool anything(const struct shm_counters *now, const struct shm_counters *last)
{
        uint64_t n = grown(now->sip_messages, last->sip_messages);

        for (unsigned k = 0; k < SIP_PAYLOAD_CNT; k++)
                n += grown(now->by_payload[k], last->by_payload[k]);
        return n != 0;
}

size_t cp_eve_counts_line(struct cp_eve_counts *self, const struct shm_counters *now,
                          uint64_t time_ns, char line[CP_EVE_COUNTS_BYTES])
{
        char when[CP_EVE_TIME_BYTES];
        struct cp_json j;

        if (!anything(now, &self->last)) {
                self->last = *now;
                return 0;
        }
        cp_json_init(&j, line, CP_EVE_COUNTS_BYTES - 2);
        cp_json_open(&j, NULL, '{');
        cp_json_string(&j, "timestamp", cp_eve_time(time_ns, when));
        cp_json_string(&j, "event_type", "sip_class");
        cp_json_open(&j, "sip_class", '{');
        write_counts(&j, now, &self->last);
        cp_json_close(&j, '}');
        cp_json_close(&j, '}');
        assert(!j.overflow);
        line[j.len] = '\n';
        line[j.len + 1] = '\0';
        self->last = *now;
        return j.len + 1;
}
