/* SPDX-License-Identifier: Apache-2.0 */
/* Every command that asks control, against a control that says what each test wants: what it
 * asks, what it prints (golden/), and how it ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/cli/fake_control.h"

#define CONSERVATION                                                                      \
        "\"conservation\":{\"received\":1000,\"sent\":900,\"observed\":0,\"dropped\":97," \
        "\"consumed\":2,\"held_pending\":1,\"held_reassembly\":0,\"accounted\":1000,"     \
        "\"exact\":true}"
#define STATUS_HEAD                                                                          \
        "\"version\":\"0.1.0\",\"pid\":4242,\"uptime_s\":3725,\"policy\":{\"generation\":3," \
        "\"routes\":4,\"allow\":2,\"deny\":1,\"bans\":3,\"scanners\":19,"                    \
        "\"config\":\"/etc/sluice/sluice.yaml\"}"
#define DATAPLANE                                                                               \
        "{\"socket\":\"/run/sluice/dataplane.sock\",\"attached\":true,\"incarnation\":2,"       \
        "\"pid\":4100,\"workers\":2,\"heartbeat_age_ms\":3,\"state\":\"run\",\"decisions\":"    \
        "{\"asked\":40,\"answered\":39,\"cached\":700,\"forged\":0},\"lanes\":{"                \
        "\"unproven\":{\"messages\":120,\"dropped\":30},\"proven\":{\"messages\":0,"            \
        "\"dropped\":0},\"peer\":{\"messages\":9,\"dropped\":0},\"priority\":{"                 \
        "\"messages\":1,\"dropped\":0}},\"limits\":{\"checked\":90,\"over\":7,\"full\":0,"      \
        "\"over_budget\":23,\"keys\":55,\"lifts\":0},\"trust\":{\"sources\":0,"                 \
        "\"raised\":0},\"challenge\":{\"given\":8,\"echoed\":5,\"expired\":0,\"forged\":1,"     \
        "\"workers_now\":1},\"shedding\":{\"unproven\":11,\"proven\":0,\"raised\":1,\"workers_" \
        "now\":0},"                                                                             \
        "\"calls\":{\"transactions\":31,\"dialogs\":12,\"evicted\":0,\"no_room\":0}"            \
        ","                                                                                     \
        "\"last_error\":"                                                                       \
        "null," CONSERVATION "}"
#define AWAY                                                                        \
        "{\"socket\":\"/run/sluice/other.sock\",\"attached\":false,\"last_error\":" \
        "\"no such file or \\u001b[31mdirectory\"}"

#define SCAN_EVENT                                                                              \
        "{\"timestamp\":\"2026-01-02T03:04:05.678901+0000\",\"event_type\":\"sip\","            \
        "\"src_ip\":\"198.51.100.66\",\"src_port\":5071,\"dest_ip\":\"203.0.113.20\","          \
        "\"dest_port\":5060,\"proto\":\"UDP\",\"vlan\":[100],\"verdict\":{\"action\":\"drop\"," \
        "\"reason\":\"scanner\"},\"class\":\"other\",\"lane\":\"unproven\",\"anomalies\":"      \
        "[\"bare_lf\",\"nul\"],\"rules\":[],\"sip\":{\"method\":\"OPTIONS\",\"uri\":"           \
        "\"sip:100@203.0.113.20\",\"request_line\":\"OPTIONS sip:100@203.0.113.20 SIP/2.0\","   \
        "\"call_id\":\"\\u001b]0;pwned\\u0007@x\",\"cseq\":1,\"cseq_method\":\"OPTIONS\","      \
        "\"from\":\"\\\"sipvicious\\\"<sip:100@1.1.1.1>;tag=6\",\"user_agent\":"                \
        "\"friendly-scanner\\u0000\\r\\nX: \\u009b2J\"}}"
#define CALL_EVENT                                                                              \
        "{\"timestamp\":\"2026-01-02T03:04:04.000001+0000\",\"event_type\":\"sip\",\"src_ip\":" \
        "\"2001:db8::1\",\"src_port\":5060,\"dest_ip\":\"2001:db8::2\",\"dest_port\":5060,"     \
        "\"proto\":\"UDP\",\"verdict\":{\"action\":\"pass\",\"reason\":\"pass_policy\"},"       \
        "\"class\":\"invite\",\"lane\":\"peer\",\"anomalies\":[],\"rules\":[],\"sip\":{"        \
        "\"method\":\"INVITE\",\"uri\":\"sip:a-very-long-user-name@pbx.example.com\","          \
        "\"request_line\":\"INVITE sip:a-very-long-user-name@pbx.example.com SIP/2.0\","        \
        "\"call_id\":\"a84b4c76e66710@pc33\"}}"
#define REJECT_EVENT                                                                               \
        "{\"timestamp\":\"2026-01-02T03:04:06.000000+0000\",\"src_ip\":\"192.0.2.9\",\"src_"       \
        "port\":"                                                                                  \
        "5060,\"dest_ip\":\"203.0.113.20\",\"dest_port\":5060,\"verdict\":{\"action\":\"reject\"," \
        "\"reason\":\"route_reject\",\"code\":403,\"rule\":2},\"sip\":{\"request_line\":"          \
        "\"INVITE sip:0900@pbx SIP/2.0\",\"method\":\"INVITE\",\"uri\":\"sip:0900@pbx\"}}"

/* One command line against one list of answers. Golden is NULL when nothing may be printed. */
struct row {
        const char *line;
        int rc;
        const char *golden;
        const char *err;   /* what stderr says, NULL = nothing */
        const char *asked; /* a part of the request, NULL = do not look */
};

