/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What match_explain_rule() says of rules that hold is so: rule sets by chance over messages by
 * chance; for every rule that holds each of its options has its entry, octets are where they are
 * said to be, in the field and in the datagram, and a place that is relative is within reach.
 *
 *   test_rules_explain [--buffers N] [--seed S]
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include "control/rules/image.h"
#include "control/rules/read.h"
#include "parser/match/match_explain.h"
#include "parser/match/match_set.h"
#include "parser/sip_parse.h"
#include "tests/control/rules/rule_maker.h"

#define RULES_PER_SET   24u
#define BUFFERS_PER_SET 400u
#define CAP             256u

static unsigned long buffers_wanted = 8000;
static uint64_t seed = 20261122;
static unsigned long rules_told, contents_told, ends_told, in_datagram;

struct world {
        struct match_set *set;
        struct match_scratch *scratch;
        struct match_explain *explain;
};

static char text[RULES_PER_SET * 4096]; /* of the set */

static bool readable(const char *rule, size_t len, struct match_set **out)
{
        struct cp_rule_errors *e = calloc(1, sizeof(*e));
        struct cp_rule_set rules = {0};
        struct cp_image image;
        bool good = cp_rules_read(&rules, "r", rule, len, &cp_rule_default_vars, e) == 0 &&
                    cp_image_make(&rules, MATCH_PLATFORM_HOST, 1, NULL, &image, e) == 0;

        if (good) {
                if (out != NULL)
                        assert_int_equal(match_set_create(out, image.at, image.bytes), MATCH_OK);
                free(image.at);
        }
        cp_rule_set_fini(&rules);
        free(e);
        return good;
}

static void world_begin(struct world *w, const char *rules, size_t len)
{
        assert_true(readable(rules, len, &w->set));
        assert_int_equal(match_scratch_create(&w->scratch, w->set), 0);
        assert_int_equal(match_explain_create(&w->explain, w->set), 0);
}

static void world_end(struct world *w)
{
        match_explain_destroy(w->explain);
        match_scratch_destroy(w->scratch);
        match_set_destroy(w->set);
}

static void world_by_chance(struct world *w, struct maker_rng *rng)
{
        size_t n = 0;

        for (uint32_t sid = 1; sid <= RULES_PER_SET; sid++) {
                size_t len = maker_rule(rng, sid, text + n, sizeof(text) - n);

                if (readable(text + n, len, NULL))
                        n += len;
        }
        text[n] = '\0';
        world_begin(w, text, n);
}

/* The octets of an instance, as the walk over the field gives it. */
static struct match_bytes instance(const struct world *w, const struct match_facts *f,
                                   const struct match_found *o, struct match_work *work)
{
        struct match_iter it = {0};
        struct match_bytes in = {NULL, 0};

        work->sdp_known = false;
        for (uint32_t i = 0; i < o->instance; i++)
                assert_true(match_field_next(o->buffer, match_set_text(w->set, o->buffer->name), f,
                                             work, &it, &in));
        assert_int_equal(in.len, o->len);
        return in;
}

static void check_content(const struct world *w, const struct match_facts *f,
                          const struct match_found *o, uint32_t cursor, struct match_bytes in)
{
        const struct match_step *t = o->step;
        const char *wanted = (const char *)match_set_text(w->set, t->text);
        const char *there = (const char *)in.at + o->from;
        int64_t base = (t->flags & MATCH_STEP_RELATIVE) != 0 ? cursor : 0;

        assert_true(o->to <= in.len);
        assert_int_equal(o->to - o->from, t->text.len);
        if ((t->flags & MATCH_STEP_NOCASE) != 0)
                assert_int_equal(strncasecmp(there, wanted, t->text.len), 0);
        else
                assert_memory_equal(there, wanted, t->text.len);
        assert_memory_equal(there, o->bytes, o->bytes_len);
        assert_true((int64_t)o->from >= base + t->from);
        if (t->end != MATCH_NO_END)
                assert_true((int64_t)o->to <= base + t->end);
        if ((t->flags & MATCH_STEP_STARTS) != 0)
                assert_int_equal(o->from, 0);
        if ((t->flags & MATCH_STEP_ENDS) != 0)
                assert_int_equal(o->to, in.len);
        contents_told++;
        if (o->at == MATCH_NONE)
                return;
        assert_memory_equal(f->payload + o->at, o->bytes, o->bytes_len);
        in_datagram++;
}

