/* SPDX-License-Identifier: Apache-2.0 */
/* What a worker sends: made from the options, one traffic for each of them. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bench/harness/measure/run.h"
#include "bench/harness/traffic/calls_traffic.h"

static struct sb_link link_of(const struct sb_bench *b, const struct sb_job *j, uint32_t i)
{
        struct sb_link l = {.vlan = b->options->vlan, .v6 = b->env[i].v6};

        memcpy(l.dst_mac, b->remote_mac[i], 6);
        memcpy(l.src_mac, j->worker->neigh.mac, 6);
        return l;
}

static int job_calls(struct sb_bench *b, struct sb_job *j, uint32_t i)
{
        const struct sb_options *o = b->options;
        struct sb_calls_setup set = {.scenario = b->scenario[i],
                                     .env = &b->env[i],
                                     .slot_cnt = o->slots,
                                     .first_number = (uint64_t)i << 40 | (uint64_t)b->runs << 32,
                                     .hold_ns = (uint64_t)(o->hold_ms * 1e6),
                                     .linger_ns = (uint64_t)(o->linger_ms * 1e6),
                                     .t1_override_ms = o->t1_ms,
                                     .t2_ms = o->t2_ms,
                                     .wait_ns = (uint64_t)o->wait_ms * 1000000u,
                                     .no_retrans = o->no_retrans,
                                     .log = b->log,
                                     .user = o->user,
                                     .password = o->password};
        struct sb_traffic *t = &j->worker->traffics[j->worker->traffic_cnt];
        int rc;

        if (b->scenario[i] == NULL)
                return 0;
        set.link = link_of(b, j, i);
        rc = sb_calls_create(&j->calls, &set, &j->worker->out, j->worker->times, 0);
        if (rc != 0)
                return rc;
        j->answers = b->scenario[i]->serves;
        *t = sb_calls_traffic(j->calls, j->answers, b->options->live);
        j->worker->traffic_cnt++;
        return 0;
}

static void mix_start(void *self, uint64_t intended_ns, uint64_t now_ns)
{
        sb_mix_start(self, intended_ns, now_ns);
}

static int mix_receive(void *self, const struct sb_datagram *d, uint64_t now_ns)
{
        return sb_mix_receive(self, d, now_ns);
}

static void play_start(void *self, uint64_t intended_ns, uint64_t now_ns)
{
        sb_play_start(self, intended_ns, now_ns);
}

static int job_mix(struct sb_bench *b, struct sb_job *j, uint32_t i, bool attack)
{
        const struct sb_options *o = b->options;
        const struct sb_ident *ident = attack ? &b->attackers : &b->ident[i];
        uint64_t identities = (uint64_t)ident->addr_cnt * ident->port_cnt;
        struct sb_env *env = attack ? &b->attack_env : &b->env[i];
        const struct sb_mix_setup set = {
            .profile = attack ? o->attack : o->mix,
            .env = env,
            .link = link_of(b, j, i),
            .size = o->size,
            .worker = (uint16_t)(i + 1 + (attack ? SB_WORKERS_MAX : 0)),
            .user_cnt = identities > UINT32_MAX ? UINT32_MAX : (uint32_t)identities,
            .shuffle = attack};
        struct sb_mix **at = attack ? &j->attack : &j->mix;
        char error[SB_ERROR_BYTES] = "no memory";

        env->remote = b->env[i].remote;
        if (sb_mix_create(at, &set, &j->worker->out, j->worker->times, error) != 0) {
                fprintf(stderr, "sluice-bench: %s\n", error);
                return -EINVAL;
        }
        j->worker->traffics[j->worker->traffic_cnt++] =
            (struct sb_traffic){.self = *at, .start = mix_start, .receive = mix_receive};
        return 0;
}

static int job_play(struct sb_bench *b, struct sb_job *j, uint32_t i)
{
        struct sb_traffic *t = &j->worker->traffics[j->worker->traffic_cnt];
        char error[SB_ERROR_BYTES] = "";

        if (sb_play_create(&j->play, b->options->replay, b->options->speed, &j->worker->out, error,
                           sizeof(error)) != 0) {
                fprintf(stderr, "sluice-bench: %s\n", error);
                return -EINVAL;
        }
        j->play->times = j->worker->times;
        j->play->link = link_of(b, j, i);
        j->play->pace = &t->pace;
        *t = (struct sb_traffic){.self = j->play, .start = play_start};
        j->worker->traffic_cnt++;
        return 0;
}

int sb_job_traffics(struct sb_bench *b, struct sb_job *j, uint32_t i)
{
        bool caller = !(b->loop && i == 1);
        int rc = job_calls(b, j, i);

        if (rc == 0 && caller && b->options->mix != NULL)
                rc = job_mix(b, j, i, false);
        if (rc == 0 && caller && b->options->attack != NULL)
                rc = job_mix(b, j, i, true);
        if (rc == 0 && caller && b->options->replay != NULL)
                rc = job_play(b, j, i);
        return rc;
}
