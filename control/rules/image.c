/* SPDX-License-Identifier: Apache-2.0 */
#include "control/rules/image.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "control/rules/parts.h"
#include "control/rules/prefilter.h"

struct maker {
        const struct cp_rule_set *set;
        enum match_platform platform;
        struct cp_db_cache *cache;
        struct cp_rule_errors *errors;
        struct cp_parts parts;
        struct cp_prefilter prefilter;
};

__attribute__((format(printf, 4, 5))) static int bad(struct maker *m,
                                                     const struct cp_rule_place *place, int rc,
                                                     const char *fmt, ...)
{
        struct cp_config_error *e;
        va_list args;

        if (m->errors->all++, m->errors->cnt == CP_RULE_ERRORS_MAX)
                return rc;
        e = &m->errors->e[m->errors->cnt++];
        *e = (struct cp_config_error){0};
        if (place != NULL) {
                snprintf(e->file, sizeof(e->file), "%s", place->file);
                e->line = place->line;
                e->column = place->column;
        }
        va_start(args, fmt);
        vsnprintf(e->text, sizeof(e->text), fmt, args);
        va_end(args);
        return rc;
}

/* ---- databases ---- */

static void key_of(const struct match_hs_pattern *p, unsigned cnt, enum match_platform platform,
                   uint8_t key[32])
{
        EVP_MD_CTX *ctx = EVP_MD_CTX_new();
        const char *version = match_hs_version();
        uint32_t head[2] = {(uint32_t)platform, cnt};

        memset(key, 0, 32);
        if (ctx == NULL)
                return;
        EVP_DigestInit_ex(ctx, EVP_sha256(), NULL);
        EVP_DigestUpdate(ctx, version, strlen(version) + 1);
        EVP_DigestUpdate(ctx, head, sizeof(head));
        for (unsigned i = 0; i < cnt; i++) {
                uint32_t row[3] = {p[i].id, p[i].flags, p[i].once};

                EVP_DigestUpdate(ctx, row, sizeof(row));
                EVP_DigestUpdate(ctx, p[i].regex, strlen(p[i].regex) + 1);
        }
        EVP_DigestFinal_ex(ctx, key, NULL);
        EVP_MD_CTX_free(ctx);
}

/* places[i]: where pattern i was written. */
static int database(struct maker *m, const struct match_hs_pattern *p, unsigned cnt,
                    const struct cp_rule_place *const *places, struct match_db *out)
{
        struct match_hs_code code = {0};
        uint8_t key[32];
        int rc = 0;

        key_of(p, cnt, m->platform, key);
        if (m->cache == NULL || !m->cache->get(m->cache->arg, key, &code)) {
                rc = match_hs_compile(p, cnt, m->platform, &code);
                if (rc == -EINVAL)
                        return bad(m, places[code.bad < cnt ? code.bad : 0], -EINVAL, "pcre: %s",
                                   code.why);
                if (rc != 0)
                        return rc;
                if (m->cache != NULL) {
                        m->cache->misses++;
                        m->cache->put(m->cache->arg, key, &code);
                }
        } else {
                m->cache->hits++;
        }
        *out = cp_parts_code(&m->parts, code.at, code.bytes);
        free(code.at);
        return 0;
}

/* The patterns that have to be looked for whatever the gate says. */
static int open_compile(struct maker *m, const struct cp_prefilter_buffer *pb, struct match_db *out)
{
        struct match_hs_pattern *p = calloc(pb->open_cnt, sizeof(*p));
        const struct cp_rule_place **places = calloc(pb->open_cnt, sizeof(*places));
        unsigned n = 0;
        int rc = -ENOMEM;

        for (unsigned i = 0; p != NULL && places != NULL && i < pb->cnt; i++) {
                if (!pb->open[i])
                        continue;
                p[n] = pb->patterns[i];
                places[n++] = pb->places[i];
        }
        if (p != NULL && places != NULL)
                rc = database(m, p, n, places, out);
        free(p);
        free(places);
        return rc;
}

static int buffer_compile(struct maker *m, const struct cp_prefilter_buffer *pb, uint32_t index)
{
        struct match_buffer *b;
        struct match_db db = {0, 0};
        struct match_db open = {0, 0};
        bool gated = pb->open_cnt < pb->cnt;
        uint32_t first;
        int rc = database(m, pb->patterns, pb->cnt, pb->places, &db);

        if (rc == 0 && gated && pb->open_cnt != 0)
                rc = open_compile(m, pb, &open);
        if (rc != 0)
                return rc;
        first = cp_parts_add(&m->parts, CP_PART_PATTERNS, pb->rules, sizeof(*pb->rules), pb->cnt);
        b = cp_parts_at(&m->parts, CP_PART_BUFFERS, sizeof(*b), index);
        b->db = db;
        b->open = open;
        b->gated = gated;
        b->pattern_first = first;
        b->pattern_cnt = pb->cnt;
        return 0;
}

static int buffers_compile(struct maker *m)
{
        int rc = 0;

        for (uint32_t i = 0; i < m->prefilter.buffer_cnt && rc == 0; i++) {
                if (m->prefilter.buffers[i].cnt != 0)
                        rc = buffer_compile(m, &m->prefilter.buffers[i], i);
        }
        return rc;
}

