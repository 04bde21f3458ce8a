/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_values.c - any octets as each of the small header values that are read on demand: spans stay
 * inside and what a header must have is there whenever it is called well formed.
 */
#include "parser/sip_accept.h"
#include "parser/sip_addr.h"
#include "parser/sip_asserted.h"
#include "parser/sip_call_info.h"
#include "parser/sip_contact.h"
#include "parser/sip_dialog.h"
#include "parser/sip_event.h"
#include "parser/sip_geo.h"
#include "parser/sip_history.h"
#include "parser/sip_ims.h"
#include "parser/sip_ip.h"
#include "parser/sip_list.h"
#include "parser/sip_option.h"
#include "parser/sip_prefs.h"
#include "parser/sip_privacy.h"
#include "parser/sip_rack.h"
#include "parser/sip_reason.h"
#include "parser/sip_refer.h"
#include "parser/sip_resource.h"
#include "parser/sip_route.h"
#include "parser/sip_security.h"
#include "parser/sip_session_id.h"
#include "parser/sip_timer.h"
#include "parser/sip_uri_part.h"
#include "parser/sip_uui.h"
#include "parser/sip_via.h"
#include "parser/sip_warning.h"
#include "tests/fuzz/exact.h"

static void dialogs(struct sip_cur c)
{
        for (unsigned kind = SIP_DIALOG_REPLACES; kind <= SIP_DIALOG_TARGET; kind++) {
                struct sip_dialog d;

                c.pos = 1;
                if (sip_dialog_parse(&c, (enum sip_dialog_kind)kind, &d) == SIP_VALUE_OK) {
                        must(d.call_id.len > 0 && c.pos == c.end);
                        must(kind == SIP_DIALOG_TARGET ? d.local_tag.len > 0 && d.remote_tag.len > 0
                                                       : d.to_tag.len > 0 && d.from_tag.len > 0);
                }
                must(c.pos <= c.end);
                inside(&c, d.call_id);
                inside(&c, d.to_tag);
                inside(&c, d.from_tag);
                inside(&c, d.local_tag);
                inside(&c, d.remote_tag);
        }
}

static void events(struct sip_cur c)
{
        struct sip_cur again = c;
        struct sip_substate s;
        struct sip_event e;

        if (sip_event_parse(&c, &e) == SIP_VALUE_OK)
                must(e.package.len > 0 && e.package.len <= e.type.len && c.pos == c.end);
        must(c.pos <= c.end);
        inside(&c, e.type);
        inside(&c, e.id);
        c = again;
        if (sip_substate_parse(&c, &s) == SIP_VALUE_OK)
                must(s.name.len > 0 && c.pos == c.end);
        must(c.pos <= c.end);
        inside(&c, s.name);
        inside(&c, s.reason);
}

static void numbers(struct sip_cur c)
{
        struct sip_cur start = c;
        struct sip_timer t;
        struct sip_rack r;
        uint32_t n;

        if (sip_rack_parse(&c, &r) == SIP_VALUE_OK)
                must(r.rseq > 0 && r.cseq.number <= 0x7fffffff && c.pos == c.end);
        inside(&c, r.cseq.method_name);
        c = start;
        if (sip_rseq_parse(&c, &n) == SIP_VALUE_OK)
                must(n > 0 && c.pos == c.end);
        c = start;
        if (sip_session_expires_parse(&c, &t) == SIP_VALUE_OK)
                must(t.refresher <= SIP_REFRESHER_UAS && c.pos == c.end);
        c = start;
        (void)sip_min_se_parse(&c, &t);
        must(c.pos <= c.end);
}

/* The lists; each element that succeeds takes an octet, and its comma another. */
static void lists(struct sip_cur c)
{
        struct sip_cur start = c;
        struct sip_reason r;
        struct sip_addr a;
        struct sip_via v;

        while (c.pos < c.end && sip_reason_parse(&c, &r) == SIP_VALUE_OK) {
                inside(&c, r.name);
                inside(&c, r.text);
                must(c.pos == c.end || c.buf[c.pos] == ',');
                c.pos += c.pos < c.end;
        }
        c = start;
        while (c.pos < c.end && sip_via_parse(&c, &v) == SIP_ANOM_NONE) {
                inside(&c, v.all);
                must(v.host.len > 0 && (c.pos == c.end || c.buf[c.pos] == ','));
                c.pos += c.pos < c.end;
        }
        c = start;
        while (c.pos < c.end && sip_addr_parse(&c, &a) == SIP_ANOM_NONE) {
                inside(&c, a.all);
                inside(&c, a.display);
                must(a.star || a.uri.all.len > 0);
                must(c.pos == c.end || c.buf[c.pos] == ',');
                c.pos += c.pos < c.end;
        }
        must(c.pos <= c.end);
}

/* Each element that a list reader takes is at least an octet, and the end or a comma follows it. */
#define WALK(c, type, parse, spans)                                                           \
        do {                                                                                  \
                struct sip_cur at = (c);                                                      \
                enum sip_value v;                                                             \
                type x;                                                                       \
                                                                                              \
                do {                                                                          \
                        uint32_t from = at.pos;                                               \
                                                                                              \
                        v = parse(&at, &x);                                                   \
                        must(at.pos <= at.end);                                               \
                        must(v != SIP_VALUE_OK || at.pos > from);                             \
                        must(v != SIP_VALUE_OK || at.pos == at.end || at.buf[at.pos] == ','); \
                        spans                                                                 \
                } while (v == SIP_VALUE_OK && sip_value_more(&at, &v));                       \
        } while (0)

