/* SPDX-License-Identifier: Apache-2.0 */
/*
 * changes.h - which AoRs changed, in order: names in a ring of octets, for any number of readers.
 *
 * What an AoR has become is looked up when its name is read, so many changes of one cost their
 * readers a look-up each and no more. A reader that falls behind by more than the ring holds is
 * told, and has to look at the whole table. Thread: the owner of the table.
 */
#ifndef SLUICE_CONTROL_LOCATION_CHANGES_H
#define SLUICE_CONTROL_LOCATION_CHANGES_H

#include <stddef.h>
#include <stdint.h>

struct cp_changes;

/* Room for `bytes` octets of names and two more each: a power of two of at least 4096. NULL without
 * memory. */
struct cp_changes *cp_changes_create(size_t bytes);
void cp_changes_destroy(struct cp_changes *c);

/* name: 1..512 octets. */
void cp_changes_put(struct cp_changes *c, const char *name, size_t len);

/* Where the next name will stand: a new reader begins there. */
uint64_t cp_changes_end(const struct cp_changes *c);

/* Read the name at *at and move *at behind it. 1; 0 = there is none yet; -1 = it has been
 * overwritten, and *at is the end. */
int cp_changes_next(const struct cp_changes *c, uint64_t *at, char name[512], size_t *len);

#endif
