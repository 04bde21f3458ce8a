/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cache.h - serialised databases on disk, by the SHA-256 of what they were compiled from, of the
 * library's version and of the platform.
 */
#ifndef SLUICE_CONTROL_RULES_CACHE_H
#define SLUICE_CONTROL_RULES_CACHE_H

#include "control/rules/image.h"

#define CP_CACHE_FILES_MAX 65536u /* with more it is emptied */

/* A cache in directory `dir`, which is made if it is not there; NULL: one that is always empty. */
void cp_cache_init(struct cp_db_cache *cache, const char *dir);
/* Empty it when it has grown too large, and let go of it. */
void cp_cache_fini(struct cp_db_cache *cache);

#endif
