/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many bindings: what one costs in memory, how long loading takes, a refresh storm, and expiry that
 * never looks at more than what ends. `test_control_location_load --bindings N` for a million.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "control/location/location.h"
#include "control/location/row.h"
#include "tests/control/location/register.h"

static unsigned bindings = 50000;

static double now(void)
{
        struct timespec ts;

        clock_gettime(CLOCK_MONOTONIC, &ts);
        return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void add(struct cp_bindings *b, unsigned i, uint32_t now_s)
{
        char name[32], contact[64], aor_text[64], call_id[48];
        struct cp_text aor;
        struct cp_binding_value v = {
            .expires_s = now_s + 60 + i % 3540, .updated_s = now_s, .cseq = 1, .q_milli = 1000};
        struct cp_binding *x;

        snprintf(name, sizeof(name), "user%u", i);
        aor = reg_aor(name, aor_text);
        snprintf(contact, sizeof(contact), "sip:user%u@198.51.100.%u:5060", i, i % 250);
        snprintf(call_id, sizeof(call_id), "%08x-%08x@198.51.100.%u", i, ~i, i % 250);
        v.text[CP_BINDING_CONTACT] = (struct cp_text){contact, strlen(contact)};
        v.text[CP_BINDING_CALL_ID] = (struct cp_text){call_id, strlen(call_id)};
        x = cp_binding_create(&v);
        assert_non_null(x);
        struct cp_aor *to = cp_bindings_aor(b, aor);

        assert_non_null(to);
        if (to->first != NULL)
                cp_bindings_remove(b, to->first);
        cp_bindings_add(b, to, x);
}

static void wait_safe(struct cp_location *l)
{
        while (cp_location_pending(l) || cp_location_safe(l) + 1 < cp_location_ticket(l)) {
                (void)cp_location_submit(l);
                usleep(200);
        }
}

static struct cp_location *open_at(const char *dir, uint32_t now_s)
{
        struct cp_store *store = NULL;
        struct cp_location *l = NULL;
        char why[512] = "";

        if (cp_store_sqlite_open(&store, dir, why, sizeof(why)) != 0 ||
            cp_location_open(&l, store, now_s, why, sizeof(why)) != 0)
                fail_msg("%s", why);
        return l;
}

static void many(void **state)
{
        char dir[] = "/tmp/sluice-location-XXXXXX";
        char command[64];
        struct cp_location *l;
        struct cp_bindings *b;
        double from;
        size_t heap;

        (void)state;
        assert_non_null(mkdtemp(dir));
        l = open_at(dir, REG_NOW);
        b = cp_location_bindings(l);
        heap = mallinfo2().uordblks + mallinfo2().hblkhd;
        from = now();
        for (unsigned i = 0; i < bindings; i++)
                add(b, i, REG_NOW);
        printf("%u bindings made in %.2f s\n", bindings, now() - from);
        heap = mallinfo2().uordblks + mallinfo2().hblkhd - heap;
        printf("memory: %zu octets asked for, %zu taken from the heap: %zu a binding\n",
               cp_bindings_bytes(b), heap, heap / bindings);
        assert_true(heap / bindings < 400);
        from = now();
        wait_safe(l);
        printf("stored in %.2f s\n", now() - from);
        from = now();
        for (unsigned i = 0; i < bindings; i++) {
                add(b, i, REG_NOW + 30);
                if (i % 64 == 0)
                        (void)cp_location_submit(l);
        }
        wait_safe(l);
        printf("refresh storm, all safe in %.2f s: %.0f registrations/s\n", now() - from,
               bindings / (now() - from));
        cp_location_close(l);
        from = now();
        l = open_at(dir, REG_NOW + 60);
        b = cp_location_bindings(l);
        printf("restart: %u bindings checked and loaded in %.2f s\n", cp_bindings_count(b),
               now() - from);
        assert_int_equal(cp_bindings_count(b), bindings);
        from = now();
        unsigned gone = cp_bindings_expire(b, REG_NOW + 30 + 60 + 59, UINT32_MAX);

        printf("expiry of one minute: %u in %.4f s\n", gone, now() - from);
        assert_int_equal(gone,
                         bindings / 3540 * 60 + (bindings % 3540 < 60 ? bindings % 3540 : 60));
        cp_location_close(l);
        snprintf(command, sizeof(command), "rm -r %s", dir);
        assert_int_equal(system(command), 0);
}

int main(int argc, char **argv)
{
        const struct CMUnitTest tests[] = {cmocka_unit_test(many)};

        if (argc == 3 && strcmp(argv[1], "--bindings") == 0)
                bindings = (unsigned)strtoul(argv[2], NULL, 10);
        return cmocka_run_group_tests(tests, NULL, NULL);
}
