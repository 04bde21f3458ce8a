/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/state/source.h"

#include <string.h>

/* First octet of what is hashed, so that a prefix never has the key of an endpoint. */
enum {
        KIND_ENDPOINT = 'E',
        KIND_ADDRESS = 'A',
        KIND_PREFIX = 'P',
};

struct hashed {
        struct shm_ip ip;
        uint16_t port;
        uint8_t kind;
        uint8_t zero[5];
};
_Static_assert(sizeof(struct hashed) == 24, "no padding is hashed");

/* ::ffff:0:0/96 (shm_base.h) */
static bool is_ip4(const struct shm_ip *ip)
{
        static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

        return memcmp(ip->b, mapped, sizeof(mapped)) == 0;
}

static struct dp_key hash(const struct dp_siphash_key *key, const struct hashed *h)
{
        struct dp_siphash s;
        struct dp_key out;

        dp_siphash_init128(&s, key);
        dp_siphash_update(&s, h, sizeof(*h));
        dp_siphash_final128(&s, out.w);
        return out;
}

static struct hashed masked(const struct shm_ip *ip, uint8_t kind, unsigned octets)
{
        struct hashed h = {.kind = kind};

        memcpy(h.ip.b, ip->b, octets);
        return h;
}

void dp_source_of(const struct dp_siphash_key *key, const struct shm_ip *ip, uint16_t port,
                  struct dp_source *out)
{
        struct hashed endpoint = {.ip = *ip, .port = port, .kind = KIND_ENDPOINT};
        struct hashed address = masked(ip, KIND_ADDRESS, is_ip4(ip) ? 16 : 8);

        out->endpoint = hash(key, &endpoint);
        out->address = hash(key, &address);
}

void dp_source_prefix(const struct dp_siphash_key *key, const struct shm_ip *ip, struct dp_key *out)
{
        struct hashed prefix = masked(ip, KIND_PREFIX, is_ip4(ip) ? 15 : 6);

        *out = hash(key, &prefix);
}
