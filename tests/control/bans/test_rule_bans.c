/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What control makes of a rule's verdicts: bans on all workers, on disk, named by sid, and not of
 * who is allowed; would-be drops; and rules that stopped whom they should not have.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "control/rule_meter.h"
#include "parser/match/match_image.h"
#include "tests/control/fake_dataplane.h"
#include "tests/control/messages.h"
#include "tests/control/process.h"

#define NOW UINT64_C(1790000000000000000)

/* ---- the meter ---- */

static struct shm_event event_of(const char *src, uint64_t time_ns, uint8_t known)
{
        return (struct shm_event){.time_ns = time_ns, .flow = fake_flow(src), .known = known};
}

static void a_source_that_proves_itself_counts_once(void **state)
{
        struct cp_rule_meter *m = calloc(1, sizeof(*m));
        struct shm_event stop = event_of("10.0.0.1", NOW, 0);
        struct shm_event call = event_of("10.0.0.1", NOW + 5, SHM_KNOWN_CALL);
        struct shm_event other = event_of("10.0.0.2", NOW + 5, SHM_KNOWN_CALL);
        struct shm_event answer = event_of("192.0.2.1", NOW + 6, SHM_KNOWN_REGISTERED);
        uint32_t sids[CP_RULE_METER_SIDS];

        (void)state;
        assert_non_null(m);
        cp_rule_meter_stopped(m, &stop, 7);
        cp_rule_meter_stopped(m, &stop, 7);
        cp_rule_meter_stopped(m, &stop, 8);
        assert_int_equal(cp_rule_meter_proven(m, &stop, sids), 0);
        assert_int_equal(cp_rule_meter_proven(m, &other, sids), 0);
        assert_int_equal(cp_rule_meter_proven(m, &call, sids), 2);
        assert_int_equal(sids[0], 8);
        assert_int_equal(sids[1], 7);
        assert_int_equal(cp_rule_meter_proven(m, &call, sids), 0);
        /* a 2xx goes to whom it lets in */
        cp_rule_meter_stopped(m, &stop, 9);
        answer.flow.dst = stop.flow.src;
        assert_int_equal(cp_rule_meter_proven(m, &answer, sids), 1);
        assert_int_equal(sids[0], 9);
        /* an hour later it says nothing any more */
        cp_rule_meter_stopped(m, &stop, 9);
        call.time_ns = NOW + CP_RULE_METER_NS;
        assert_int_equal(cp_rule_meter_proven(m, &call, sids), 0);
        free(m);
}

/* ---- the process ---- */

static void write_rules(const struct process *p)
{
        char path[128];
        FILE *f;

        snprintf(path, sizeof(path), "%s/x.rules", p->dir);
        f = fopen(path, "w");
        assert_non_null(f);
        fputs("ban sip any any -> any any (msg:\"no guests\"; sip.from.user; content:\"guest\"; "
              "ban_for:900; sid:77; rev:3;)\n"
              "drop sip any any -> any any (sip.method; content:\"INFO\"; metadata:mode monitor; "
              "sid:78;)\n",
              f);
        assert_int_equal(fclose(f), 0);
}

static uint32_t rules_generation(struct fake_dp *dp)
{
        for (;;) {
                struct shm_attach_msg m;
                const struct match_head *head = fake_dp_blob(dp, 0, &m);
                uint32_t generation = head->generation;

                munmap((void *)(uintptr_t)head, m.bytes);
                if (m.blob_kind == SHM_BLOB_RULES)
                        return generation;
        }
}

static void tell(struct fake_dp *dp, struct shm_event ev)
{
        const struct message m = {.call_id = "c@x"};
        static uint64_t serial;
        char text[4096];

        ev.serial = ++serial;
        ev.msg_len = ev.full_len = (uint16_t)message_write(&m, text, sizeof(text));
        assert_true(fake_dp_tell(dp, 0, &ev, text));
}

static struct shm_event judged(uint32_t generation, const char *src, uint32_t sid)
{
        struct shm_event ev = event_of(src, NOW, 0);

        ev.action = SHM_ACTION_DROP;
        ev.reason = SHM_REASON_RULE_DROP;
        ev.rule = sid;
        ev.rules[0] = sid;
        ev.rule_cnt = 1;
        ev.rule_generation = generation;
        return ev;
}

/* Ask until `ban why` says that this table decides. The text of the answer is the caller's. */
static char *await_why(struct client *c, const char *address, const char *decides)
{
        for (;;) {
                json_t *r = client_result(c, "ban.why", json_pack("{s:s}", "address", address));
                bool done = strcmp(json_string_value(json_object_get(r, "decides")), decides) == 0;
                char *text = json_dumps(r, 0);

                json_decref(r);
                if (done)
                        return text;
                free(text);
        }
}

