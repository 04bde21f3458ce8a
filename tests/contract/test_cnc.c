/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "control/contract/shm_cnc.h"

static void a_life(void **state)
{
        struct shm_cnc_view v;
        struct shm_cnc c;

        (void)state;
        memset(&c, 0, sizeof(c));
        shm_cnc_init(&c, 7, 1234, 100);
        shm_cnc_read(&c, &v);
        assert_int_equal(v.state, SHM_CNC_BOOT);
        assert_int_equal(v.incarnation, 7);
        assert_int_equal(v.pid, 1234);
        assert_int_equal(v.heartbeat_ns, 100);
        assert_int_equal(v.generation, 0);

        assert_int_equal(shm_cnc_set_state(&c, SHM_CNC_RUN), 0);
        shm_cnc_beat(&c, 200);
        shm_cnc_set_generation(&c, 3);
        shm_cnc_read(&c, &v);
        assert_int_equal(v.state, SHM_CNC_RUN);
        assert_int_equal(v.heartbeat_ns, 200);
        assert_int_equal(v.generation, 3);

        assert_int_equal(shm_cnc_set_state(&c, SHM_CNC_HALT), 0);
        shm_cnc_init(&c, 8, 1235, 300); /* the next one in the same memory */
        shm_cnc_read(&c, &v);
        assert_int_equal(v.state, SHM_CNC_BOOT);
        assert_int_equal(v.incarnation, 8);
        assert_int_equal(v.generation, 0);
}

static void only_legal_transitions(void **state)
{
        static const uint8_t legal[5][5] = {
            [SHM_CNC_BOOT] = {[SHM_CNC_RUN] = 1, [SHM_CNC_HALT] = 1, [SHM_CNC_FAIL] = 1},
            [SHM_CNC_RUN] = {[SHM_CNC_HALT] = 1, [SHM_CNC_FAIL] = 1},
        };

        (void)state;
        for (unsigned from = 0; from < 5; from++) {
                for (unsigned to = 0; to < 7; to++) {
                        int want = to < 5 && legal[from][to] ? 0 : -EINVAL;
                        struct shm_cnc c;

                        memset(&c, 0, sizeof(c));
                        atomic_store(&c.state, from);
                        assert_int_equal(shm_cnc_set_state(&c, (enum shm_cnc_state)to), want);
                        assert_int_equal(atomic_load(&c.state), want ? from : to);
                }
        }
}

static void a_foreign_state_reads_as_failed(void **state)
{
        static const uint64_t foreign[] = {0, 5, 255, UINT64_C(1) << 32, UINT64_MAX};
        struct shm_cnc_view v;
        struct shm_cnc c;

        (void)state;
        memset(&c, 0, sizeof(c));
        for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++) {
                atomic_store(&c.state, foreign[i]);
                shm_cnc_read(&c, &v);
                assert_int_equal(v.state, SHM_CNC_FAIL);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(a_life),
            cmocka_unit_test(only_legal_transitions),
            cmocka_unit_test(a_foreign_state_reads_as_failed),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
