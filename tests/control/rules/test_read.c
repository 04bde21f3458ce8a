/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What rules are read as, and every SIP rule file of the outside corpus: it loads and makes an
 * image, or the option that is refused is named.
 *
 *   test_rules_read --print FILE...   say what is made of rule files
 */
#include <setjmp.h>
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "control/rules/image.h"
#include "control/rules/read.h"
#include "parser/match/match_set.h"

struct loaded {
        struct cp_rule_set set;
        struct cp_rule_errors errors;
        struct cp_image image;
        struct match_set *compiled;
        int rc;
};

static struct loaded *compile(struct loaded *l)
{
        if (l->rc == 0)
                l->rc = cp_image_make(&l->set, MATCH_PLATFORM_HOST, 1, NULL, &l->image, &l->errors);
        if (l->rc == 0)
                assert_int_equal(match_set_create(&l->compiled, l->image.at, l->image.bytes),
                                 MATCH_OK);
        return l;
}

static struct loaded *load(const char *text)
{
        struct loaded *l = calloc(1, sizeof(*l));

        l->rc = cp_rules_read(&l->set, "t.rules", text, strlen(text), &cp_rule_default_vars,
                              &l->errors);
        for (uint32_t i = 0; i < l->errors.cnt; i++)
                print_message("%u:%u: %s\n", l->errors.e[i].line, l->errors.e[i].column,
                              l->errors.e[i].text);
        return compile(l);
}

static struct loaded *load_file(const char *path)
{
        struct loaded *l = calloc(1, sizeof(*l));

        l->rc = cp_rules_read_file(&l->set, path, &cp_rule_default_vars, &l->errors);
        return compile(l);
}

static void unload(struct loaded *l)
{
        match_set_destroy(l->compiled);
        free(l->image.at);
        cp_rule_set_fini(&l->set);
        free(l);
}

static void say(const char *path, const struct loaded *l)
{
        print_message("%s: %u rules, image of %zu octets\n", path, l->set.cnt, l->image.bytes);
        for (uint32_t i = 0; i < l->errors.cnt; i++)
                print_message("  %u:%u: %s\n", l->errors.e[i].line, l->errors.e[i].column,
                              l->errors.e[i].text);
}

/* ---- the language ---- */

#define HEAD "alert udp any any -> any any ("

static void a_rule_says_what_it_says(void **state)
{
        struct loaded *l =
            load("# a comment\n\n"
                 "drop sip $EXTERNAL_NET any -> [10.0.0.0/8,!10.1.0.0/16] [5060:5062,!5061] \\\n"
                 "    (msg:\"a \\\"name\\\"\\; and more\"; sip.user_agent; content:\"Friendly\"; "
                 "nocase; "
                 "\\\n     sid:7; rev:3; classtype:attempted-recon; reference:url,example.org; "
                 "metadata:owner noc, mode enforce 10%, expires 2027-01-31;)\n");
        const struct cp_rule *r = &l->set.rules[0];

        (void)state;
        assert_int_equal(l->rc, 0);
        assert_int_equal(l->set.cnt, 1);
        assert_int_equal(r->place.line, 3);
        assert_int_equal(r->r.action, MATCH_ACTION_DROP);
        assert_int_equal(r->r.proto, MATCH_PROTO_SIP);
        assert_int_equal(r->r.sid, 7);
        assert_int_equal(r->r.rev, 3);
        assert_int_equal(r->r.priority, 2);
        assert_int_equal(r->r.percent, 10);
        assert_int_equal(r->r.mode, MATCH_MODE_ENFORCE);
        assert_int_equal(r->r.expiry_s, 1801353600);
        assert_string_equal(r->msg, "a \"name\"; and more");
        assert_string_equal(r->owner, "noc");
        assert_string_equal(r->references, "url,example.org");
        assert_int_equal(r->src.in_cnt + r->src.except_cnt, 0);
        assert_int_equal(r->dst.in_cnt, 1);
        assert_int_equal(r->dst.in[0].prefix_len, 104);
        assert_int_equal(r->dst.except_cnt, 1);
        assert_int_equal(r->dport.in[0].low, 5060);
        assert_int_equal(r->dport.in[0].high, 5062);
        assert_int_equal(r->dport.except[0].low, 5061);
        assert_int_equal(r->group_cnt, 1);
        assert_int_equal(r->groups[0].field, MATCH_FIELD_USER_AGENT);
        assert_int_equal(r->groups[0].step_cnt, 1);
        assert_memory_equal(r->groups[0].steps[0].bytes, "friendly", 8);
        unload(l);
}

