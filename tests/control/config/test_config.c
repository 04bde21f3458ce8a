/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/config/config.h"
#include "control/contract/shm_base.h"

static int parse(const char *text, struct cp_config **c, struct cp_config_error *err)
{
        return cp_config_parse(c, "f.yaml", (const uint8_t *)text, strlen(text), err);
}

/* Every complaint has its line, its column and the words that matter. */
static void test_bad_files(void **state)
{
        static const struct {
                const char *yaml;
                unsigned line;
                unsigned column;
                const char *words;
        } rows[] = {
            {"contrl: {}\n", 1, 1, "unknown key contrl"},
            {"control:\n  sockt: /x\n", 2, 3, "unknown key sockt"},
            {"control: {socket: /x, idel: spin}\n", 1, 23, "unknown key idel"},
            {"control:\n  idle: slow\n", 2, 9, "slow"},
            {"control:\n  why-entries: -1\n", 2, 16, "-1"},
            {"control:\n  why-entries: many\n", 2, 16, "many"},
            {"control:\n  why-entries: 99999999999\n", 2, 16, "99999999999"},
            {"control:\n  why-entries: 99999999\n", 2, 16, "at most"},
            {"control:\n  dataplanes: /x\n", 2, 15, "a list"},
            {"control: [1]\n", 1, 10, "keys with values"},
            {"control:\n  socket: a\n  socket: b\n", 3, 3, "'socket' is given twice"},
            {"dataplane:\n  mode: tap\n  mode: inline\n", 3, 3, "'mode' is given twice"},
            {"control:\n\tsocket: a\n", 2, 1, "YAML"},
            {"control: {socket: a\n", 2, 1, "YAML"},
            {"edge: {users: [{name: a, password: b}]}\n", 1, 15, "domains is empty"},
            {"edge: {domains: [a], algorithms: [SHA-1]}\n", 1, 35, "SHA-1"},
            {"edge: {domains: [a], realm: 'a\"b'}\n", 1, 29, "quotes"},
            {"edge: {domains: [a], contacts: 17}\n", 1, 32, "at most 16"},
            {"edge:\n  domains: [a]\n  min-expires-s: 9999\n", 3, 18, "max-expires-s"},
            {"edge:\n  domains: [a]\n  users: [{name: b}]\n", 3, 18, "neither a password"},
            {"edge:\n  domains: [a]\n  users: [{name: b, ha1-md5: abc}]\n", 3, 30, "32 hex"},
            {"detections: {scna: {}}\n", 1, 14, "unknown key scna"},
            {"detections:\n  scan: {mode: on}\n", 2, 16, "on"},
            {"detections:\n  scan: {threshold: 0}\n", 2, 21, "1 to 1000"},
            {"detections:\n  scan: {threshold: 1001}\n", 2, 21, "1 to 1000"},
            {"detections:\n  sequential_dialling: {threshold: 101}\n", 2, 36, "1 to 100"},
            {"detections:\n  cracking: {window-s: 3}\n", 2, 24, "4 to 86400"},
            {"detections:\n  tdos: {action: ban}\n", 2, 18, "not about one source"},
            {"detections:\n  entries: 10\n", 2, 12, "1024 to"},
            {"detections:\n  bans: {ttl-s: 900, ttl-max-s: 60}\n", 2, 33, "900 to"},
            {"detections:\n  bans: {budget-percent: 101}\n", 2, 26, "0 to 100"},
            {"policy:\n  default: reject\n", 2, 12, "reject"},
            {"policy:\n  decision-lifetime-s: 0\n", 2, 24, "1 to"},
            {"policy:\n  decision-lifetime-s: 90000\n", 2, 24, "1 to"},
            {"policy:\n  allow:\n    - {prefix: 1.2.3.4.5}\n", 3, 16, "1.2.3.4.5"},
            {"policy:\n  deny:\n    - {prefix: 10.0.0.1}\n    - {prefix: 10.0.0.0/64}\n", 4, 16,
             "10.0.0.0/64"},
            {"policy:\n  deny:\n    - {ttl-s: 1}\n", 3, 0, "missing key prefix"},
            {"policy:\n  deny:\n    - {prefix: 10.0.0.1, why: x}\n", 3, 26, "unknown key why"},
            {"policy:\n  routes:\n    - {name: a}\n", 3, 0, "missing key action"},
            {"policy:\n  routes:\n    - {action: reject, code: 200}\n", 3, 30, "400 to 699"},
            {"policy:\n  routes:\n    - {action: drop, code: 403}\n", 3, 28, "action: reject"},
            {"policy:\n  routes:\n    - {action: pass, retry-after-s: 3}\n", 3, 37,
             "action: reject"},
            {"policy:\n  routes:\n    - match: {source: [10.0.0.0/8, here]}\n      action: drop\n",
             3, 36, "'here'"},
            {"policy:\n  routes:\n    - match: {method: [\"IN VITE\"]}\n      action: drop\n", 3,
             24, "method"},
            {"policy:\n  routes:\n    - match: {side: up}\n      action: drop\n", 3, 21, "up"},
            {"control:\n  socket: /a\n---\ncontrol:\n  socket: /b\n", 3, 1, "second document"},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                struct cp_config *c = NULL;
                struct cp_config_error err;
                char line[600];

                assert_int_equal(parse(rows[i].yaml, &c, &err), -EINVAL);
                print_message("%s\n", cp_config_error_print(&err, line, sizeof(line)));
                assert_null(c);
                assert_null(strchr(line, '\n'));
                assert_int_equal(err.line, rows[i].line);
                if (rows[i].column != 0)
                        assert_int_equal(err.column, rows[i].column);
                else
                        assert_true(err.column != 0);
                assert_non_null(strstr(err.text, rows[i].words));
                assert_int_equal(strncmp(line, "f.yaml:", 7), 0);
        }
}

