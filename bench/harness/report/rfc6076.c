/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/harness/report/rfc6076.h"

static void ratio(json_t *o, const char *name, uint64_t part, uint64_t of)
{
        if (of != 0)
                json_object_set_new(o, name, json_real(100.0 * (double)part / (double)of));
}

json_t *sb_rfc6076(const struct sb_counts *c)
{
        json_t *o = json_object();
        uint64_t asked = c->sessions - c->sessions_redirected;

        ratio(o, "SER", c->sessions_established, asked);
        ratio(o, "SEER", c->sessions_established + c->sessions_effective, asked);
        ratio(o, "ISA", c->sessions_ineffective, c->sessions);
        ratio(o, "SCR", c->sessions_completed, c->sessions);
        ratio(o, "IRA", c->registrations_failed, c->registrations);
        return o;
}
