/* SPDX-License-Identifier: Apache-2.0 */
/*
 * load.h - how loaded a worker is, and how much it sheds because of that. Pure: numbers in, a level
 * out; time comes from the caller.
 *
 *   meter   what the turns of a worker say, gathered into one sample a millisecond
 *   level   samples over a high mark for raise_ms in a row raise it; lower_ms samples below both
 * low marks lower it by one, where each that is not takes back eight of them
 *
 * Shed is in this order, each level with those before it, and an emergency never. A level is taken
 * only when what it sheds beyond the present one is a good part of the packets: a flood that is
 * none of it - garbage, a banned source - does not cost those behind it their service, for nothing
 * would be gained.
 */
#ifndef SLUICE_DATAPLANE_STATE_LOAD_H
#define SLUICE_DATAPLANE_STATE_LOAD_H

#include <stdbool.h>
#include <stdint.h>

enum dp_shed_level {
        DP_SHED_NONE = 0,
        DP_SHED_UNPROVEN, /* new requests of unproven sources */
        DP_SHED_PROVEN,   /* those of proven sources */
        DP_SHED_REFRESH,  /* what keeps registrations and subscriptions alive; new ones of peers */
        DP_SHED_DIALOG,   /* requests within dialogs, but none that ends or settles something */
        DP_SHED_LEVELS,
};

struct dp_mark {
        uint8_t high; /* per cent: overloaded from here on */
        uint8_t low;  /* and well again below this; < high */
};

struct dp_load_config {
        struct dp_mark busy;  /* of a worker's time */
        struct dp_mark depth; /* of its rings */
        uint8_t share;        /* per cent of all packets that shedding more must concern */
        uint32_t raise_ms;    /* > 0 */
        uint32_t lower_ms;    /* > 0 */
};

/* One millisecond, or more when a turn was longer. */
struct dp_load_sample {
        uint8_t busy;                  /* per cent */
        uint8_t depth;                 /* per cent, of the fullest ring */
        uint32_t packets;              /* that came */
        uint32_t kind[DP_SHED_LEVELS]; /* of these, by the level that sheds them; [0] unused */
};

struct dp_load {
        uint8_t level;  /* enum dp_shed_level */
        uint32_t over;  /* samples in a row over a high mark */
        uint32_t under; /* samples below both low marks, less what others took back */
        uint64_t packets;
        uint64_t kind[DP_SHED_LEVELS]; /* of the samples in `over` */
};

/* Take a sample: the level from now on. */
enum dp_shed_level dp_load_step(struct dp_load *self, const struct dp_load_config *config,
                                const struct dp_load_sample *sample);

/* ---- the meter ---- */

#define DP_LOAD_WINDOW_NS UINT64_C(1000000)
#define DP_LOAD_PORTS     2u

struct dp_load_meter {
        uint64_t begun_ns; /* 0: not yet */
        uint64_t turn_ns;  /* when the present turn began */
        uint64_t busy_ns;
        bool moved; /* the present turn had work */
        uint32_t polls[DP_LOAD_PORTS];
        uint32_t full[DP_LOAD_PORTS]; /* of these, with as much as one takes: more waits */
        struct dp_load_sample sample; /* packets and kind, so far */
};

/* Top of a turn: the time since the last one was what that one needed. True when a window is full:
 * take the sample. Time does not go back. */
bool dp_load_meter_turn(struct dp_load_meter *m, uint64_t now_ns);
/* A port was asked, 0 or 1, and gave `got` of at most `most`. */
void dp_load_meter_poll(struct dp_load_meter *m, unsigned port, uint32_t got, uint32_t most);
/* End of a turn: it had work, or not. */
static inline void dp_load_meter_end(struct dp_load_meter *m, bool moved)
{
        m->moved = moved;
}

/* The sample of the window that ends now, `rings` being how full other rings are, per cent; a new
 * window begins. */
struct dp_load_sample dp_load_meter_take(struct dp_load_meter *m, uint64_t now_ns, uint32_t rings);

#endif