static bool begins_group(const struct world *w, uint32_t rule, const struct match_step *step)
{
        const struct match_rule *r = &w->set->rules[rule];

        for (uint32_t g = 0; g < r->group_cnt; g++) {
                if (step == &w->set->steps[w->set->groups[r->group_first + g].step_first])
                        return true;
        }
        return false;
}

static void check_rule(const struct world *w, const struct match_facts *f, uint32_t rule,
                       struct match_work *work)
{
        struct match_found out[CAP];
        uint32_t n = match_explain_rule(w->explain, f, rule, out, CAP);
        uint32_t wanted = 0, cursor = 0;

        for (uint32_t g = 0; g < w->set->rules[rule].group_cnt; g++) {
                const struct match_group *group =
                    &w->set->groups[w->set->rules[rule].group_first + g];

                wanted += group->step_cnt != 0 ? group->step_cnt : 1;
        }
        assert_true(n <= CAP && n <= wanted); /* a field that is not there has one entry */
        for (uint32_t i = 0; i < n; i++) {
                struct match_bytes in;

                if (out[i].kind == MATCH_FOUND_LOST)
                        fail_msg("%ssid %u holds, and its places are not found: %.*s", text,
                                 w->set->rules[rule].sid, (int)f->payload_len, f->payload);
                if (out[i].instance == 0)
                        continue;
                in = instance(w, f, &out[i], work);
                if (begins_group(w, rule, out[i].step))
                        cursor = 0;
                if (out[i].kind == MATCH_FOUND_HERE)
                        check_content(w, f, &out[i], cursor, in);
                if (out[i].kind == MATCH_FOUND_END) {
                        assert_true(out[i].to <= in.len);
                        ends_told++;
                }
                if (out[i].kind == MATCH_FOUND_HERE || out[i].kind == MATCH_FOUND_END)
                        cursor = out[i].to;
        }
        rules_told++;
}

static void check_message(const struct world *w, const struct match_facts *f,
                          struct match_work *work)
{
        uint32_t hits[RULES_PER_SET];
        uint32_t n = match_eval(w->set, w->scratch, f, 0, hits, RULES_PER_SET);

        for (uint32_t i = 0; i < n; i++)
                check_rule(w, f, hits[i], work);
}

static const uint8_t ip[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 1};

static void what_is_told_of_rules_by_chance_is_so(void **state)
{
        struct maker_rng rng = {seed * 2654435761u + 1};
        struct match_work *work = malloc(sizeof(*work));
        struct sip_msg *msg = malloc(sizeof(*msg));
        unsigned long done = 0;

        (void)state;
        print_message("seed %llu\n", (unsigned long long)seed);
        while (done < buffers_wanted) {
                struct world w;

                world_by_chance(&w, &rng);
                for (unsigned i = 0; i < BUFFERS_PER_SET; i++, done++) {
                        struct match_facts f = {
                            .src = ip, .dst = ip, .sport = 5060, .dport = 5060, .ip_proto = 17};
                        char buf[4096];

                        f.payload_len = (uint32_t)maker_message(&rng, buf, sizeof(buf));
                        f.payload = (const uint8_t *)buf;
                        (void)sip_parse(f.payload, f.payload_len, msg);
                        f.msg = msg;
                        check_message(&w, &f, work);
                }
                world_end(&w);
        }
        print_message("%lu messages, %lu rules told of, %lu contents (%lu in the datagram), %lu "
                      "expressions\n",
                      done, rules_told, contents_told, in_datagram, ends_told);
        assert_true(rules_told > done / 10 && contents_told > 100 && ends_told > 100);
        free(msg);
        free(work);
}

/* ---- known places ---- */

