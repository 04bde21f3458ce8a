/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_ring_kill.c - one side dies at every step of a whole attachment, the other stays sane.
 *
 * A run is handshake, requests, replies and counters between two processes over real segments.
 * First it runs undisturbed and counts the steps (shm_step.h) of each side. Then for each step one
 * side is killed exactly there by SIGKILL. The survivor must notice, must have got an unbroken
 * prefix of what was sent, each record whole and once, must not see a broken ring, and must then do
 * a whole run with a fresh incarnation.
 *
 * Every wait ends with the other side's progress or its death; a run that hangs is a failure (the
 * test's time limit).
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "control/contract/shm_attach.h"
#include "control/contract/shm_cnc.h"
#include "control/contract/shm_msg.h"
#include "control/contract/shm_region.h"
#include "control/contract/shm_ring.h"
#include "control/contract/shm_stats.h"
#include "control/contract/shm_step.h"
#include "tests/contract/rng.h"

#define REQUESTS  30u
#define NAMES_MAX 64u
#define REC_MAX   (sizeof(struct shm_request) + 512)

enum role { DATAPLANE, CONTROL };
enum outcome { WHOLE, PEER_DIED };

/* What the dying process leaves behind. */
struct black_box {
        uint64_t steps;
        char died_at[64];
};

static struct black_box *box;
static uint64_t kill_at = UINT64_MAX;
static bool counting;

void shm_step(const char *name)
{
        if (!counting)
                return;
        if (box->steps++ == kill_at) {
                snprintf(box->died_at, sizeof(box->died_at), "%s", name);
                kill(getpid(), SIGKILL);
        }
}

static void must(bool ok, const char *what)
{
        if (ok)
                return;
        fprintf(stderr, "test_ring_kill: pid %d, step %llu \"%s\": %s\n", (int)getpid(),
                (unsigned long long)kill_at, box->died_at, what);
        exit(99);
}

struct link {
        int sock;
        uint64_t incarnation;
        struct shm_region stats;
        struct shm_region to_control;
        struct shm_region to_dataplane;
        struct shm_ring_producer out;
        struct shm_ring_consumer in;
        struct shm_cnc *own_cnc;
        const struct shm_cnc *peer_cnc;
        struct shm_stats_page *page;
        uint64_t sent;
        uint64_t got;
        _Alignas(16) uint8_t rec[REC_MAX];
};

static bool gone(int sock)
{
        char c;

        return recv(sock, &c, 1, MSG_DONTWAIT | MSG_PEEK) == 0;
}

/* Length and octets of the nth message of an incarnation. */
static uint16_t msg_len(uint64_t incarnation, uint64_t n)
{
        struct rng r = {incarnation * 1000 + n};

        return (uint16_t)(1 + rng_below(&r, 170));
}

static uint8_t msg_octet(uint64_t incarnation, uint64_t n, uint32_t i)
{
        return (uint8_t)(incarnation * 31 + n * 7 + i);
}

/* Wait for one message; false when the peer died. */
static bool expect(struct link *l, enum shm_attach_type type, struct shm_attach_msg *m, int *fds)
{
        size_t fd_cnt = 0;
        int err = shm_attach_recv(l->sock, m, fds, &fd_cnt);

        if (err == -ECONNRESET)
                return false;
        must(err == 0 && m->type == type, "handshake");
        return true;
}

static void rings_bind(struct link *l, enum role role)
{
        struct shm_region *own = role == DATAPLANE ? &l->to_control : &l->to_dataplane;
        struct shm_region *peer = role == DATAPLANE ? &l->to_dataplane : &l->to_control;
        bool dp = role == DATAPLANE;
        size_t out_bytes = 0;
        size_t in_bytes = 0;
        void *out = shm_region_part(own, dp ? SHM_PART_RING_REQ : SHM_PART_RING_REP, 0, &out_bytes);
        void *in = shm_region_part(peer, dp ? SHM_PART_RING_REP : SHM_PART_RING_REQ, 0, &in_bytes);
        void *out_tail = shm_region_part(peer, dp ? SHM_PART_TAIL_REQ : SHM_PART_TAIL_REP, 0, NULL);
        void *in_tail = shm_region_part(own, dp ? SHM_PART_TAIL_REP : SHM_PART_TAIL_REQ, 0, NULL);

        must(!shm_ring_producer_init(&l->out, out, out_bytes, out_tail), "producer");
        must(!shm_ring_consumer_init(&l->in, in, in_bytes, in_tail), "consumer");
        l->own_cnc = shm_region_part(own, SHM_PART_CNC, 0, NULL);
        l->peer_cnc = shm_region_part(peer, SHM_PART_CNC, 0, NULL);
        l->page = shm_region_part(&l->stats, SHM_PART_STATS, 0, NULL);
}

