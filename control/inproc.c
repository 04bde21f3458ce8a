/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inproc.c - the same policy, decider, publisher and event writer as sluice-control's, driven by
 * the caller instead of by threads (contract/cp_inproc.h).
 */
#include "control/contract/cp_inproc.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/api/eve.h"
#include "control/api/eve_counts.h"
#include "control/api/eve_file.h"
#include "control/policy/blocklist.h"
#include "control/decider.h"
#include "control/events/event_order.h"
#include "control/link.h"
#include "control/policy/policy.h"
#include "control/rulebook.h"
#include "control/tables.h"

#define GENERATION 1u
#define BUDGET     4096u /* requests of a worker per call and turn */

struct cp_inproc {
        struct cp_policy *policy;
        struct cp_blocklist *blocklist;
        struct cp_rulebook *rules;
        struct cp_bans bans; /* empty: a replay does not read the live state */
        struct cp_tables tables;
        struct cp_link link;
        struct cp_decider decider;
        struct cp_event_order order;
        struct cp_inproc_args args; /* explained and its argument */
        struct cp_eve_file file;
        struct cp_eve eve;
        struct cp_eve_counts counts;
        uint8_t rec[sizeof(struct shm_event) + SHM_MSG_BYTES_MAX];
};

static int load_policy(struct cp_inproc *in, const char *path)
{
        static const uint8_t none[1];
        struct cp_config *config = NULL;
        struct cp_config_error err;
        char text[600];
        int rc = path != NULL ? cp_config_load(&config, path, &err)
                              : cp_config_parse(&config, "(defaults)", none, 0, &err);

        if (rc != 0) {
                fprintf(stderr, "%s\n", cp_config_error_print(&err, text, sizeof(text)));
                return rc;
        }
        rc = cp_blocklist_create(&in->blocklist, &config->policy, &err);
        if (rc != 0) {
                fprintf(stderr, "%s\n", cp_config_error_print(&err, text, sizeof(text)));
                cp_config_free(config);
                return rc;
        }
        in->policy = cp_policy_create(config, GENERATION, 0, NULL);
        if (in->policy == NULL) {
                cp_config_free(config);
                return -ENOMEM;
        }
        in->policy->bans = &in->bans;
        return 0;
}

static int load_rules(struct cp_inproc *in, const char *path)
{
        const struct cp_rulebook_args args = {
            .policy = &in->policy->config->policy,
            .extra_file = path,
            .generation = GENERATION,
            .here = true,
        };
        struct cp_rule_errors *errors = calloc(1, sizeof(*errors));
        char text[600];
        int rc = errors == NULL ? -ENOMEM : cp_rulebook_create(&in->rules, &args, errors);

        for (uint32_t i = 0; errors != NULL && i < errors->cnt; i++)
                fprintf(stderr, "%s\n", cp_config_error_print(&errors->e[i], text, sizeof(text)));
        free(errors);
        in->eve.rules = in->rules;
        return rc;
}

int cp_inproc_create(struct cp_inproc **out, const struct cp_inproc_args *args)
{
        struct cp_inproc *in;
        int rc;

        in = calloc(1, sizeof(*in));
        if (in == NULL)
                return -ENOMEM;
        cp_link_init(&in->link, "");
        in->file.fd = -1;
        in->args = *args;
        in->eve.explains = args->explained != NULL;
        rc = load_policy(in, args->config_path);
        if (rc == 0)
                rc = load_rules(in, args->rules_path);
        if (rc == 0 && args->events_path != NULL) {
                rc = cp_eve_file_open(&in->file, args->events_path, true);
                if (rc != 0)
                        fprintf(stderr, "%s: %s\n", args->events_path, strerror(-rc));
        }
        if (rc != 0) {
                cp_inproc_destroy(in);
                return rc;
        }
        *out = in;
        return 0;
}

static void publish(struct cp_inproc *in)
{
        const struct cp_publish p = {
            .tables = &in->tables,
            .policy = in->policy,
            .bans = &in->bans,
        };

        for (unsigned w = 0; w < in->link.worker_cnt; w++) {
                while (cp_publish_run(&p, &in->link.cursor[w], &in->link.rep[w]) != 0)
                        ;
        }
}

