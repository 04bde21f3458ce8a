/* SPDX-License-Identifier: Apache-2.0 */
/*
 * blocklist_file.h - lists of addresses as their makers write them, into prefixes.
 *
 *   text    one a line: an address, a prefix, or a range a-b; comments behind # or ;
 *   ipset   what `ipset save` prints: create and add lines of hash:ip and hash:net sets
 *   csv     RFC 4180 fields; one column holds an address or a prefix; comment lines begin with #;
 *           the first line may be a header
 *
 * A line that says something else is an error with its place, and nothing of the file counts:
 * a list that is half understood would be worse than the old one.
 */
#ifndef SLUICE_CONTROL_POLICY_BLOCKLIST_FILE_H
#define SLUICE_CONTROL_POLICY_BLOCKLIST_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "control/config/config.h"
#include "control/contract/shm_blocklist.h"

/* Prefixes that are gathered, over several files; a zeroed struct is empty. */
struct cp_blocklist_prefixes {
        struct shm_blocklist_prefix *p;
        size_t cnt;
        size_t cap;
};
void cp_blocklist_prefixes_fini(struct cp_blocklist_prefixes *l);

/* Add what the file of `c` holds, as list number `list` (1..). 0; -EINVAL a bad line, -ENOSPC above
 * SHM_BLOCKLIST_PREFIXES_MAX, -ENOMEM, or the errno of reading; then *err says what and where. */
int cp_blocklist_file_read(const struct cp_config_blocklist *c, uint16_t list,
                           struct cp_blocklist_prefixes *out, struct cp_config_error *err);

#endif
