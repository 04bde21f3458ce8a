/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_base.c - names and numbers are promises: reasons.tsv may only grow.
 *
 *   test_base --print > tests/golden/reasons.tsv     after adding a reason
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "control/contract/shm_base.h"

static void print_reasons(void)
{
        for (unsigned i = 0; i < SHM_REASONS_MAX; i++) {
                if (shm_reason_known(i))
                        printf("%u\t%s\n", i, shm_reason_name(i));
        }
}

static void golden_reasons_still_exist(void **state)
{
        bool pinned[SHM_REASONS_MAX] = {false};
        FILE *f = fopen(SLUICE_GOLDEN "/reasons.tsv", "r");
        char line[256];
        unsigned lines = 0;

        (void)state;
        assert_non_null(f);
        while (fgets(line, sizeof(line), f)) {
                char name[200];
                unsigned num;

                assert_int_equal(sscanf(line, "%u\t%199s", &num, name), 2);
                assert_true(num < SHM_REASONS_MAX);
                if (strcmp(shm_reason_name(num), name) != 0)
                        fail_msg("reason %u was \"%s\" and is now \"%s\"", num, name,
                                 shm_reason_name(num));
                pinned[num] = true;
                lines++;
        }
        fclose(f);
        assert_true(lines >= 30);
        for (unsigned i = 0; i < SHM_REASONS_MAX; i++) {
                if (shm_reason_known(i) && !pinned[i])
                        fail_msg("reason %u \"%s\" is new: test_base --print > "
                                 "tests/golden/reasons.tsv",
                                 i, shm_reason_name(i));
        }
}

static void names_are_unique_and_found_again(void **state)
{
        (void)state;
        for (unsigned i = 0; i < SHM_REASONS_MAX; i++) {
                const char *name = shm_reason_name(i);

                if (!shm_reason_known(i)) {
                        assert_string_equal(name, "unknown");
                        assert_string_equal(shm_reason_stage(i), "unknown");
                        assert_string_equal(shm_reason_text(i), "");
                        continue;
                }
                assert_int_equal(shm_reason_by_name(name), i);
                assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_"),
                                 strlen(name));
                assert_true(strlen(shm_reason_text(i)) > 0);
        }
        assert_int_equal(shm_reason_by_name("no_such_reason"), -1);
        assert_int_equal(shm_reason_by_name(""), -1);
}

static void every_stage_is_one_of_the_path(void **state)
{
        static const char *const stages[] = {"resume",     "rx",     "decap", "guard",
                                             "reassemble", "parse",  "match", "classify",
                                             "police",     "decide", "act",   "tx"};

        (void)state;
        assert_string_equal(shm_reason_stage(SHM_REASON_NONE), "");
        for (unsigned i = 1; i < SHM_REASONS_MAX; i++) {
                bool found = false;

                if (!shm_reason_known(i))
                        continue;
                for (size_t s = 0; s < sizeof(stages) / sizeof(stages[0]); s++)
                        found |= strcmp(shm_reason_stage(i), stages[s]) == 0;
                if (!found)
                        fail_msg("%s: no stage \"%s\"", shm_reason_name(i), shm_reason_stage(i));
        }
}

static void enumerations_have_names(void **state)
{
        (void)state;
        assert_string_equal(shm_class_name(SHM_CLASS_OTHER), "other");
        assert_string_equal(shm_class_name(SHM_CLASS_REGISTER), "register");
        assert_string_equal(shm_class_name(SHM_CLASS_INVITE), "invite");
        assert_string_equal(shm_class_name(SHM_CLASS_PEER), "peer");
        assert_string_equal(shm_class_name(SHM_CLASS_IN_DIALOG), "in_dialog");
        assert_string_equal(shm_class_name(SHM_CLASS_EMERGENCY), "emergency");
        assert_string_equal(shm_class_name(SHM_CLASS_CNT), "unknown");
        assert_string_equal(shm_class_name(UINT32_MAX), "unknown");
        assert_string_equal(shm_lane_name(SHM_LANE_UNPROVEN), "unproven");
        assert_string_equal(shm_lane_name(SHM_LANE_PROVEN), "proven");
        assert_string_equal(shm_lane_name(SHM_LANE_PEER), "peer");
        assert_string_equal(shm_lane_name(SHM_LANE_PRIORITY), "priority");
        assert_string_equal(shm_lane_name(SHM_LANE_CNT), "unknown");
        assert_string_equal(shm_action_name(SHM_ACTION_NONE), "none");
        assert_string_equal(shm_action_name(SHM_ACTION_PASS), "pass");
        assert_string_equal(shm_action_name(SHM_ACTION_DROP), "drop");
        assert_string_equal(shm_action_name(SHM_ACTION_REJECT), "reject");
        assert_string_equal(shm_action_name(SHM_ACTION_CNT), "unknown");
        assert_string_equal(shm_reason_name(SHM_REASONS_MAX), "unknown");
        assert_string_equal(shm_reason_name(UINT32_MAX), "unknown");
}

int main(int argc, char **argv)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(golden_reasons_still_exist),
            cmocka_unit_test(names_are_unique_and_found_again),
            cmocka_unit_test(every_stage_is_one_of_the_path),
            cmocka_unit_test(enumerations_have_names),
        };

        if (argc == 2 && strcmp(argv[1], "--print") == 0) {
                print_reasons();
                return 0;
        }
        return cmocka_run_group_tests(tests, NULL, NULL);
}