/* ---- sets of addresses and ports ---- */

static uint32_t address_set(struct maker *m, const struct cp_rule_addresses *a)
{
        struct match_address_set set = {.cnt = a->in_cnt, .except_cnt = a->except_cnt};
        struct cp_part *all = &m->parts.part[CP_PART_ADDRESSES];

        if (a->in_cnt + a->except_cnt == 0)
                return MATCH_NONE;
        for (uint32_t i = 0; i < m->parts.part[CP_PART_ADDRESS_SETS].cnt; i++) {
                const struct match_address_set *s =
                    cp_parts_at(&m->parts, CP_PART_ADDRESS_SETS, sizeof(*s), i);
                const struct match_address *at = (const void *)all->at;

                if (s->cnt == a->in_cnt && s->except_cnt == a->except_cnt &&
                    (s->cnt == 0 || memcmp(at + s->first, a->in, s->cnt * sizeof(*at)) == 0) &&
                    (s->except_cnt == 0 ||
                     memcmp(at + s->except_first, a->except, s->except_cnt * sizeof(*at)) == 0))
                        return i;
        }
        set.first = cp_parts_add(&m->parts, CP_PART_ADDRESSES, a->in, sizeof(*a->in), a->in_cnt);
        set.except_first = cp_parts_add(&m->parts, CP_PART_ADDRESSES, a->except, sizeof(*a->except),
                                        a->except_cnt);
        return cp_parts_add(&m->parts, CP_PART_ADDRESS_SETS, &set, sizeof(set), 1);
}

static uint32_t port_set(struct maker *m, const struct cp_rule_ports *p)
{
        struct match_port_set set = {.cnt = p->in_cnt, .except_cnt = p->except_cnt};
        struct cp_part *all = &m->parts.part[CP_PART_PORTS];

        if (p->in_cnt + p->except_cnt == 0)
                return MATCH_NONE;
        for (uint32_t i = 0; i < m->parts.part[CP_PART_PORT_SETS].cnt; i++) {
                const struct match_port_set *s =
                    cp_parts_at(&m->parts, CP_PART_PORT_SETS, sizeof(*s), i);
                const struct match_ports *at = (const void *)all->at;

                if (s->cnt == p->in_cnt && s->except_cnt == p->except_cnt &&
                    (s->cnt == 0 || memcmp(at + s->first, p->in, s->cnt * sizeof(*at)) == 0) &&
                    (s->except_cnt == 0 ||
                     memcmp(at + s->except_first, p->except, s->except_cnt * sizeof(*at)) == 0))
                        return i;
        }
        set.first = cp_parts_add(&m->parts, CP_PART_PORTS, p->in, sizeof(*p->in), p->in_cnt);
        set.except_first =
            cp_parts_add(&m->parts, CP_PART_PORTS, p->except, sizeof(*p->except), p->except_cnt);
        return cp_parts_add(&m->parts, CP_PART_PORT_SETS, &set, sizeof(set), 1);
}

/* ---- rules ---- */

/* The regular expression of one step as a database of its own. */
static int regex(struct maker *m, const struct cp_rule_step *s, struct match_step *out)
{
        char *text = strndup((const char *)s->bytes, s->len);
        const struct match_hs_pattern p = {.regex = text, .flags = s->s.regex_flags};
        const struct cp_rule_place *place = &s->place;
        struct match_db db;
        int rc;

        if (text == NULL)
                return -ENOMEM;
        rc = database(m, &p, 1, &place, &db);
        free(text);
        if (rc == 0)
                out->regex = cp_parts_add(&m->parts, CP_PART_REGEXES, &db, sizeof(db), 1);
        return rc;
}

static int steps_add(struct maker *m, const struct cp_rule_group *g,
                     const struct cp_rule_step *proven, struct match_group *out)
{
        out->step_first = m->parts.part[CP_PART_STEPS].cnt;
        out->step_cnt = g->step_cnt;
        for (uint32_t i = 0; i < g->step_cnt; i++) {
                const struct cp_rule_step *s = &g->steps[i];
                struct match_step step = s->s;
                int rc = 0;

                step.text = cp_parts_text(&m->parts, s->bytes, s->len);
                if (s->s.kind == MATCH_STEP_PCRE && s == proven)
                        step.flags |= MATCH_STEP_PROVEN;
                else if (s->s.kind == MATCH_STEP_PCRE)
                        rc = regex(m, s, &step);
                if (rc != 0)
                        return rc;
                cp_parts_add(&m->parts, CP_PART_STEPS, &step, sizeof(step), 1);
        }
        return 0;
}

