/* SPDX-License-Identifier: Apache-2.0 */
/* `sluicectl users`: what it asks control, with the password from standard input, and what it
 * prints. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/cli/fake_control.h"

#define USER(name, source)                                                                  \
        "{\"name\":\"" name "\",\"aor\":\"" name "\",\"algorithms\":[\"SHA-256\",\"MD5\"]," \
        "\"source\":\"" source "\",\"refused\":false,\"forward\":\"\"}"

static const struct fake_answer answers[] = {
    {"users.list", "\"result\":{\"users\":[" USER("alice", "config") "," USER("bob", "store") "]}",
     NULL},
    {"users.add", "\"result\":" USER("bob", "store"), NULL},
    {"users.passwd", "\"error\":{\"code\":-32000,\"message\":\"eve: there is no such user\"}",
     NULL},
    {"users.remove", "\"result\":{\"bindings_ended\":2}", NULL},
    {.method = NULL}};

struct row {
        const char *line;
        const char *typed; /* on standard input */
        int rc;
        const char *golden; /* NULL = nothing is printed */
        const char *err;
        const char *asked; /* NULL = nothing is asked */
};

static struct outcome run(const struct fake_control *f, const struct row *r)
{
        int before = dup(STDIN_FILENO), fds[2];
        struct outcome o;

        assert_int_equal(pipe(fds), 0);
        assert_int_equal(write(fds[1], r->typed, strlen(r->typed)), strlen(r->typed));
        close(fds[1]);
        assert_int_equal(dup2(fds[0], STDIN_FILENO), STDIN_FILENO);
        o = run_line(f, r->line);
        dup2(before, STDIN_FILENO);
        close(before);
        close(fds[0]);
        return o;
}

static void what_is_asked_and_said(void **state)
{
        static const struct row rows[] = {
            {"users list", "", 0, "users_list.txt", NULL, "\"method\":\"users.list\""},
            {"--json users list", "", 0, "users_list.json", NULL, "\"method\":\"users.list\""},
            {"users add bob", "se cret\n", 0, "users_in_force.txt", NULL,
             "\"params\":{\"name\":\"bob\",\"password\":\"se cret\"}"},
            {"users add bob --aor robert --forward sip:r@example.net --refused", "s\n", 0,
             "users_in_force.txt", NULL,
             "\"params\":{\"name\":\"bob\",\"aor\":\"robert\",\"forward\":\"sip:r@example.net\","
             "\"refused\":true,\"password\":\"s\"}"},
            {"-j users add bob", "s", 0, "users_add.json", NULL, "\"password\":\"s\""},
            {"users passwd eve", "s\n", 1, NULL, "eve: there is no such user",
             "\"params\":{\"name\":\"eve\",\"password\":\"s\"}"},
            {"users remove bob", "", 0, "users_remove.txt", NULL, "\"params\":{\"name\":\"bob\"}"},
            {"users add bob", "", 2, NULL, "a password is expected on standard input", NULL},
            {"users passwd bob", "\n", 2, NULL, "a password is expected", NULL},
            {"users add bob", "\xff\n", 2, NULL, "the password must be UTF-8", NULL},
            {"users add", "s\n", 2, NULL, "usage", NULL},
            {"users add bob secret", "s\n", 2, NULL, "usage", NULL},
            {"-r users add bob", "s\n", 1, NULL, "refused with --read-only", NULL},
            {"-r users passwd bob", "s\n", 1, NULL, "refused with --read-only", NULL},
            {"-r users remove bob", "", 1, NULL, "refused with --read-only", NULL},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                const struct row *r = &rows[i];
                struct fake_control f;
                struct outcome o;

                fake_control_start(&f, answers);
                o = run(&f, r);
                fake_control_stop(&f);
                if (r->golden)
                        assert_golden(r->golden, o.out);
                else
                        assert_string_equal(o.out, "");
                if (r->err ? !strstr(o.err, r->err) : *o.err != '\0')
                        fail_msg("\"%s\" says on stderr: %s", r->line, o.err);
                if (r->asked ? !strstr(f.asked, r->asked) : f.asked_len != 0)
                        fail_msg("\"%s\" asked: %s", r->line, f.asked);
                if (o.rc != r->rc)
                        fail_msg("\"%s\" ended with %d: %s", r->line, o.rc, o.err);
                outcome_free(&o);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(what_is_asked_and_said),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
