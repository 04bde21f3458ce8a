/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/sip_repeat.h"

#include <string.h>

#include "parser/sip_addr.h"
#include "parser/sip_cur.h"
#include "parser/sip_params.h"
#include "parser/sip_uri_part.h"

/* The parameters of one URI or one header value, as far as they were looked for and found. */
#define NAMES_MAX 5u

struct found {
        const char *const *names; /* in lower case */
        unsigned name_cnt;
        bool there[NAMES_MAX];
        struct sip_span value[NAMES_MAX];
};

static const char *const of_uri[] = {"transport", "maddr", "ttl", "user", "method"};
static const char *const of_contact[] = {"expires", "q"};

/*
 * Could one of these names stand twice between p and end? By the letters behind each ';', so that
 * nearly all messages are done with here; one behind white space is not looked at and may be any.
 */
static bool suspect(const uint8_t *p, const uint8_t *end)
{
        const uint32_t letters = 1u << ('t' & 31) | 1u << ('m' & 31) | 1u << ('u' & 31) |
                                 1u << ('e' & 31) | 1u << ('q' & 31);
        uint32_t seen = 0, again = 0;

        while ((p = memchr(p, ';', (size_t)(end - p))) != NULL && ++p < end) {
                uint32_t bit = 1u << (*p & 31) & letters;

                if (*p <= ' ')
                        return true;
                again |= seen & bit;
                seen |= bit;
        }
        return again != 0;
}

/* Without regard to case, as all that is not quoted (7.3.1). */
static bool same(const uint8_t *buf, struct sip_span a, struct sip_span b)
{
        uint32_t i = 0;

        while (i < a.len && i < b.len && sip_lower(buf[a.off + i]) == sip_lower(buf[b.off + i]))
                i++;
        return i == a.len && i == b.len;
}

/* Remember a parameter; true when it was there before with another value. */
static bool other_value(const uint8_t *buf, struct found *f, struct sip_span name,
                        struct sip_span value)
{
        for (unsigned i = 0; i < f->name_cnt; i++) {
                if (!sip_span_ieq(buf, name, f->names[i], strlen(f->names[i])))
                        continue;
                if (f->there[i])
                        return !same(buf, f->value[i], value);
                f->there[i] = true;
                f->value[i] = value;
        }
        return false;
}

static bool uri_repeats(const uint8_t *buf, const struct sip_uri *u)
{
        struct found f = {.names = of_uri, .name_cnt = sizeof(of_uri) / sizeof(of_uri[0])};
        struct sip_span rest = u->params;
        struct sip_uri_part p;

        while (sip_uri_part_next(buf, &rest, ';', &p)) {
                if (other_value(buf, &f, p.name, p.value))
                        return true;
        }
        return false;
}

static bool contact_repeats(const struct sip_cur *value, struct sip_span params)
{
        struct found f = {.names = of_contact,
                          .name_cnt = sizeof(of_contact) / sizeof(of_contact[0])};
        struct sip_cur c = *value;
        struct sip_param p;

        if (params.len == 0)
                return false;
        c.pos = params.off - 1u; /* the ';' in front */
        c.end = (uint32_t)params.off + params.len;
        while (sip_params_next(&c, &p) == SIP_PARAMS_ONE) {
                if (other_value(c.buf, &f, p.name, p.value))
                        return true;
        }
        return false;
}

/* All addresses of a value; up to one that can not be read, which was noted when it was. */
static __attribute__((noinline)) bool value_repeats(const struct sip_msg *m, struct sip_span v,
                                                    bool contact)
{
        struct sip_anom_set noted; /* before, when the value was read */
        struct sip_cur c = {m->buf, v.off, (uint32_t)v.off + v.len, &noted};
        struct sip_addr a;

        memset(&noted, 0, sizeof(noted));
        while (sip_addr_parse(&c, &a) == SIP_ANOM_NONE) {
                if (uri_repeats(m->buf, &a.uri) || (contact && contact_repeats(&c, a.params)))
                        return true;
                if (!sip_cur_at(&c, ','))
                        break;
                c.pos++;
        }
        return false;
}

static __attribute__((noinline)) bool uris_repeat(const struct sip_msg *m)
{
        const struct sip_uri *const uris[] = {&m->ruri, &m->from.uri, &m->to.uri};

        for (unsigned i = 0; i < sizeof(uris) / sizeof(uris[0]); i++) {
                const uint8_t *p = m->buf + uris[i]->params.off;

                /* one parameter has no other; else from the ';' in front on */
                if (memchr(p, ';', uris[i]->params.len) != NULL &&
                    suspect(p - 1, p + uris[i]->params.len) && uri_repeats(m->buf, uris[i]))
                        return true;
        }
        return false;
}

static inline bool field_repeats(const struct sip_msg *m, enum sip_hdr_id id)
{
        for (unsigned i = m->first[id]; i != SIP_HDR_NONE; i = m->hdrs[i].next_same) {
                struct sip_span v = m->hdrs[i].value;
                const uint8_t *p = m->buf + v.off;

                if (suspect(p, p + v.len) && value_repeats(m, v, id == SIP_HDR_CONTACT))
                        return true;
        }
        return false;
}

/* Most messages have neither long parameters in the first three nor a second letter in the rest. */
bool sip_repeats(const struct sip_msg *m)
{
        const unsigned least = sizeof("ttl;ttl=1") - 1;

        if (((m->ruri.params.len >= least) | (m->from.uri.params.len >= least) |
             (m->to.uri.params.len >= least)) &&
            uris_repeat(m))
                return true;
        return field_repeats(m, SIP_HDR_CONTACT) || field_repeats(m, SIP_HDR_ROUTE) ||
               field_repeats(m, SIP_HDR_RECORD_ROUTE);
}