static bool dataplane_attach(struct link *l)
{
        const struct shm_ring_sizes sizes = {.req_log2 = 3, .evt_log2 = 1, .rep_log2 = 2};
        struct shm_attach_msg m;
        int fds[SHM_ATTACH_FDS_MAX];

        if (!expect(l, SHM_ATTACH_HELLO, &m, fds))
                return false;
        must(!shm_region_create_stats(&l->stats, 1) && !shm_region_publish(&l->stats), "stats");
        must(!shm_region_create_to_control(&l->to_control, 1, l->incarnation, sizes), "create");
        must(!shm_region_create_to_dataplane(&l->to_dataplane, 1, l->incarnation, sizes), "create");
        must(!shm_region_publish(&l->to_control), "publish");
        must(!shm_region_publish(&l->to_dataplane), "publish");
        rings_bind(l, DATAPLANE);
        shm_cnc_init(l->own_cnc, l->incarnation, (uint64_t)getpid(), 1);
        must(!shm_cnc_set_state(l->own_cnc, SHM_CNC_RUN), "run");
        shm_attach_msg_init(&m, SHM_ATTACH_WELCOME);
        m.incarnation = l->incarnation;
        m.worker_cnt = 1;
        fds[0] = l->stats.fd;
        fds[1] = l->to_control.fd;
        fds[2] = l->to_dataplane.fd;
        if (shm_attach_send(l->sock, &m, fds, 3))
                return false;
        return expect(l, SHM_ATTACH_READY, &m, fds);
}

static bool control_attach(struct link *l)
{
        struct shm_attach_msg m;
        int fds[SHM_ATTACH_FDS_MAX];

        shm_attach_msg_init(&m, SHM_ATTACH_HELLO);
        if (shm_attach_send(l->sock, &m, NULL, 0) || !expect(l, SHM_ATTACH_WELCOME, &m, fds))
                return false;
        must(m.incarnation == l->incarnation, "incarnation");
        must(!shm_region_attach(&l->stats, fds[0], SHM_REGION_STATS, false), "attach");
        must(!shm_region_attach(&l->to_control, fds[1], SHM_REGION_TO_CONTROL, false), "attach");
        must(!shm_region_attach(&l->to_dataplane, fds[2], SHM_REGION_TO_DATAPLANE, true), "attach");
        rings_bind(l, CONTROL);
        shm_cnc_init(l->own_cnc, l->incarnation, (uint64_t)getpid(), 1);
        must(!shm_cnc_set_state(l->own_cnc, SHM_CNC_RUN), "run");
        shm_attach_msg_init(&m, SHM_ATTACH_READY);
        m.incarnation = l->incarnation;
        return shm_attach_send(l->sock, &m, NULL, 0) == 0;
}

static void ask(struct link *l)
{
        while (l->sent < REQUESTS) {
                uint16_t len = msg_len(l->incarnation, l->sent);
                struct shm_request *q =
                    shm_ring_reserve(&l->out, SHM_REC_REQUEST, (uint32_t)sizeof(*q) + len);

                if (!q)
                        break;
                *q = (struct shm_request){.id = l->sent, .msg_len = len};
                for (uint32_t i = 0; i < len; i++)
                        ((uint8_t *)(q + 1))[i] = msg_octet(l->incarnation, l->sent, i);
                l->sent++;
        }
        shm_ring_commit(&l->out);
}

/* One record; 1 taken, 0 none. Anything else is no way for a ring to end up, dead peer or not. */
static int take(struct link *l, uint16_t want, uint32_t *bytes)
{
        uint16_t type = 0;
        int got = shm_ring_read(&l->in, l->rec, sizeof(l->rec), &type, bytes);

        must(got == 0 || got == 1, "ring broken");
        must(got == 0 || type == want, "type");
        return got;
}

