/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/sip_history.h"

#include <stddef.h>

#include "parser/sip_addr.h"
#include "parser/sip_uri_part.h"

struct history_params {
        struct sip_span index, rc, mp, np;
};

static const struct sip_value_param history_params[] = {
    {"index", 0, offsetof(struct history_params, index), SIP_FORM_TOKEN},
    {"rc", 0, offsetof(struct history_params, rc), SIP_FORM_TOKEN},
    {"mp", 0, offsetof(struct history_params, mp), SIP_FORM_TOKEN},
    {"np", 0, offsetof(struct history_params, np), SIP_FORM_TOKEN},
};

/* 1*DIGIT *( "." 1*DIGIT ): how many numbers, 0 when it is none. */
static uint32_t levels(const uint8_t *buf, struct sip_span s)
{
        uint32_t n = 1;
        bool digit = false;

        for (uint32_t i = s.off; i < (uint32_t)s.off + s.len; i++) {
                if (sip_is(buf[i], SIP_CT_DIGIT)) {
                        digit = true;
                } else if (buf[i] == '.' && digit) {
                        n++;
                        digit = false;
                } else {
                        return 0;
                }
        }
        return digit ? n : 0;
}

/* Which of rc, mp and np there is; a second one is DUP. */
static enum sip_value take_target(const uint8_t *buf, const struct history_params *p,
                                  struct sip_history *out)
{
        const struct sip_span *const spans[] = {&p->rc, &p->mp, &p->np};

        for (unsigned i = 0; i < 3; i++) {
                if (spans[i]->off == 0)
                        continue;
                if (out->target != SIP_HISTORY_TARGET_NONE)
                        return SIP_VALUE_DUP;
                out->target = (uint8_t)(SIP_HISTORY_RC + i);
                out->from = *spans[i];
                if (levels(buf, out->from) == 0)
                        return SIP_VALUE_PARAM;
        }
        return SIP_VALUE_OK;
}

static struct sip_span embedded(const uint8_t *buf, const struct sip_uri *u, const char *name)
{
        struct sip_uri_part p = {{0, 0}, {0, 0}};

        return sip_uri_header(buf, u, name, &p) ? p.value : (struct sip_span){0, 0};
}

enum sip_value sip_history_parse(struct sip_cur *c, struct sip_history *out)
{
        struct history_params p = {{0, 0}, {0, 0}, {0, 0}, {0, 0}};
        enum sip_value v;
        uint32_t n;

        memset(out, 0, sizeof(*out));
        v = sip_value_addr(c, history_params, 4, &out->addr, &p);
        if (v != SIP_VALUE_OK)
                return v;
        out->reason = embedded(c->buf, &out->addr.uri, "reason");
        out->privacy = embedded(c->buf, &out->addr.uri, "privacy");
        out->index = p.index;
        if (p.index.off == 0)
                return SIP_VALUE_MISSING;
        n = levels(c->buf, p.index);
        if (n > SIP_HISTORY_LEVELS_MAX)
                return SIP_VALUE_RANGE;
        out->levels = (uint8_t)n;
        if (n == 0 || !sip_addr_bracketed(c->buf, &out->addr))
                return SIP_VALUE_PARAM;
        return take_target(c->buf, &p, out);
}

static const struct sip_value_param diversion_params[] = {
    {"reason", 0, offsetof(struct sip_diversion, reason_name), SIP_FORM_TEXT},
    {"privacy", 0, offsetof(struct sip_diversion, privacy), SIP_FORM_TEXT},
    {"screen", 0, offsetof(struct sip_diversion, screen), SIP_FORM_TEXT},
    {"counter", 99, offsetof(struct sip_diversion, counter), SIP_FORM_NUMBER},
    {"limit", 99, offsetof(struct sip_diversion, limit), SIP_FORM_NUMBER},
};

static enum sip_diversion_reason reason_of(const uint8_t *buf, struct sip_span s)
{
        static const char *const names[] = {
            "unknown",       "user-busy",      "no-answer",      "unavailable",
            "unconditional", "time-of-day",    "do-not-disturb", "deflection",
            "follow-me",     "out-of-service", "away",
        };

        if (s.off == 0)
                return SIP_DIVERSION_UNKNOWN;
        for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
                if (sip_span_ieq(buf, s, names[i], strlen(names[i])))
                        return (enum sip_diversion_reason)(SIP_DIVERSION_UNKNOWN + i);
        }
        return SIP_DIVERSION_OTHER;
}

enum sip_value sip_diversion_parse(struct sip_cur *c, struct sip_diversion *out)
{
        enum sip_value v;

        memset(out, 0, sizeof(*out));
        v = sip_value_addr(c, diversion_params, 5, &out->addr, out);
        out->reason = (uint8_t)reason_of(c->buf, out->reason_name);
        return v;
}
