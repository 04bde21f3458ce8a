/* SPDX-License-Identifier: Apache-2.0 */
#include "control/cli/parse_fields.h"

#include <stdlib.h>
#include <string.h>

#include "control/cli/parse_families.h"
#include "control/cli/parse_text.h"
#include "parser/sip_ims.h"
#include "parser/sip_prefs.h"
#include "parser/sip_privacy.h"
#include "parser/sip_timer.h"
#include "parser/sip_uri_part.h"

static void put_decoded(json_t *o, const char *key, const struct sip_msg *m, struct sip_span s)
{
        uint8_t *copy = malloc(s.len + 1u);

        if (!copy)
                return;
        json_object_set_new(o, key, cp_cli_text(copy, sip_uri_unescape(m->buf, s, copy, s.len)));
        free(copy);
}

static void put_span(json_t *o, const struct sip_msg *m, const struct cp_cli_shown *f,
                     struct sip_span s)
{
        if (s.off == 0)
                return;
        if (f->how == CP_CLI_DECODED)
                put_decoded(o, f->key, m, s);
        else
                json_object_set_new(o, f->key, cp_cli_unfolded(m, s));
}

/* One member of a result into o. Members are copied out: a table of offsets has no types. */
static void put_member(json_t *o, const struct sip_msg *m, const struct cp_cli_shown *f,
                       const uint8_t *result)
{
        const uint8_t *at = result + f->at;
        struct sip_span s;
        struct sip_addr a;
        struct sip_uri u;
        uint32_t n;
        uint16_t k;

        switch (f->how) {
        case CP_CLI_ADDR:
                memcpy(&a, at, sizeof(a));
                if (a.all.len != 0)
                        json_object_set_new(o, f->key, cp_cli_addr(m, &a));
                break;
        case CP_CLI_URI:
                memcpy(&u, at, sizeof(u));
                if (u.all.len != 0)
                        json_object_set_new(o, f->key, cp_cli_uri(m, &u));
                break;
        case CP_CLI_NUMBER:
                memcpy(&n, at, sizeof(n));
                if (n != SIP_VALUE_ABSENT)
                        json_object_set_new(o, f->key, json_integer(n));
                break;
        case CP_CLI_COUNT:
        case CP_CLI_PORT:
        case CP_CLI_Q:
                memcpy(&k, at, sizeof(k));
                if (f->how == CP_CLI_COUNT || k != (f->how == CP_CLI_Q ? SIP_VALUE_NO_Q : 0))
                        json_object_set_new(o, f->key, json_integer(k));
                break;
        case CP_CLI_FLAG:
                json_object_set_new(o, f->key, json_boolean(*at != 0));
                break;
        case CP_CLI_REFRESHER:
                if (*at != SIP_REFRESHER_NONE)
                        json_object_set_new(o, f->key,
                                            json_string(*at == SIP_REFRESHER_UAC ? "uac" : "uas"));
                break;
        default:
                memcpy(&s, at, sizeof(s));
                put_span(o, m, f, s);
                break;
        }
}

static enum sip_value read_family(const struct cp_cli_family *f, const struct sip_msg *m,
                                  struct sip_cur *c, json_t *values)
{
        _Alignas(max_align_t) uint8_t result[CP_CLI_RESULT_BYTES];
        enum sip_value v = SIP_VALUE_OK;
        bool more;

        do {
                json_t *o;

                v = f->read(c, result);
                if (v != SIP_VALUE_OK)
                        break;
                o = json_object();
                for (unsigned i = 0; i < f->shown_cnt; i++)
                        put_member(o, m, &f->shown[i], result);
                json_array_append_new(values, o);
                more = f->form == CP_CLI_SCHEMES ? c->pos < c->end
                                                 : f->form == CP_CLI_LIST && sip_value_more(c, &v);
        } while (more && v == SIP_VALUE_OK);
        return v;
}

/* Sets, whose bits have names; bit i is names[i]. */
static void put_bits(json_t *values, uint32_t bits, const char *const *names, unsigned cnt)
{
        for (unsigned i = 0; i < cnt; i++) {
                if (bits >> i & 1u)
                        json_array_append_new(values, json_string(names[i]));
        }
}