static void take_replies(struct link *l)
{
        uint32_t bytes;

        while (take(l, SHM_REC_REPLY, &bytes)) {
                const struct shm_reply *a = (const void *)l->rec;

                must(shm_reply_check(l->rec, bytes), "reply torn");
                must(a->id == l->got && a->rule == l->incarnation, "reply order");
                must(l->got < l->sent, "reply to nothing");
                l->got++;
        }
        shm_ring_release(&l->in);
}

static void count(struct link *l, uint64_t moment)
{
        struct shm_counters c = {.received = moment, .sent = moment};

        shm_stats_publish(l->page, &c, moment);
}

static enum outcome dataplane_run(struct link *l)
{
        bool dead = false;

        if (!dataplane_attach(l))
                return PEER_DIED;
        while (l->got < REQUESTS) {
                uint64_t before = l->sent + l->got;

                ask(l);
                take_replies(l);
                if (dead) /* and what it said before it died was still read, above */
                        return PEER_DIED;
                if (l->sent + l->got != before) { /* or waiting would add steps without end */
                        count(l, l->sent + l->got);
                        shm_cnc_beat(l->own_cnc, l->sent + l->got);
                } else {
                        dead = gone(l->sock);
                        sched_yield();
                }
        }
        must(!shm_cnc_set_state(l->own_cnc, SHM_CNC_HALT), "halt");
        return WHOLE;
}

static void request_must_be_whole(struct link *l, uint32_t bytes)
{
        const struct shm_request *q = (const void *)l->rec;
        const uint8_t *msg = l->rec + sizeof(*q);

        must(shm_request_check(l->rec, bytes), "request torn");
        must(q->id == l->got, "request order");
        must(q->msg_len == msg_len(l->incarnation, l->got), "request length");
        for (uint32_t i = 0; i < q->msg_len; i++)
                must(msg[i] == msg_octet(l->incarnation, l->got, i), "request octet");
}

static unsigned answer(struct link *l)
{
        uint32_t bytes;
        unsigned n = 0;

        /* Room for the answer first: a question once read must not be lost. */
        while (shm_ring_free(&l->out) > 0 && take(l, SHM_REC_REQUEST, &bytes)) {
                struct shm_reply *a;

                request_must_be_whole(l, bytes);
                a = shm_ring_reserve(&l->out, SHM_REC_REPLY, sizeof(*a));
                must(a != NULL, "room for a reply");
                *a = (struct shm_reply){.id = l->got++,
                                        .action = SHM_ACTION_PASS,
                                        .reason = SHM_REASON_PASS_POLICY,
                                        .rule = (uint32_t)l->incarnation};
                n++;
        }
        shm_ring_commit(&l->out);
        shm_ring_release(&l->in);
        return n;
}

static void look_at_counters(struct link *l)
{
        struct shm_counters c;
        uint64_t at = 0;

        if (shm_stats_read(l->page, &c, &at) != 0)
                return; /* died in the middle of a copy */
        must(c.received == at && c.sent == at, "moment");
        must(shm_counters_accounted(&c) == c.received, "equation");
}

static enum outcome control_run(struct link *l)
{
        bool dead = false;

        if (!control_attach(l))
                return PEER_DIED;
        for (;;) {
                struct shm_cnc_view v;
                unsigned n = answer(l);

                shm_cnc_read(l->peer_cnc, &v);
                if (v.state == SHM_CNC_HALT) {
                        must(l->got == REQUESTS, "all answered");
                        return WHOLE;
                }
                must(v.state == SHM_CNC_RUN && v.incarnation == l->incarnation, "state");
                if (dead) {
                        look_at_counters(l);
                        return PEER_DIED;
                }
                if (n == 0) {
                        look_at_counters(l);
                        dead = gone(l->sock);
                        sched_yield();
                }
        }
}

static enum outcome run_as(enum role role, int sock, uint64_t incarnation)
{
        struct link *l = aligned_alloc(64, (sizeof(*l) + 63) / 64 * 64);
        enum outcome o;

        must(l != NULL, "memory");
        memset(l, 0, sizeof(*l));
        l->sock = sock;
        l->incarnation = incarnation;
        o = role == DATAPLANE ? dataplane_run(l) : control_run(l);
        must(l->in.lie_cnt == 0 && l->out.lie_cnt == 0, "lie counted");
        shm_region_detach(&l->stats);
        shm_region_detach(&l->to_control);
        shm_region_detach(&l->to_dataplane);
        free(l);
        return o;
}

