/* SPDX-License-Identifier: Apache-2.0 */
#include "control/policy/blocklist.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "control/policy/blocklist_file.h"

static int place_cmp(const void *pa, const void *pb)
{
        const struct shm_blocklist_prefix *a = pa;
        const struct shm_blocklist_prefix *b = pb;
        int c = memcmp(a->ip.b, b->ip.b, sizeof(a->ip.b));

        return c != 0 ? c : (int)a->prefix_len - (int)b->prefix_len;
}

/* Equal prefixes keep the order of their lists, of which the first decides. */
static int prefix_cmp(const void *pa, const void *pb)
{
        const struct shm_blocklist_prefix *a = pa;
        const struct shm_blocklist_prefix *b = pb;
        int c = place_cmp(a, b);

        return c != 0 ? c : (int)a->list - (int)b->list;
}

static size_t without_repeats(struct shm_blocklist_prefix *p, size_t n)
{
        size_t kept = 0;

        for (size_t i = 0; i < n; i++) {
                if (kept == 0 || place_cmp(&p[kept - 1], &p[i]) != 0)
                        p[kept++] = p[i];
        }
        return kept;
}

static int blob_make(struct cp_blocklist *b, const struct cp_blocklist_prefixes *l, size_t n)
{
        b->bytes = sizeof(*b->blob) + n * sizeof(*l->p);
        b->blob = malloc(b->bytes);
        if (b->blob == NULL)
                return -ENOMEM;
        *b->blob = (struct shm_blocklist_head){.magic = SHM_BLOCKLIST_MAGIC, .count = (uint32_t)n};
        if (n != 0)
                memcpy(b->blob + 1, l->p, n * sizeof(*l->p));
        for (size_t i = 0; i < n; i++)
                b->lens[l->p[i].prefix_len / 64] |= UINT64_C(1) << (l->p[i].prefix_len % 64);
        return EVP_Digest(b->blob, b->bytes, b->digest, NULL, EVP_sha256(), NULL) == 1 ? 0 : -EIO;
}

int cp_blocklist_create(struct cp_blocklist **out, const struct cp_config_policy *policy,
                        struct cp_config_error *err)
{
        struct cp_blocklist_prefixes l = {0};
        struct cp_blocklist *b;
        int rc = 0;

        for (uint32_t i = 0; i < policy->blocklists_count && rc == 0; i++)
                rc = cp_blocklist_file_read(&policy->blocklists[i], (uint16_t)(i + 1), &l, err);
        if (rc != 0) {
                cp_blocklist_prefixes_fini(&l);
                return rc;
        }
        if (l.cnt != 0)
                qsort(l.p, l.cnt, sizeof(*l.p), prefix_cmp);
        b = calloc(1, sizeof(*b));
        rc = b == NULL ? -ENOMEM : blob_make(b, &l, without_repeats(l.p, l.cnt));
        cp_blocklist_prefixes_fini(&l);
        if (rc != 0) {
                *err = (struct cp_config_error){0};
                snprintf(err->text, sizeof(err->text), "block lists: %s", strerror(-rc));
                cp_blocklist_destroy(b);
                return rc;
        }
        *out = b;
        return 0;
}

void cp_blocklist_destroy(struct cp_blocklist *b)
{
        if (b == NULL)
                return;
        free(b->blob);
        free(b);
}

const struct shm_blocklist_prefix *cp_blocklist_find(const struct cp_blocklist *b,
                                                     const struct shm_ip *ip)
{
        const struct shm_blocklist_prefix *all = (const void *)(b->blob + 1);
        const struct shm_blocklist_prefix *hit;
        /* a prefix of IPv6 does not mean IPv4, even one that covers ::ffff:0:0/96 */
        int shortest = cp_ip_is_v4(ip) ? 96 : 0;

        for (int len = 128; len >= shortest; len--) {
                struct shm_blocklist_prefix key = {.ip = *ip, .prefix_len = (uint8_t)len};

                if ((b->lens[len / 64] >> (len % 64) & 1) == 0)
                        continue;
                cp_ip_mask(&key.ip, (unsigned)len);
                hit = bsearch(&key, all, b->blob->count, sizeof(*all), place_cmp);
                if (hit != NULL)
                        return hit;
        }
        return NULL;
}
