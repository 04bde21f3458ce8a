/* SPDX-License-Identifier: Apache-2.0 */
#include "control/engine_names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/engine.h"
#include "control/log.h"

#define NS_PER_S UINT64_C(1000000000)

static const struct cp_name *find(const struct cp_name *list, uint32_t cnt, const char *host)
{
        for (uint32_t i = 0; i < cnt; i++) {
                if (strcmp(list[i].host, host) == 0)
                        return &list[i];
        }
        return NULL;
}

/* The addresses of a hop as one line. */
static void print(const struct cp_host_addresses *all, char *out, size_t cap)
{
        size_t at = 0;

        out[0] = '\0';
        for (uint32_t i = 0; i < all->cnt && at < cap; i++) {
                char ip[CP_PREFIX_TEXT_BYTES];

                at += (size_t)snprintf(out + at, cap - at, "%s%s", i != 0 ? ", " : "",
                                       cp_ip_print(&all->ip[i], ip));
        }
}

/* Resolvers turn the order from answer to answer, which is no change. */
static bool is_same(const struct cp_config_hop *h, const struct cp_host_addresses *found)
{
        for (uint32_t i = 0; i < found->cnt; i++) {
                uint32_t k = 0;

                while (k < h->ip_cnt && memcmp(&h->ip[k], &found->ip[i], sizeof(h->ip[k])) != 0)
                        k++;
                if (k == h->ip_cnt)
                        return false;
        }
        return h->ip_cnt == found->cnt;
}

/* What became of a hop's name. True when it leads elsewhere. */
static bool take_hop(struct cp_config_hop *h, const struct cp_name *answer)
{
        char text[SHM_HOPS_MAX * CP_PREFIX_TEXT_BYTES];

        if (answer->error != 0) {
                if (h->error == 0)
                        cp_log(CP_LOG_WARNING,
                               "gateway %s can not be looked up (%s): its addresses of before stay",
                               answer->host, cp_host_error(answer->error));
                h->error = answer->error;
                return false;
        }
        if (h->error != 0)
                cp_log(CP_LOG_NOTICE, "gateway %s can be looked up again", answer->host);
        h->error = 0;
        if (is_same(h, &answer->found))
                return false;
        memcpy(h->ip, answer->found.ip, sizeof(h->ip));
        h->ip_cnt = answer->found.cnt;
        print(&answer->found, text, sizeof(text));
        cp_log(CP_LOG_NOTICE, "gateway %s is %s now", answer->host, text);
        return true;
}

/* Answers about names that a reload took away are nobody's. */
static bool take(struct cp_engine *e, const struct cp_name *list, uint32_t cnt)
{
        struct cp_config_policy *p = &e->policy->config->policy;
        bool any = false;

        for (uint32_t i = 0; i < p->gateways_count; i++) {
                struct cp_config_gateways *g = &p->gateways[i];
                bool changed = false;

                for (uint32_t k = 0; k < g->hops_count; k++) {
                        const struct cp_name *answer = NULL;
                        char host[CP_HOST_BYTES];

                        if (cp_hop_host(&g->hops[k], host))
                                answer = find(list, cnt, host);
                        changed |= answer != NULL && take_hop(&g->hops[k], answer);
                }
                if (!changed)
                        continue;
                cp_gate_close(&e->decide_gate);
                cp_gateways_fill(g);
                e->watch.flushes++;
                cp_gate_open(&e->decide_gate);
                e->watch.gateway_changes++;
                any = true;
        }
        for (uint32_t i = 0; i < cnt; i++) {
                e->watch.gateway_lookups++;
                e->watch.gateway_lookups_failed += list[i].error != 0;
        }
        return any;
}

/* Every name of the policy once; NULL when there is none, or no memory. */
static struct cp_name *list_of(const struct cp_config_policy *p, uint32_t *cnt)
{
        struct cp_name *list = NULL;
        uint32_t room = 0;

        *cnt = 0;
        for (uint32_t i = 0; i < p->gateways_count; i++)
                room += p->gateways[i].hops_count;
        list = room != 0 ? calloc(room, sizeof(*list)) : NULL;
        for (uint32_t i = 0; list != NULL && i < p->gateways_count; i++) {
                const struct cp_config_gateways *g = &p->gateways[i];

                for (uint32_t k = 0; k < g->hops_count; k++) {
                        struct cp_name *to = &list[*cnt];

                        if (cp_hop_host(&g->hops[k], to->host) &&
                            find(list, *cnt, to->host) == NULL)
                                (*cnt)++;
                }
        }
        if (*cnt != 0)
                return list;
        free(list);
        return NULL;
}

static void ask(struct cp_engine *e, uint64_t now_ns)
{
        const struct cp_config_policy *p = &e->policy->config->policy;
        struct cp_name_watch *w = &e->watch;
        struct cp_name *list;
        uint32_t cnt;

        w->asked_ns = now_ns;
        list = list_of(p, &cnt);
        if (list != NULL && w->names == NULL)
                w->names = cp_names_create(cp_host_look_up);
        if (list != NULL && (w->names == NULL || !cp_names_ask(w->names, list, cnt)))
                free(list);
}

bool cp_engine_names_run(struct cp_engine *e, uint64_t now_ns)
{
        uint32_t every_s = e->policy->config->policy.gateway_lookup_s;
        struct cp_name_watch *w = &e->watch;
        struct cp_name *list;
        uint32_t cnt = 0;
        bool any = false;

        if (w->asked_ns == 0)
                w->asked_ns = now_ns; /* they were looked up at the start */
        list = w->names != NULL ? cp_names_take(w->names, &cnt) : NULL;
        if (list != NULL) {
                any = take(e, list, cnt);
                free(list);
        }
        if (every_s != 0 && (w->asked_ns == 1 || now_ns - w->asked_ns >= every_s * NS_PER_S))
                ask(e, now_ns);
        return any;
}

void cp_engine_names_soon(struct cp_engine *e)
{
        e->watch.asked_ns = 1;
}

void cp_engine_names_fini(struct cp_engine *e)
{
        cp_names_destroy(e->watch.names);
        e->watch.names = NULL;
}