int cp_inproc_attach(struct cp_inproc *in, int to_control_fd, int to_dataplane_fd)
{
        int rc;

        if (in->link.state != CP_LINK_STATE_DOWN)
                return -EALREADY;
        rc = cp_link_bind(&in->link, to_control_fd, to_dataplane_fd);
        if (rc == 0)
                publish(in);
        return rc;
}

const void *cp_inproc_blocklist(const struct cp_inproc *in, size_t *bytes)
{
        *bytes = in->blocklist->bytes;
        return in->blocklist->blob;
}

const void *cp_inproc_rules(const struct cp_inproc *in, size_t *bytes)
{
        *bytes = in->rules->image.bytes;
        return in->rules->image.at;
}

int cp_inproc_decide(struct cp_inproc *in)
{
        unsigned total = 0;
        unsigned n;

        publish(in);
        do {
                n = cp_decider_run(&in->decider, &in->link, in->policy, 0, BUDGET);
                total += n;
        } while (n != 0);
        return atomic_load(&in->link.broken) ? -EBADMSG : (int)total;
}

/* Everything out of one worker's ring. 0 or a negative errno. */
static int collect(struct cp_inproc *in, unsigned w)
{
        struct shm_event ev;
        uint16_t type = 0;
        uint32_t bytes = 0;
        int rc;

        while ((rc = shm_ring_read(&in->link.evt[w], in->rec, sizeof(in->rec), &type, &bytes)) !=
               0) {
                if (rc < 0)
                        break;
                if (type == SHM_REC_RULE_COST) /* of no interest in a replay */
                        continue;
                if (type != SHM_REC_EVENT || !shm_event_check(in->rec, bytes)) {
                        rc = -EBADMSG; /* both sides are one program: this is our own bug */
                        break;
                }
                memcpy(&ev, in->rec, sizeof(ev));
                rc = cp_event_order_put(&in->order, ev.serial, in->rec, bytes);
                if (rc != 0)
                        break;
        }
        shm_ring_release(&in->link.evt[w]);
        return rc;
}

static void write_item(struct cp_inproc *in, const struct cp_event_item *item)
{
        struct shm_event ev;

        memcpy(&ev, item->rec, sizeof(ev));
        if (in->eve.explains)
                in->eve.said = in->args.explained(in->args.explained_arg, ev.serial);
        cp_eve_event(&in->eve, &ev, item->rec + sizeof(ev), 0);
        cp_eve_file_write(&in->file, in->eve.line, in->eve.len);
        for (unsigned i = 0; i < ev.rule_cnt; i++) {
                if (cp_eve_rule(&in->eve, &ev, i) != 0)
                        cp_eve_file_write(&in->file, in->eve.line, in->eve.len);
        }
}

int cp_inproc_events(struct cp_inproc *in, uint64_t before)
{
        struct cp_event_item *item;
        int rc = 0;
        int n = 0;

        for (unsigned w = 0; w < in->link.worker_cnt && rc == 0; w++)
                rc = collect(in, w);
        if (rc != 0)
                return rc;
        while ((item = cp_event_order_take(&in->order, before)) != NULL) {
                if (in->file.fd >= 0)
                        write_item(in, item);
                free(item);
                n++;
        }
        return in->file.error != 0 ? -in->file.error : n;
}

int cp_inproc_classes(struct cp_inproc *in, const struct shm_counters *c, uint64_t time_ns)
{
        char line[CP_EVE_COUNTS_BYTES];
        size_t len = cp_eve_counts_line(&in->counts, c, time_ns, line);

        if (len != 0 && in->file.fd >= 0)
                cp_eve_file_write(&in->file, line, len);
        return in->file.error != 0 ? -in->file.error : 0;
}

int cp_inproc_stats(struct cp_inproc *in, const struct shm_counters *c, uint64_t time_ns)
{
        cp_eve_stats(&in->eve, c, time_ns);
        cp_eve_file_write(&in->file, in->eve.line, in->eve.len);
        return cp_eve_file_flush(&in->file);
}

void cp_inproc_destroy(struct cp_inproc *in)
{
        if (in == NULL)
                return;
        cp_eve_file_close(&in->file);
        cp_link_detach(&in->link);
        cp_event_order_fini(&in->order);
        cp_tables_fini(&in->tables);
        cp_policy_destroy(in->policy);
        cp_blocklist_destroy(in->blocklist);
        cp_rulebook_destroy(in->rules);
        cp_bans_fini(&in->bans);
        free(in);
}
