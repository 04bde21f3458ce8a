/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "control/config/config_check.h"

static void mix_bytes(uint64_t *h, const void *data, size_t len)
{
        const uint8_t *b = data;

        for (size_t i = 0; i < len; i++)
                *h = (*h ^ b[i]) * UINT64_C(0x100000001b3);
}

static void mix_number(uint64_t *h, uint64_t n)
{
        mix_bytes(h, &n, sizeof(n));
}

static void mix_text(uint64_t *h, const char *text)
{
        if (text != NULL)
                mix_bytes(h, text, strlen(text) + 1);
        mix_number(h, text != NULL);
}

static void mix_texts(uint64_t *h, char *const *texts, uint32_t count)
{
        mix_number(h, count);
        for (uint32_t i = 0; i < count; i++)
                mix_text(h, texts[i]);
}

static void mix_bits(uint64_t *h, const uint32_t *bits, uint32_t count)
{
        mix_number(h, count);
        for (uint32_t i = 0; i < count; i++)
                mix_number(h, bits[i]);
}

static void mix_entries(uint64_t *h, const struct cp_config_entry *e, uint32_t count)
{
        mix_number(h, count);
        for (uint32_t i = 0; i < count; i++) {
                mix_text(h, e[i].prefix);
                mix_number(h, e[i].ttl_s);
        }
}

static void mix_route(uint64_t *h, const struct cp_config_route *r)
{
        const struct cp_config_match *m = &r->match;

        mix_texts(h, m->method, m->method_count);
        mix_texts(h, m->user_prefix, m->user_prefix_count);
        mix_texts(h, m->host, m->host_count);
        mix_texts(h, m->source, m->source_count);
        mix_number(h, m->header_count);
        for (uint32_t i = 0; i < m->header_count; i++) {
                mix_text(h, m->header[i].name);
                mix_text(h, m->header[i].value);
                mix_text(h, m->header[i].prefix);
        }
        mix_bits(h, m->cls, m->cls_count);
        mix_bits(h, m->times.days, m->times.days_count);
        mix_texts(h, m->times.hours, m->times.hours_count);
        mix_text(h, m->times.timezone);
        mix_number(h, m->side);
        mix_number(h, r->action);
        mix_number(h, r->code);
        mix_number(h, r->retry_after_s);
        if (r->to != NULL)
                mix_bytes(h, r->to->hop, r->to->hop_cnt * sizeof(r->to->hop[0]));
        for (uint32_t i = 0; i < r->contacts_count; i++) {
                mix_text(h, r->contacts[i].uri);
                mix_number(h,
                           r->contacts[i].q == NULL ? 1001 : (uint64_t)(*r->contacts[i].q * 1000));
        }
        mix_number(h, r->record_route == NULL || *r->record_route);
        mix_number(h, r->path);
}

uint64_t cp_config_digest(const struct cp_config_policy *p)
{
        uint64_t h = UINT64_C(0xcbf29ce484222325);

        mix_number(&h, p->fallback);
        mix_number(&h, p->decision_lifetime_s);
        mix_texts(&h, p->scanners, p->scanners_count);
        mix_entries(&h, p->allow, p->allow_count);
        mix_entries(&h, p->deny, p->deny_count);
        mix_number(&h, p->routes_count);
        for (uint32_t i = 0; i < p->routes_count; i++)
                mix_route(&h, &p->routes[i]);
        return h;
}
