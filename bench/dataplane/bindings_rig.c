/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/dataplane/bindings_rig.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "control/contract/shm_msg.h"
#include "dataplane/state/bindings.h"

#define LINE    64u
#define AOR     "sip:user-00000000@example.com"
#define AOR_LEN (sizeof(AOR) - 1)
#define DIGITS  9u /* where they begin */
#define URI     "sip:user@198.51.100.200:5062;transport=udp"

struct bindings_rig {
        struct dp_bindings *table;
        uint32_t users;
        uint64_t random;
        uint8_t *memory;
        uint64_t bytes;
        struct {
                struct shm_binding b;
                char text[AOR_LEN + sizeof(URI)];
        } record;
};

/* splitmix64: random users without a list of them, which would be memory too */
static uint64_t draw(struct bindings_rig *r)
{
        uint64_t z = r->random += UINT64_C(0x9e3779b97f4a7c15);

        z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
        z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
        return z ^ (z >> 31);
}

static uint32_t draw_below(struct bindings_rig *r, uint64_t end)
{
        return (uint32_t)((draw(r) >> 32) * end >> 32);
}

static void aor_write(char *to, uint32_t user)
{
        static const char hex[] = "0123456789abcdef";

        memcpy(to, AOR, AOR_LEN);
        for (unsigned i = 0; i < 8; i++)
                to[DIGITS + i] = hex[user >> (28 - 4 * i) & 15u];
}

static bool tell(struct bindings_rig *r, uint32_t user)
{
        aor_write(r->record.text, user);
        return dp_bindings_apply(r->table, &r->record.b) == 0;
}

static void record_init(struct bindings_rig *r)
{
        r->record.b = (struct shm_binding){
            .op = SHM_TABLE_ADD,
            .aor_len = AOR_LEN,
            .uri_len = sizeof(URI) - 1,
            .expires_ns = UINT64_MAX,
            .hop =
                {.ip = {{[10] = 0xff, [11] = 0xff, [12] = 198, [13] = 51, [14] = 100, [15] = 200}},
                 .port = 5062,
                 .weight = 1,
                 .ip_proto = IPPROTO_UDP},
        };
        memcpy(r->record.text + AOR_LEN, URI, sizeof(URI));
}

struct bindings_rig *bindings_rig_create(uint32_t users)
{
        const struct dp_siphash_key key = {{UINT64_C(0x243f6a8885a308d3), users}};
        struct bindings_rig *r = calloc(1, sizeof(*r));
        struct dp_bindings_stats st;

        if (r == NULL)
                return NULL;
        r->users = users;
        r->table = dp_bindings_create(users, &key);
        if (r->table == NULL) {
                free(r);
                return NULL;
        }
        dp_bindings_stats(r->table, &st);
        r->bytes = st.bytes;
        r->memory =
            mmap(NULL, r->bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (r->memory == MAP_FAILED) {
                dp_bindings_destroy(r->table);
                free(r);
                return NULL;
        }
        (void)madvise(r->memory, r->bytes, MADV_HUGEPAGE);
        memset(r->memory, 1, r->bytes);
        record_init(r);
        for (uint32_t u = 0; u < users; u++)
                (void)tell(r, u);
        return r;
}

void bindings_rig_destroy(struct bindings_rig *r)
{
        dp_bindings_destroy(r->table);
        munmap(r->memory, r->bytes);
        free(r);
}

uint64_t bindings_rig_bytes(const struct bindings_rig *r)
{
        return r->bytes;
}

unsigned bindings_rig_find(struct bindings_rig *r, bool ahead)
{
        char aor[BINDINGS_RIG_BURST][AOR_LEN];
        uint64_t hash[BINDINGS_RIG_BURST];
        struct dp_binding found;
        unsigned cnt = 0;

        for (unsigned i = 0; i < BINDINGS_RIG_BURST; i++) {
                aor_write(aor[i], draw_below(r, r->users));
                hash[i] = dp_bindings_hash(r->table, aor[i], AOR_LEN);
                if (ahead)
                        dp_bindings_prefetch(r->table, hash[i]);
        }
        for (unsigned i = 0; i < BINDINGS_RIG_BURST; i++)
                cnt += dp_bindings_find(r->table, hash[i], aor[i], AOR_LEN, 1, &found);
        return cnt;
}

unsigned bindings_rig_refresh(struct bindings_rig *r)
{
        unsigned cnt = 0;

        for (unsigned i = 0; i < BINDINGS_RIG_BURST; i++)
                cnt += tell(r, draw_below(r, r->users));
        (void)dp_bindings_sweep(r->table, 1, 1);
        return cnt;
}

uint64_t bindings_rig_read(struct bindings_rig *r)
{
        uint64_t sum = 0;

        for (unsigned i = 0; i < 2 * BINDINGS_RIG_BURST; i++) /* each waits for the one before it */
                sum += r->memory[draw_below(r, r->bytes / LINE - sum % 2) * (uint64_t)LINE];
        return sum;
}
