/* SPDX-License-Identifier: Apache-2.0 */
/* Scenarios: what is taken, what is refused and where, and which of the outside corpus can be read.
 */
#include <errno.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench/harness/traffic/scenario.h"
#include "parser/sip_msg.h"

static struct sb_ident ident;
/* Keywords that the authors of the corpus give with -key. */
static const char *const keys[] = {
    "custom_media_port", "1", "callee",     "1", "ident_key", "1", "dest",      "1",
    "customip1",         "1", "customip2",  "1", "customip3", "1", "customip4", "1",
    "customip5",         "1", "customip6",  "1", "customip7", "1", "customip8", "1",
    "customip9",         "1", "from_user",  "1", "domain",    "1", "regq",      "1",
    "regpath",           "1", "regcontact", "1", "keyword",   "1", NULL};
static struct sb_env env = {
    .local = &ident, .pid = 7, .service = "service", .media_port = 6000, .keys = keys};

static int set_up(void **state)
{
        bool v6;

        (void)state;
        env.remote.port = 5060;
        return sb_ident_init(&ident, "198.51.100.10", 1, 5060, 1) != 0 ||
               sb_addr_parse("198.51.100.20", &env.remote.addr, &v6) != 0;
}

static void refusals_name_line_and_element(void **state)
{
#define CALL(text) \
        "<scenario>\n<send><![CDATA[\nOPTIONS sip:a SIP/2.0\n]]></send>\n" text "</scenario>"
        static const struct {
                const char *xml;
                const char *says;
        } rows[] = {
            {CALL("<recv/>"), "x.xml:5: <recv>: wants either"},
            {CALL("<recv response=\"200\" colour=\"red\"/>"), "x.xml:5: <recv>: attribute colour"},
            {CALL("\n<sendCmd/>"), "x.xml:6: <sendCmd>: this element"},
            {CALL("<recv response=\"20\"/>"), "<recv>: response=\"20\""},
            {CALL("<recv response=\"abc\"/>"), "<recv>: response=\"abc\""},
            {CALL("<recv response=\"200\" next=\"4\"/>"), "no label \"4\""},
            {CALL("<recv response=\"200\"><action><ereg regexp=\"(\" "
                  "assign_to=\"1\"/></action></recv>"),
             "x.xml:5: <ereg>: regexp="},
            {CALL("<recv response=\"200\"><action><exec command=\"rm\"/></action></recv>"),
             "x.xml:5: <exec>: only"},
            {CALL("<recv response=\"200\"><action><verifyauth/></action></recv>"),
             "x.xml:5: <verifyauth>: this action"},
            {CALL("<pause distribution=\"weibull\"/>"), "<pause>: distribution="},
            {CALL("<action/>"), "x.xml:5: <action>: belongs"},
            {"<scenario>\n<send><![CDATA[\nOPTIONS sip:[nobody] SIP/2.0\n]]></send></scenario>",
             "x.xml:2: <send>: unknown keyword [nobody]"},
            {"<scenario>\n<send><![CDATA[\nOPTIONS sip:[field0] SIP/2.0\n]]></send></scenario>",
             "x.xml:2: <send>: no file of values"},
            {"<scenario>\n<send/></scenario>", "x.xml:2: <send>: no message"},
            {"<scenario>\n<send>hello</send></scenario>", "x.xml:2: <send>: no start line"},
            {"<scenario/>", "<scenario>: it neither sends nor receives"},
            {"<other/>", "x.xml:1: <other>: the outermost"},
            {"<scenario>\n<send>", "x.xml:2: <?>: "},
            {"", "x.xml:1: <?>: "},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                char error[SB_ERROR_BYTES];
                struct sb_scenario *s;

                assert_int_equal(sb_scenario_parse(&s, "x.xml", rows[i].xml, strlen(rows[i].xml),
                                                   &env, NULL, 0, error),
                                 -EINVAL);
                if (strstr(error, rows[i].says) == NULL)
                        fail_msg("row %zu says \"%s\", wanted \"%s\"", i, error, rows[i].says);
                assert_null(s);
        }
}

