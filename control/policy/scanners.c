/* SPDX-License-Identifier: Apache-2.0 */
#include "control/policy/scanners.h"

#include <stdlib.h>
#include <string.h>

struct word {
        char *text; /* lower case */
        size_t len; /* 1.. */
};

struct cp_scanners {
        bool first[256]; /* octets, either case, that a word begins with */
        uint32_t count;
        struct word words[];
};

/* Not tolower(): that asks the locale, and takes an int. */
static uint8_t lower(uint8_t c)
{
        return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20u) : c;
}

struct cp_scanners *cp_scanners_create(char *const *words, uint32_t count)
{
        struct cp_scanners *s = calloc(1, sizeof(*s) + count * sizeof(s->words[0]));

        if (s == NULL)
                return NULL;
        for (uint32_t i = 0; i < count; i++) {
                struct word *w = &s->words[s->count];

                if (words[i][0] == '\0')
                        continue;
                w->text = strdup(words[i]);
                if (w->text == NULL) {
                        cp_scanners_destroy(s);
                        return NULL;
                }
                w->len = strlen(w->text);
                for (size_t k = 0; k < w->len; k++)
                        w->text[k] = (char)lower((uint8_t)w->text[k]);
                s->first[(uint8_t)w->text[0]] = true;
                if (w->text[0] >= 'a' && w->text[0] <= 'z')
                        s->first[(uint8_t)w->text[0] & ~0x20u] = true;
                s->count++;
        }
        return s;
}

void cp_scanners_destroy(struct cp_scanners *s)
{
        if (s == NULL)
                return;
        for (uint32_t i = 0; i < s->count; i++)
                free(s->words[i].text);
        free(s);
}

uint32_t cp_scanners_count(const struct cp_scanners *s)
{
        return s->count;
}

static bool starts_with(const uint8_t *text, const struct word *w)
{
        for (size_t i = 0; i < w->len; i++) {
                if (lower(text[i]) != (uint8_t)w->text[i])
                        return false;
        }
        return true;
}

bool cp_scanners_match(const struct cp_scanners *s, const uint8_t *text, size_t len)
{
        for (size_t at = 0; at < len; at++) {
                if (!s->first[text[at]])
                        continue;
                for (uint32_t i = 0; i < s->count; i++) {
                        if (s->words[i].len <= len - at && starts_with(text + at, &s->words[i]))
                                return true;
                }
        }
        return false;
}

bool cp_scanners_match_msg(const struct cp_scanners *s, const struct sip_msg *msg)
{
        uint8_t i = msg->first[SIP_HDR_USER_AGENT];

        while (i != SIP_HDR_NONE) {
                const struct sip_hdr *h = &msg->hdrs[i];

                if (cp_scanners_match(s, sip_span_at(msg, h->value), h->value.len))
                        return true;
                i = h->next_same;
        }
        return false;
}