/* One run; the side `mortal` is a child that dies at step `at`, the other one is this process.
 * True when the child died. */
static bool run(enum role mortal, uint64_t at, uint64_t incarnation)
{
        enum role survivor = mortal == DATAPLANE ? CONTROL : DATAPLANE;
        enum outcome outcome;
        int status = 0;
        int sock[2];
        pid_t pid;

        memset(box, 0, sizeof(*box));
        must(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sock) == 0, "socketpair");
        pid = fork();
        must(pid >= 0, "fork");
        if (pid == 0) {
                close(sock[0]);
                counting = true;
                kill_at = at;
                /* The survivor may already have left, when the last reply was all it wanted. */
                run_as(mortal, sock[1], incarnation);
                _exit(0);
        }
        close(sock[1]);
        kill_at = at; /* for must() to tell */
        outcome = run_as(survivor, sock[0], incarnation);
        must(waitpid(pid, &status, 0) == pid, "waitpid");
        close(sock[0]);
        if (WIFSIGNALED(status)) {
                must(WTERMSIG(status) == SIGKILL && box->died_at[0], "another death");
                return true;
        }
        must(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the child found an error");
        must(outcome == WHOLE, "an undisturbed run is whole");
        return false;
}

struct names {
        char name[NAMES_MAX][64];
        unsigned cnt;
};

static void names_add(struct names *n, const char *name)
{
        for (unsigned i = 0; i < n->cnt; i++) {
                if (strcmp(n->name[i], name) == 0)
                        return;
        }
        must(n->cnt < NAMES_MAX, "more step names than thought of");
        snprintf(n->name[n->cnt++], sizeof(n->name[0]), "%s", name);
}

/* Steps that each side must have died at, or the sources lost their instrumentation. */
static const char *const steps_of[2][16] = {
    [DATAPLANE] = {"create: mapped", "create: formatted", "publish: magic", "publish: sealed",
                   "attach: unsent", "attach: sent", "reserve: half a header", "reserve: header",
                   "reserve: padded", "commit: unpublished", "commit: published",
                   "stats publish: odd", "stats publish: half", "stats publish: still odd",
                   "read: payload", "cnc init: filled, no state"},
    [CONTROL] = {"attach: unsent", "attach: sent", "attach: received", "attach: mapped",
                 "cnc init: filled, no state", "read: head", "read: header", "read: payload",
                 "release: untold", "release: told", "reserve: half a header", "reserve: header",
                 "commit: unpublished", "commit: published"},
};

static void every_step(enum role mortal, uint64_t *incarnation)
{
        struct names died = {0};
        uint64_t missed = 0;
        uint64_t steps;
        uint64_t at;

        must(!run(mortal, UINT64_MAX, ++*incarnation), "the first run is whole");
        steps = box->steps;
        must(steps > 100, "instrumentation");
        for (at = 0; at < steps; at++) {
                /* Timing moves the number of steps of a run a little: one may end before `at`. */
                if (run(mortal, at, ++*incarnation))
                        names_add(&died, box->died_at);
                else
                        missed++;
                must(!run(mortal, UINT64_MAX, ++*incarnation), "the next incarnation works");
        }
        printf("%s: %llu steps with %u names, killed at %llu of them\n",
               mortal == DATAPLANE ? "dataplane" : "control", (unsigned long long)steps, died.cnt,
               (unsigned long long)(steps - missed));
        must(missed * 2 < steps, "most runs reach their step");
        for (unsigned i = 0; i < 16 && steps_of[mortal][i]; i++) {
                unsigned before = died.cnt;

                names_add(&died, steps_of[mortal][i]);
                must(died.cnt == before, steps_of[mortal][i]);
        }
}

int main(void)
{
        uint64_t incarnation = 0;

        signal(SIGPIPE, SIG_IGN);
        box = mmap(NULL, sizeof(*box), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (box == MAP_FAILED)
                return 99;
        every_step(CONTROL, &incarnation);
        every_step(DATAPLANE, &incarnation);
        printf("%llu incarnations\n", (unsigned long long)incarnation);
        return 0;
}
