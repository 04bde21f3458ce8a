/* SPDX-License-Identifier: Apache-2.0 */
#include "control/engine.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "control/api/counters_json.h"
#include "control/log.h"
#include "control/publisher.h"
#include "control/supervisor.h"

#define REQUESTS_PER_TURN 64u /* of a worker: bounds how long the gate is held */
#define EVENTS_PER_TURN   256u
#define EXPIRE_BATCH      256u
#define NS_PER_S          UINT64_C(1000000000)

static uint64_t clock_ns(clockid_t id)
{
        struct timespec ts;

        clock_gettime(id, &ts);
        return (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
}

uint64_t cp_clock_real_ns(void)
{
        return clock_ns(CLOCK_REALTIME);
}

uint64_t cp_clock_mono_ns(void)
{
        return clock_ns(CLOCK_MONOTONIC);
}

/* Without a state file the clock keeps a restarted control from reusing a number that dataplanes
 * know from another policy. */
static uint32_t next_generation(struct cp_engine *e, uint64_t digest)
{
        uint32_t generation = 0;

        if (e->db != NULL && cp_state_db_generation(e->db, digest, &generation) == 0)
                return generation;
        if (e->policy == NULL)
                return (uint32_t)(cp_clock_real_ns() / NS_PER_S);
        generation = e->policy->generation;
        return digest == e->policy->config->digest ? generation : generation + 1;
}

static void open_state(struct cp_engine *e, const char *dir)
{
        char why[512] = "";

        if (dir[0] == '\0')
                return;
        if (cp_state_db_open(&e->db, dir, why, sizeof(why)) != 0) {
                e->db = NULL;
                cp_log(CP_LOG_WARNING, "bans will not survive a restart: %s", why);
                return;
        }
        if (cp_state_db_load(e->db, &e->bans, cp_clock_real_ns()) != 0 ||
            cp_state_db_load_offences(e->db, &e->auto_ban.offences, cp_clock_real_ns()) != 0)
                cp_log(CP_LOG_WARNING, "stored bans could not all be read from %s", dir);
}

/* Take a list over, and seal it for the dataplanes. An equal one changes nothing. */
static int blocklist_set(struct cp_engine *e, struct cp_blocklist *b)
{
        struct cp_blob *blob = &e->blocklist_blob;
        int fd;

        if (e->blocklist != NULL && memcmp(blob->digest, b->digest, sizeof(b->digest)) == 0) {
                cp_blocklist_destroy(b);
                return 0;
        }
        fd = shm_blob_create("sluice_blocklist", b->blob, b->bytes);
        if (fd < 0) {
                cp_blocklist_destroy(b);
                return fd;
        }
        if (e->blocklist != NULL)
                close(blob->fd);
        cp_blocklist_destroy(e->blocklist);
        e->blocklist = b;
        blob->kind = SHM_BLOB_BLOCKLIST;
        blob->fd = fd;
        blob->bytes = b->bytes;
        blob->generation++;
        memcpy(blob->digest, b->digest, sizeof(blob->digest));
        return 0;
}

/* 0, or a negative errno and *err. */
static int blocklist_load(struct cp_engine *e, const struct cp_config *config,
                          struct cp_config_error *err)
{
        struct cp_blocklist *b = NULL;
        int rc = cp_blocklist_create(&b, &config->policy, err);

        if (rc != 0)
                return rc;
        rc = blocklist_set(e, b);
        if (rc != 0) {
                *err = (struct cp_config_error){0};
                snprintf(err->text, sizeof(err->text), "block lists: %s", strerror(-rc));
        }
        return rc;
}

/* A registrar that has lost its bindings is worse than none: a damaged store stops the start. */
static int open_edge(struct cp_engine *e, const struct cp_config *config)
{
        char why[512] = "";
        int rc =
            cp_edge_create(&e->edge, &config->edge, config->control.state_dir, why, sizeof(why));

        if (rc != 0)
                cp_log(CP_LOG_ERROR, "%s", why);
        e->decider.edge = cp_edge_hook(e->edge);
        return rc;
}

/* ---- rules ---- */

static int rules_compile(struct cp_engine *e, const struct cp_config *config,
                         struct cp_rulebook **out, struct cp_config_error *err)
{
        struct cp_rule_errors *errors = calloc(1, sizeof(*errors));
        char text[600];
        int rc = -ENOMEM;

        *err = (struct cp_config_error){.text = "out of memory"};
        if (errors == NULL)
                return rc;
        rc = cp_ruleset_compile(&e->rules, &config->policy, config->control.state_dir, out, errors);
        if (rc != 0)
                cp_ruleset_error(errors, rc, err);
        /* the caller tells of the first */
        for (uint32_t i = 1; i < errors->cnt; i++)
                cp_log(CP_LOG_ERROR, "%s",
                       cp_config_error_print(&errors->e[i], text, sizeof(text)));
        free(errors);
        return rc;
}

/* The event thread looks rules up. */
static void rules_show(struct cp_engine *e)
{
        if (e->writer != NULL)
                cp_event_writer_set_rules(e->writer, e->rules.now, e->rules.before);
}

static int rules_put(struct cp_engine *e, struct cp_rulebook *book, struct cp_config_error *err)
{
        int rc;

        cp_gate_close(&e->event_gate);
        rc = cp_ruleset_put(&e->rules, book);
        rules_show(e);
        cp_gate_open(&e->event_gate);
        if (rc != 0) {
                *err = (struct cp_config_error){0};
                snprintf(err->text, sizeof(err->text), "rules: %s", strerror(-rc));
        }
        return rc;
}

int cp_engine_rules_load(struct cp_engine *e, const struct cp_config *config,
                         struct cp_config_error *err)
{
        struct cp_rulebook *book = NULL;
        int rc = rules_compile(e, config != NULL ? config : e->policy->config, &book, err);

        return rc != 0 ? rc : rules_put(e, book, err);
}

int cp_engine_rules_compile(struct cp_engine *e, struct cp_rulebook **out,
                            struct cp_config_error *err)
{
        return rules_compile(e, e->policy->config, out, err);
}

int cp_engine_rules_rollback(struct cp_engine *e)
{
        int rc;

        cp_gate_close(&e->event_gate);
        rc = cp_ruleset_rollback(&e->rules);
        rules_show(e);
        cp_gate_open(&e->event_gate);
        return rc;
}

/* ---- start, end, reload ---- */

int cp_engine_init(struct cp_engine *e, const char *config_path, struct cp_config *config)
{
        const struct cp_config_control *c = &config->control;
        struct cp_config_error err;
        char text[600];
        uint32_t generation;
        int rc;

        memset(e, 0, sizeof(*e));
        e->config_path = config_path;
        e->started_ns = cp_clock_mono_ns();
        cp_gate_init(&e->decide_gate);
        cp_gate_init(&e->event_gate);
        rc = blocklist_load(e, config, &err);
        if (rc == 0)
                rc = cp_engine_rules_load(e, config, &err);
        if (rc != 0) {
                cp_log(CP_LOG_ERROR, "%s", cp_config_error_print(&err, text, sizeof(text)));
                cp_config_free(config);
                return rc;
        }
        if (cp_event_queue_init(&e->queue) != 0)
                goto no_memory;
        e->writer = cp_event_writer_create(c->eve_file, c->why_entries, &e->queue);
        if (e->writer == NULL)
                goto no_memory;
        e->detect = cp_detect_create(&config->detections, cp_event_writer_alert, e->writer);
        if (e->detect == NULL)
                goto no_memory;
        e->writer->detect = e->detect;
        rules_show(e);
        open_state(e, c->state_dir);
        rc = open_edge(e, config);
        if (rc != 0) {
                cp_config_free(config);
                return rc;
        }
        generation = next_generation(e, config->digest);
        e->policy = cp_policy_create(config, generation, cp_clock_real_ns(), NULL);
        if (e->policy == NULL)
                goto no_memory;
        e->policy->bans = &e->bans;
        for (uint32_t i = 0; i < c->dataplanes_count; i++) {
                if (cp_supervisor_add(e, c->dataplanes[i], false) < 0)
                        return -ENOMEM; /* the policy owns config now */
        }
        return 0;
no_memory:
        cp_log(CP_LOG_ERROR, "%s", strerror(ENOMEM));
        cp_config_free(config);
        return -ENOMEM;
}

void cp_engine_fini(struct cp_engine *e)
{
        cp_engine_names_fini(e);
        while (e->link_cnt != 0)
                cp_supervisor_remove(e, e->link_cnt - 1);
        if (e->blocklist != NULL)
                close(e->blocklist_blob.fd);
        cp_blocklist_destroy(e->blocklist);
        cp_event_writer_destroy(e->writer);
        cp_detect_destroy(e->detect);
        cp_ruleset_fini(&e->rules);
        cp_event_queue_fini(&e->queue);
        cp_tables_fini(&e->tables);
        cp_edge_destroy(e->edge);
        cp_policy_destroy(e->policy);
        cp_config_free(e->before);
        cp_bans_fini(&e->bans);
        cp_state_db_close(e->db);
        cp_gate_fini(&e->decide_gate);
        cp_gate_fini(&e->event_gate);
}

unsigned cp_engine_decide(struct cp_engine *e)
{
        uint64_t beat_ns = cp_clock_mono_ns();
        struct cp_publish p = {
            .tables = &e->tables,
            .bans = &e->bans,
            .now_ns = cp_clock_real_ns(),
        };
        uint32_t now_s;
        unsigned n = 0;

        cp_gate_enter(&e->decide_gate);
        now_s = (uint32_t)(p.now_ns / NS_PER_S);
        p.policy = e->policy;
        p.flushes = e->watch.flushes + (e->edge != NULL ? cp_edge_flushes(e->edge) : 0);
        for (unsigned i = 0; i < e->link_cnt; i++) {
                struct cp_link *l = e->links[i];

                if (!e->links_live[i])
                        continue;
                shm_cnc_beat(l->cnc, beat_ns);
                n += cp_decider_run(&e->decider, l, e->policy, p.now_ns, REQUESTS_PER_TURN);
                for (unsigned w = 0; w < l->worker_cnt; w++)
                        n += cp_publish_run(&p, &l->cursor[w], &l->rep[w]);
                if (e->edge != NULL)
                        n += cp_edge_push(e->edge, &l->bindings, &l->rep[0], e->policy->generation,
                                          now_s);
                shm_cnc_set_generation(l->cnc, e->policy->generation);
        }
        if (e->edge != NULL)
                n += cp_edge_release(e->edge, e->links, e->links_live, e->link_cnt, now_s);
        if (e->edge != NULL) {
                const struct cp_edge_now now = {beat_ns / (NS_PER_S / 1000), now_s};

                n += cp_edge_notify(e->edge, e->links, e->links_live, e->link_cnt, &now);
        }
        cp_gate_leave(&e->decide_gate);
        return n;
}

/* The counters of all dataplanes; false: there is none. */
static bool counters_of_all(struct cp_engine *e, struct shm_counters *total)
{
        bool any = false;

        for (unsigned i = 0; i < e->link_cnt; i++) {
                struct shm_counters c;

                if (!e->links_live[i])
                        continue;
                cp_counters_total(e->links[i], &c);
                shm_counters_add(total, &c);
                any = true;
        }
        return any;
}

/* Once a second, detections by the same clock as events; and at first sight of a dataplane, from
 * when on its messages are told of. */
static void look_at_counters(struct cp_engine *e)
{
        uint64_t now_ns = cp_clock_real_ns();
        bool due = now_ns < e->tick_ns || now_ns - e->tick_ns >= NS_PER_S;
        struct shm_counters total = {0};
        bool any;

        if (!due && cp_event_writer_counts_begun(e->writer))
                return;
        any = counters_of_all(e, &total);
        if (due) {
                e->tick_ns = now_ns;
                cp_detect_tick(e->detect, any ? &total : NULL, now_ns);
        }
        if (any)
                cp_event_writer_counts(e->writer, &total, now_ns);
}

unsigned cp_engine_events(struct cp_engine *e)
{
        unsigned n = 0;

        cp_gate_enter(&e->event_gate);
        for (unsigned i = 0; i < e->link_cnt; i++) {
                if (e->links_live[i])
                        n += cp_event_writer_run(e->writer, e->links[i], EVENTS_PER_TURN);
        }
        look_at_counters(e);
        cp_event_writer_flush(e->writer);
        cp_gate_leave(&e->event_gate);
        return n;
}

/* A registrar comes and goes with a restart, its users and times with a reload. */
static int reload_edge(struct cp_engine *e, const struct cp_config *config,
                       struct cp_config_error *err)
{
        *err = (struct cp_config_error){0};
        return e->edge == NULL || config->edge.domains_count == 0
                   ? 0
                   : cp_edge_reload(e->edge, &config->edge, err->text, sizeof(err->text));
}

/* The policy and the users of a configuration, which is taken over in any case. */
static int put_in_force(struct cp_engine *e, struct cp_config *config, struct cp_config_error *err)
{
        struct cp_policy *old = e->policy;
        struct cp_policy *fresh =
            cp_policy_create(config, next_generation(e, config->digest), cp_clock_real_ns(), old);
        int rc;

        if (fresh == NULL) {
                cp_config_free(config);
                *err = (struct cp_config_error){.text = "out of memory"};
                return -ENOMEM;
        }
        fresh->bans = &e->bans;
        cp_gate_close(&e->decide_gate);
        rc = reload_edge(e, config, err);
        if (rc != 0) {
                cp_gate_open(&e->decide_gate);
                cp_policy_destroy(fresh);
                return rc;
        }
        e->policy = fresh;
        cp_tables_reset(&e->tables);
        cp_gate_open(&e->decide_gate);
        cp_gate_close(&e->event_gate);
        cp_detect_configure(e->detect, &fresh->config->detections);
        cp_gate_open(&e->event_gate);
        cp_config_free(e->before);
        e->before = cp_policy_take_config(old);
        cp_policy_destroy(old);
        return 0;
}

int cp_engine_reload(struct cp_engine *e, struct cp_config_error *err)
{
        struct cp_config *config = NULL;
        struct cp_rulebook *book = NULL;
        int rc = cp_config_load(&config, e->config_path, err);

        if (rc != 0)
                return rc;
        /* the rules first: they are all or nothing, and a list that came with them is not kept
         * alone */
        rc = rules_compile(e, config, &book, err);
        if (rc == 0)
                rc = blocklist_load(e, config, err);
        if (rc == 0)
                rc = rules_put(e, book, err);
        else
                cp_rulebook_destroy(book);
        if (rc != 0) {
                cp_config_free(config);
                return rc;
        }
        return put_in_force(e, config, err);
}

int cp_engine_check(struct cp_engine *e, struct cp_config **out, struct cp_config_error *err)
{
        int rc = cp_config_load(out, e->config_path, err);

        if (rc != 0)
                return rc;
        rc = cp_edge_check(&(*out)->edge, err);
        if (rc != 0)
                cp_config_free(*out);
        return rc;
}

int cp_engine_rollback(struct cp_engine *e, struct cp_config_error *err)
{
        struct cp_config *config = e->before;

        if (config == NULL)
                return -ENOENT;
        e->before = NULL;
        cp_engine_names_soon(e); /* its gateways' names were looked up long ago */
        return put_in_force(e, config, err);
}

int cp_engine_ban(struct cp_engine *e, struct cp_ban *ban, uint32_t ttl_s)
{
        uint64_t now_ns = cp_clock_real_ns();
        const struct cp_ban *before;
        bool limit; /* it replaces a limit */
        int rc = 0;

        ban->added_ns = now_ns;
        ban->expires_ns = ttl_s == 0 ? 0 : now_ns + ttl_s * NS_PER_S;
        before = cp_bans_get(&e->bans, &ban->prefix);
        limit = before != NULL && before->rate != 0;
        if (cp_bans_count(&e->bans) >= CP_BANS_MAX && before == NULL)
                return -ENOSPC;
        if (e->db != NULL)
                rc = cp_state_db_put_ban(e->db, ban);
        if (rc != 0)
                return rc;
        cp_gate_close(&e->decide_gate);
        rc = cp_bans_put(&e->bans, ban);
        if (rc == 0)
                cp_tables_ban_changed(&e->tables, e->policy, &e->bans, &ban->prefix,
                                      limit || ban->rate != 0, now_ns);
        cp_gate_open(&e->decide_gate);
        return rc;
}

int cp_engine_unban(struct cp_engine *e, const struct cp_prefix *prefix)
{
        const struct cp_ban *ban = cp_bans_get(&e->bans, prefix);
        bool there = ban != NULL, limit = there && ban->rate != 0;
        int rc = there && e->db != NULL ? cp_state_db_del_ban(e->db, prefix) : 0;

        if (!there || rc != 0)
                return rc;
        cp_gate_close(&e->decide_gate);
        (void)cp_bans_del(&e->bans, prefix);
        cp_tables_ban_changed(&e->tables, e->policy, &e->bans, prefix, limit, cp_clock_real_ns());
        cp_gate_open(&e->decide_gate);
        return 1;
}

/* Some port of the address that has an entry of its own. */
static const struct cp_ban *port_ban(const struct cp_bans *b, const struct shm_ip *ip)
{
        const struct cp_ban *ban;
        size_t i = 0;

        while ((ban = cp_bans_next(b, &i)) != NULL)
                if (ban->prefix.port != 0 && cp_prefix_match(&ban->prefix, ip))
                        return ban;
        return NULL;
}

int cp_engine_lift(struct cp_engine *e, const struct cp_prefix *prefix)
{
        int rc = cp_engine_unban(e, prefix);
        const struct cp_ban *ban;

        while (rc >= 0 && prefix->len == 128 && prefix->port == 0 &&
               (ban = port_ban(&e->bans, &prefix->ip)) != NULL) {
                struct cp_prefix port = ban->prefix; /* gone with the ban */

                rc = cp_engine_unban(e, &port);
                cp_auto_ban_forgive(e, &port);
        }
        if (rc > 0)
                cp_auto_ban_forgive(e, prefix);
        return rc;
}

static size_t live_allows(const struct cp_policy *p, uint64_t now_ns)
{
        size_t n = 0;

        for (uint32_t i = 0; i < p->config->policy.allow_count; i++)
                n += p->allow[i].expires_ns == 0 || p->allow[i].expires_ns > now_ns;
        return n;
}

/* An allow entry that ends may uncover bans: everyone gets the tables anew. */
static void expire_allows(struct cp_engine *e)
{
        size_t n = live_allows(e->policy, cp_clock_real_ns());

        if (e->allow_policy == e->policy && n != e->allow_cnt) {
                cp_gate_close(&e->decide_gate);
                cp_tables_reset(&e->tables);
                cp_gate_open(&e->decide_gate);
        }
        e->allow_policy = e->policy;
        e->allow_cnt = n;
}

void cp_engine_expire(struct cp_engine *e)
{
        struct cp_prefix gone[EXPIRE_BATCH];
        size_t n = cp_bans_expired(&e->bans, cp_clock_real_ns(), gone, EXPIRE_BATCH);

        for (size_t i = 0; i < n; i++)
                (void)cp_engine_unban(e, &gone[i]);
        expire_allows(e);
}

void cp_engine_stats(struct cp_engine *e, struct cp_decider_stats *out)
{
        cp_gate_close(&e->decide_gate);
        *out = e->decider.stats;
        cp_gate_open(&e->decide_gate);
}
