/* SPDX-License-Identifier: Apache-2.0 */
/*
 * key_file.h - the proxy's key, kept over a restart of the dataplane: requests in dialogs that it
 * recorded, registrations along its Path and responses that were under way are known again.
 */
#ifndef SLUICE_DATAPLANE_EDGE_KEY_FILE_H
#define SLUICE_DATAPLANE_EDGE_KEY_FILE_H

#include "dataplane/state/siphash.h"

/*
 * Read the key from a file that only we may read (16 octets, a regular file of ours, mode 0600), or
 * make one and put it there. Start-up only.
 *
 * Returns 0, or a negative errno, with the key as it was: -EPERM when others may read or write the
 * file or it is not ours, -EINVAL when it is no key; it is then left as it is.
 */
int dp_key_file_load(const char *path, struct dp_siphash_key *key);

#endif
