/* SPDX-License-Identifier: Apache-2.0 */
/*
 * table.h - a sketch for each key that a detection counts for: fixed memory, sets of eight.
 *
 * Identity is a 128-bit keyed hash, so nobody outside can choose keys that meet in a set. A full
 * set gives up the entry that says least: one whose window is over, then the one with the fewest
 * marks. So a flood of invented keys pushes out its own kind, and who has collected marks stays;
 * an entry with an alert is never given up. One thread.
 */
#ifndef SLUICE_CONTROL_DETECT_TABLE_H
#define SLUICE_CONTROL_DETECT_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "control/contract/shm_base.h"
#include "control/detect/detection.h"
#include "control/siphash.h"

#define CP_DETECT_TEXT_BYTES 64u /* what is kept of an AoR or a Call-ID, without terminator */
#define CP_DETECT_WAYS       8u

/* Text with its length; longer ones are cut. */
struct cp_detect_text {
        uint8_t len;
        char at[CP_DETECT_TEXT_BYTES];
};

struct cp_detect_entry {
        uint64_t id[2];    /* 0, 0 = free */
        uint64_t first_ns; /* first and last mark */
        uint64_t last_ns;
        uint64_t until_ns; /* end of the last mark's window */
        uint64_t ports;    /* bit (port % 64) of each port it came from */
        uint16_t port;     /* of the first mark */
        bool many_ports;
        struct shm_ip ip;              /* SOURCE, INSIDE: masked; CALL, AOR: of the last mark */
        struct shm_ip exact;           /* of the first mark */
        uint32_t alert;                /* number of its alert + 1, 0 = none */
        uint32_t marks;                /* since first_ns */
        uint8_t detection;             /* enum cp_detection */
        bool several;                  /* SOURCE: more than one address of the /64 */
        struct cp_detect_text text;    /* of the key, as it is shown */
        struct cp_detect_text call_id; /* of the last mark */
        struct cp_sketch sketch;
};

struct cp_detect_table {
        struct cp_detect_entry *entries;
        uint32_t sets; /* power of two */
        struct cp_siphash_key key;
        uint64_t evicted; /* entries given up within their window */
        uint64_t refused; /* keys without room: eight alerts in a set */
};

/* Zeroed, and all of it touched, so that no attack makes the process grow; for free(). NULL when
 * memory is short. */
void *cp_detect_memory(size_t bytes);

/* Room for at least `entries` keys. 0, -ENOMEM. */
int cp_detect_table_init(struct cp_detect_table *t, uint32_t entries,
                         const struct cp_siphash_key *key);
void cp_detect_table_fini(struct cp_detect_table *t);

/* The entry of an id, or NULL. */
struct cp_detect_entry *cp_detect_table_find(struct cp_detect_table *t, const uint64_t id[2]);
/* The same, or a new one: zero but for its id. NULL when there is no room. */
struct cp_detect_entry *cp_detect_table_get(struct cp_detect_table *t, const uint64_t id[2],
                                            uint64_t now_ns);
/* Entries whose window is not over; walks the table. */
uint32_t cp_detect_table_live(const struct cp_detect_table *t, uint64_t now_ns);
static inline uint32_t cp_detect_table_size(const struct cp_detect_table *t)
{
        return t->sets * CP_DETECT_WAYS;
}

#endif