/* Option tags or methods, as they were written: also those that nobody here knows. */
static enum sip_value read_words(const struct sip_msg *m, struct sip_cur *c, json_t *values)
{
        enum sip_value v = SIP_VALUE_OK;

        sip_cur_lws(c);
        if (c->pos == c->end)
                return SIP_VALUE_OK;
        do {
                struct sip_span word = sip_value_token(c);

                if (word.len == 0)
                        return SIP_VALUE_SYNTAX;
                json_array_append_new(values, cp_cli_span(m, word));
        } while (sip_value_more(c, &v));
        return v;
}

static enum sip_value read_set(enum sip_hdr_id id, struct sip_cur *c, json_t *values)
{
        static const char *const privacy[] = {"header",   "session", "user",    "none",
                                              "critical", "id",      "history", "other"};
        static const char *const media[] = {"sendrecv", "sendonly",  "recvonly", "inactive",
                                            "gated",    "supported", "other"};
        static const char *const directives[] = {
            "proxy",   "redirect",   "cancel",   "no-cancel",  "fork",  "no-fork",
            "recurse", "no-recurse", "parallel", "sequential", "queue", "no-queue",
        };
        uint16_t words = 0;
        uint8_t bits = 0;
        enum sip_value v;

        switch (id) {
        case SIP_HDR_PRIVACY:
                v = sip_privacy_parse(c, &bits);
                put_bits(values, bits, privacy, 8);
                return v;
        case SIP_HDR_P_EARLY_MEDIA:
                v = sip_early_media_add(c, &bits);
                put_bits(values, bits, media, 7);
                return v;
        default:
                v = sip_directives_add(c, &words);
                put_bits(values, words, directives, 12);
                return v;
        }
}

/* A list that may be empty, RFC 3261 20.1 to 20.3, RFC 4412 3.2, RFC 6086 9. */
static bool may_be_empty(enum sip_hdr_id id)
{
        return id == SIP_HDR_ACCEPT || id == SIP_HDR_ACCEPT_ENCODING ||
               id == SIP_HDR_ACCEPT_LANGUAGE || id == SIP_HDR_ACCEPT_RESOURCE_PRIORITY ||
               id == SIP_HDR_RECV_INFO;
}

/* False when nothing reads such a field. */
static bool read_any(const struct sip_msg *m, const struct sip_hdr *h, struct sip_cur *c,
                     json_t *values, enum sip_value *v)
{
        enum sip_hdr_id id = (enum sip_hdr_id)h->id;
        const struct cp_cli_family *f = cp_cli_family(id);

        *v = SIP_VALUE_OK;
        switch (id) {
        case SIP_HDR_SUPPORTED:
        case SIP_HDR_REQUIRE:
        case SIP_HDR_PROXY_REQUIRE:
        case SIP_HDR_UNSUPPORTED:
        case SIP_HDR_ALLOW:
                *v = read_words(m, c, values);
                return true;
        case SIP_HDR_PRIVACY:
        case SIP_HDR_P_EARLY_MEDIA:
        case SIP_HDR_REQUEST_DISPOSITION:
                *v = read_set(id, c, values);
                return true;
        default:
                if (f && !(h->value.len == 0 && may_be_empty(id)))
                        *v = read_family(f, m, c, values);
                return f != NULL;
        }
}

void cp_cli_put_values(json_t *o, const struct sip_msg *m, const struct sip_hdr *h)
{
        struct sip_anom_set notes = {{0}};
        struct sip_cur c = {m->buf, h->value.off, (uint32_t)h->value.off + h->value.len, &notes};
        json_t *values = json_array();
        enum sip_value v;

        if (!read_any(m, h, &c, values, &v)) {
                json_decref(values);
                return;
        }
        json_object_set_new(o, "values", values);
        json_object_set_new(o, "fault",
                            v == SIP_VALUE_OK ? json_null() : json_string(sip_value_name(v)));
}
