/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/blob_intake.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include <openssl/evp.h>

static int digest_check(const void *data, size_t bytes, const uint8_t want[32])
{
        uint8_t digest[EVP_MAX_MD_SIZE];
        unsigned len = 0;

        if (EVP_Digest(data, bytes, digest, &len, EVP_sha256(), NULL) != 1)
                return -EIO;
        return len == 32 && memcmp(digest, want, 32) == 0 ? 0 : -EBADMSG;
}

int dp_blob_take(struct dp_blob_sink *sink, const struct shm_attach_msg *m, int fd)
{
        size_t bytes = (size_t)m->bytes;
        const void *data;
        int rc;

        if (sink->fn == NULL)
                return -EOPNOTSUPP;
        rc = shm_blob_map(fd, m->bytes, &data);
        if (rc != 0)
                return rc;
        rc = digest_check(data, bytes, m->digest);
        if (rc == 0 && !(sink->taken && memcmp(sink->digest, m->digest, 32) == 0)) {
                rc = sink->fn(sink->arg, data, bytes);
                if (rc == 0)
                        memcpy(sink->digest, m->digest, sizeof(sink->digest));
                sink->taken |= rc == 0;
        }
        munmap((void *)(uintptr_t)data, bytes);
        return rc;
}
