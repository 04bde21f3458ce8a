/* SPDX-License-Identifier: Apache-2.0 */
#include "control/edge/edge_forward.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/policy/times.h"
#include "parser/sip_aor.h"

#define AOR_BYTES 512u

struct rule {
        char *to;
        char **from; /* beginnings of the caller's AoR; none = anybody */
        uint32_t from_cnt;
        struct cp_times *times; /* NULL = always */
};

struct cp_forwards {
        uint32_t cnt;
        struct rule rule[];
};

static int copy_rule(struct rule *r, const struct cp_config_forward *c)
{
        char why[160];

        r->to = strdup(c->to);
        r->from = calloc(c->from_count + 1u, sizeof(*r->from));
        if (r->to == NULL || r->from == NULL)
                return -ENOMEM;
        for (; r->from_cnt < c->from_count; r->from_cnt++) {
                r->from[r->from_cnt] = strdup(c->from[r->from_cnt]);
                if (r->from[r->from_cnt] == NULL)
                        return -ENOMEM;
        }
        return cp_times_create(&r->times, &c->times, why, sizeof(why));
}

int cp_forwards_create(struct cp_forwards **out, const struct cp_config_edge *config)
{
        struct cp_forwards *f;
        size_t cnt = 0;
        int rc = 0;

        for (uint32_t i = 0; i < config->users_count; i++)
                cnt += config->users[i].forwards_count;
        f = calloc(1, sizeof(*f) + cnt * sizeof(f->rule[0]));
        if (f == NULL)
                return -ENOMEM;
        for (uint32_t i = 0; i < config->users_count; i++) {
                const struct cp_config_user *u = &config->users[i];

                for (uint32_t k = 0; k < u->forwards_count && rc == 0; k++)
                        rc = copy_rule(&f->rule[f->cnt++], &u->forwards[k]);
        }
        if (rc == 0)
                *out = f;
        else
                cp_forwards_destroy(f);
        return rc;
}

void cp_forwards_destroy(struct cp_forwards *f)
{
        if (f == NULL)
                return;
        for (uint32_t i = 0; i < f->cnt; i++) {
                struct rule *r = &f->rule[i];

                for (uint32_t k = 0; k < r->from_cnt; k++)
                        free(r->from[k]);
                free(r->from);
                free(r->to);
                cp_times_destroy(r->times);
        }
        free(f);
}

static bool is_caller(const struct rule *r, const struct sip_msg *m)
{
        uint8_t aor[AOR_BYTES];
        size_t len = sip_aor_write(m->buf, &m->from.uri, aor, sizeof(aor));

        if (len > sizeof(aor))
                len = 0;
        for (uint32_t i = 0; i < r->from_cnt; i++) {
                size_t want = strlen(r->from[i]);

                if (want <= len && memcmp(aor, r->from[i], want) == 0)
                        return true;
        }
        return r->from_cnt == 0;
}

void cp_forward_find(const struct cp_forwards *f, const struct cp_user *user,
                     const struct sip_msg *m, uint64_t now_s, struct cp_forward_found *out)
{
        *out = (struct cp_forward_found){.to = NULL};
        for (uint32_t i = 0; user != NULL && i < user->forward_cnt; i++) {
                const struct rule *r = &f->rule[user->forward_first + i];

                out->timed |= r->times != NULL;
                if (!cp_times_hold(r->times, now_s))
                        continue;
                out->narrow |= r->from_cnt != 0;
                if (!is_caller(r, m))
                        continue;
                out->to = r->to;
                out->at_times = r->times != NULL;
                return;
        }
        if (user != NULL && user->forward[0] != '\0')
                out->to = user->forward;
}

size_t cp_forward_lines(const struct sip_msg *m, const struct cp_forward_found *found,
                        const char *to, size_t to_len, char *out, size_t cap)
{
        const char *was = (const char *)sip_span_at(m, m->ruri.all);
        int was_len = m->ruri.all.len;
        int n = snprintf(out, cap, "Diversion: <%.*s>;reason=%s;counter=1\r\n", was_len, was,
                         found->at_times ? "time-of-day" : "unconditional");

        if (n > 0 && (size_t)n < cap && sip_msg_first(m, SIP_HDR_HISTORY_INFO) == NULL)
                n += snprintf(out + n, cap - (size_t)n,
                              "History-Info: <%.*s>;index=1, <%.*s>;index=1.1;mp=1\r\n", was_len,
                              was, (int)to_len, to);
        return n > 0 && (size_t)n < cap ? (size_t)n : 0;
}
