/* SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_eal.h>

#include "bench/harness/commands.h"
#include "bench/harness/measure/fingerprint.h"
#include "bench/harness/measure/run.h"
#include "bench/harness/report/json.h"
#include "bench/harness/report/text.h"

static struct sb_bench *interruptible;

static void on_signal(int sig)
{
        (void)sig;
        if (interruptible != NULL)
                sb_bench_interrupt(interruptible);
}

struct sb_bench *sb_command_begin(struct sb_main *m)
{
        struct sb_options *o = &m->options;
        struct sb_bench *b = NULL;

        if (o->ports.device_cnt == 0)
                o->ports.devices[o->ports.device_cnt++] = "loop";
        o->ports.worker_cnt = strcmp(o->ports.devices[0], "loop") == 0 ? 2 : o->ports.device_cnt;
        if (o->scenario == NULL && o->mix == NULL && o->replay == NULL &&
            (o->attack == NULL || strcmp(o->command, "attack") == 0))
                o->scenario = "uac";
        if (sb_eal_start(&o->ports) != 0)
                return NULL;
        if (sb_bench_create(&b, o) != 0) {
                (void)rte_eal_cleanup();
                return NULL;
        }
        interruptible = b;
        signal(SIGINT, on_signal);
        signal(SIGTERM, on_signal);
        return b;
}

void sb_command_end(struct sb_bench *b)
{
        if (b == NULL)
                return;
        interruptible = NULL;
        sb_bench_destroy(b);
        (void)rte_eal_cleanup();
}

/* Does it begin calls? Then one is enough where nothing else is said. */
static bool begins_calls(const struct sb_bench *b)
{
        return b->options->replay == NULL && (b->scenario[0] == NULL || !b->scenario[0]->serves);
}

int sb_command_run(struct sb_main *m)
{
        struct sb_bench *b = sb_command_begin(m);
        struct sb_result *r = malloc(sizeof(*r));
        int status = SB_EXIT_SETUP;
        json_t *document, *result;

        if (b == NULL || r == NULL) {
                free(r);
                return SB_EXIT_SETUP;
        }
        if (m->options.seconds <= 0 && m->options.limit == UINT64_MAX && begins_calls(b))
                m->options.limit = 1;
        if (sb_bench_run(b, m->options.rate, m->options.seconds, r) == 0) {
                document = sb_json_document("run", sb_fingerprint(m->argc, m->argv));
                result = sb_json_result(b, r);
                json_object_set_new(document, "result", result);
                sb_text_result(
                    m->options.json != NULL && strcmp(m->options.json, "-") == 0 ? stderr : stdout,
                    result);
                status = sb_command_write(m, document);
                if (status == SB_EXIT_OK && r->counts.calls_failed != 0)
                        status = SB_EXIT_FAILED;
                else if (status == SB_EXIT_OK &&
                         !json_is_true(
                             json_object_get(json_object_get(result, "verdict"), "trusted")))
                        status = SB_EXIT_DOUBT;
                json_decref(document);
        }
        free(r);
        sb_command_end(b);
        return status;
}

int sb_command_replay(struct sb_main *m)
{
        if (m->options.replay == NULL && m->options.file_cnt == 1)
                m->options.replay = m->options.files[0];
        if (m->options.replay == NULL) {
                fprintf(stderr, "sluice-bench: replay: which capture?\n");
                return SB_EXIT_SETUP;
        }
        return sb_command_run(m);
}