static void what_sipp_takes_is_taken(void **state)
{
        static const char xml[] =
            "<!-- a -- b < c -->\n"
            "<?xml version=\"1.0\" encoding=\"ISO-8859-1\" ?>\n"
            "<!DOCTYPE scenario SYSTEM \"sipp.dtd\">\n"
            "<scenario name=\"n\">\n"
            "<send retrans=\"500\" start_txn=\"inv\"><![CDATA[\n"
            "   INVITE sip:a@[::1] SIP/2.0\n"
            "   Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]\n"
            "   Call-ID: [call_id]\n\n\n"
            "   v=0\n"
            "]]></send>\n"
            "<recv response=\"200\" response_txn=\"inv\" next=\"x\" rtd=\"2\">\n"
            "  <action><ereg regexp=\"<(.*)>\" search_in=\"hdr\" header=\"Contact:\" "
            "assign_to=\"1,2\"/>\n"
            "  <log message=\"[$2]\"/></action></recv>\n"
            "<send ack_txn=\"inv\"><![CDATA[ACK sip:a SIP/2.0\nVia: x;branch=[branch]\n]]></send>\n"
            "<label id=\"x\"/></scenario>";
        char error[SB_ERROR_BYTES];
        struct sb_scenario *s;
        const struct sb_template *t;

        (void)state;
        if (sb_scenario_parse(&s, "x.xml", xml, sizeof(xml) - 1, &env, NULL, 0, error) != 0)
                fail_msg("%s", error);
        assert_int_equal(s->step_cnt, 3);
        assert_int_equal(s->steps[1].next, 3);
        assert_int_equal(s->steps[1].line, 13);
        assert_int_equal(s->rtd_cnt, 2);
        assert_true(s->plain_id == false && s->logs && !s->serves && !s->needs_last);
        t = s->steps[0].message;
        assert_true(t->request && t->method == SIP_METHOD_INVITE && t->plain_id);
        assert_non_null(
            memmem(t->literals, t->literal_bytes, "INVITE sip:a@[::1] SIP/2.0\r\nVia: ", 33));
        assert_non_null(memmem(t->literals, t->literal_bytes, "\r\n\r\nv=0\r\n", 9));
        t = s->steps[2].message;
        for (uint32_t i = 0; i < t->op_cnt; i++)
                if (t->ops[i].kind == SB_OP_TEXT &&
                    t->ops[i].arg == SB_TEXT_NUMBER_HEX) /* the branch ends in the INVITE's step */
                        assert_memory_equal(t->literals + t->ops[i + 1].off, "00000000\r\n", 10);
        assert_int_equal(s->steps[0].message->ops[s->steps[0].message->body_op].kind,
                         SB_OP_LITERAL);
        sb_scenario_free(s);
}

static void ours_are_complete(void **state)
{
        static const char *const names[] = {"uac", "uas", "register", "options"};

        (void)state;
        for (size_t i = 0; i < 4; i++) {
                char error[SB_ERROR_BYTES];
                struct sb_scenario *s;

                if (sb_scenario_load(&s, names[i], &env, NULL, 0, error) != 0)
                        fail_msg("%s", error);
                assert_true(s->serves == (strcmp(names[i], "uas") == 0));
                sb_scenario_free(s);
        }
        assert_null(sb_scenario_builtin("uaz"));
}

static struct {
        uint32_t taken;
        uint32_t refused;
        char reasons[64][96];
        uint32_t counts[64];
        uint32_t kinds;
} seen;

/* "FILE:LINE: <element>: what" without its first two parts and without what is quoted. */
static void reason(const char *error)
{
        const char *open = strchr(error, '<');
        char text[96];
        uint32_t i;

        snprintf(text, sizeof(text), "%.*s", (int)strcspn(open == NULL ? error : open, "\"["),
                 open == NULL ? error : open);
        if (strstr(error, "unknown keyword") != NULL)
                snprintf(text, sizeof(text), "%.60s", strstr(error, "unknown keyword"));
        for (i = 0; i < seen.kinds; i++)
                if (strcmp(seen.reasons[i], text) == 0)
                        break;
        if (i == seen.kinds && seen.kinds < 64)
                snprintf(seen.reasons[seen.kinds++], sizeof(text), "%s", text);
        if (i < 64)
                seen.counts[i]++;
}

static int visit(const char *path, const struct stat *sb, int type, struct FTW *ftw)
{
        size_t len = strlen(path);
        char error[SB_ERROR_BYTES];
        struct sb_inject *files[1] = {NULL};
        struct sb_scenario *s;

        (void)sb;
        (void)ftw;
        if (type != FTW_F || len < 4 || strcmp(path + len - 4, ".xml") != 0)
                return 0;
        char values[] = "/tmp/sluice-values-XXXXXX";
        int fd = mkstemp(values);
        bool written = fd >= 0 && write(fd, "SEQUENTIAL\na;b;c;d;e\n", 21) == 21;

        close(fd);
        if (!written || sb_inject_load(&files[0], values, error, sizeof(error)) != 0)
                fail_msg("no file of values");
        unlink(values);
        if (sb_scenario_load(&s, path, &env, files, 1, error) == 0) {
                seen.taken++;
                sb_scenario_free(s);
        } else {
                seen.refused++;
                assert_memory_equal(error, path, len);
                if (getenv("SLUICE_TEST_VERBOSE") != NULL)
                        printf("%s\n", error);
                reason(error);
        }
        sb_inject_free(files[0]);
        return 0;
}

