/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_cycles.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_ether.h>

#include "bench/harness/measure/run.h"

#define POOL_BUFFERS 65535u
#define POOL_CACHE   512u
#define IN_FLIGHT    16384u /* in queues and caches of a device */
#define ASK_EVERY_MS 200u
#define ASK_TIMES    20u

static int failed(const char *what)
{
        fprintf(stderr, "sluice-bench: %s\n", what);
        return -EINVAL;
}

/* "192.0.2.1", "192.0.2.1:5060", "fd00::1", "[fd00::1]:5060" */
static int remote_parse(const char *text, struct sb_end *out, bool *v6)
{
        char copy[128];
        char *colon, *p = copy;
        unsigned long port = 5060;

        snprintf(copy, sizeof(copy), "%s", text);
        colon = strrchr(copy, ':');
        if (copy[0] == '[') {
                char *close = strchr(copy, ']');

                if (close == NULL)
                        return -EINVAL;
                p = copy + 1;
                *close = '\0';
                colon = close[1] == ':' ? close + 1 : NULL;
        } else if (colon != NULL && strchr(copy, ':') != colon) {
                colon = NULL; /* a bare IPv6 address */
        }
        if (colon != NULL) {
                char *end;

                *colon = '\0';
                port = strtoul(colon + 1, &end, 10);
                if (*end != '\0' || port == 0 || port > 65535)
                        return -EINVAL;
        }
        out->port = (uint16_t)port;
        return sb_addr_parse(p, &out->addr, v6);
}

/* Worker i has the i-th part of the ports, so that no two calls have the same source. */
static int identities(struct sb_bench *b, uint32_t i, uint32_t parts)
{
        const struct sb_options *o = b->options;
        uint32_t each = o->local_port_cnt / parts;
        uint16_t first = (uint16_t)(o->local_port + i * (each == 0 ? 1u : each));
        int rc = sb_ident_init(&b->ident[i], o->local, o->local_cnt, first, each == 0 ? 1 : each);

        if (rc != 0)
                return failed(rc == -ERANGE ? "--locals, --port, --ports: too many"
                                            : "--local is no address");
        return 0;
}

static int environment(struct sb_bench *b, uint32_t i)
{
        const struct sb_options *o = b->options;
        struct sb_env *env = &b->env[i];
        bool v6 = b->ident[i].v6;

        *env = (struct sb_env){.local = &b->ident[i],
                               .v6 = v6,
                               .pid = (uint32_t)getpid(),
                               .service = o->service,
                               .media_port = o->media_port,
                               .keys = o->keys};
        if (o->remote != NULL &&
            (remote_parse(o->remote, &env->remote, &v6) != 0 || v6 != b->ident[i].v6))
                return failed("--remote is no address of the same family as --local");
        return 0;
}

/* The answering side of a loop has one address of its own. */
static int loop_sides(struct sb_bench *b)
{
        struct sb_env *caller = &b->env[0], *other = &b->env[1];
        bool v6 = caller->v6;

        if (b->options->remote == NULL) {
                caller->remote.port = 5060;
                (void)sb_addr_parse(v6 ? "fd00:5::20" : "198.51.100.20", &caller->remote.addr, &v6);
        }
        *other = *caller;
        b->ident[1] = (struct sb_ident){.base = caller->remote.addr,
                                        .v6 = caller->v6,
                                        .addr_cnt = 1,
                                        .port = caller->remote.port,
                                        .port_cnt = 1};
        other->local = &b->ident[1];
        memset(&other->remote, 0, sizeof(other->remote));
        return 0;
}

/* Attackers are everywhere: as many addresses and ports as there can be, unless told otherwise. */
static int attackers(struct sb_bench *b)
{
        const struct sb_options *o = b->options;
        const char *base = o->attack_local != NULL ? o->attack_local
                           : b->env[0].v6          ? "fd00:bad::1"
                                                   : "10.0.0.1";

        if (sb_ident_init(&b->attackers, base, o->attack_local_cnt, 10000, 50000) != 0)
                return failed("--attack-local, --attack-locals: no such addresses");
        if (b->attackers.v6 != b->env[0].v6)
                return failed("--attack-local is of another family than --local");
        b->attack_env = b->env[0];
        b->attack_env.local = &b->attackers;
        return 0;
}

