/* SPDX-License-Identifier: Apache-2.0 */
#include "control/tables.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "control/policy/policy.h"

#define SPLIT_MAX 96u /* cp_prefix_split */

void cp_tables_fini(struct cp_tables *t)
{
        cp_table_image_put(t->image);
        t->image = NULL;
}

void cp_table_image_put(struct cp_table_image *image)
{
        if (image != NULL && --image->refs == 0)
                free(image);
}

void cp_tables_reset(struct cp_tables *t)
{
        t->epoch++;
        cp_tables_fini(t);
}

const struct shm_table_update *cp_tables_journal(const struct cp_tables *t, uint64_t seq)
{
        if (t->seq - seq > CP_JOURNAL_LEN)
                return NULL;
        return &t->journal[seq % CP_JOURNAL_LEN];
}

/* True when every address of the prefix is on the allow list. Allow wins in the dataplane as well,
 * so such a ban would only take room there. */
static bool allowed(const struct cp_policy *p, const struct cp_prefix *prefix, uint64_t now_ns)
{
        const struct cp_policy_entry *e;
        unsigned len = prefix->len + 1u;

        while ((e = cp_prefix_map_match(&p->allow_map, &prefix->ip, &len)) != NULL) {
                if (e->expires_ns == 0 || e->expires_ns > now_ns)
                        return true;
        }
        return false;
}

/* What the ban table should say about a prefix; op is ADD or DEL. */
static struct shm_table_update ban_entry(const struct cp_policy *p, const struct cp_bans *b,
                                         const struct cp_prefix *prefix, uint64_t now_ns)
{
        const struct cp_policy_entry *deny = cp_prefix_map_get(&p->deny_map, prefix);
        const struct cp_ban *ban = cp_bans_get(b, prefix);
        struct shm_table_update u = {
            .op = SHM_TABLE_DEL,
            .table = SHM_TABLE_BAN,
            .generation = p->generation,
        };

        u.port = prefix->port;
        if (allowed(p, prefix, now_ns))
                return u;
        if (deny != NULL && (deny->expires_ns == 0 || deny->expires_ns > now_ns)) {
                u.op = SHM_TABLE_ADD;
                u.reason = SHM_REASON_DENIED;
                u.expires_ns = deny->expires_ns;
        }
        if (ban == NULL || ban->rate != 0 || (ban->expires_ns != 0 && ban->expires_ns <= now_ns))
                return u;
        /* Both: the one that stands longer, the operator's word when equal. */
        if (u.op == SHM_TABLE_DEL || ban->expires_ns == 0 ||
            (u.expires_ns != 0 && ban->expires_ns >= u.expires_ns)) {
                u.op = SHM_TABLE_ADD;
                u.reason = SHM_REASON_BANNED;
                u.expires_ns = ban->expires_ns;
        }
        return u;
}

/* What the limit table should say about a prefix, likewise. */
static struct shm_table_update limit_entry(const struct cp_policy *p, const struct cp_bans *b,
                                           const struct cp_prefix *prefix, uint64_t now_ns)
{
        const struct cp_ban *ban = cp_bans_get(b, prefix);
        struct shm_table_update u = {
            .op = SHM_TABLE_DEL,
            .table = SHM_TABLE_LIMIT,
            .port = prefix->port,
            .generation = p->generation,
        };

        if (ban == NULL || ban->rate == 0 || allowed(p, prefix, now_ns) ||
            (ban->expires_ns != 0 && ban->expires_ns <= now_ns))
                return u;
        u.op = SHM_TABLE_ADD;
        u.reason = SHM_REASON_LIMIT_SOURCE;
        u.expires_ns = ban->expires_ns;
        u.rate = ban->rate;
        return u;
}

static void journal(struct cp_tables *t, const struct shm_table_update *u)
{
        t->journal[t->seq % CP_JOURNAL_LEN] = *u;
        t->seq++;
}

static void journal_prefix(struct cp_tables *t, struct shm_table_update u,
                           const struct cp_prefix *prefix)
{
        struct cp_prefix part[SPLIT_MAX];
        size_t n = cp_prefix_split(prefix, part);

        for (size_t i = 0; i < n; i++) {
                u.ip = part[i].ip;
                u.prefix_len = part[i].len;
                journal(t, &u);
        }
}

void cp_tables_ban_changed(struct cp_tables *t, const struct cp_policy *p, const struct cp_bans *b,
                           const struct cp_prefix *prefix, bool limit, uint64_t now_ns)
{
        journal_prefix(t, ban_entry(p, b, prefix, now_ns), prefix);
        if (limit)
                journal_prefix(t, limit_entry(p, b, prefix, now_ns), prefix);
}

/* Grows by doubling while an image is built. */
struct builder {
        struct cp_table_image *image;
        size_t cap;
        bool failed;
};

