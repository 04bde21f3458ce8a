/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_docs.c - firewall.md and sluice.yaml show every detection as it is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/detect/detection.h"

static char text[1u << 18];

static void load(const char *name)
{
        const char *root = getenv("SLUICE_SOURCE_ROOT");
        char path[4096];
        size_t len;
        FILE *f;

        assert_non_null(root);
        snprintf(path, sizeof(path), "%s/control/%s", root, name);
        f = fopen(path, "r");
        assert_non_null(f);
        len = fread(text, 1, sizeof(text) - 1, f);
        fclose(f);
        assert_in_range(len, 1, sizeof(text) - 2);
        text[len] = '\0';
}

static void assert_line(const char *line)
{
        if (strstr(text, line) == NULL)
                fail_msg("not there: %s", line);
}

static void test_firewall_md(void **state)
{
        static const char *const measure[] = {"count", "distinct",  "run",
                                              "open",  "open_aged", "level"};
        struct cp_detect_config c;
        char line[512];

        (void)state;
        load("doc/firewall.md");
        cp_detect_config_default(&c);
        for (unsigned d = 1; d < CP_DETECTION_CNT; d++) {
                enum cp_detection n = (enum cp_detection)d;

                snprintf(line, sizeof(line), "| `%s` | %s | %s | %s | %u | %u s | %s, %s |\n",
                         cp_detection_name(n), cp_detection_text(n),
                         cp_detect_key_name(cp_detection_key(n)), measure[cp_detection_measure(n)],
                         c.rule[d].threshold, c.rule[d].window_s,
                         cp_detect_mode_name(c.rule[d].mode),
                         cp_detect_action_name(c.rule[d].action));
                assert_line(line);
        }
}

static void test_man_page(void **state)
{
        char line[128];

        (void)state;
        load("doc/sluice.yaml.5");
        for (unsigned d = 1; d < CP_DETECTION_CNT; d++) {
                snprintf(line, sizeof(line), "\n.Ic %s ", cp_detection_name((enum cp_detection)d));
                assert_line(line);
        }
}

static void test_sample_file(void **state)
{
        struct cp_detect_config c;
        char line[256];

        (void)state;
        load("sluice.yaml");
        cp_detect_config_default(&c);
        for (unsigned d = 1; d < CP_DETECTION_CNT; d++) {
                snprintf(line, sizeof(line),
                         "\n  %s: {mode: %s, threshold: %u, window-s: %u, action: %s}\n",
                         cp_detection_name((enum cp_detection)d),
                         cp_detect_mode_name(c.rule[d].mode), c.rule[d].threshold,
                         c.rule[d].window_s, cp_detect_action_name(c.rule[d].action));
                assert_line(line);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_firewall_md),
            cmocka_unit_test(test_man_page),
            cmocka_unit_test(test_sample_file),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
