/* SPDX-License-Identifier: Apache-2.0 */
#include "control/idle.h"

#include <time.h>

#define PAUSE_TURNS     2048u /* some 100 us of pausing before the first sleep */
#define SLEEP_FIRST_NS  50000u
#define SLEEP_DOUBLINGS 4u /* 50 us, 100, 200, 400, 800 */
#define SLEEP_LAST_NS   1000000u

static void pause_cpu(void)
{
#if defined(__x86_64__) || defined(__i386__)
        __builtin_ia32_pause();
#elif defined(__aarch64__)
        __asm__ volatile("yield");
#endif
}

static void sleep_ns(uint32_t ns)
{
        struct timespec ts = {.tv_nsec = (long)ns};

        nanosleep(&ts, NULL);
}

void cp_idler_turn(struct cp_idler *i, bool found_work)
{
        if (found_work) {
                i->empty = 0;
                return;
        }
        if (i->empty < UINT32_MAX)
                i->empty++;
        if (i->mode == CP_IDLE_SPIN)
                return;
        if (i->mode == CP_IDLE_PAUSE) {
                if (i->empty <= PAUSE_TURNS)
                        pause_cpu();
                else
                        sleep_ns(SLEEP_FIRST_NS);
                return;
        }
        sleep_ns(i->empty > SLEEP_DOUBLINGS + 1 ? SLEEP_LAST_NS : SLEEP_FIRST_NS << (i->empty - 1));
}