static void check_row(const struct row *r, const struct fake_answer *answers)
{
        struct fake_control f;
        struct outcome o;

        fake_control_start(&f, answers);
        o = run_line(&f, r->line);
        fake_control_stop(&f);
        if (r->golden)
                assert_golden(r->golden, o.out);
        else
                assert_string_equal(o.out, "");
        if (r->err && !strstr(o.err, r->err))
                fail_msg("\"%s\" says on stderr: %s", r->line, o.err);
        if (!r->err)
                assert_string_equal(o.err, "");
        if (r->asked && !strstr(f.asked, r->asked))
                fail_msg("\"%s\" asked: %s", r->line, f.asked);
        if (o.rc != r->rc)
                fail_msg("\"%s\" ended with %d: %s", r->line, o.rc, o.err);
        /* Nothing that a terminal obeys may come out, whatever came in. */
        for (const char *c = o.out; *c; c++)
                assert_true(*c == '\n' || ((unsigned char)*c >= 0x20 && (unsigned char)*c < 0x7f));
        outcome_free(&o);
}

static void check_rows(const struct row *r, size_t cnt, const struct fake_answer *answers)
{
        for (size_t i = 0; i < cnt; i++)
                check_row(&r[i], answers);
}

#define CHECK(rows, answers) check_rows(rows, sizeof(rows) / sizeof((rows)[0]), answers)

static void test_status(void **state)
{
        static const struct fake_answer well[] = {
            {"status", "\"result\":{" STATUS_HEAD ",\"dataplanes\":[" DATAPLANE "]}", NULL},
            {.method = NULL}};
        static const struct fake_answer away[] = {
            {"status", "\"result\":{" STATUS_HEAD ",\"dataplanes\":[" DATAPLANE "," AWAY "]}",
             NULL},
            {.method = NULL}};
        static const struct fake_answer none[] = {
            {"status", "\"result\":{" STATUS_HEAD ",\"dataplanes\":[]}", NULL}, {.method = NULL}};
        static const struct fake_answer wrong[] = {
            {"status",
             "\"result\":{" STATUS_HEAD ",\"dataplanes\":[{\"socket\":\"/d\",\"attached\":true,"
             "\"state\":\"run\",\"workers\":1,\"conservation\":{\"received\":10,\"sent\":8,"
             "\"accounted\":8,"
             "\"exact\":false}}]}",
             NULL},
            {.method = NULL}};
        static const struct row rows[] = {
            {"status", 0, "status.txt", NULL, "\"method\":\"status\",\"params\":{}"},
            {"statu --json", 0, "status.json", NULL, NULL}};
        static const struct row away_row = {"status", 1, "status_away.txt", NULL, NULL};
        static const struct row none_row = {"status", 1, "status_none.txt", NULL, NULL};
        static const struct row wrong_row = {"status", 1, "status_wrong.txt", NULL, NULL};

        (void)state;
        CHECK(rows, well);
        check_row(&away_row, away);
        check_row(&none_row, none);
        check_row(&wrong_row, wrong);
}

