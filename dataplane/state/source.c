/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/state/source.h"

#include <string.h>

/* Part of what is hashed, so that a prefix never has the key of an address. */
enum {
        KIND_HOST4 = '4',
        KIND_HOST6 = '6',
        KIND_SUBNET6 = 'S',
        KIND_PREFIX4 = 'P',
        KIND_PREFIX6 = 'p',
        KIND_WITHIN = 'W',
};

/* ::ffff:0:0/96 (shm_base.h), in two words as they lie in memory */
static inline bool is_ip4(const uint64_t half[2])
{
        return half[0] == 0 && (uint32_t)le64toh(half[1]) == 0xffff0000u;
}

/* Of an IPv4 address, here in host order, and its kind in front of it: five octets, so no whole
 * word but the last. No other key has as few with such a first one. */
static inline struct dp_key hash4(const struct dp_siphash_key *key, uint32_t addr, uint64_t kind)
{
        struct dp_siphash_state v = dp_siphash_begin(key);
        struct dp_key out;

        v.b ^= DP_SIPHASH_WIDE;
        dp_siphash13_end128(&v, kind | (uint64_t)addr << 8 | UINT64_C(5) << 56, out.w);
        return out;
}

static inline uint32_t ip4_of(uint64_t half)
{
        return (uint32_t)be64toh(half);
}

static inline struct dp_key hash2(const struct dp_siphash_key *key, uint64_t word, uint64_t kind)
{
        const uint64_t words[2] = {word, kind};
        struct dp_key out;

        dp_siphash13_words128(key, words, 2, out.w);
        return out;
}

static inline struct dp_key hash6(const struct dp_siphash_key *key, const uint64_t half[2])
{
        const uint64_t words[3] = {half[0], half[1], KIND_HOST6};
        struct dp_key out;

        dp_siphash13_words128(key, words, 3, out.w);
        return out;
}

struct dp_key dp_source_host(const struct dp_siphash_key *key, const struct shm_ip *ip)
{
        uint64_t half[2];

        memcpy(half, ip->b, sizeof(half));
        return is_ip4(half) ? hash4(key, ip4_of(half[1]), KIND_HOST4) : hash6(key, half);
}

/* `net` as in dp_source.address. */
static inline void source_finish(const struct dp_key *host, const struct dp_key *net, uint16_t port,
                                 struct dp_source *out)
{
        out->address = *net;
        out->host = host->w[0];
        out->endpoint.w[0] = host->w[1] ^ (port + 1u) * DP_PORT_SPREAD0;
        out->endpoint.w[1] = host->w[0] ^ (port + 1u) * DP_PORT_SPREAD1;
}

void dp_source_of(const struct dp_siphash_key *key, const struct shm_ip *ip, uint16_t port,
                  struct dp_source *out)
{
        uint64_t half[2];
        struct dp_key host, net;

        memcpy(half, ip->b, sizeof(half));
        if (is_ip4(half)) {
                host = hash4(key, ip4_of(half[1]), KIND_HOST4);
                net = host;
        } else {
                host = hash6(key, half);
                net = hash2(key, half[0], KIND_SUBNET6);
        }
        source_finish(&host, &net, port, out);
}

/* ---- the same in lanes: what the functions above hash, as text ---- */

#define TEXT4_BYTES 5u

static inline void job4(struct dp_siphash_jobs *jobs, uint32_t addr, uint64_t kind, uint64_t *text,
                        struct dp_key *out)
{
        text[0] = htole64(kind | (uint64_t)addr << 8);
        dp_siphash_jobs_add(jobs, (const uint8_t *)text, TEXT4_BYTES, out);
}

static inline void job2(struct dp_siphash_jobs *jobs, uint64_t word, uint64_t kind,
                        uint64_t text[2], struct dp_key *out)
{
        text[0] = htole64(word);
        text[1] = htole64(kind);
        dp_siphash_jobs_add(jobs, (const uint8_t *)text, 2 * sizeof(text[0]), out);
}

void dp_source_begin(struct dp_siphash_jobs *jobs, const struct shm_ip *ip,
                     struct dp_source_work *work)
{
        uint64_t half[2];

        memcpy(half, ip->b, sizeof(half));
        work->is_ip4 = is_ip4(half);
        if (work->is_ip4) {
                job4(jobs, ip4_of(half[1]), KIND_HOST4, work->text, &work->host);
                return;
        }
        work->text[0] = htole64(half[0]);
        work->text[1] = htole64(half[1]);
        work->text[2] = htole64(KIND_HOST6);
        dp_siphash_jobs_add(jobs, (const uint8_t *)work->text, sizeof(work->text), &work->host);
        job2(jobs, half[0], KIND_SUBNET6, work->net_text, &work->net);
}

void dp_source_end(const struct dp_source_work *work, uint16_t port, struct dp_source *out)
{
        source_finish(&work->host, work->is_ip4 ? &work->host : &work->net, port, out);
}

/* ---- prefixes ---- */

/* Of IPv4 in host order, of IPv6 as it lies in memory. */
static inline uint32_t prefix4(const uint64_t half[2])
{
        return ip4_of(half[1]) & ~UINT32_C(0xff);
}

static inline uint64_t prefix6(const uint64_t half[2])
{
        return half[0] & htobe64(~UINT64_C(0xffff));
}

void dp_source_prefix(const struct dp_siphash_key *key, const struct shm_ip *ip, struct dp_key *out)
{
        uint64_t half[2];

        memcpy(half, ip->b, sizeof(half));
        *out = is_ip4(half) ? hash4(key, prefix4(half), KIND_PREFIX4)
                            : hash2(key, prefix6(half), KIND_PREFIX6);
}

void dp_source_prefix_begin(struct dp_siphash_jobs *jobs, const struct shm_ip *ip, uint64_t text[2],
                            struct dp_key *out)
{
        uint64_t half[2];

        memcpy(half, ip->b, sizeof(half));
        if (is_ip4(half))
                job4(jobs, prefix4(half), KIND_PREFIX4, text, out);
        else
                job2(jobs, prefix6(half), KIND_PREFIX6, text, out);
}

struct dp_key dp_source_within(const struct dp_siphash_key *key, const struct shm_ip *ip,
                               uint8_t prefix_len, uint16_t port)
{
        uint64_t words[3];
        struct dp_key out;

        memcpy(words, ip->b, sizeof(ip->b));
        if (prefix_len < 64)
                words[0] &= htobe64(prefix_len == 0 ? 0 : UINT64_MAX << (64 - prefix_len));
        if (prefix_len < 128)
                words[1] &= htobe64(prefix_len <= 64 ? 0 : UINT64_MAX << (128 - prefix_len));
        words[2] = KIND_WITHIN | (uint64_t)prefix_len << 8 | (uint64_t)port << 16;
        dp_siphash13_words128(key, words, 3, out.w);
        return out;
}