/* Each scenario of the corpus is either taken, or refused by a line and an element. */
static void the_corpus_is_read(void **state)
{
        const char *corpus = getenv("SLUICE_CORPUS"), *root = getenv("SLUICE_SOURCE_ROOT");
        char path[4096];

        (void)state;
        if (corpus != NULL)
                snprintf(path, sizeof(path), "%s/sipp", corpus);
        else
                snprintf(path, sizeof(path), "%s/../shared/corpus/sipp", root == NULL ? "." : root);
        if (access(path, R_OK) != 0) {
                printf("skipped: no corpus at %s\n", path);
                skip();
        }
        assert_int_equal(nftw(path, visit, 16, FTW_PHYS), 0);
        printf("corpus: %u scenarios taken, %u refused\n", seen.taken, seen.refused);
        for (uint32_t i = 0; i < seen.kinds; i++)
                printf("  %4u %s\n", seen.counts[i], seen.reasons[i]);
        assert_true(seen.taken * 10 >= (seen.taken + seen.refused) * 9);
}

static const char yaml[] = "name: small\n"
                           "steps:\n"
                           "  - send: |\n"
                           "      INVITE sip:a@b SIP/2.0\n"
                           "      Via: SIP/2.0/UDP [local_ip];branch=[branch]\n"
                           "      CSeq: 1 INVITE\n"
                           "      Call-ID: [call_id]\n"
                           "    retrans: 500\n"
                           "  - recv: 180\n"
                           "    optional: true\n"
                           "  - recv: 200\n"
                           "    rtd: true\n"
                           "    actions:\n"
                           "      - ereg: {regexp: 'a\"<&', assign_to: x}\n"
                           "      - log: {message: '[$x]'}\n"
                           "  - pause: 150\n"
                           "  - recv: BYE\n"
                           "    timeout: 900\n"
                           "  - nop: ~\n"
                           "  - timewait: 4000\n";

static void yaml_is_the_same_scenario(void **state)
{
        char error[SB_ERROR_BYTES] = "",
             *xml = sb_scenario_yaml("t.yaml", yaml, sizeof(yaml) - 1, error);
        static const uint8_t kinds[] = {SB_STEP_SEND, SB_STEP_RECV, SB_STEP_RECV,    SB_STEP_PAUSE,
                                        SB_STEP_RECV, SB_STEP_NOP,  SB_STEP_TIMEWAIT};
        struct sb_scenario *s = NULL;

        (void)state;
        if (xml == NULL ||
            sb_scenario_parse(&s, "t.yaml", xml, strlen(xml), &env, NULL, 0, error) != 0)
                fail_msg("%s", error);
        assert_string_equal(s->name, "small");
        assert_int_equal(s->step_cnt, sizeof(kinds));
        for (uint32_t i = 0; i < s->step_cnt; i++)
                assert_int_equal(s->steps[i].kind, kinds[i]);
        assert_int_equal(s->steps[0].retrans_ms, 500);
        assert_int_equal(s->steps[0].message->method, SIP_METHOD_INVITE);
        assert_int_equal(s->steps[0].line, 3);
        assert_true(s->steps[1].optional && s->steps[1].status == 180);
        assert_int_equal(s->steps[2].line, 11);
        assert_int_equal(s->steps[2].actions->kind, SB_ACT_EREG);
        assert_int_equal(s->steps[2].actions->next->kind, SB_ACT_LOG);
        assert_int_equal(s->steps[3].pause_ms, 150);
        assert_int_equal(s->steps[4].method, SIP_METHOD_BYE);
        assert_int_equal(s->steps[4].timeout_ms, 900);
        assert_int_equal(s->steps[6].pause_ms, 4000);
        sb_scenario_free(s);
        free(xml);
}

static void yaml_errors_name_the_line(void **state)
{
        static const struct {
                const char *text;
                const char *want;
        } rows[] = {
            {"steps:\n  - sned: x\n", "t.yaml:2:"},
            {"name: x\n", "t.yaml:1:"},
            {"steps:\n  - nop: ~\n  - recv: 200\n    optional: [1]\n", "t.yaml:4:"},
            {"steps:\n  - nop: ~\n    actions: x\n", "t.yaml:3:"},
            {"steps:\n  - nop: ~\n    actions:\n      - ereg\n", "t.yaml:4:"},
            {"steps: [\n", "t.yaml:"},
            {"- 1\n", "t.yaml:1:"},
            {"", "t.yaml:1:"},
            {"steps:\n  - send: {a: b}\n", "t.yaml:2:"},
            {"steps:\n  - send: 'x]]>'\n", "t.yaml:2:"},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                char error[SB_ERROR_BYTES] = "";

                assert_null(sb_scenario_yaml("t.yaml", rows[i].text, strlen(rows[i].text), error));
                if (strncmp(error, rows[i].want, strlen(rows[i].want)) != 0)
                        fail_msg("%s: %s", rows[i].text, error);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(refusals_name_line_and_element),
            cmocka_unit_test(yaml_is_the_same_scenario),
            cmocka_unit_test(yaml_errors_name_the_line),
            cmocka_unit_test(what_sipp_takes_is_taken),
            cmocka_unit_test(ours_are_complete),
            cmocka_unit_test(the_corpus_is_read),
        };

        return cmocka_run_group_tests(tests, set_up, NULL);
}