static void test_stats(void **state)
{
        static const struct fake_answer answers[] = {
            {"stats",
             "\"result\":{\"dataplanes\":[{\"socket\":\"/run/sluice/dataplane.sock\",\"total\":{"
             "\"received\":1000,\"received_bytes\":778000,\"sent\":900,\"consumed\":0,"
             "\"sip_messages\":998,\"decisions_cached\":700,\"events_lost\":0,\"loops\":123456789,"
             "\"dropped\":{\"scanner\":90,\"banned\":7},\"passed\":{\"pass_cached\":700},"
             "\"by_lane\":{\"unproven\":91,\"peer\":9},\"dropped_by_lane\":{\"unproven\":88},"
             "\"by_class\":{\"other\":90,\"invite\":10},\"by_method\":{\"OPTIONS\":90},"
             "\"by_code_class\":{\"2xx\":20}},\"workers\":[{\"received\":600,\"sent\":500,"
             "\"sip_messages\":599,\"decisions_cached\":400},{\"received\":400,\"sent\":400,"
             "\"sip_messages\":399,\"decisions_cached\":300}]}],\"control\":{\"requests\":40,\"by_"
             "reason\":{\"route_reject\":4},"
             "\"replies\":40,\"events\":998,\"expired\":0}}",
             NULL},
            {.method = NULL}};
        static const struct row rows[] = {{"stats", 0, "stats.txt", NULL, NULL},
                                          {"stats -aw", 0, "stats_all.txt", NULL, NULL},
                                          {"--json stats", 0, "stats.json", NULL, NULL}};

        (void)state;
        CHECK(rows, answers);
}

static void test_ban(void **state)
{
        static const struct fake_answer answers[] = {
            {"ban.add",
             "\"result\":{\"prefix\":\"198.51.100.0/24\",\"source\":\"operator\",\"added\":"
             "\"2026-01-02T03:04:05.678901+0000\",\"expires\":\"2026-01-02T04:04:05.678901+0000\","
             "\"reason\":\"x\"}",
             NULL},
            {"ban.lift", "\"result\":{\"lifted\":true}", NULL},
            {"ban.list",
             "\"result\":{\"bans\":[{\"prefix\":\"198.51.100.0/24\",\"source\":\"operator\","
             "\"added\":\"2026-01-02T03:04:05.678901+0000\",\"expires\":\"2026-01-02T04:04:05."
             "678901+0000\",\"reason\":\"abuse \\u001b[2J report "
             "17, and a reason that is long enough to need a second line\"},{\"prefix\":"
             "\"2001:db8::/"
             "32\",\"source\":\"config\",\"added\":\"2026-01-02T03:04:05.678901+0000\",\"expires\":"
             "null,"
             "\"reason\":\"\"}]}",
             NULL},
            {"ban.why",
             "\"result\":{\"address\":\"192.0.2.7\",\"decides\":\"ban\",\"entries\":[{\"table\":"
             "\"ban\","
             "\"prefix\":\"192.0.2.0/"
             "24\",\"reason\":\"abuse\",\"added\":\"2026-01-02T03:04:05.678901+"
             "0000\",\"expires\":null},{\"table\":\"blocklist\",\"prefix\":\"192.0.2.7\","
             "\"reason\":"
             "\"drop\",\"file\":\"/etc/sluice/drop.txt\"}]}",
             NULL},
            {.method = NULL}};
        static const struct fake_answer no[] = {
            {"ban.add", "\"error\":{\"code\":-32602,\"message\":\"prefix: not an address\"}", NULL},
            {"ban.lift", "\"result\":{\"lifted\":false}", NULL},
            {"ban.list", "\"result\":{\"bans\":[]}", NULL},
            {"ban.why",
             "\"result\":{\"address\":\"192.0.2.7\",\"decides\":\"none\",\"entries\":[]}", NULL},
            {.method = NULL}};
        static const struct row rows[] = {
            {"ban add 198.51.100.0/24 --ttl 1h --reason x", 0, "ban_add.txt", NULL,
             "\"params\":{\"prefix\":\"198.51.100.0/24\",\"ttl_s\":3600,\"reason\":\"x\"}"},
            {"ban add 198.51.100.0/24", 0, "ban_add.txt", NULL, "\"ttl_s\":0,\"reason\":\"\""},
            {"ban add 198.51.100.0/24 --rate 30", 0, "ban_add.txt", NULL, "\"rate\":30"},
            {"ban add 198.51.100.0/24 --rate 0", 2, NULL, "--rate is a number", NULL},
            {"ban lift 198.51.100.7", 0, "ban_lift.txt", NULL, "\"prefix\":\"198.51.100.7\""},
            {"b list", 0, "ban_list.txt", NULL, NULL},
            {"ban list --json", 0, "ban_list.json", NULL, NULL},
            {"ban export", 0, "ban_export.txt", NULL, NULL},
            {"ban why 192.0.2.7", 0, "ban_why.txt", NULL, "\"address\":\"192.0.2.7\""},
            {"ban why 192.0.2.7 --json", 0, "ban_why.json", NULL, NULL},
            {"ban add 198.51.100.0/24 --ttl soon", 2, NULL, "--ttl is a time", NULL},
            {"ban add", 2, NULL, "ban add needs PREFIX", NULL},
            {"-r ban add 192.0.2.1", 1, NULL, "refused with --read-only", NULL},
            {"-r ban lift 192.0.2.1", 1, NULL, "refused with --read-only", NULL},
            {"-r ban list", 0, "ban_list.txt", NULL, NULL}};
        static const struct row no_rows[] = {
            {"ban add nonsense", 2, NULL, "sluicectl: prefix: not an address", NULL},
            {"ban add nonsense --json", 2, "ban_add_error.json", "not an address", NULL},
            {"ban lift 192.0.2.1", 1, "ban_lift_none.txt", NULL, NULL},
            {"ban why 192.0.2.7", 1, "ban_why_none.txt", NULL, NULL},
            {"ban list", 0, "ban_list_none.txt", NULL, NULL}};

        (void)state;
        CHECK(rows, answers);
        CHECK(no_rows, no);
}