static json_int_t hits_of(struct client *c, uint32_t sid, const char *key)
{
        json_t *r = client_result(c, "rules.hits", NULL);
        json_int_t n = -1;
        json_t *rule;
        size_t i;

        json_array_foreach(json_object_get(r, "rules"), i, rule)
        {
                if (json_integer_value(json_object_get(rule, "sid")) == sid)
                        n = json_integer_value(json_object_get(rule, key));
        }
        json_decref(r);
        return n;
}

static void tell_costs(struct fake_dp *dp, uint32_t generation, uint32_t a, uint32_t b)
{
        const struct shm_rule_costs costs = {
            .generation = generation, .cnt = 2, .rule = {{77, a}, {78, b}}};
        void *to = shm_ring_reserve(&dp->evt[0], SHM_REC_RULE_COST, SHM_RULE_COSTS_BYTES(2));

        assert_non_null(to);
        memcpy(to, &costs, SHM_RULE_COSTS_BYTES(2));
        shm_ring_commit(&dp->evt[0]);
}

static double cost_of(struct client *c, uint32_t sid, const char *key)
{
        json_t *r = client_result(c, "rules.hits", NULL);
        double v = -1.0;
        json_t *rule;
        size_t i;

        json_array_foreach(json_object_get(r, "rules"), i, rule)
        {
                if (json_integer_value(json_object_get(rule, "sid")) == sid)
                        v = json_number_value(json_object_get(json_object_get(rule, "cost"), key));
        }
        json_decref(r);
        return v;
}

static void a_rule_bans_for_all(void **state)
{
        struct fake_dp dp;
        struct shm_attach_msg hello;
        struct process p;
        struct client c;
        struct shm_event ev;
        char policy[512];
        uint32_t generation;
        char *text;

        (void)state;
        process_make(&p);
        write_rules(&p);
        snprintf(policy, sizeof(policy),
                 "  rules: [%s/x.rules]\n  allow: [{prefix: 10.0.0.50, reason: ours}]\n", p.dir);
        process_configure(&p, policy);
        fake_dp_make(&dp, 1, 1, 16);
        fake_dp_listen(&dp, p.dataplane);
        process_start(&p);
        fake_dp_greeted(&dp, &hello);
        fake_dp_welcome(&dp);
        generation = rules_generation(&dp);
        client_open(&c, &p);

        tell(&dp, judged(generation, "10.0.0.50", 77)); /* allowed */
        tell(&dp, judged(generation, "10.0.0.9", 77));
        text = await_why(&c, "10.0.0.9", "ban");
        assert_non_null(strstr(text, "sid 77, rev 3"));
        assert_non_null(strstr(text, "no guests"));
        free(text);
        free(await_why(&c, "10.0.0.50", "allow"));
        assert_int_equal(hits_of(&c, 77, "dropped"), 2);

        /* would have dropped; and then the source completes a call */
        ev = judged(generation, "10.0.0.10", 78);
        ev.action = SHM_ACTION_PASS;
        ev.reason = SHM_REASON_PASS_POLICY;
        ev.rule = 0;
        tell(&dp, ev);
        ev.known = SHM_KNOWN_CALL;
        ev.rule_cnt = 0;
        tell(&dp, ev);
        while (hits_of(&c, 78, "later_proven") != 1)
                ;
        assert_int_equal(hits_of(&c, 78, "would_drop"), 1);
        assert_int_equal(hits_of(&c, 78, "dropped"), 0);
        assert_int_equal(hits_of(&c, 77, "later_proven"), 0);
        assert_true(hits_of(&c, 78, "last_hit_ns") == (json_int_t)NOW);

        /* what rules cost; of a set that is gone nobody asks any more */
        assert_true(cost_of(&c, 77, "samples") < 0.5);
        tell_costs(&dp, generation + 1000, 5, 5);
        tell_costs(&dp, generation, 100, 50);
        tell_costs(&dp, generation, 200, 50);
        while (cost_of(&c, 78, "samples") < 1.5)
                ;
        assert_float_equal(cost_of(&c, 77, "cycles"), 150.0, 0.1);
        assert_float_equal(cost_of(&c, 78, "cycles"), 50.0, 0.1);
        assert_float_equal(cost_of(&c, 77, "share"), 75.0, 0.1);

        /* still there after a restart */
        client_close(&c);
        assert_int_equal(process_end(&p, SIGTERM), 0);
        fake_dp_hang_up(&dp);
        process_start(&p);
        client_open(&c, &p);
        text = await_why(&c, "10.0.0.9", "ban");
        assert_non_null(strstr(text, "sid 77, rev 3"));
        free(text);
        client_close(&c);
        assert_int_equal(process_end(&p, SIGTERM), 0);
        fake_dp_free(&dp);
        process_free(&p);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(a_source_that_proves_itself_counts_once),
            cmocka_unit_test(a_rule_bans_for_all),
        };

        (void)signal(SIGPIPE, SIG_IGN);
        return cmocka_run_group_tests(tests, NULL, NULL);
}
