/* SPDX-License-Identifier: Apache-2.0 */
/* Block lists of a running sluice-control: sent, swapped, refused, explained. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "control/contract/shm_blocklist.h"
#include "tests/control/fake_dataplane.h"
#include "tests/control/process.h"

#define ASKED_MAX 100000u /* answers that may still say the old state: seconds of them */

static const char *text_of(const json_t *o, const char *key)
{
        const char *s = json_string_value(json_object_get(o, key));

        assert_non_null(s);
        return s;
}

static void write_list(const struct process *p, const char *text)
{
        char path[128];
        FILE *f;

        snprintf(path, sizeof(path), "%s/list", p->dir);
        f = fopen(path, "w");
        assert_non_null(f);
        fputs(text, f);
        fclose(f);
}

/* The next blob holds so many prefixes. */
static void expect_list(struct fake_dp *dp, uint32_t prefixes, int status)
{
        struct shm_attach_msg m;
        uint32_t count = 0;
        const void *blob = fake_dp_blob(dp, status, &m);

        assert_int_equal(m.blob_kind, SHM_BLOB_BLOCKLIST);
        assert_non_null(shm_blocklist_open(blob, m.bytes, &count));
        assert_int_equal(count, prefixes);
        munmap((void *)(uintptr_t)blob, m.bytes);
}

/* What status says of the dataplane's block list, once it says it. */
static void await_list_state(struct client *c, const char *state)
{
        for (unsigned asked = 0;; asked++) {
                json_t *r = client_result(c, "status", NULL);
                json_t *dp = json_array_get(json_object_get(r, "dataplanes"), 0);
                bool is = strcmp(text_of(dp, "blocklist"), state) == 0;

                json_decref(r);
                if (is)
                        return;
                assert_true(asked < ASKED_MAX);
        }
}

static void expect_why(struct client *c, const char *address, const char *decides)
{
        json_t *r = client_result(c, "ban.why", json_pack("{s:s}", "address", address));

        assert_string_equal(text_of(r, "decides"), decides);
        json_decref(r);
}

static void test_blocklists(void **state)
{
        struct shm_attach_msg hello;
        char policy[256];
        struct fake_dp dp;
        struct process p;
        struct client c;
        json_t *r;

        (void)state;
        process_make(&p);
        snprintf(
            policy, sizeof(policy),
            "  allow: [{prefix: 203.0.113.1}]\n  blocklists:\n    - {name: feed, file: %s/list}\n",
            p.dir);
        process_configure(&p, policy);
        write_list(&p, "203.0.113.0/24\n2001:db8::/32\n");
        fake_dp_make(&dp, 1, 1, 10);
        fake_dp_listen(&dp, p.dataplane);
        process_start(&p);
        client_open(&c, &p);
        fake_dp_greeted(&dp, &hello);
        fake_dp_welcome(&dp);
        expect_list(&dp, 2, 0);
        await_list_state(&c, "in force");
        expect_why(&c, "203.0.113.9", "blocklist");
        expect_why(&c, "203.0.113.1", "allow");
        expect_why(&c, "192.0.2.1", "none");
        assert_int_equal(client_error(&c, "ban.why", json_pack("{s:s}", "address", "10.0.0.0/8")),
                         -32602);

        write_list(&p, "203.0.113.0/24\n2001:db8::/33 oops\n"); /* refused: the old one stays */
        r = client_call(&c, "reload", NULL);
        assert_int_equal(json_integer_value(json_object_get(
                             json_object_get(json_object_get(r, "error"), "data"), "line")),
                         2);
        json_decref(r);
        expect_why(&c, "203.0.113.9", "blocklist");

        write_list(&p, "198.51.100.0/24\n");
        json_decref(client_result(&c, "reload", NULL));
        expect_list(&dp, 1, -ENOMEM);
        await_list_state(&c, "refused");
        expect_why(&c, "203.0.113.9", "none");
        json_decref(client_result(&c, "reload", NULL)); /* equal: it is not sent again */
        process_configure(&p, "");
        json_decref(client_result(&c, "reload", NULL));
        expect_list(&dp, 0, 0);
        await_list_state(&c, "in force");

        client_close(&c);
        fake_dp_free(&dp);
        process_free(&p);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_blocklists),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