static int scenarios(struct sb_bench *b)
{
        const struct sb_options *o = b->options;
        char error[SB_ERROR_BYTES];

        for (uint32_t i = 0; i < o->inject_cnt; i++)
                if (sb_inject_load(&b->files[i], o->inject[i], error, sizeof(error)) != 0)
                        return failed(error);
        for (uint32_t i = 0; i < b->worker_cnt; i++) {
                const char *path = b->loop && i == 1 ? o->answer : o->scenario;

                if (path == NULL)
                        continue;
                if (sb_scenario_load(&b->scenario[i], path, &b->env[i], b->files, o->inject_cnt,
                                     error) != 0)
                        return failed(error);
                if (b->loop && b->scenario[i]->serves != (i == 1))
                        return failed(i == 1 ? "--answer: the scenario calls instead of answering"
                                             : "--scenario: with loop it must call");
                if (!b->scenario[i]->serves && b->env[i].remote.port == 0)
                        return failed("--remote is missing: whom to call");
        }
        if ((o->mix != NULL || o->attack != NULL) && b->env[0].remote.port == 0) {
                bool v6;

                b->env[0].remote.port = 5060; /* of a device where nobody is */
                (void)sb_addr_parse(b->env[0].v6 ? "fd00:5::20" : "198.51.100.20",
                                    &b->env[0].remote.addr, &v6);
                for (uint32_t i = 1; i < b->worker_cnt; i++)
                        b->env[i].remote = b->env[0].remote;
        }
        return 0;
}

static int mac_parse(const char *text, uint8_t mac[6])
{
        struct rte_ether_addr a;

        if (rte_ether_unformat_addr(text, &a) != 0)
                return failed("--remote-mac is no address");
        memcpy(mac, a.addr_bytes, 6);
        return 0;
}

/* Whoever answers for the remote address. */
static int ask(struct sb_bench *b, uint32_t i)
{
        struct sb_worker *w = calloc(1, sizeof(*w));
        int rc = -EHOSTUNREACH;

        if (w == NULL)
                return -ENOMEM;
        sb_worker_init(w, b->ports[i], b->pool);
        w->neigh.ours = &b->ident[i];
        w->neigh.vlan = b->options->vlan;
        w->neigh.wanted = b->env[i].remote.addr;
        (void)rte_eth_macaddr_get(b->ports[i], (struct rte_ether_addr *)w->neigh.mac);
        for (uint32_t n = 0; n < ASK_TIMES && !w->neigh.found; n++) {
                struct rte_mbuf *m = sb_out_buffer(&w->out);

                if (m != NULL) {
                        struct sb_end from;

                        sb_ident_at(&b->ident[i], 0, &from);
                        sb_neigh_ask(&w->neigh, &from.addr, m);
                        sb_out_send(&w->out, m);
                }
                for (uint32_t ms = 0; ms < ASK_EVERY_MS && !w->neigh.found; ms++) {
                        (void)sb_worker_turn(w, 0);
                        rte_delay_us_sleep(1000);
                }
        }
        if (w->neigh.found) {
                memcpy(b->remote_mac[i], w->neigh.found_mac, 6);
                rc = 0;
        } else {
                fprintf(stderr,
                        "sluice-bench: nobody answers for %s; give --remote-mac of the next "
                        "hop\n",
                        b->options->remote);
        }
        sb_out_fini(&w->out);
        free(w);
        return rc;
}

static int neighbours(struct sb_bench *b)
{
        for (uint32_t i = 0; i < b->worker_cnt; i++) {
                int rc = 0;

                memcpy(b->remote_mac[i], "\x02\0\0\0\0\x02", 6);
                if (b->options->remote_mac != NULL)
                        rc = mac_parse(b->options->remote_mac, b->remote_mac[i]);
                else if (!sb_port_is_alone(b->ports[i]) && b->env[i].remote.port != 0 &&
                         b->options->remote != NULL)
                        rc = ask(b, i);
                if (rc != 0)
                        return rc;
        }
        return 0;
}