static int groups_add(struct maker *m, const struct cp_rule *r,
                      const struct cp_prefilter_pick *pick, struct match_rule *out)
{
        struct match_group groups[MATCH_RULE_STEPS_MAX];

        for (uint32_t i = 0; i < r->group_cnt; i++) {
                const struct cp_rule_group *g = &r->groups[i];
                int rc;

                groups[i] = (struct match_group){.buffer = MATCH_NONE, .flags = g->flags};
                if (!g->message) {
                        rc = cp_prefilter_buffer(&m->prefilter, g, &groups[i].buffer);
                        if (rc == -E2BIG)
                                return bad(m, &g->place, rc, "more than %u different fields",
                                           MATCH_BUFFERS_MAX);
                        if (rc != 0)
                                return rc;
                }
                rc = steps_add(m, g, pick->proven, &groups[i]);
                if (rc != 0)
                        return rc;
        }
        out->group_first =
            cp_parts_add(&m->parts, CP_PART_GROUPS, groups, sizeof(groups[0]), r->group_cnt);
        out->group_cnt = r->group_cnt;
        return 0;
}

/* What is looked for first, and the literals without which it need not be. */
static int pattern_add(struct maker *m, const struct cp_prefilter_pick *pick, uint32_t rule)
{
        struct cp_literals l;
        uint32_t buffer = 0;
        int rc = cp_prefilter_add(&m->prefilter, pick, rule, &buffer, &l);

        if (rc != 0)
                return rc;
        for (uint32_t i = 0; i < l.cnt; i++) {
                const struct match_literal one = {
                    .text = cp_parts_text(&m->parts, l.l[i].at, l.l[i].len),
                    .buffer = buffer,
                };

                cp_parts_add(&m->parts, CP_PART_LITERALS, &one, sizeof(one), 1);
        }
        return 0;
}

static int rule_add(struct maker *m, const struct cp_rule *r)
{
        struct match_rule out = r->r;
        uint32_t index = m->parts.part[CP_PART_RULES].cnt;
        struct cp_prefilter_pick pick = cp_prefilter_choose(r);
        int rc = groups_add(m, r, &pick, &out);

        if (rc != 0)
                return rc;
        out.src = address_set(m, &r->src);
        out.dst = address_set(m, &r->dst);
        out.sport = port_set(m, &r->sport);
        out.dport = port_set(m, &r->dport);
        out.msg = cp_parts_text(&m->parts, r->msg, strlen(r->msg));
        out.classtype = cp_parts_text(&m->parts, r->classtype, strlen(r->classtype));
        cp_parts_add(&m->parts, CP_PART_RULES, &out, sizeof(out), 1);
        if (m->parts.part[CP_PART_ADDRESS_SETS].cnt > MATCH_SETS_MAX ||
            m->parts.part[CP_PART_PORT_SETS].cnt > MATCH_SETS_MAX)
                return bad(m, &r->place, -E2BIG, "more than %u different groups", MATCH_SETS_MAX);
        if (pick.step != NULL)
                return pattern_add(m, &pick, index);
        cp_parts_add(&m->parts, CP_PART_ALWAYS, &index, sizeof(index), 1);
        return 0;
}

static int buffers_add(struct maker *m)
{
        for (uint32_t i = 0; i < m->prefilter.buffer_cnt; i++) {
                const struct cp_prefilter_buffer *pb = &m->prefilter.buffers[i];
                struct match_buffer b = {
                    .field = pb->group->field,
                    .hdr = pb->group->hdr,
                    .transform = pb->group->transform,
                };

                b.name = cp_parts_text(&m->parts, pb->group->name, strlen(pb->group->name));
                cp_parts_add(&m->parts, CP_PART_BUFFERS, &b, sizeof(b), 1);
        }
        return m->parts.failed ? -ENOMEM : 0;
}

static int make(struct maker *m, uint64_t made_s, struct cp_image *out)
{
        int rc = 0;

        for (uint32_t i = 0; i < m->set->cnt; i++) {
                int one = m->set->rules[i].off ? 0 : rule_add(m, &m->set->rules[i]);

                if (one != 0 && one != -EINVAL)
                        return one;
                rc = rc != 0 ? rc : one; /* tell of all that can not be compiled */
        }
        for (uint32_t i = 0; i < m->set->flag_cnt; i++) {
                struct match_text t =
                    cp_parts_text(&m->parts, m->set->flags[i], strlen(m->set->flags[i]));

                cp_parts_add(&m->parts, CP_PART_FLAGS, &t, sizeof(t), 1);
        }
        if (rc == 0)
                rc = buffers_add(m);
        if (rc == 0)
                rc = buffers_compile(m);
        if (rc == 0)
                rc = cp_parts_join(&m->parts, made_s, out);
        if (rc == -E2BIG)
                return bad(m, NULL, rc, "the set is larger than %llu MiB",
                           (unsigned long long)(MATCH_IMAGE_BYTES_MAX >> 20));
        return rc;
}

int cp_image_make(const struct cp_rule_set *set, enum match_platform platform, uint64_t made_s,
                  struct cp_db_cache *cache, struct cp_image *out, struct cp_rule_errors *errors)
{
        struct maker m = {.set = set, .platform = platform, .cache = cache, .errors = errors};
        int rc;

        *out = (struct cp_image){0};
        rc = make(&m, made_s, out);
        cp_parts_fini(&m.parts);
        cp_prefilter_fini(&m.prefilter);
        return rc;
}
