/* SPDX-License-Identifier: Apache-2.0 */
/* What is done with results that exist: other forms, comparisons, and those of the bench_*
 * programs. */
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/harness/commands.h"
#include "bench/harness/measure/compare.h"
#include "bench/harness/measure/fingerprint.h"
#include "bench/harness/report/csv.h"
#include "bench/harness/report/full.h"
#include "bench/harness/report/html.h"
#include "bench/harness/report/json.h"
#include "bench/harness/report/text.h"

static FILE *create(const char *path)
{
        FILE *f = strcmp(path, "-") == 0 ? stdout : fopen(path, "we");

        if (f == NULL)
                fprintf(stderr, "sluice-bench: %s: %s\n", path, strerror(errno));
        return f;
}

static int finished(FILE *f, const char *path)
{
        int bad = ferror(f);

        if (f != stdout)
                bad |= fclose(f) != 0;
        if (bad)
                fprintf(stderr, "sluice-bench: %s was not written whole\n", path);
        return bad ? SB_EXIT_SETUP : SB_EXIT_OK;
}

static int html(const json_t *document, const char *path)
{
        FILE *f = create(path);

        if (f == NULL)
                return SB_EXIT_SETUP;
        sb_html_write(f, document);
        return finished(f, path);
}

static int csv(const json_t *document, const char *path,
               int (*write)(FILE *to, const json_t *document))
{
        FILE *f = create(path);

        if (f == NULL)
                return SB_EXIT_SETUP;
        if (write(f, document) != 0)
                fprintf(stderr, "sluice-bench: no result of a run in it\n");
        return finished(f, path);
}

int sb_command_write(const struct sb_main *m, const json_t *document)
{
        const struct sb_options *o = &m->options;
        int status = SB_EXIT_OK;

        if (o->json != NULL && sb_json_write(document, o->json) != 0)
                status = SB_EXIT_SETUP;
        if (status == SB_EXIT_OK && o->html != NULL)
                status = html(document, o->html);
        if (status == SB_EXIT_OK && o->csv != NULL)
                status = csv(document, o->csv, sb_csv_write);
        if (status == SB_EXIT_OK && o->sipp_csv != NULL)
                status = csv(document, o->sipp_csv, sb_csv_sipp_write);
        return status;
}

static json_t *load(const char *path)
{
        json_error_t error;
        json_t *document = json_load_file(path, 0, &error);
        const char *schema = json_string_value(json_object_get(document, "schema"));

        if (document == NULL)
                fprintf(stderr, "sluice-bench: %s:%d: %s\n", path, error.line, error.text);
        else if (schema == NULL || strcmp(schema, SB_SCHEMA) != 0) {
                fprintf(stderr, "sluice-bench: %s is no %s document\n", path, SB_SCHEMA);
                json_decref(document);
                document = NULL;
        }
        return document;
}

int sb_command_report(struct sb_main *m)
{
        json_t *document, *result;
        int status;

        if (m->options.file_cnt != 1) {
                fprintf(stderr, "sluice-bench: report: which one result?\n");
                return SB_EXIT_SETUP;
        }
        document = load(m->options.files[0]);
        if (document == NULL)
                return SB_EXIT_SETUP;
        result = json_object_get(document, "result");
        if (result != NULL && !m->options.quiet)
                sb_text_result(stdout, result);
        else if (json_object_get(document, "sections") != NULL && !m->options.quiet)
                sb_full_write(stdout, document);
        status = sb_command_write(m, document);
        json_decref(document);
        return status;
}

static void compared_text(const json_t *out)
{
        json_t *r;
        size_t i;

        printf("%-28s %14s %14s %8s %17s\n", "", "A", "B", "B/A", "95 % between");
        json_array_foreach(json_object_get(out, "rows"), i, r) printf(
            "%-28s %14.6g %14.6g %8.3f %8.3f %8.3f %s\n",
            json_string_value(json_object_get(r, "name")),
            json_number_value(json_object_get(r, "a")), json_number_value(json_object_get(r, "b")),
            json_number_value(json_object_get(r, "ratio")),
            json_number_value(json_object_get(r, "low")),
            json_number_value(json_object_get(r, "high")),
            json_string_value(json_object_get(r, "verdict")));
}

int sb_command_compare(struct sb_main *m)
{
        const struct sb_compare how = {.tolerance = m->options.tolerance, .confidence = 0.95};
        json_t *a, *b, *out = NULL;
        int status = SB_EXIT_SETUP;

        if (m->options.file_cnt != 2) {
                fprintf(stderr, "sluice-bench: compare: which two results?\n");
                return SB_EXIT_SETUP;
        }
        a = load(m->options.files[0]);
        b = load(m->options.files[1]);
        if (a != NULL && b != NULL)
                out = sb_compare(&how, a, b);
        if (out != NULL) {
                compared_text(out);
                status = json_integer_value(json_object_get(out, "slower")) != 0 ||
                                 json_integer_value(json_object_get(out, "gone")) != 0
                             ? SB_EXIT_FAILED
                             : SB_EXIT_OK;
                if (m->options.json != NULL && sb_json_write(out, m->options.json) != 0)
                        status = SB_EXIT_SETUP;
        } else if (a != NULL && b != NULL) {
                fprintf(stderr, "sluice-bench: these two have nothing in common\n");
        }
        json_decref(out);
        json_decref(a);
        json_decref(b);
        return status;
}