/* Values that are the whole of their field. */
#define WHOLE(c, type, parse, spans)                                               \
        do {                                                                       \
                struct sip_cur at = (c);                                           \
                type x = {0};                                                      \
                enum sip_value v = parse(&at, &x);                                 \
                                                                                   \
                must(at.pos <= at.end && (v != SIP_VALUE_OK || at.pos == at.end)); \
                spans                                                              \
        } while (0)

/* What a URI's parts give, and the octets that it stands for, never more than it has. */
static void uri_parts(const struct sip_cur *c, const struct sip_uri *u)
{
        static uint8_t out[SIP_MSG_BYTES_MAX];
        struct sip_span rest = u->params;
        struct sip_uri_part part;
        struct sip_ip ip;

        for (unsigned n = 0; sip_uri_part_next(c->buf, &rest, ';', &part); n++) {
                must(n < u->params.len);
                inside(c, part.name);
                inside(c, part.value);
        }
        (void)sip_uri_header(c->buf, u, "replaces", &part);
        must(sip_uri_unescape(c->buf, u->user, out, sizeof(out)) <= u->user.len);
        must(!sip_ip_parse(c->buf, u->host, &ip) || ip.family == 4 || ip.family == 6);
}

static void address_lists(struct sip_cur c)
{
        WALK(c, struct sip_contact, sip_contact_parse, {
                inside(&at, x.instance);
                if (v == SIP_VALUE_OK)
                        uri_parts(&at, &x.addr.uri);
        });
        WALK(c, struct sip_route, sip_route_parse, inside(&at, x.addr.all););
        WALK(c, struct sip_history, sip_history_parse, {
                inside(&at, x.reason);
                must(v != SIP_VALUE_OK || x.levels > 0);
        });
        WALK(c, struct sip_diversion, sip_diversion_parse, inside(&at, x.privacy););
        WALK(c, struct sip_geo, sip_geo_parse, inside(&at, x.loc_src););
        WALK(c, struct sip_call_info, sip_call_info_parse, inside(&at, x.purpose_name););
        WHOLE(c, struct sip_asserted, sip_asserted_add, inside(&at, x.tel.all););
        WHOLE(c, struct sip_refer_to, sip_refer_to_parse, inside(&at, x.replaces););
        WHOLE(c, struct sip_referred_by, sip_referred_by_parse, inside(&at, x.cid););
        WHOLE(c, struct sip_served_user, sip_served_user_parse, inside(&at, x.session_case););
}

static void token_lists(struct sip_cur c)
{
        WALK(c, struct sip_item, sip_item_parse, {
                struct sip_param p;

                inside(&at, x.all);
                inside(&at, x.params);
                if (v == SIP_VALUE_OK)
                        (void)sip_item_param(&at, x.params, "q", &p);
        });
        WALK(c, struct sip_accept, sip_accept_parse, inside(&at, x.subtype););
        WALK(c, struct sip_accept, sip_accept_plain_parse, inside(&at, x.params););
        WALK(c, struct sip_features, sip_features_parse, inside(&at, x.params););
        WALK(c, struct sip_security, sip_security_parse, inside(&at, x.digest_verify););
        WALK(c, struct sip_uui, sip_uui_parse, inside(&at, x.data););
        WALK(c, struct sip_resource, sip_resource_parse, inside(&at, x.priority););
        WALK(c, struct sip_access, sip_access_parse, inside(&at, x.params););
        WALK(c, struct sip_uri, sip_service_parse, inside(&at, x.all););
        WALK(c, struct sip_warning, sip_warning_parse, inside(&at, x.text););
}

static void whole_values(struct sip_cur c)
{
        WHOLE(c, struct sip_span, sip_token_parse, inside(&at, x););
        WHOLE(c, struct sip_options, sip_options_add, inside(&at, x.other););
        WHOLE(c, struct sip_methods, sip_methods_add, must(!(x.known & 1u)););
        WHOLE(c, struct sip_disposition, sip_disposition_parse, inside(&at, x.handling););
        WHOLE(c, uint8_t, sip_privacy_parse, must(v != SIP_VALUE_OK || x != 0););
        WHOLE(c, uint16_t, sip_directives_add, must(v != SIP_VALUE_OK || x != 0););
        WHOLE(c, uint8_t, sip_early_media_add, must(x < SIP_EARLY_MEDIA_OTHER << 1););
        WHOLE(c, struct sip_session_id, sip_session_id_parse,
              { must(v != SIP_VALUE_OK || x.local.len == SIP_SESSION_ID_DIGITS); });
        WHOLE(c, bool, sip_refer_sub_parse, (void)x;);
        WHOLE(c, enum sip_geo_routing, sip_geo_routing_parse, (void)x;);
        WHOLE(c, struct sip_geo_error, sip_geo_error_parse, inside(&at, x.text););
        WHOLE(c, struct sip_charging, sip_charging_parse, inside(&at, x.icid););
        WHOLE(c, struct sip_charging_addresses, sip_charging_addresses_parse,
              inside(&at, x.ecf[1]););
        WHOLE(c, struct sip_retry_after, sip_retry_after_parse, inside(&at, x.comment););
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct sip_anom_set notes;
        struct sip_cur c = exact_cur(data, size, &notes);

        dialogs(c);
        events(c);
        numbers(c);
        lists(c);
        address_lists(c);
        token_lists(c);
        whole_values(c);
        free((uint8_t *)(uintptr_t)c.buf);
        return 0;
}
