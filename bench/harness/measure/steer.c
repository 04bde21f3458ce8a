/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/harness/measure/steer.h"

#define RATE_LEAST 1.0

void sb_steer_init(struct sb_steer *s, double rate, double scale)
{
        atomic_init(&s->changes, 0);
        atomic_init(&s->rate_milli, (uint64_t)(rate * 1000.0));
        atomic_init(&s->paused, false);
        atomic_init(&s->ending, false);
        s->scale = scale;
}

static void faster(struct sb_steer *s, double by)
{
        double rate = (double)atomic_load(&s->rate_milli) / 1000.0 + by * s->scale;

        atomic_store(&s->rate_milli, (uint64_t)((rate < RATE_LEAST ? RATE_LEAST : rate) * 1000.0));
}

bool sb_steer_key(struct sb_steer *s, int key)
{
        switch (key) {
        case '+':
                faster(s, 1);
                break;
        case '-':
                faster(s, -1);
                break;
        case '*':
                faster(s, 10);
                break;
        case '/':
                faster(s, -10);
                break;
        case 'p':
                atomic_store(&s->paused, !atomic_load(&s->paused));
                break;
        case 'q':
                atomic_store(&s->ending, true);
                break;
        case 'Q':
                return true;
        default:
                return false;
        }
        atomic_fetch_add(&s->changes, 1);
        return false;
}
