/* SPDX-License-Identifier: Apache-2.0 */
#include "control/contract/shm_blocklist.h"

#include <string.h>

const struct shm_blocklist_prefix *shm_blocklist_open(const void *blob, size_t bytes,
                                                      uint32_t *count)
{
        struct shm_blocklist_head head;

        if (bytes < sizeof(head))
                return NULL;
        memcpy(&head, blob, sizeof(head));
        if (head.magic != SHM_BLOCKLIST_MAGIC || head.reserved != 0 ||
            head.count > SHM_BLOCKLIST_PREFIXES_MAX ||
            (bytes - sizeof(head)) != head.count * sizeof(struct shm_blocklist_prefix))
                return NULL;
        *count = head.count;
        return (const struct shm_blocklist_prefix *)((const uint8_t *)blob + sizeof(head));
}
