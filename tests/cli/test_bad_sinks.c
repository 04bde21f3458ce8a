/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bad input on its way to people and their programs: what a message holds reaches EVE as JSON that
 * every reader takes for one record, and a terminal as text that it does not obey.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "control/api/eve.h"
#include "control/cli/escape.h"
#include "control/cli/eve_text.h"
#include "tests/parser/bad/bad_run.h"
#include "tests/parser/guard.h"

static struct bad_table table;
static struct bad_args args;

/* Nothing that a terminal obeys but line ends; the C locale shows ASCII alone. */
static bool printable(const char *text, size_t n)
{
        for (size_t i = 0; i < n; i++) {
                if (text[i] != '\n' && (text[i] < 0x20 || text[i] > 0x7e))
                        return false;
        }
        return true;
}

/* What `sluicectl events` and `why` make of the record. */
static void shown(const json_t *event)
{
        struct cp_cli cli = {.width = 100};
        char *text = NULL;
        size_t n = 0;

        cli.out = cli.err = open_memstream(&text, &n);
        assert_non_null(cli.out);
        cp_eve_print_line(&cli, event);
        cp_eve_print_full(&cli, event);
        fclose(cli.out);
        assert_true(n > 0 && printable(text, n));
        free(text);
}

static void read_eve(const uint8_t *p, size_t n, struct rng *r, char *out)
{
        static struct cp_eve eve;
        static struct guard g;
        const struct shm_event ev = {.time_ns = UINT64_C(1767323045678901234),
                                     .action = SHM_ACTION_DROP,
                                     .reason = SHM_REASON_SIP_MALFORMED,
                                     .msg_len = (uint16_t)n,
                                     .full_len = (uint16_t)n};
        json_error_t err;
        json_t *o;
        size_t len;

        if (!g.map)
                g = guard_create(BAD_BYTES_MAX);
        assert_true(n <= SHM_MSG_BYTES_MAX);
        len = cp_eve_event(&eve, &ev, guard_tail(&g, p, n), (size_t)rng_below(r, 3) * 20);
        assert_true(len > 2 && eve.line[len - 1] == '\n');
        for (size_t i = 0; i + 1 < len; i++)
                assert_true((unsigned char)eve.line[i] >= 0x20 && eve.line[i] != 0x7f);
        o = json_loadb(eve.line, len - 1, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &err);
        assert_non_null(o);
        shown(o);
        snprintf(out, BAD_OUTCOME_BYTES, "json:%s",
                 json_string_value(json_object_get(o, "event_type")));
        json_decref(o);
}

static void read_terminal(const uint8_t *p, size_t n, struct rng *r, char *out)
{
        size_t cols = (size_t)rng_below(r, 2) * 40;
        char *text = cp_cli_escape((const char *)p, n, cols);

        snprintf(out, BAD_OUTCOME_BYTES, "text:%s",
                 printable(text, strlen(text)) && !strchr(text, '\n') &&
                         (cols == 0 || cp_cli_columns(text) <= cols)
                     ? "printable"
                     : "obeyed");
        free(text);
}

static bad_reader *find(const char *name)
{
        return strcmp(name, "eve") == 0        ? read_eve
               : strcmp(name, "terminal") == 0 ? read_terminal
                                               : NULL;
}

static void every_sink(void **state)
{
        (void)state;
        bad_run(&table, &args, find);
}

int main(int argc, char **argv)
{
        const struct CMUnitTest tests[] = {cmocka_unit_test(every_sink)};

        args = bad_args_read(argc, argv);
        bad_table_read(&table);
        return cmocka_run_group_tests(tests, NULL, NULL);
}