static void places_of_contents(void **state)
{
        struct loaded *l = load(HEAD "content:\"a|0d 0A|b\"; offset:3; depth:9; content:\"cd\"; "
                                     "distance:-2; within:7; content:!\"e\"; within:5; "
                                     "content:\"f\"; startswith; endswith; nocase; sid:1;)");
        const struct cp_rule_step *s = l->set.rules[0].groups[0].steps;

        (void)state;
        assert_int_equal(l->rc, 0);
        assert_int_equal(s[0].len, 4);
        assert_memory_equal(s[0].bytes, "a\r\nb", 4);
        assert_int_equal(s[0].s.from, 3);
        assert_int_equal(s[0].s.end, 12); /* depth counts from offset */
        assert_true((s[0].s.flags & MATCH_STEP_NEXT) != 0);
        assert_int_equal(s[1].s.from, -2);
        assert_int_equal(s[1].s.end, 5); /* within counts from where distance leads to */
        assert_int_equal(s[1].s.flags, MATCH_STEP_RELATIVE | MATCH_STEP_NEXT);
        assert_int_equal(s[2].s.flags, MATCH_STEP_RELATIVE | MATCH_STEP_NEGATED);
        assert_int_equal(s[3].s.flags, MATCH_STEP_STARTS | MATCH_STEP_ENDS | MATCH_STEP_NOCASE);
        unload(l);
}

static void groups_and_variables(void **state)
{
        static const struct cp_rule_var v[] = {
            {"HOME_NET", "[192.0.2.0/24,2001:db8::/32]"},
            {"EXTERNAL_NET", "!$HOME_NET"},
            {"PORTS", "[5060,!$NOT]"},
            {"NOT", "[5061:5070]"},
        };
        const struct cp_rule_vars vars = {v, 4};
        const char *text = "alert udp $EXTERNAL_NET !$PORTS2 -> !$EXTERNAL_NET $PORTS (sid:1;)\n"
                           "alert udp $EXTERNAL_NET any <> !$EXTERNAL_NET $PORTS (sid:2;)\n";
        struct cp_rule_errors *errors = calloc(1, sizeof(*errors));
        struct cp_rule_set set = {0};
        const struct cp_rule *r;

        (void)state;
        assert_int_equal(cp_rules_read(&set, "x", text, strlen(text), &vars, errors), -EINVAL);
        assert_int_equal(errors->cnt, 1);
        assert_string_equal(errors->e[0].text, "variable '$PORTS2' is not defined");
        assert_int_equal(errors->e[0].column, 25);
        assert_int_equal(set.cnt, 1);
        r = &set.rules[0];
        assert_int_equal(r->r.flags, MATCH_RULE_BOTH_WAYS);
        assert_int_equal(r->src.in_cnt, 0);
        assert_int_equal(r->src.except_cnt, 2);
        assert_int_equal(r->dst.in_cnt, 2); /* not outside is at home */
        assert_int_equal(r->dport.in_cnt, 1);
        assert_int_equal(r->dport.except[0].high, 5070);
        cp_rule_set_fini(&set);
        free(errors);
}

static void every_field_has_its_name(void **state)
{
        char text[256];

        (void)state;
        for (int f = 1; f < MATCH_FIELD_CNT; f++) {
                const struct match_field_info *i = &match_fields[f];
                struct loaded *l;

                snprintf(text, sizeof(text), HEAD "%s%s; %s sid:1;)", i->name,
                         i->param != MATCH_PARAM_NONE  ? ":X-Name"
                         : i->type != MATCH_TYPE_BYTES ? ":any"
                                                       : "",
                         i->type == MATCH_TYPE_BYTES ? "content:\"a\";" : "");
                l = load(text);
                assert_int_equal(l->rc, 0);
                if (i->type == MATCH_TYPE_BYTES)
                        assert_int_equal(l->set.rules[0].groups[0].field, f);
                else
                        assert_int_equal(l->set.rules[0].groups[0].steps[0].s.field, f);
                unload(l);
        }
}

