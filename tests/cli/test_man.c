/* SPDX-License-Identifier: Apache-2.0 */
/* The manual pages say what the programs know: sluicectl.1 is compared with the command table,
 * sluice.yaml.5 with sluice.yaml, and all pages are linted where mandoc is there. */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "control/cli/command.h"

#define DOC        SLUICE_SOURCE_ROOT "/control/doc/"
#define TEXT_BYTES 65536

static void slurp(const char *path, char text[TEXT_BYTES])
{
        FILE *f = fopen(path, "r");
        size_t n;

        if (!f)
                fail_msg("no file %s", path);
        n = fread(text, 1, TEXT_BYTES - 1, f);
        fclose(f);
        assert_true(n < TEXT_BYTES - 1);
        text[n] = '\0';
}

/* The words of ".It Cm ban add Oo ..." that name the command: those before the first macro. */
static void command_of(const char *line, char *name, size_t cap)
{
        size_t len = 0;

        name[0] = '\0';
        for (line += strlen(".It Cm "); islower((unsigned char)*line);) {
                size_t n = strcspn(line, " ");

                len +=
                    (size_t)snprintf(name + len, cap - len, "%s%.*s", len ? " " : "", (int)n, line);
                line += n;
                line += *line == ' ';
        }
}

static const struct cp_cli_cmd *by_name(const char *name)
{
        for (size_t i = 0; i < cp_cli_command_cnt; i++)
                if (strcmp(cp_cli_commands[i].name, name) == 0)
                        return &cp_cli_commands[i];
        return NULL;
}

/* ".It Fl s , Fl -socket Ar path", ".It Fl -sysroot Ar dir": is it among opts? */
static bool opt_is_known(const char *line, const struct cp_cli_opt *opts)
{
        char letter = 0;
        size_t n;

        line += strlen(".It Fl ");
        if (line[0] != '-') {
                letter = line[0];
                line = strstr(line, "Fl -");
                assert_non_null(line);
                line += strlen("Fl ");
        }
        line++;
        n = strcspn(line, " \n");
        for (; opts->name; opts++)
                if (strlen(opts->name) == n && strncmp(opts->name, line, n) == 0)
                        return opts->letter == letter &&
                               (strncmp(line + n, " Ar ", 4) == 0) == (opts->arg != NULL);
        return false;
}

static size_t opt_cnt(const struct cp_cli_opt *opts)
{
        size_t n = 0;

        while (opts[n].name)
                n++;
        return n;
}

/* Each command and option in the page is in the table, in its order, and each in the table is in
 * the page. */
static void test_sluicectl_page(void **state)
{
        static char page[TEXT_BYTES];
        const struct cp_cli_cmd *cmd = NULL;
        size_t cmds = 0, opts = 0;
        char *save = NULL, name[64];

        (void)state;
        slurp(DOC "sluicectl.1", page);
        for (char *line = strtok_r(page, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
                const struct cp_cli_opt *known = cmd ? cmd->opts : cp_cli_global_opts;
                bool next = strncmp(line, ".It Cm ", 7) == 0;

                if (next || strcmp(line, ".Sh ENVIRONMENT") == 0) {
                        if (opts != opt_cnt(known))
                                fail_msg("options of %s are missing", cmd ? cmd->name : "all");
                        opts = 0;
                }
                if (next) {
                        command_of(line, name, sizeof(name));
                        /* "completion bash": the word that it takes is one to be typed. */
                        cmd = by_name(strncmp(name, "completion", 10) == 0 ? "completion" : name);
                        if (!cmd)
                                fail_msg("the page knows a command \"%s\"", name);
                        assert_ptr_equal(cmd, &cp_cli_commands[cmds++]);
                } else if (strncmp(line, ".It Fl ", 7) == 0) {
                        if (!opt_is_known(line, known))
                                fail_msg("not an option of %s: %s", cmd ? cmd->name : "all", line);
                        opts++;
                }
        }
        assert_int_equal(cmds, cp_cli_command_cnt);
}

/* Every key that sluice.yaml shows, commented out or not, is documented, and none besides. */
static void test_yaml_page(void **state)
{
        static char yaml[TEXT_BYTES], lines[TEXT_BYTES], page[TEXT_BYTES];
        char *save = NULL, key[64];
        size_t n;

        (void)state;
        slurp(SLUICE_SOURCE_ROOT "/control/sluice.yaml", yaml);
        slurp(DOC "sluice.yaml.5", page);
        memcpy(lines, yaml, sizeof(lines));
        for (char *line = strtok_r(lines, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
                line += strspn(line, " #");
                if (strncmp(line, "- ", 2) == 0)
                        line += 2;
                n = strspn(line, "abcdefghijklmnopqrstuvwxyz-");
                if (n == 0 || n >= sizeof(key) || line[n] != ':')
                        continue;
                snprintf(key, sizeof(key), "%.*s", (int)n, line);
                if (!strstr(page, key))
                        fail_msg("sluice.yaml.5 does not know %s", key);
        }
        for (char *at = page; (at = strstr(at, "\n.It Ic ")); at++) {
                at += strlen("\n.It Ic ");
                n = strcspn(at, " \n");
                snprintf(key, sizeof(key), "%.*s", (int)n, at);
                if (!strstr(yaml, key))
                        fail_msg("sluice.yaml does not know %s", key);
        }
}

static void test_lint(void **state)
{
        static const char *const page[] = {"sluicectl.1", "sluice-control.8", "sluice-dataplane.8",
                                           "sluice.yaml.5"};

        (void)state;
        if (system("command -v mandoc >/dev/null 2>&1") != 0) {
                print_message("[  SKIPPED ] mandoc is not installed: pages are not linted\n");
                return;
        }
        for (size_t i = 0; i < sizeof(page) / sizeof(page[0]); i++) {
                char command[512];
                int rc;

                snprintf(command, sizeof(command), "mandoc -T lint -W warning '" DOC "%s'",
                         page[i]);
                rc = system(command);
                if (!WIFEXITED(rc) || WEXITSTATUS(rc) != 0)
                        fail_msg("mandoc has warnings about %s", page[i]);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_sluicectl_page),
            cmocka_unit_test(test_yaml_page),
            cmocka_unit_test(test_lint),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