#define ALERT_GOES_ON                                                                   \
        "{\"timestamp\":\"2026-01-02T03:04:09.000000+0000\",\"event_type\":\"alert\","  \
        "\"detection\":{\"name\":\"toll_fraud\",\"key\":\"source\",\"address\":"        \
        "\"198.51.100.66\",\"detail\":\"71\\u001b[31m\",\"peak\":9,\"threshold\":5,"    \
        "\"started\":\"2026-01-02T03:04:05.678901+0000\",\"mode\":\"enforce\",\"ban\":" \
        "\"done\"},\"active\":true}"
#define ALERT_ENDED                                                                       \
        "{\"detection\":{\"name\":\"cracking_aor\",\"key\":\"aor\",\"aor\":"              \
        "\"sip:alice@example.com\",\"peak\":12,\"threshold\":8,\"started\":"              \
        "\"2026-01-02T03:04:05.678901+0000\",\"stopped\":\"2026-01-02T03:14:05.0+0000\"," \
        "\"mode\":\"monitor\"},\"active\":false}"

static void test_alerts(void **state)
{
        static const struct fake_answer some[] = {
            {"alerts", "\"result\":{\"alerts\":[" ALERT_GOES_ON "," ALERT_ENDED "]}", NULL},
            {.method = NULL}};
        static const struct fake_answer ended[] = {
            {"alerts", "\"result\":{\"alerts\":[" ALERT_ENDED "]}", NULL}, {.method = NULL}};
        static const struct row all = {"alerts", 1, "alerts.txt", NULL, NULL};
        static const struct row json = {"alerts --json", 1, "alerts.json", NULL, NULL};
        static const struct row none = {"alerts --active", 0, "alerts_none.txt", NULL, NULL};

        (void)state;
        check_row(&all, some);
        check_row(&json, some);
        check_row(&none, ended);
}

static void test_why(void **state)
{
        static const struct fake_answer answers[] = {
            {"why", "\"result\":{\"verdicts\":[" REJECT_EVENT "," SCAN_EVENT "," CALL_EVENT "]}",
             NULL},
            {.method = NULL}};
        static const struct fake_answer none[] = {{"why", "\"result\":{\"verdicts\":[]}", NULL},
                                                  {.method = NULL}};
        static const struct row rows[] = {
            {"why 198.51.100.66", 0, "why.txt", NULL,
             "\"params\":{\"key\":\"198.51.100.66\",\"limit\":10}"},
            {"w x@y -n 3 --json", 0, "why.json", NULL, "\"key\":\"x@y\",\"limit\":3"},
            {"why x -n 0", 2, NULL, "--limit is a number", NULL}};
        static const struct row none_row = {"why nobody", 1, "why_none.txt", NULL, NULL};

        (void)state;
        CHECK(rows, answers);
        check_row(&none_row, none);
}