static void the_better_pattern_is_looked_for_first(void **state)
{
        struct loaded *l = load(
            HEAD "sip.method; content:\"INVITE\"; sip.user_agent; content:\"scan\"; sid:1;)\n" HEAD
                 "content:\"longer than the other\"; sip.user_agent; content:\"a\"; "
                 "fast_pattern; sid:2;)\n" HEAD "sip.cseq.num:>5; sid:3;)");
        const struct match_set *s = l->compiled;

        (void)state;
        assert_int_equal(l->rc, 0);
        assert_int_equal(s->head->always.cnt, 1);
        assert_int_equal(s->always[0], 2);
        for (uint32_t i = 0; i < s->head->buffers.cnt; i++)
                assert_int_equal(s->buffers[i].pattern_cnt,
                                 s->buffers[i].field == MATCH_FIELD_USER_AGENT ? 2 : 0);
        unload(l);
}

/* ---- files of others ---- */

struct expected {
        const char *file; /* below rules/ */
        unsigned rules;
        const char *refusal; /* "line:column: text" of its one refusal, NULL: none */
};

static const struct expected files[] = {
    {"emerging-threats-gpl-sip.rules", 4, NULL},
    {"emerging-threats-sip.rules", 28, NULL},
    {"suricata-sip-events.rules", 1, NULL},
    {"suricata-verify/sip-body-frames/sip-frames.rules", 11, NULL},
    {"suricata-verify/sip-body-large/test.rules", 1, NULL},
    {"suricata-verify/sip-compact-form/test.rules", 5, NULL},
    {"suricata-verify/sip-content-length/test.rules", 2, NULL},
    {"suricata-verify/sip-content-type/test.rules", 2, NULL},
    {"suricata-verify/sip-from/test.rules", 2, NULL},
    {"suricata-verify/sip-method/test.rules", 2, NULL},
    {"suricata-verify/sip-protocol/test.rules", 2, NULL},
    {"suricata-verify/sip-request-line/test.rules", 1, NULL},
    {"suricata-verify/sip-response-line/test.rules", 1, NULL},
    {"suricata-verify/sip-sdp/test.rules", 12, NULL},
    {"suricata-verify/sip-stat-code/test.rules", 2, NULL},
    {"suricata-verify/sip-tcp-body-frames/test.rules", 8, NULL},
    {"suricata-verify/sip-tcp-protocol/test.rules", 2, NULL},
    {"suricata-verify/sip-tcp-request-line/test.rules", 1, NULL},
    {"suricata-verify/sip-tcp-response-line/test.rules", 1, NULL},
    {"suricata-verify/sip-tcp-stat-code/test.rules", 1, NULL},
    {"suricata-verify/sip-tcp-stat-msg/test.rules", 1, NULL},
    {"suricata-verify/sip-uri/test.rules", 1, NULL},
    {"suricata-verify/sip-user-agent/test.rules", 1, NULL},
};

static const char *corpus(void)
{
        static char path[4096];
        const char *given = getenv("SLUICE_CORPUS");
        const char *root = getenv("SLUICE_SOURCE_ROOT");

        snprintf(path, sizeof(path), "%s%s",
                 given != NULL  ? given
                 : root != NULL ? root
                                : ".",
                 given != NULL ? "" : "/../shared/corpus");
        return access(path, R_OK) == 0 ? path : NULL;
}

static void rule_files_of_others_load(void **state)
{
        char path[4352];

        (void)state;
        if (corpus() == NULL) {
                print_message("skipped: no outside corpus (SLUICE_CORPUS)\n");
                skip();
        }
        for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
                struct loaded *l;
                char error[320] = "";

                snprintf(path, sizeof(path), "%s/rules/%s", corpus(), files[i].file);
                l = load_file(path);
                say(files[i].file, l);
                if (l->errors.cnt != 0)
                        snprintf(error, sizeof(error), "%u:%u: %s", l->errors.e[0].line,
                                 l->errors.e[0].column, l->errors.e[0].text);
                assert_string_equal(error, files[i].refusal != NULL ? files[i].refusal : "");
                assert_int_equal(l->set.cnt, files[i].rules);
                unload(l);
        }
}

/* ---- the table of the documents ---- */