/* One for each device; a loop has two. */
static int workers(struct sb_bench *b)
{
        const struct sb_ports_setup *s = &b->options->ports;

        for (uint32_t i = 0; i < s->device_cnt; i++)
                b->loop = b->loop || strcmp(s->devices[i], "loop") == 0;
        if (b->loop && s->device_cnt != 1)
                return failed("--device loop stands alone");
        b->worker_cnt = b->loop ? 2 : s->device_cnt;
        return 0;
}

/* Frames on their way, and the message that a call keeps where its answers repeat parts of it: if
 * calls that are late could keep all buffers, none would be left to go on with. */
static uint32_t buffers_wanted(const struct sb_bench *b)
{
        uint64_t cnt = b->loop ? 2 * SB_LOOP_FRAMES + IN_FLIGHT : IN_FLIGHT * b->worker_cnt;

        for (uint32_t i = 0; i < b->worker_cnt; i++)
                if (b->scenario[i] != NULL && b->scenario[i]->needs_last)
                        cnt += b->options->slots;
        return cnt > POOL_BUFFERS ? (uint32_t)cnt : POOL_BUFFERS;
}

/* As many buffers as are wanted, or as there is memory for. */
static int pool_create(struct sb_bench *b)
{
        uint32_t cnt = buffers_wanted(b);

        b->pool = sb_ports_pool(&b->options->ports, cnt, POOL_CACHE);
        while (b->pool == NULL && cnt > POOL_BUFFERS) {
                cnt = cnt / 2 > POOL_BUFFERS ? cnt / 2 : POOL_BUFFERS;
                b->pool = sb_ports_pool(&b->options->ports, cnt, POOL_CACHE);
        }
        if (b->pool == NULL)
                return failed("no memory for packets: give EAL more (-- -m 1024, or huge pages)");
        return 0;
}

static int ports_open(struct sb_bench *b)
{
        const struct sb_ports_setup *s = &b->options->ports;

        for (uint32_t i = 0; i < s->device_cnt; i++) {
                uint16_t ids[2] = {0, 0};
                int rc = sb_port_open(s->devices[i], b->pool, ids);

                if (rc != 0)
                        return rc;
                b->ports[i] = ids[0];
                if (b->loop)
                        b->ports[1] = ids[1];
                b->port_cnt += b->loop ? 2 : 1;
        }
        return 0;
}

int sb_bench_create(struct sb_bench **out, const struct sb_options *o)
{
        struct sb_bench *b = calloc(1, sizeof(*b));
        int rc;

        if (b == NULL)
                return -ENOMEM;
        b->options = o;
        rc = workers(b);
        for (uint32_t i = 0; rc == 0 && i < (b->loop ? 1 : b->worker_cnt); i++) {
                rc = identities(b, i, b->loop ? 1 : b->worker_cnt);
                if (rc == 0)
                        rc = environment(b, i);
        }
        if (rc == 0 && b->loop)
                rc = loop_sides(b);
        if (rc == 0)
                rc = attackers(b);
        if (rc == 0)
                rc = scenarios(b);
        if (rc == 0)
                rc = pool_create(b);
        if (rc == 0)
                rc = ports_open(b);
        if (rc == 0)
                rc = neighbours(b);
        if (rc == 0 && o->window > 0)
                rc = sb_soak_create(&b->soak, o->window);
        if (rc == 0 && o->log != NULL) {
                b->log = fopen(o->log, "we");
                if (b->log == NULL)
                        rc = failed("--log: cannot write there");
        }
        if (rc != 0) {
                sb_bench_destroy(b);
                return rc;
        }
        *out = b;
        return 0;
}

void sb_bench_destroy(struct sb_bench *b)
{
        if (b == NULL)
                return;
        for (uint32_t i = 0; i < b->port_cnt; i++)
                sb_port_close(b->ports[i]);
        for (uint32_t i = 0; i < b->worker_cnt; i++)
                sb_scenario_free(b->scenario[i]);
        for (uint32_t i = 0; i < SB_FILES_MAX; i++)
                sb_inject_free(b->files[i]);
        sb_soak_destroy(b->soak);
        if (b->log != NULL)
                fclose(b->log);
        free(b);
}
