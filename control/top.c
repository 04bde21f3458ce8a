/* SPDX-License-Identifier: Apache-2.0 */
#include "control/top.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "control/api/device.h"
#include "control/prefix.h"
#include "parser/sip_aor.h"

#define DEVICE_BYTES_MAX 60u
#define WINDOW_NS        (CP_TOP_WINDOW_S * UINT64_C(1000000000))
#define V6_SOURCE_BITS   64u

/* A key is one octet of purpose and the text behind it. */
struct key {
        uint8_t octets[CP_HEAVY_KEY_BYTES];
        size_t len;
};

int cp_top_init(struct cp_top *t)
{
        memset(t, 0, sizeof(*t));
        for (unsigned by = 0; by < CP_TOP_BY_CNT; by++) {
                t->now[by] = cp_heavy_create(CP_TOP_KEYS);
                t->before[by] = cp_heavy_create(CP_TOP_KEYS);
                if (t->now[by] == NULL || t->before[by] == NULL)
                        return -ENOMEM;
        }
        return 0;
}

void cp_top_fini(struct cp_top *t)
{
        for (unsigned by = 0; by < CP_TOP_BY_CNT; by++) {
                cp_heavy_destroy(t->now[by]);
                cp_heavy_destroy(t->before[by]);
        }
}

const char *cp_top_by_name(unsigned by)
{
        static const char *const names[CP_TOP_BY_CNT] = {"source", "caller", "callee", "device"};

        return by < CP_TOP_BY_CNT ? names[by] : NULL;
}

static void begin_window(struct cp_top *t, uint64_t now_ns)
{
        uint64_t age = now_ns - t->window_ns;

        if (now_ns >= t->window_ns && age < WINDOW_NS)
                return;
        for (unsigned by = 0; by < CP_TOP_BY_CNT; by++) {
                struct cp_heavy *old = t->before[by];

                t->before[by] = t->now[by];
                t->now[by] = old;
                cp_heavy_clear(old);
                if (age >= 2 * WINDOW_NS) /* nothing for so long, or the clock was set */
                        cp_heavy_clear(t->before[by]);
        }
        t->window_ns = now_ns;
}

static void add(struct cp_top *t, enum cp_top_by by, const struct key *k, bool dropped)
{
        cp_heavy_add(t->now[by], k->octets, k->len, dropped);
}

static void add_source(struct cp_top *t, const struct shm_event *ev, struct key *k, bool dropped)
{
        struct cp_prefix p = {.ip = ev->flow.src, .len = 128};

        if (!cp_ip_is_v4(&p.ip)) {
                p.len = V6_SOURCE_BITS;
                cp_ip_mask(&p.ip, p.len);
        }
        char text[CP_PREFIX_TEXT_BYTES];

        cp_prefix_print(&p, text);
        k->len = 1 + strlen(text);
        memcpy(k->octets + 1, text, k->len - 1);
        add(t, CP_TOP_SOURCE, k, dropped);
}

static void add_user(struct cp_top *t, enum cp_top_by by, const struct sip_msg *m,
                     const struct sip_uri *uri, struct key *k, bool dropped)
{
        size_t n = sip_aor_write(m->buf, uri, k->octets + 1, sizeof(k->octets) - 1);

        if (n == 0 || n > sizeof(k->octets) - 1)
                return;
        k->len = 1 + n;
        add(t, by, k, dropped);
}

static void add_device(struct cp_top *t, const struct sip_msg *m, struct key *k, bool dropped)
{
        const struct sip_hdr *h = cp_device_header(m);

        if (h == NULL)
                return;
        k->len = 1 + (h->value.len < DEVICE_BYTES_MAX ? h->value.len : DEVICE_BYTES_MAX);
        memcpy(k->octets + 1, sip_span_at(m, h->value), k->len - 1);
        add(t, CP_TOP_DEVICE, k, dropped);
}

void cp_top_take(struct cp_top *t, const struct shm_event *ev, const struct sip_msg *m,
                 enum sip_purpose purpose)
{
        struct key k = {.octets = {(uint8_t)purpose}};
        bool dropped = ev->action != SHM_ACTION_PASS;

        begin_window(t, ev->time_ns);
        add_source(t, ev, &k, dropped);
        add_device(t, m, &k, dropped);
        if (m->kind != SIP_KIND_REQUEST)
                return;
        add_user(t, CP_TOP_CALLER, m, &m->from.uri, &k, dropped);
        add_user(t, CP_TOP_CALLEE, m, &m->ruri, &k, dropped);
}

/* ---- the list ---- */

/* All pairs of key and purpose of two windows, to be sorted and summed. */
struct pairs {
        const struct cp_heavy_entry *at[2 * CP_TOP_KEYS];
        unsigned cnt;
};

static void collect(struct pairs *p, const struct cp_heavy *h, enum sip_purpose purpose)
{
        const struct cp_heavy_entry *e;

        for (unsigned i = 0; (e = cp_heavy_at(h, i)) != NULL; i++)
                if (purpose == SIP_PURPOSE_NONE || e->key[0] == purpose)
                        p->at[p->cnt++] = e;
}

static int by_text(const void *a, const void *b)
{
        const struct cp_heavy_entry *x = *(const struct cp_heavy_entry *const *)a;
        const struct cp_heavy_entry *y = *(const struct cp_heavy_entry *const *)b;
        size_t n = x->key_len < y->key_len ? x->key_len : y->key_len;
        int c = memcmp(x->key + 1, y->key + 1, n - 1);

        return c != 0 ? c : (int)x->key_len - (int)y->key_len;
}

static int by_count(const void *a, const void *b)
{
        const struct cp_top_row *x = a, *y = b;

        return x->count != y->count ? (x->count < y->count ? 1 : -1)
                                    : strncmp(x->key, y->key, sizeof(x->key));
}

/* One row for each text, from entries in the order of their texts. */
static unsigned sum(const struct pairs *p, struct cp_top_row *rows)
{
        unsigned n = 0;

        for (unsigned i = 0; i < p->cnt; i++) {
                const struct cp_heavy_entry *e = p->at[i];

                if (i == 0 || by_text(&p->at[i - 1], &p->at[i]) != 0) {
                        struct cp_top_row *r = &rows[n++];

                        *r = (struct cp_top_row){.key_len = (uint16_t)(e->key_len - 1)};
                        memcpy(r->key, e->key + 1, r->key_len);
                }
                rows[n - 1].count += e->count;
                rows[n - 1].over += e->over;
                rows[n - 1].dropped += e->marked;
        }
        return n;
}

unsigned cp_top_list(const struct cp_top *t, enum cp_top_by by, enum sip_purpose purpose,
                     struct cp_top_row *rows, unsigned max)
{
        struct pairs *p = calloc(1, sizeof(*p));
        struct cp_top_row *all = calloc(2 * CP_TOP_KEYS, sizeof(*all));
        unsigned n = 0;

        if (p != NULL && all != NULL) {
                collect(p, t->now[by], purpose);
                collect(p, t->before[by], purpose);
                qsort(p->at, p->cnt, sizeof(p->at[0]), by_text);
                n = sum(p, all);
                qsort(all, n, sizeof(*all), by_count);
                n = n < max ? n : max;
                memcpy(rows, all, n * sizeof(*rows));
        }
        free(p);
        free(all);
        return n;
}
