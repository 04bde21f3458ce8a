/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_doctor.c - `sluicectl doctor`: the findings of doctor/, for people and for scripts. */
#include <stdlib.h>
#include <string.h>

#include "control/cli/args.h"
#include "control/cli/call.h"
#include "control/cli/doctor/doctor.h"
#include "control/cli/escape.h"
#include "control/cli/paint.h"
#include "control/cli/table.h"

#define LEVEL_COLS 6u /* "fail" and a gap */

static json_t *to_json(const char *text)
{
        json_t *s = text ? json_string(text) : json_null();

        return s ? s : json_null(); /* a path in sluice.yaml that is not UTF-8 */
}

static void print_as_json(struct cp_cli *cli, const struct cp_doctor *d, const size_t *cnt)
{
        json_t *list = json_array(), *all;

        for (size_t i = 0; i < d->cnt; i++) {
                const struct cp_doctor_finding *f = &d->finding[i];

                json_array_append_new(list, json_pack("{s:s, s:s, s:o, s:o}", "id", f->id, "level",
                                                      cp_doctor_level_name(f->level), "what",
                                                      to_json(f->what), "mend", to_json(f->mend)));
        }
        all = json_pack("{s:o}", "checks", list);
        for (enum cp_doctor_level l = 0; l < CP_DOCTOR_LEVEL_CNT; l++)
                json_object_set_new(all, cp_doctor_level_name(l), json_integer((json_int_t)cnt[l]));
        cp_cli_print_json(cli, all);
        json_decref(all);
}

static void print_wrapped(struct cp_cli *cli, size_t at, size_t indent, const char *text)
{
        char *shown = cp_cli_escape(text, strlen(text), 0);

        cp_cli_wrap(cli->out, (struct cp_wrap){at, indent, cli->width}, shown);
        free(shown);
}

static void print_as_text(struct cp_cli *cli, const struct cp_doctor *d, const size_t *cnt)
{
        static const enum cp_colour colour[CP_DOCTOR_LEVEL_CNT] = {
            [CP_DOCTOR_OK] = CP_COLOUR_GOOD,
            [CP_DOCTOR_INFO] = CP_COLOUR_PLAIN,
            [CP_DOCTOR_WARN] = CP_COLOUR_ODD,
            [CP_DOCTOR_FAIL] = CP_COLOUR_BAD,
        };

        for (size_t i = 0; i < d->cnt; i++) {
                const struct cp_doctor_finding *f = &d->finding[i];
                const char *level = cp_doctor_level_name(f->level);

                cp_paint(cli, colour[f->level], level);
                fprintf(cli->out, "%*s", (int)(LEVEL_COLS - strlen(level)), "");
                print_wrapped(cli, LEVEL_COLS, LEVEL_COLS, f->what);
                /* A command stays on one line, however long, so that it can be copied. */
                if (f->mend) {
                        char *shown = cp_cli_escape(f->mend, strlen(f->mend), 0);

                        fprintf(cli->out, "%*s=> %s\n", (int)LEVEL_COLS, "", shown);
                        free(shown);
                }
        }
        fprintf(cli->out, "\n%zu ok, %zu info, %zu warn, %zu fail\n", cnt[CP_DOCTOR_OK],
                cnt[CP_DOCTOR_INFO], cnt[CP_DOCTOR_WARN], cnt[CP_DOCTOR_FAIL]);
}

int cp_cmd_doctor(struct cp_cli *cli, const struct cp_cli_args *args)
{
        const char *root = cp_cli_opt_value(args, "sysroot");
        size_t cnt[CP_DOCTOR_LEVEL_CNT] = {0};
        struct cp_settings places = cli->settings;
        struct cp_doctor d;
        int rc;

        places.control_socket = cli->socket_path;
        cp_doctor_run(&d, root ? root : "", &places);
        for (size_t i = 0; i < d.cnt; i++)
                cnt[d.finding[i].level]++;
        if (cli->json)
                print_as_json(cli, &d, cnt);
        else
                print_as_text(cli, &d, cnt);
        rc = cnt[CP_DOCTOR_FAIL] ? CP_CLI_NO : CP_CLI_YES;
        cp_doctor_fini(&d);
        return rc;
}