static void test_defaults(void **state)
{
        static const char *const same[] = {"", "# nothing\n", "dpdk: {x: [1, 2]}\n",
                                           "dataplane:\n  whatever: {a: b}\n", "control: {}\n"};

        (void)state;
        for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
                struct cp_config *c = NULL;
                struct cp_config_error err;

                assert_int_equal(parse(same[i], &c, &err), 0);
                assert_string_equal(c->control.socket, "/run/sluice/control.sock");
                assert_int_equal(c->control.dataplanes_count, 1);
                assert_int_equal(c->control.idle, CP_IDLE_SLEEP);
                assert_int_equal(c->control.why_entries, 65536);
                assert_int_equal(c->policy.fallback, SHM_ACTION_PASS);
                assert_int_equal(c->policy.decision_lifetime_s, 300);
                assert_true(c->policy.scanners_count > 10);
                cp_config_free(c);
        }
}

static void test_given_values(void **state)
{
        static const char text[] = "control:\n"
                                   "  dataplanes: []\n"
                                   "  eve-file: \"\"\n"
                                   "  idle: spin\n"
                                   "policy:\n"
                                   "  default: drop\n"
                                   "  scanners: []\n"
                                   "  allow: [{prefix: 192.0.2.0/24, ttl-s: 5, reason: ours}]\n"
                                   "  routes:\n"
                                   "    - name: one\n"
                                   "      match: {method: [INVITE, MESSAGE], side: inside}\n"
                                   "      action: reject\n"
                                   "    - {action: reject, code: 480, retry-after-s: 30}\n";
        struct cp_config *c = NULL;
        struct cp_config_error err;

        (void)state;
        assert_int_equal(parse(text, &c, &err), 0);
        assert_int_equal(c->control.dataplanes_count, 0);
        assert_string_equal(c->control.eve_file, "");
        assert_int_equal(c->control.idle, CP_IDLE_SPIN);
        assert_int_equal(c->policy.fallback, SHM_ACTION_DROP);
        assert_int_equal(c->policy.scanners_count, 0);
        assert_int_equal(c->policy.allow_count, 1);
        assert_int_equal(c->policy.allow[0].ttl_s, 5);
        assert_string_equal(c->policy.allow[0].reason, "ours");
        assert_int_equal(c->policy.routes_count, 2);
        assert_int_equal(c->policy.routes[0].code, 403);
        assert_int_equal(c->policy.routes[0].match.side, SHM_SIDE_INSIDE);
        assert_int_equal(c->policy.routes[0].match.method_count, 2);
        assert_int_equal(c->policy.routes[1].code, 480);
        assert_int_equal(c->policy.routes[1].retry_after_s, 30);
        cp_config_free(c);
}

/* sluice.yaml says that every value in it is its default. */
static void test_sample_file_is_the_defaults(void **state)
{
        const char *root = getenv("SLUICE_SOURCE_ROOT");
        struct cp_config *sample = NULL;
        struct cp_config *none = NULL;
        struct cp_config_error err;
        char path[4096];

        (void)state;
        assert_non_null(root);
        snprintf(path, sizeof(path), "%s/control/sluice.yaml", root);
        assert_int_equal(cp_config_load(&sample, path, &err), 0);
        assert_int_equal(parse("", &none, &err), 0);
        assert_int_equal(sample->digest, none->digest);
        assert_memory_equal(&sample->detections, &none->detections, sizeof(none->detections));
        assert_string_equal(sample->control.socket, none->control.socket);
        assert_string_equal(sample->control.state_dir, none->control.state_dir);
        assert_string_equal(sample->control.eve_file, none->control.eve_file);
        assert_int_equal(sample->control.idle, none->control.idle);
        assert_int_equal(sample->control.why_entries, none->control.why_entries);
        assert_int_equal(sample->control.dataplanes_count, none->control.dataplanes_count);
        assert_string_equal(sample->control.dataplanes[0], none->control.dataplanes[0]);
        cp_config_free(sample);
        cp_config_free(none);
}

static void test_digest_follows_meaning(void **state)
{
        static const char *const texts[] = {
            "policy: {default: drop}\n",
            "policy:\n  default: drop  # the same\n",
            "policy: {default: pass}\n",
            "policy: {deny: [{prefix: 10.0.0.1}]}\n",
            "policy: {routes: [{action: drop, match: {host: [a]}}]}\n",
            "policy: {routes: [{action: drop, match: {user-prefix: [a]}}]}\n",
        };
        uint64_t digest[6];

        (void)state;
        for (size_t i = 0; i < 6; i++) {
                struct cp_config *c = NULL;
                struct cp_config_error err;

                assert_int_equal(parse(texts[i], &c, &err), 0);
                digest[i] = c->digest;
                cp_config_free(c);
        }
        assert_int_equal(digest[0], digest[1]);
        for (size_t i = 1; i < 6; i++) {
                for (size_t k = i + 1; k < 6; k++)
                        assert_true(digest[i] != digest[k]);
        }
}

static void test_missing_file(void **state)
{
        struct cp_config *c = NULL;
        struct cp_config_error err;
        char line[600];

        (void)state;
        assert_int_equal(cp_config_load(&c, "/nonexistent/x.yaml", &err), -ENOENT);
        assert_string_equal(cp_config_error_print(&err, line, sizeof(line)),
                            "/nonexistent/x.yaml: No such file or directory");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_bad_files),
            cmocka_unit_test(test_defaults),
            cmocka_unit_test(test_given_values),
            cmocka_unit_test(test_sample_file_is_the_defaults),
            cmocka_unit_test(test_digest_follows_meaning),
            cmocka_unit_test(test_missing_file),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