static void test_top(void **state)
{
        static const struct fake_answer answers[] = {
            {"top",
             "\"result\":{\"by\":\"source\",\"window_s\":60,\"top\":["
             "{\"key\":\"198.51.100.66\",\"messages\":1200,\"over\":3,\"dropped\":1100},"
             "{\"key\":\"a\\u001bb\",\"messages\":7,\"over\":0,\"dropped\":0}]}",
             NULL},
            {.method = NULL}};
        static const struct fake_answer none[] = {{"top", "\"result\":{\"top\":[]}", NULL},
                                                  {.method = NULL}};
        static const struct row rows[] = {
            {"top", 0, "top.txt", NULL, "\"params\":{\"by\":\"source\",\"limit\":10}"},
            {"top -b caller -p registration -n 3 --json", 0, "top.json", NULL,
             "\"by\":\"caller\",\"limit\":3,\"purpose\":\"registration\""},
            {"top -n 1001", 2, NULL, "--limit is a number", NULL}};
        static const struct row none_row = {"top", 0, "top_none.txt", NULL, NULL};

        (void)state;
        CHECK(rows, answers);
        check_row(&none_row, none);
}

static void test_events(void **state)
{
        /* Control's memory has the newest first. */
        static const struct fake_answer answers[] = {
            {"why", "\"result\":{\"verdicts\":[" REJECT_EVENT "," SCAN_EVENT "," CALL_EVENT "]}",
             NULL},
            {"events.subscribe", "\"result\":{\"subscribed\":true}",
             "{\"jsonrpc\":\"2.0\",\"method\":\"event\",\"params\":" SCAN_EVENT "}\n"
             "{\"jsonrpc\":\"2.0\",\"method\":\"event\",\"lost\":12,\"params\":" CALL_EVENT "}\n"},
            {.method = NULL}};
        static const struct fake_answer none[] = {{"why", "\"result\":{\"verdicts\":[]}", NULL},
                                                  {.method = NULL}};
        static const struct row none_row = {"events", 0, "events_none.txt", NULL, NULL};
        static const struct row rows[] = {
            {"events", 0, "events.txt", NULL, "\"key\":\"::/0\""},
            {"events --drops -n 2", 0, "events_drops.txt", NULL, "\"key\":\"0.0.0.0/0\""},
            {"events -f", 2, "events_follow.txt", "control hung up", "\"filter\":\"all\""},
            {"events -fd --json", 2, "events_follow.json", "hung up", "\"filter\":\"drops\""},
            {"events -n 1001", 2, NULL, "--limit is a number", NULL}};

        (void)state;
        CHECK(rows, answers);
        check_row(&none_row, none);
}

static void test_rules_hits(void **state)
{
        static const struct fake_answer list[] = {
            {"rules.hits",
             "\"result\":{\"generation\":3,\"rules\":[{\"sid\":1000001,\"rev\":2,\"action\":"
             "\"drop\","
             "\"mode\":\"enforce\",\"percent\":100,\"msg\":\"tools\\u001b[31m\",\"hits\":12,"
             "\"dropped\":11,\"would_drop\":1,\"later_proven\":0,\"last_hit_ns\":"
             "1767323045678901234,\"cost\":{\"samples\":9,\"cycles\":240,\"share\":87.5}},"
             "{\"sid\":1000002,\"rev\":1,\"action\":\"alert\",\"mode\":\"monitor\",\"percent\":100,"
             "\"msg\":\"\",\"hits\":0,\"dropped\":0,\"would_drop\":0,\"later_proven\":0,"
             "\"last_hit_ns\":0,\"cost\":{\"samples\":0,\"cycles\":0,\"share\":0.0}}]}",
             NULL},
            {.method = NULL}};
        static const struct row rows[] = {
            {"rules hits", 0, "rules_hits.txt", NULL, "\"method\":\"rules.hits\""},
            {"rules hits --json", 0, "rules_hits.json", NULL, NULL}};

        (void)state;
        CHECK(rows, list);
}