/* Suricata 8's, by its own manual. */
static const char *const suricata_keywords[] = {
    "sip.method",
    "sip.uri",
    "sip.request_line",
    "sip.stat_code",
    "sip.stat_msg",
    "sip.response_line",
    "sip.protocol",
    "sip.from",
    "sip.to",
    "sip.via",
    "sip.user_agent",
    "sip.content_type",
    "sip.content_length",
    "sdp.session_name",
    "sdp.session_info",
    "sdp.origin",
    "sdp.uri",
    "sdp.email",
    "sdp.phone_number",
    "sdp.connection_data",
    "sdp.bandwidth",
    "sdp.time",
    "sdp.repeat_time",
    "sdp.timezone",
    "sdp.encryption_key",
    "sdp.attribute",
    "sdp.media.media",
    "sdp.media.media_info",
    "sdp.media.session_info",
    "sdp.media.connection_data",
    "sdp.media.encryption_key",
};
#define KEYWORDS (sizeof(suricata_keywords) / sizeof(suricata_keywords[0]))

/* A keyword of the table as an option of a rule: it loads. */
static void loads(const char *keyword, size_t len)
{
        struct cp_rule_errors *e = calloc(1, sizeof(*e));
        struct cp_rule_set set = {0};
        bool frame = memchr(keyword, '.', len) != NULL && memchr(keyword, ':', len) == NULL &&
                     (strncmp(keyword, "re", 2) == 0);
        bool event = strncmp(keyword, "app-layer-event:", 16) == 0;
        char rule[256];

        snprintf(rule, sizeof(rule), "alert sip any any -> any any (%s%.*s; %s sid:1;)\n",
                 frame ? "frame:" : "", (int)len, keyword, event ? "" : "content:\"a\";");
        if (cp_rules_read(&set, "x", rule, strlen(rule), &cp_rule_default_vars, e) != 0)
                fail_msg("%s%s", rule, e->e[0].text);
        cp_rule_set_fini(&set);
        free(e);
}

static void the_table_of_keywords_is_true(void **state)
{
        const char *root = getenv("SLUICE_SOURCE_ROOT");
        bool named[KEYWORDS] = {false};
        unsigned cnt = 0;
        bool inside = false;
        char path[4096];
        char line[4096];
        FILE *f;

        (void)state;
        snprintf(path, sizeof(path), "%s/control/doc/rules.md", root != NULL ? root : ".");
        f = fopen(path, "r");
        assert_non_null(f);
        while (fgets(line, sizeof(line), f) != NULL) {
                if (line[0] == '#')
                        inside = strstr(line, "Suricata's SIP and SDP keywords") != NULL;
                if (!inside || line[0] != '|' || strstr(line, "supported") == NULL)
                        continue;
                *strstr(line, "supported") = '\0';
                for (const char *at = line; (at = strchr(at, '`')) != NULL;) {
                        size_t len = strcspn(++at, "`");

                        loads(at, len);
                        cnt++;
                        for (size_t i = 0; i < KEYWORDS; i++) {
                                named[i] = named[i] || (strlen(suricata_keywords[i]) == len &&
                                                        memcmp(suricata_keywords[i], at, len) == 0);
                        }
                        at += len + 1;
                }
        }
        (void)fclose(f);
        for (size_t i = 0; i < KEYWORDS; i++) {
                if (!named[i])
                        fail_msg("%s is not in the table", suricata_keywords[i]);
        }
        print_message("%u keywords of the table load, all %zu of Suricata among them\n", cnt,
                      KEYWORDS);
}

int main(int argc, char **argv)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(a_rule_says_what_it_says),
            cmocka_unit_test(places_of_contents),
            cmocka_unit_test(groups_and_variables),
            cmocka_unit_test(every_field_has_its_name),
            cmocka_unit_test(the_better_pattern_is_looked_for_first),
            cmocka_unit_test(rule_files_of_others_load),
            cmocka_unit_test(the_table_of_keywords_is_true),
        };

        if (argc > 2 && strcmp(argv[1], "--print") == 0) {
                for (int i = 2; i < argc; i++) {
                        struct loaded *l = load_file(argv[i]);

                        say(argv[i], l);
                        unload(l);
                }
                return 0;
        }
        return cmocka_run_group_tests(tests, NULL, NULL);
}
