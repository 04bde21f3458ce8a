/* SPDX-License-Identifier: Apache-2.0 */
/*
 * location.h - the location table and its store together: what was loaded, what changed, and the
 * thread that makes changes safe.
 *
 * The owner changes the table and calls cp_location_submit() now and then; what changed since the
 * last time becomes one batch. A thread writes batches one at a time, so that while the disk is
 * busy changes gather: the slower the disk, the larger the batch. The owner never waits for it. A
 * batch that could not be written is tried again, before any later one.
 *
 * Thread: one owner, besides the one inside.
 */
#ifndef SLUICE_CONTROL_LOCATION_LOCATION_H
#define SLUICE_CONTROL_LOCATION_LOCATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "control/location/bindings.h"
#include "control/location/store.h"

struct cp_location;

struct cp_location_stats {
        uint64_t loaded;   /* bindings read at start */
        uint64_t batches;  /* written */
        uint64_t rows;     /* written */
        uint64_t failures; /* batches that had to be tried again */
        int error;         /* of the last batch, 0 or a negative errno */
};

/*
 * Read the store, which it takes over and closes in the end; NULL: bindings live in memory alone.
 * now_s: seconds since the epoch. Returns 0 and *out, or a negative errno and one line in `why`; a
 * damaged row is -EBADMSG. The store is closed then too.
 */
int cp_location_open(struct cp_location **out, struct cp_store *store, uint32_t now_s, char *why,
                     size_t why_len);
/* Writes what is left, waits for it, stops the thread. */
void cp_location_close(struct cp_location *l);

struct cp_bindings *cp_location_bindings(struct cp_location *l);

/*
 * Hand what changed over, if the batch before it is done. Every change made before a call that
 * returns number n is safe when cp_location_safe() >= n. Not blocking. Numbers count from 1 and
 * never fall; the same number again means that nothing more was handed over, or that what changed
 * since has to wait: then cp_location_pending() is true.
 */
uint64_t cp_location_submit(struct cp_location *l);
/* The number that the next change will be safe with. */
uint64_t cp_location_ticket(const struct cp_location *l);
/* Every batch up to this number is on disk. */
uint64_t cp_location_safe(const struct cp_location *l);
bool cp_location_pending(const struct cp_location *l);
void cp_location_stats(const struct cp_location *l, struct cp_location_stats *out);

/* Is this a row that can be read? For repairs: a cp_store_row. */
int cp_location_row_sound(void *arg, struct cp_store_octets aor, struct cp_store_octets row);
/* The same of a user. */
int cp_location_user_sound(void *arg, struct cp_store_octets name, struct cp_store_octets row);

#endif