static const char invite[] = "\r\nINVITE sip:bob@example.com SIP/2.0\r\n"
                             "Via: SIP/2.0/UDP a;branch=z9hG4bKa\r\n"
                             "Via: SIP/2.0/UDP\r\n b;branch=z9hG4bKb\r\n"
                             "User-Agent: friendly-friendly-scanner\r\n"
                             "CSeq: 7 INVITE\r\n\r\n";

static uint32_t tell(const char *rule, struct match_found *out, uint32_t cap)
{
        static struct sip_msg msg;
        struct match_facts f = {.payload = (const uint8_t *)invite,
                                .payload_len = sizeof(invite) - 1,
                                .msg = &msg,
                                .src = ip,
                                .dst = ip,
                                .sport = 5060,
                                .dport = 5060,
                                .ip_proto = 17};
        struct world w;
        uint32_t hit, n;

        (void)sip_parse(f.payload, f.payload_len, &msg);
        world_begin(&w, rule, strlen(rule));
        assert_int_equal(match_eval(w.set, w.scratch, &f, 0, &hit, 1), 1);
        n = match_explain_rule(w.explain, &f, hit, out, cap);
        world_end(&w); /* pointers of *out lead nowhere now: the test looks at numbers alone */
        return n;
}

#define RULE(options) "alert sip any any -> any any (" options " sid:1;)\n"

static uint32_t place_of(const char *part)
{
        return (uint32_t)(strstr(invite, part) - invite);
}

static void known_places_are_told(void **state)
{
        struct match_found o[8];

        (void)state;
        /* The first "friendly" does not have "-scanner" behind it: the second is the one. */
        assert_int_equal(tell(RULE("sip.user_agent; content:\"friendly\"; content:\"-scanner\"; "
                                   "distance:0; within:8;"),
                              o, 8),
                         2);
        assert_int_equal(o[0].from, 9);
        assert_int_equal(o[0].at, place_of("friendly-scanner"));
        assert_int_equal(o[1].from, 17);
        assert_int_equal(o[1].to, 25);
        assert_int_equal(o[1].at, place_of("-scanner"));
        /* The second Via is folded, so its octets are nowhere in the datagram as they are. */
        assert_int_equal(tell(RULE("sip.via; content:\"UDP b\";"), o, 8), 1);
        assert_int_equal(o[0].kind, MATCH_FOUND_HERE);
        assert_int_equal(o[0].instance, 2);
        assert_int_equal(o[0].from, 8);
        assert_int_equal(o[0].at, MATCH_NONE);
        assert_int_equal(
            tell(RULE("sip.uri; pcre:\"/b[a-z]+@/\"; content:!\"secure\"; bsize:>3;"), o, 8), 3);
        assert_int_equal(o[0].kind, MATCH_FOUND_END);
        assert_int_equal(o[0].to, 8);
        assert_int_equal(o[0].at, place_of("example.com"));
        assert_int_equal(o[1].kind, MATCH_FOUND_NOWHERE);
        assert_int_equal(o[2].kind, MATCH_FOUND_FIELD);
        assert_int_equal(o[2].len, 19);
        assert_int_equal(tell(RULE("sip.cseq.num:>3; sip.header:Subject; absent;"), o, 8), 2);
        assert_int_equal(o[0].kind == MATCH_FOUND_VALUE ? o[0].value : o[1].value, 7);
        assert_true(o[0].kind == MATCH_FOUND_ABSENT || o[1].kind == MATCH_FOUND_ABSENT);
}

int main(int argc, char **argv)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(known_places_are_told),
            cmocka_unit_test(what_is_told_of_rules_by_chance_is_so),
        };

        for (int i = 1; i + 1 < argc; i += 2) {
                if (strcmp(argv[i], "--buffers") == 0)
                        buffers_wanted = strtoul(argv[i + 1], NULL, 10);
                else if (strcmp(argv[i], "--seed") == 0)
                        seed = strtoull(argv[i + 1], NULL, 10);
        }
        return cmocka_run_group_tests(tests, NULL, NULL);
}