static void append(struct builder *b, const struct shm_table_update *u)
{
        if (b->failed)
                return;
        if (b->image == NULL || b->image->count == b->cap) {
                size_t cap = b->cap == 0 ? 64 : b->cap * 2;
                struct cp_table_image *bigger =
                    realloc(b->image, sizeof(*bigger) + cap * sizeof(bigger->update[0]));

                if (bigger == NULL) {
                        b->failed = true;
                        return;
                }
                if (b->image == NULL)
                        memset(bigger, 0, sizeof(*bigger));
                b->image = bigger;
                b->cap = cap;
        }
        b->image->update[b->image->count++] = *u;
}

static void append_mark(struct builder *b, const struct cp_policy *p, enum shm_table_op op,
                        enum shm_table table)
{
        struct shm_table_update u = {
            .op = (uint8_t)op,
            .table = (uint8_t)table,
            .generation = p->generation,
        };

        append(b, &u);
}

static void append_prefix(struct builder *b, struct shm_table_update *u,
                          const struct cp_prefix *prefix)
{
        struct cp_prefix part[SPLIT_MAX];
        size_t n = cp_prefix_split(prefix, part);

        for (size_t i = 0; i < n; i++) {
                u->ip = part[i].ip;
                u->prefix_len = part[i].len;
                append(b, u);
        }
}

static void append_peers(struct builder *b, const struct cp_policy *p, uint64_t now_ns)
{
        append_mark(b, p, SHM_TABLE_SYNC_BEGIN, SHM_TABLE_PEER);
        for (uint32_t i = 0; i < p->config->policy.allow_count; i++) {
                const struct cp_policy_entry *e = &p->allow[i];
                struct shm_table_update u = {
                    .op = SHM_TABLE_ADD,
                    .table = SHM_TABLE_PEER,
                    .reason = SHM_REASON_PASS_ALLOW,
                    .expires_ns = e->expires_ns,
                    .generation = p->generation,
                };

                if (e->expires_ns == 0 || e->expires_ns > now_ns)
                        append_prefix(b, &u, &e->prefix);
        }
        append_mark(b, p, SHM_TABLE_SYNC_END, SHM_TABLE_PEER);
}

static void append_ban(struct builder *b, const struct cp_policy *p, const struct cp_bans *bans,
                       const struct cp_prefix *prefix, uint64_t now_ns)
{
        struct shm_table_update u = ban_entry(p, bans, prefix, now_ns);

        if (u.op == SHM_TABLE_ADD)
                append_prefix(b, &u, prefix);
}

static void append_bans(struct builder *b, const struct cp_policy *p, const struct cp_bans *bans,
                        uint64_t now_ns)
{
        const struct cp_ban *ban;
        size_t i = 0;

        append_mark(b, p, SHM_TABLE_SYNC_BEGIN, SHM_TABLE_BAN);
        for (uint32_t k = 0; k < p->config->policy.deny_count; k++) {
                if (cp_bans_get(bans, &p->deny[k].prefix) == NULL)
                        append_ban(b, p, bans, &p->deny[k].prefix, now_ns);
        }
        while ((ban = cp_bans_next(bans, &i)) != NULL)
                append_ban(b, p, bans, &ban->prefix, now_ns);
        append_mark(b, p, SHM_TABLE_SYNC_END, SHM_TABLE_BAN);
}

static void append_limits(struct builder *b, const struct cp_policy *p, const struct cp_bans *bans,
                          uint64_t now_ns)
{
        const struct cp_ban *ban;
        size_t i = 0;

        append_mark(b, p, SHM_TABLE_SYNC_BEGIN, SHM_TABLE_LIMIT);
        while ((ban = cp_bans_next(bans, &i)) != NULL) {
                struct shm_table_update u = limit_entry(p, bans, &ban->prefix, now_ns);

                if (u.op == SHM_TABLE_ADD)
                        append_prefix(b, &u, &ban->prefix);
        }
        append_mark(b, p, SHM_TABLE_SYNC_END, SHM_TABLE_LIMIT);
}

struct cp_table_image *cp_tables_image(struct cp_tables *t, const struct cp_policy *p,
                                       const struct cp_bans *b, uint64_t now_ns)
{
        struct builder build = {0};

        if (t->image == NULL || t->image->seq != t->seq) {
                append_peers(&build, p, now_ns);
                append_bans(&build, p, b, now_ns);
                append_limits(&build, p, b, now_ns);
                if (build.failed) {
                        free(build.image);
                        return NULL;
                }
                cp_table_image_put(t->image);
                t->image = build.image;
                t->image->refs = 1;
                t->image->generation = p->generation;
                t->image->epoch = t->epoch;
                t->image->seq = t->seq;
        }
        t->image->refs++;
        return t->image;
}