static void test_reload_attach_version(void **state)
{
        static const struct fake_answer good[] = {
            {"reload", "\"result\":{\"generation\":4}", NULL},
            {"attach", "\"result\":{\"attached\":true}", NULL},
            {"version",
             "\"result\":{\"version\":\"0.1.0\",\"abi\":\"1.0\",\"parser\":{\"scan\":\"ref\"},"
             "\"pid\":4242}",
             NULL},
            {.method = NULL}};
        static const struct fake_answer bad[] = {
            {"reload",
             "\"error\":{\"code\":-32000,\"message\":\"/etc/sluice/sluice.yaml:12: a "
             "fault\",\"data\":{\"file\":\"/etc/sluice/sluice.yaml\",\"line\":12,"
             "\"column\":7,\"text\":\"no such key: \\u001b[31mrouts\"}}",
             NULL},
            {"attach", "\"error\":{\"code\":-32001,\"message\":\"no such file\"}", NULL},
            {.method = NULL}};
        static const struct row rows[] = {
            {"reload", 0, "reload.txt", NULL, NULL},
            {"reload -j", 0, "reload.json", NULL, NULL},
            {"-r reload", 1, NULL, "refused", NULL},
            {"attach /tmp/replay.sock", 0, "attach.txt", NULL, "\"socket\":\"/tmp/replay.sock\""},
            {"version", 0, "version.txt", NULL, NULL},
            {"version --json", 0, "version.json", NULL, NULL}};
        static const struct row bad_rows[] = {
            {"reload", 1, NULL,
             "sluicectl: /etc/sluice/sluice.yaml:12:7: no such key: \\x1b[31mrouts\n"
             "sluicectl: the old policy stays in force\n",
             NULL},
            {"attach /x", 1, NULL, "no such file", NULL}};

        (void)state;
        CHECK(rows, good);
        CHECK(bad_rows, bad);
}

static void test_without_control(void **state)
{
        static const char *const line[] = {
            "status",       "stats",  "ban list", "ban add 1.1.1.1", "why x",
            "ban lift ::1", "reload", "events",   "attach x",        "events -f"};
        struct outcome o;

        (void)state;
        setenv("SLUICE_SOCKET", "/nonexistent/control.sock", 1);
        for (size_t i = 0; i < sizeof(line) / sizeof(line[0]); i++) {
                o = run_line(NULL, line[i]);
                assert_int_equal(o.rc, 2);
                assert_string_equal(o.out, "");
                assert_string_equal(o.err, "sluicectl: control is not running: there is no socket "
                                           "/nonexistent/control.sock\n");
                outcome_free(&o);
        }
        o = run_line(NULL, "version");
        assert_int_equal(o.rc, 0);
        assert_golden("version_alone.txt", o.out);
        outcome_free(&o);
        unsetenv("SLUICE_SOCKET");
}

/* A method that control does not know, one that makes it hang up, and usage. */
static void test_trouble(void **state)
{
        static const struct fake_answer answers[] = {
            {"stats", "\"error\":{\"code\":-32601,\"message\":\"Method not found\"}", NULL},
            {"status", NULL, NULL},
            {.method = NULL}};
        static const struct row rows[] = {{"stats", 1, NULL, "Method not found", NULL},
                                          {"status", 2, NULL, "control hung up", NULL},
                                          {"nonsense", 2, NULL, "no command \"nonsense\"", NULL},
                                          {"", 2, NULL, "no command given", NULL},
                                          {"non\033sense", 2, NULL, "\"non\\x1bsense\"", NULL}};

        (void)state;
        CHECK(rows, answers);
}

static void test_help(void **state)
{
        static const struct fake_answer none[] = {{.method = NULL}};
        static const struct row rows[] = {{"help", 0, "help.txt", NULL, NULL},
                                          {"--help", 0, "help.txt", NULL, NULL},
                                          {"help ban add", 0, "help_ban_add.txt", NULL, NULL},
                                          {"b a --help", 0, "help_ban_add.txt", NULL, NULL},
                                          {"help parse", 0, "help_parse.txt", NULL, NULL},
                                          {"parse --help", 0, "help_parse.txt", NULL, NULL},
                                          {"help x", 2, NULL, "no command \"x\"", NULL},
                                          {"-V", 0, "version_option.txt", NULL, NULL}};

        (void)state;
        CHECK(rows, none);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_status),
            cmocka_unit_test(test_stats),
            cmocka_unit_test(test_ban),
            cmocka_unit_test(test_alerts),
            cmocka_unit_test(test_why),
            cmocka_unit_test(test_top),
            cmocka_unit_test(test_events),
            cmocka_unit_test(test_rules_hits),
            cmocka_unit_test(test_reload_attach_version),
            cmocka_unit_test(test_without_control),
            cmocka_unit_test(test_trouble),
            cmocka_unit_test(test_help),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
