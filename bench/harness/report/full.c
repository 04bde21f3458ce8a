/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/harness/report/full.h"

#include <math.h>
#include <string.h>

/* Four figures are what a machine with neighbours allows. */
static void figure(FILE *to, const json_t *v)
{
        double x = json_number_value(v);

        if (json_is_string(v))
                fprintf(to, "%s", json_string_value(v));
        else if (!json_is_number(v))
                fprintf(to, "–");
        else if (fabs(x) >= 1e6)
                fprintf(to, "%.4g M", x / 1e6);
        else if (fabs(x) >= 1e4)
                fprintf(to, "%.4g k", x / 1e3);
        else
                fprintf(to, "%.4g", x);
}

static void cell(FILE *to, const json_t *row, const char *name)
{
        fputs(" | ", to);
        figure(to, json_object_get(row, name));
}

static void section(FILE *to, const json_t *s)
{
        const char *command = json_string_value(json_object_get(s, "command"));
        json_t *row;
        size_t i;

        fprintf(to, "\n### %s\n\n", json_string_value(json_object_get(s, "title")));
        if (command != NULL)
                fprintf(to, "`%s`\n\n", command);
        fprintf(to, "| what | figure | unit | beside it | figure | ratio | target | met |\n"
                    "| --- | ---: | --- | --- | ---: | ---: | --- | --- |\n");
        json_array_foreach(json_object_get(s, "rows"), i, row)
        {
                const json_t *met = json_object_get(row, "met");

                fprintf(to, "| %s", json_string_value(json_object_get(row, "what")));
                cell(to, row, "value");
                cell(to, row, "unit");
                cell(to, row, "beside");
                cell(to, row, "beside_value");
                cell(to, row, "ratio");
                cell(to, row, "target");
                fprintf(to, " | %s |\n",
                        json_is_true(met)    ? "yes"
                        : json_is_false(met) ? "no"
                                             : "–");
        }
}

static void made_with(FILE *to, const json_t *document)
{
        json_t *f = json_object_get(document, "fingerprint");
        static const char *const names[] = {"time", "cpu", "cpus", "kernel", "dpdk", "git"};

        fprintf(to, "Made with:");
        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
                const json_t *v = json_object_get(f, names[i]);

                fprintf(to, "%s %s ", i == 0 ? "" : ";", names[i]);
                if (json_is_integer(v))
                        fprintf(to, "%lld", (long long)json_integer_value(v));
                else
                        fprintf(to, "%s", json_is_string(v) ? json_string_value(v) : "?");
        }
        fprintf(to,
                ".\nIt took %.0f s; the hypervisor took %.1f %% of the CPUs meanwhile, and a core "
                "that looked at the time only lost %.1f %%.\n",
                json_number_value(json_object_get(document, "seconds")),
                100.0 *
                    json_number_value(json_object_get(json_object_get(document, "noise"), "steal")),
                100.0 * json_number_value(
                            json_object_get(json_object_get(document, "noise"), "spin_lost")));
}

void sb_full_write(FILE *to, const json_t *document)
{
        const json_t *verdict = json_object_get(document, "verdict");
        json_t *o;
        size_t i;

        made_with(to, document);
        if (json_is_true(json_object_get(verdict, "trusted"))) {
                fprintf(to, "Nothing speaks against these figures.\n");
        } else {
                fprintf(to, "These figures may not be trusted:\n\n");
                json_array_foreach(json_object_get(verdict, "doubts"), i, o)
                    fprintf(to, "- %s\n", json_string_value(o));
        }
        json_array_foreach(json_object_get(document, "sections"), i, o) section(to, o);
        if (json_array_size(json_object_get(document, "left_out")) != 0)
                fprintf(to, "\n### Left out\n\n");
        json_array_foreach(json_object_get(document, "left_out"), i, o)
            fprintf(to, "- %s: %s\n", json_string_value(json_object_get(o, "what")),
                    json_string_value(json_object_get(o, "why")));
}