/* ---- micro: the Google Benchmark programs below a directory, into one report ---- */

/* The figures of one program; an object without any when the filter matches none of its names. */
static json_t *program_run(const char *path, const char *filter)
{
        char matching[1024];
        int ends[2], status = 0;
        json_error_t error;
        json_t *out;
        FILE *f;
        pid_t pid;

        snprintf(matching, sizeof(matching), "--benchmark_filter=%s",
                 filter == NULL ? "." : filter);
        if (pipe(ends) != 0)
                return NULL;
        pid = fork();
        if (pid == 0) {
                dup2(ends[1], STDOUT_FILENO);
                close(ends[0]);
                close(ends[1]);
                execl(path, path, "--benchmark_format=json", "--benchmark_min_time=0.05", matching,
                      (char *)NULL);
                _exit(127);
        }
        close(ends[1]);
        f = fdopen(ends[0], "r");
        out = f == NULL ? NULL : json_loadf(f, JSON_DISABLE_EOF_CHECK, &error);
        if (f != NULL)
                fclose(f);
        if (pid > 0)
                waitpid(pid, &status, 0);
        if (out == NULL && filter != NULL && WIFEXITED(status) && WEXITSTATUS(status) != 127)
                out = json_object();
        return out;
}

/* Of one item, where the program says how many there were; CPU time unless it keeps time itself. */
static double nanoseconds(const json_t *row)
{
        const char *unit = json_string_value(json_object_get(row, "time_unit"));
        const char *name = json_string_value(json_object_get(row, "name"));
        bool own = name != NULL &&
                   (strstr(name, "/real_time") != NULL || strstr(name, "/manual_time") != NULL);
        double v = json_number_value(json_object_get(row, own ? "real_time" : "cpu_time"));
        double items = json_number_value(json_object_get(row, "items_per_second"));

        if (items > 0)
                return 1e9 / items;
        if (unit != NULL && strcmp(unit, "us") == 0)
                return v * 1e3;
        if (unit != NULL && strcmp(unit, "ms") == 0)
                return v * 1e6;
        return v;
}

static void rows_add(json_t *list, const char *program, const json_t *run)
{
        json_t *row;
        size_t i;

        json_array_foreach(json_object_get(run, "benchmarks"), i, row)
        {
                char name[512];

                snprintf(name, sizeof(name), "%s %s", program,
                         json_string_value(json_object_get(row, "name")));
                json_array_append_new(
                    list, json_pack("{s:s, s:f, s:b}", "name", name, "ns", nanoseconds(row),
                                    "error", json_is_true(json_object_get(row, "error_occurred"))));
                printf("%-70s %14.1f ns\n", name, nanoseconds(row));
        }
}

/* All bench_* programs of one directory; how many there were. */
static uint32_t directory_run(json_t *list, const char *path, const char *filter)
{
        DIR *d = opendir(path);
        const struct dirent *e;
        uint32_t cnt = 0;

        while (d != NULL && (e = readdir(d)) != NULL) {
                char program[4096];
                struct stat st;
                json_t *run;

                snprintf(program, sizeof(program), "%s/%s", path, e->d_name);
                if (strncmp(e->d_name, "bench_", 6) != 0 || stat(program, &st) != 0 ||
                    !S_ISREG(st.st_mode) || access(program, X_OK) != 0)
                        continue;
                run = program_run(program, filter);
                if (run == NULL)
                        fprintf(stderr, "sluice-bench: %s gave no figures\n", program);
                rows_add(list, e->d_name, run);
                json_decref(run);
                cnt += run != NULL;
        }
        if (d != NULL)
                closedir(d);
        return cnt;
}

int sb_command_micro(struct sb_main *m)
{
        json_t *list = json_array(), *document;
        uint32_t cnt = 0;
        int status;

        for (uint32_t i = 0; i < m->options.file_cnt; i++)
                cnt += directory_run(list, m->options.files[i], m->options.filter);
        if (cnt == 0) {
                fprintf(stderr, "sluice-bench: micro: no bench_* program there\n");
                json_decref(list);
                return SB_EXIT_SETUP;
        }
        document = sb_json_document("micro", sb_fingerprint(m->argc, m->argv));
        json_object_set_new(document, "micro", list);
        status = sb_command_write(m, document);
        json_decref(document);
        return status;
}
