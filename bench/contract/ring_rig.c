/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/contract/ring_rig.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "control/contract/shm_cnc.h"
#include "control/contract/shm_msg.h"
#include "control/contract/shm_region.h"
#include "control/contract/shm_ring.h"

#define BURST     32u
#define RING_LOG2 14u /* 1 MiB: more than fits the second-level cache, as in earnest */

struct rig {
        struct shm_region to_control;
        struct shm_region to_dataplane;
        struct shm_ring_producer ask;
        struct shm_ring_producer tell;
        struct shm_ring_consumer answers;
        struct shm_cnc *cnc;
        uint64_t next_id;
        uint64_t next_answer;
        uint32_t msg_bytes;
        bool process;
        pthread_t thread;
        pid_t pid;
        _Alignas(64) uint8_t msg[RIG_MSG_BYTES_MAX];
};

/* The peer's side, mapped by the peer. */
struct peer {
        struct shm_region in;
        struct shm_region out;
        struct shm_ring_consumer questions;
        struct shm_ring_consumer events;
        struct shm_ring_producer replies;
        const struct shm_cnc *cnc;
        _Alignas(64) uint8_t rec[sizeof(struct shm_request) + RIG_MSG_BYTES_MAX];
};

uint64_t rig_now_ns(void)
{
        struct timespec t;

        clock_gettime(CLOCK_MONOTONIC, &t);
        return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* The nth usable core, or false. Remembers the first answer: pinning narrows what can be seen. */
static bool pin(unsigned nth)
{
        static cpu_set_t usable;
        cpu_set_t one;

        if (CPU_COUNT(&usable) == 0)
                sched_getaffinity(0, sizeof(usable), &usable);
        for (size_t cpu = 0; cpu < CPU_SETSIZE; cpu++) {
                if (!CPU_ISSET(cpu, &usable) || nth-- > 0)
                        continue;
                CPU_ZERO(&one);
                CPU_SET(cpu, &one);
                return sched_setaffinity(0, sizeof(one), &one) == 0;
        }
        errno = ENODEV;
        return false;
}

static bool peer_attach(struct peer *p, const struct rig *r)
{
        size_t bytes = 0;
        void *part;

        if (shm_region_attach(&p->in, dup(r->to_control.fd), SHM_REGION_TO_CONTROL, false) ||
            shm_region_attach(&p->out, dup(r->to_dataplane.fd), SHM_REGION_TO_DATAPLANE, true))
                return false;
        p->cnc = shm_region_part(&p->in, SHM_PART_CNC, 0, NULL);
        part = shm_region_part(&p->in, SHM_PART_RING_REQ, 0, &bytes);
        if (shm_ring_consumer_init(&p->questions, part, bytes,
                                   shm_region_part(&p->out, SHM_PART_TAIL_REQ, 0, NULL)))
                return false;
        part = shm_region_part(&p->in, SHM_PART_RING_EVT, 0, &bytes);
        if (shm_ring_consumer_init(&p->events, part, bytes,
                                   shm_region_part(&p->out, SHM_PART_TAIL_EVT, 0, NULL)))
                return false;
        part = shm_region_part(&p->out, SHM_PART_RING_REP, 0, &bytes);
        return shm_ring_producer_init(&p->replies, part, bytes,
                                      shm_region_part(&p->in, SHM_PART_TAIL_REP, 0, NULL)) == 0;
}

static bool answer(struct peer *p, uint16_t type, uint32_t bytes)
{
        const struct shm_request *q = (const void *)p->rec;
        struct shm_reply *a;

        if (type != SHM_REC_REQUEST || !shm_request_check(p->rec, bytes))
                return false;
        while (!(a = shm_ring_reserve(&p->replies, SHM_REC_REPLY, sizeof(*a))))
                shm_ring_commit(&p->replies);
        *a = (struct shm_reply){
            .id = q->id, .action = SHM_ACTION_PASS, .reason = SHM_REASON_PASS_POLICY};
        return true;
}

static void *peer_main(void *arg)
{
        struct rig *r = arg;
        struct peer *p = aligned_alloc(64, (sizeof(*p) + 63) / 64 * 64);
        uint32_t bytes;
        uint16_t type;

        memset(p, 0, sizeof(*p));
        if (!pin(1) || !peer_attach(p, r))
                abort();
        for (;;) {
                struct shm_cnc_view v;
                unsigned n = 0;

                while (n < BURST &&
                       shm_ring_read(&p->questions, p->rec, sizeof(p->rec), &type, &bytes) == 1) {
                        if (!answer(p, type, bytes))
                                abort();
                        n++;
                }
                shm_ring_commit(&p->replies);
                shm_ring_release(&p->questions);
                if (n)
                        continue;
                while (n < BURST &&
                       shm_ring_read(&p->events, p->rec, sizeof(p->rec), &type, &bytes) == 1) {
                        if (!shm_event_check(p->rec, bytes))
                                abort();
                        n++;
                }
                shm_ring_release(&p->events);
                shm_cnc_read(p->cnc, &v);
                if (!n && v.state == SHM_CNC_HALT)
                        break;
        }
        shm_region_detach(&p->in);
        shm_region_detach(&p->out);
        free(p);
        return NULL;
}

static bool rig_build(struct rig *r)
{
        const struct shm_ring_sizes sizes = {RING_LOG2, RING_LOG2, RING_LOG2};
        size_t bytes = 0;
        void *part;

        if (shm_region_create_to_control(&r->to_control, 1, 1, sizes) ||
            shm_region_publish(&r->to_control) ||
            shm_region_create_to_dataplane(&r->to_dataplane, 1, 1, sizes) ||
            shm_region_publish(&r->to_dataplane))
                return false;
        r->cnc = shm_region_part(&r->to_control, SHM_PART_CNC, 0, NULL);
        shm_cnc_init(r->cnc, 1, (uint64_t)getpid(), 0);
        shm_cnc_set_state(r->cnc, SHM_CNC_RUN);
        part = shm_region_part(&r->to_control, SHM_PART_RING_REQ, 0, &bytes);
        if (shm_ring_producer_init(&r->ask, part, bytes,
                                   shm_region_part(&r->to_dataplane, SHM_PART_TAIL_REQ, 0, NULL)))
                return false;
        part = shm_region_part(&r->to_control, SHM_PART_RING_EVT, 0, &bytes);
        if (shm_ring_producer_init(&r->tell, part, bytes,
                                   shm_region_part(&r->to_dataplane, SHM_PART_TAIL_EVT, 0, NULL)))
                return false;
        part = shm_region_part(&r->to_dataplane, SHM_PART_RING_REP, 0, &bytes);
        return shm_ring_consumer_init(
                   &r->answers, part, bytes,
                   shm_region_part(&r->to_control, SHM_PART_TAIL_REP, 0, NULL)) == 0;
}

static bool peer_start(struct rig *r)
{
        if (!r->process)
                return pthread_create(&r->thread, NULL, peer_main, r) == 0;
        r->pid = fork();
        if (r->pid == 0) {
                peer_main(r);
                _exit(0);
        }
        return r->pid > 0;
}

struct rig *rig_create(bool process, uint32_t msg_bytes)
{
        struct rig *r = aligned_alloc(64, (sizeof(*r) + 63) / 64 * 64);

        memset(r, 0, sizeof(*r));
        memset(r->msg, 'x', sizeof(r->msg));
        r->process = process;
        r->msg_bytes = msg_bytes;
        if (!pin(1) || !pin(0) || !rig_build(r) || !peer_start(r)) {
                shm_region_detach(&r->to_control);
                shm_region_detach(&r->to_dataplane);
                free(r);
                return NULL;
        }
        return r;
}

void rig_destroy(struct rig *r)
{
        if (!r)
                return;
        shm_cnc_set_state(r->cnc, SHM_CNC_HALT);
        if (r->process)
                waitpid(r->pid, NULL, 0);
        else
                pthread_join(r->thread, NULL);
        shm_region_detach(&r->to_control);
        shm_region_detach(&r->to_dataplane);
        free(r);
}

static bool ask(struct rig *r)
{
        struct shm_request *q =
            shm_ring_reserve(&r->ask, SHM_REC_REQUEST, (uint32_t)sizeof(*q) + r->msg_bytes);

        if (!q)
                return false;
        *q = (struct shm_request){
            .id = r->next_id++, .cls = SHM_CLASS_INVITE, .msg_len = (uint16_t)r->msg_bytes};
        memcpy(q + 1, r->msg, r->msg_bytes);
        return true;
}

/* 1 a good answer, 0 none yet, -1 a bad one. */
static int take(struct rig *r)
{
        struct shm_reply a;
        uint32_t bytes;
        uint16_t type;
        int got = shm_ring_read(&r->answers, &a, sizeof(a), &type, &bytes);

        if (got <= 0)
                return got;
        if (type != SHM_REC_REPLY || !shm_reply_check(&a, bytes) || a.id != r->next_answer)
                return -1;
        r->next_answer++;
        return 1;
}

uint64_t rig_ping(struct rig *r)
{
        uint64_t start = rig_now_ns();
        int got;

        if (!ask(r))
                return UINT64_MAX;
        shm_ring_commit(&r->ask);
        while ((got = take(r)) == 0)
                ;
        shm_ring_release(&r->answers);
        return got < 0 ? UINT64_MAX : rig_now_ns() - start;
}

bool rig_run(struct rig *r, uint64_t cnt, uint32_t depth)
{
        uint64_t asked = 0;
        uint64_t answered = 0;

        while (answered < cnt) {
                unsigned n = 0;
                int got = 0;

                while (asked < cnt && asked - answered < depth && n++ < BURST && ask(r))
                        asked++;
                shm_ring_commit(&r->ask);
                for (n = 0; n < BURST && (got = take(r)) == 1; n++)
                        answered++;
                shm_ring_release(&r->answers);
                if (got < 0)
                        return false;
        }
        return true;
}

bool rig_stream(struct rig *r, uint64_t cnt)
{
        for (uint64_t i = 0; i < cnt;) {
                for (unsigned n = 0; n < BURST && i < cnt; n++, i++) {
                        struct shm_event *e = shm_ring_reserve(&r->tell, SHM_REC_EVENT,
                                                               (uint32_t)sizeof(*e) + r->msg_bytes);

                        if (!e)
                                break;
                        *e = (struct shm_event){.serial = i,
                                                .action = SHM_ACTION_PASS,
                                                .reason = SHM_REASON_PASS_CACHED,
                                                .msg_len = (uint16_t)r->msg_bytes,
                                                .full_len = (uint16_t)r->msg_bytes};
                        memcpy(e + 1, r->msg, r->msg_bytes);
                }
                shm_ring_commit(&r->tell);
        }
        while (shm_ring_free(&r->tell) != r->tell.capacity)
                ;
        return r->tell.lie_cnt == 0;
}

size_t rig_octets(const struct rig *r)
{
        return 2 * (sizeof(struct shm_request) + r->msg_bytes + sizeof(struct shm_reply));
}

struct bounce {
        _Alignas(128) _Atomic uint64_t there;
        _Alignas(128) _Atomic uint64_t back;
        uint64_t cnt;
};

static void *bounce_main(void *arg)
{
        struct bounce *b = arg;

        if (!pin(1))
                abort();
        for (uint64_t i = 1; i <= b->cnt; i++) {
                while (atomic_load_explicit(&b->there, memory_order_acquire) != i)
                        ;
                atomic_store_explicit(&b->back, i, memory_order_release);
        }
        return NULL;
}

bool rig_bounce(uint64_t cnt)
{
        struct bounce b = {.cnt = cnt};
        pthread_t thread;

        if (!pin(1) || !pin(0) || pthread_create(&thread, NULL, bounce_main, &b))
                return false;
        for (uint64_t i = 1; i <= cnt; i++) {
                atomic_store_explicit(&b.there, i, memory_order_release);
                while (atomic_load_explicit(&b.back, memory_order_acquire) != i)
                        ;
        }
        return pthread_join(thread, NULL) == 0;
}
