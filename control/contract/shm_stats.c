/* SPDX-License-Identifier: Apache-2.0 */
#include "control/contract/shm_stats.h"

#include <errno.h>
#include <sched.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>

#include "control/contract/shm_step.h"

/* A copy takes well under a microsecond and is made about once in a millisecond; a reader that met
 * a copy under way this often in a row has met a dead or lying writer. */
#define READ_TRIES 1000u

_Static_assert(sizeof(struct shm_counters) % sizeof(uint64_t) == 0, "counters are words");

/* The counters are one row of words for whoever copies or adds all of them. */
static uint64_t word_get(const struct shm_counters *c, size_t i)
{
        uint64_t w;

        memcpy(&w, (const char *)c + i * sizeof(w), sizeof(w));
        return w;
}

static void word_set(struct shm_counters *c, size_t i, uint64_t w)
{
        memcpy((char *)c + i * sizeof(w), &w, sizeof(w));
}

/*
 * A sequence lock without fences. Every word is stored with release after the odd number and loaded
 * with acquire before the second look at it: who reads one word of a newer copy is bound to see
 * its odd number too. (Fences would do as well, but the thread sanitizer cannot follow them.)
 */
void shm_stats_publish(struct shm_stats_page *page, const struct shm_counters *c, uint64_t now_ns)
{
        uint64_t seq = atomic_load_explicit(&page->seq, memory_order_relaxed);

        /* | 1: also leaves a page that an earlier writer abandoned odd in order. */
        seq |= 1;
        atomic_store_explicit(&page->seq, seq, memory_order_relaxed);
        SHM_STEP("stats publish: odd");
        atomic_store_explicit(&page->time_ns, now_ns, memory_order_release);
        for (size_t i = 0; i < SHM_COUNTER_WORDS; i++) {
                atomic_store_explicit(&page->word[i], word_get(c, i), memory_order_release);
                if (i == SHM_COUNTER_WORDS / 2)
                        SHM_STEP("stats publish: half");
        }
        SHM_STEP("stats publish: still odd");
        atomic_store_explicit(&page->seq, seq + 1, memory_order_release);
}

int shm_stats_read(const struct shm_stats_page *page, struct shm_counters *out, uint64_t *time_ns)
{
        for (unsigned try = 0; try < READ_TRIES; try++) {
                uint64_t before = atomic_load_explicit(&page->seq, memory_order_acquire);
                uint64_t at;

                if (before & 1) {
                        sched_yield(); /* the writer may be waiting for this very core */
                        continue;
                }
                at = atomic_load_explicit(&page->time_ns, memory_order_acquire);
                for (size_t i = 0; i < SHM_COUNTER_WORDS; i++)
                        word_set(out, i,
                                 atomic_load_explicit(&page->word[i], memory_order_acquire));
                if (atomic_load_explicit(&page->seq, memory_order_relaxed) != before)
                        continue;
                if (time_ns)
                        *time_ns = at;
                return 0;
        }
        return -EAGAIN;
}

uint64_t shm_counters_dropped(const struct shm_counters *c)
{
        uint64_t sum = 0;

        for (size_t i = 0; i < SHM_REASONS_MAX; i++)
                sum += c->dropped[i];
        return sum;
}

uint64_t shm_counters_accounted(const struct shm_counters *c)
{
        return c->sent + c->observed + shm_counters_dropped(c) + c->consumed + c->held_pending +
               c->held_reassembly + c->held_neighbour;
}

void shm_counters_add(struct shm_counters *a, const struct shm_counters *b)
{
        for (size_t i = 0; i < SHM_COUNTER_WORDS; i++)
                word_set(a, i, word_get(a, i) + word_get(b, i));
}
