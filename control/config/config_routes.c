/* SPDX-License-Identifier: Apache-2.0 */
#include "control/config/config_routes.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/prefix.h"
#include "control/policy/target.h"
#include "control/policy/times.h"

#define TEXT_MAX     1024u
#define OPT          (CYAML_FLAG_OPTIONAL)
#define OPT_PTR      (CYAML_FLAG_OPTIONAL | CYAML_FLAG_POINTER)
#define OPT_WORD     (CYAML_FLAG_OPTIONAL | CYAML_FLAG_STRICT)
#define CONTACTS_MAX 16u
#define URI_BYTES    400u

#define DEFAULT_REJECT_CODE   403u
#define DEFAULT_REDIRECT_CODE 302u

/* ---- how they are written ---- */

static const cyaml_schema_value_t text_value = {
    CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 1, TEXT_MAX),
};

static const cyaml_strval_t action_words[] = {
    {"pass", CP_ROUTE_PASS},       {"drop", CP_ROUTE_DROP},         {"reject", CP_ROUTE_REJECT},
    {"forward", CP_ROUTE_FORWARD}, {"redirect", CP_ROUTE_REDIRECT}, {"locate", CP_ROUTE_LOCATE},
};

static const cyaml_strval_t side_words[] = {
    {"outside", SHM_SIDE_OUTSIDE},
    {"inside", SHM_SIDE_INSIDE},
};

static const cyaml_strval_t transport_words[] = {
    {"udp", IPPROTO_UDP},
    {"tcp", IPPROTO_TCP},
    {"sctp", IPPROTO_SCTP},
};

static const cyaml_strval_t class_words[] = {
    {"other", 1u << SHM_CLASS_OTHER},         {"register", 1u << SHM_CLASS_REGISTER},
    {"invite", 1u << SHM_CLASS_INVITE},       {"peer", 1u << SHM_CLASS_PEER},
    {"emergency", 1u << SHM_CLASS_EMERGENCY},
};

static const cyaml_strval_t day_words[] = {
    {"sun", 1u << 0}, {"mon", 1u << 1}, {"tue", 1u << 2}, {"wed", 1u << 3},
    {"thu", 1u << 4}, {"fri", 1u << 5}, {"sat", 1u << 6},
};

static const cyaml_schema_value_t class_value = {
    CYAML_VALUE_ENUM(CYAML_FLAG_STRICT, uint32_t, class_words, CYAML_ARRAY_LEN(class_words)),
};

static const cyaml_schema_value_t day_value = {
    CYAML_VALUE_ENUM(CYAML_FLAG_STRICT, uint32_t, day_words, CYAML_ARRAY_LEN(day_words)),
};

#define TEXTS(key, structure, member) \
        CYAML_FIELD_SEQUENCE(key, OPT_PTR, structure, member, &text_value, 0, CP_LIST_MAX)

static const cyaml_schema_field_t header_fields[] = {
    CYAML_FIELD_STRING_PTR("name", CYAML_FLAG_POINTER, struct cp_config_header, name, 1, TEXT_MAX),
    CYAML_FIELD_STRING_PTR("value", OPT_PTR, struct cp_config_header, value, 0, TEXT_MAX),
    CYAML_FIELD_STRING_PTR("prefix", OPT_PTR, struct cp_config_header, prefix, 1, TEXT_MAX),
    CYAML_FIELD_END,
};

static const cyaml_schema_value_t header_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct cp_config_header, header_fields),
};

static const cyaml_schema_field_t match_fields[] = {
    TEXTS("method", struct cp_config_match, method),
    TEXTS("user-prefix", struct cp_config_match, user_prefix),
    TEXTS("host", struct cp_config_match, host),
    TEXTS("source", struct cp_config_match, source),
    CYAML_FIELD_SEQUENCE("header", OPT_PTR, struct cp_config_match, header, &header_value, 0,
                         CP_LIST_MAX),
    CYAML_FIELD_SEQUENCE_COUNT("class", OPT_PTR, struct cp_config_match, cls, cls_count,
                               &class_value, 0, CP_LIST_MAX),
    CYAML_FIELD_SEQUENCE_COUNT("days", OPT_PTR, struct cp_config_match, times.days,
                               times.days_count, &day_value, 0, 7),
    CYAML_FIELD_SEQUENCE_COUNT("hours", OPT_PTR, struct cp_config_match, times.hours,
                               times.hours_count, &text_value, 0, CP_LIST_MAX),
    CYAML_FIELD_STRING_PTR("timezone", OPT_PTR, struct cp_config_match, times.timezone, 1,
                           TEXT_MAX),
    CYAML_FIELD_ENUM("side", OPT_WORD, struct cp_config_match, side, side_words,
                     CYAML_ARRAY_LEN(side_words)),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t contact_fields[] = {
    CYAML_FIELD_STRING_PTR("uri", CYAML_FLAG_POINTER, struct cp_config_contact, uri, 1, TEXT_MAX),
    CYAML_FIELD_FLOAT_PTR("q", OPT_PTR, struct cp_config_contact, q),
    CYAML_FIELD_END,
};

static const cyaml_schema_value_t contact_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct cp_config_contact, contact_fields),
};

static const cyaml_schema_field_t route_fields[] = {
    CYAML_FIELD_STRING_PTR("name", OPT_PTR, struct cp_config_route, name, 0, TEXT_MAX),
    CYAML_FIELD_MAPPING("match", OPT, struct cp_config_route, match, match_fields),
    CYAML_FIELD_ENUM("action", CYAML_FLAG_STRICT, struct cp_config_route, action, action_words,
                     CYAML_ARRAY_LEN(action_words)),
    CYAML_FIELD_UINT("code", OPT, struct cp_config_route, code),
    CYAML_FIELD_UINT("retry-after-s", OPT, struct cp_config_route, retry_after_s),
    CYAML_FIELD_STRING_PTR("gateways", OPT_PTR, struct cp_config_route, gateways, 1, TEXT_MAX),
    CYAML_FIELD_SEQUENCE("contacts", OPT_PTR, struct cp_config_route, contacts, &contact_value, 0,
                         CONTACTS_MAX),
    CYAML_FIELD_BOOL_PTR("record-route", OPT_PTR, struct cp_config_route, record_route),
    CYAML_FIELD_BOOL("path", OPT, struct cp_config_route, path),
    CYAML_FIELD_END,
};

const cyaml_schema_value_t cp_config_route_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct cp_config_route, route_fields),
};

static const cyaml_schema_field_t forward_fields[] = {
    CYAML_FIELD_STRING_PTR("to", CYAML_FLAG_POINTER, struct cp_config_forward, to, 1, TEXT_MAX),
    TEXTS("from", struct cp_config_forward, from),
    CYAML_FIELD_SEQUENCE_COUNT("days", OPT_PTR, struct cp_config_forward, times.days,
                               times.days_count, &day_value, 0, 7),
    CYAML_FIELD_SEQUENCE_COUNT("hours", OPT_PTR, struct cp_config_forward, times.hours,
                               times.hours_count, &text_value, 0, CP_LIST_MAX),
    CYAML_FIELD_STRING_PTR("timezone", OPT_PTR, struct cp_config_forward, times.timezone, 1,
                           TEXT_MAX),
    CYAML_FIELD_END,
};

const cyaml_schema_value_t cp_config_forward_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct cp_config_forward, forward_fields),
};

static const cyaml_schema_field_t hop_fields[] = {
    CYAML_FIELD_STRING_PTR("address", CYAML_FLAG_POINTER, struct cp_config_hop, address, 1,
                           TEXT_MAX),
    CYAML_FIELD_UINT("weight", OPT, struct cp_config_hop, weight),
    CYAML_FIELD_ENUM("transport", OPT_WORD, struct cp_config_hop, transport, transport_words,
                     CYAML_ARRAY_LEN(transport_words)),
    CYAML_FIELD_END,
};

static const cyaml_schema_value_t hop_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct cp_config_hop, hop_fields),
};

static const cyaml_schema_field_t gateways_fields[] = {
    CYAML_FIELD_STRING_PTR("name", CYAML_FLAG_POINTER, struct cp_config_gateways, name, 1,
                           TEXT_MAX),
    CYAML_FIELD_SEQUENCE("hops", CYAML_FLAG_POINTER, struct cp_config_gateways, hops, &hop_value, 1,
                         SHM_HOPS_MAX),
    CYAML_FIELD_END,
};

const cyaml_schema_value_t cp_config_gateways_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct cp_config_gateways, gateways_fields),
};

/* ---- routes ---- */

int cp_config_check_times(struct cp_check *ck, const char *path, const struct cp_config_times *t)
{
        struct cp_times *times = NULL;
        char why[160] = "out of memory";
        char at[96];

        if (cp_times_create(&times, t, why, sizeof(why)) == 0) {
                cp_times_destroy(times);
                return 0;
        }
        snprintf(at, sizeof(at), "%s/%s", path, strstr(why, "hours such") ? "hours" : "timezone");
        return cp_check_bad(ck, at, "%s", why);
}

static int check_method(const char *method)
{
        static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                      "0123456789-.!%*_+`'~"; /* token, RFC 3261 25.1 */

        return method[strspn(method, allowed)] == '\0' ? 0 : -EINVAL;
}

static int check_headers(struct cp_check *ck, const struct cp_config_match *m, uint32_t route)
{
        char path[80];

        for (uint32_t i = 0; i < m->header_count; i++) {
                const struct cp_config_header *h = &m->header[i];

                snprintf(path, sizeof(path), "policy/routes/%u/match/header/%u/name", route, i);
                if (check_method(h->name) != 0) /* a token, too */
                        return cp_check_bad(ck, path, "'%.64s' is not a header name", h->name);
                if (h->value != NULL && h->prefix != NULL)
                        return cp_check_bad(ck, path, "a header has a value or a prefix, not both");
        }
        return 0;
}

static int check_match(struct cp_check *ck, const struct cp_config_match *m, uint32_t route)
{
        struct cp_prefix prefix;
        char path[64];
        int rc;

        for (uint32_t i = 0; i < m->source_count; i++) {
                if (cp_prefix_parse(m->source[i], &prefix) == 0)
                        continue;
                snprintf(path, sizeof(path), "policy/routes/%u/match/source/%u", route, i);
                return cp_check_bad(ck, path, "'%.64s' is not an IP address or prefix",
                                    m->source[i]);
        }
        for (uint32_t i = 0; i < m->method_count; i++) {
                if (check_method(m->method[i]) == 0)
                        continue;
                snprintf(path, sizeof(path), "policy/routes/%u/match/method/%u", route, i);
                return cp_check_bad(ck, path, "'%.64s' is not a method name", m->method[i]);
        }
        rc = check_headers(ck, m, route);
        snprintf(path, sizeof(path), "policy/routes/%u/match", route);
        return rc != 0 ? rc : cp_config_check_times(ck, path, &m->times);
}

/* Code and Retry-After, which only some actions have. */
static int check_code(struct cp_check *ck, struct cp_config_route *r, uint32_t i)
{
        bool redirect = r->action == CP_ROUTE_REDIRECT;
        char path[64];
        bool given;

        snprintf(path, sizeof(path), "policy/routes/%u/code", i);
        given = cp_yaml_find(ck->yaml, path, NULL, NULL);
        if (r->action == CP_ROUTE_REJECT || redirect) {
                if (!given)
                        r->code = redirect ? DEFAULT_REDIRECT_CODE : DEFAULT_REJECT_CODE;
                if (redirect && (r->code < 300 || r->code > 399))
                        return cp_check_bad(ck, path, "a redirect code is 300 to 399, not %u",
                                            r->code);
                if (!redirect && (r->code < 400 || r->code > 699))
                        return cp_check_bad(ck, path, "a reject code is 400 to 699, not %u",
                                            r->code);
        } else if (given) {
                return cp_check_bad(ck, path, "only a route with action: reject has a code");
        }
        snprintf(path, sizeof(path), "policy/routes/%u/retry-after-s", i);
        if (r->action != CP_ROUTE_REJECT && r->retry_after_s != 0)
                return cp_check_bad(ck, path,
                                    "only a route with action: reject has a retry-after-s");
        return 0;
}

static bool is_uri(const char *text)
{
        struct shm_hop hop;

        return strlen(text) <= URI_BYTES && text[strcspn(text, "<>\" \t\r\n")] == '\0' &&
               cp_target_uri(text, strlen(text), &hop) != CP_TARGET_NONE;
}

int cp_config_check_forwards(struct cp_check *ck, const struct cp_config_user *u, uint32_t user)
{
        char path[80];
        int rc = 0;

        for (uint32_t i = 0; i < u->forwards_count && rc == 0; i++) {
                snprintf(path, sizeof(path), "edge/users/%u/forwards/%u/to", user, i);
                if (!is_uri(u->forwards[i].to))
                        return cp_check_bad(ck, path, "'%.64s' is no SIP URI", u->forwards[i].to);
                snprintf(path, sizeof(path), "edge/users/%u/forwards/%u", user, i);
                rc = cp_config_check_times(ck, path, &u->forwards[i].times);
        }
        return rc;
}

static int check_contacts(struct cp_check *ck, const struct cp_config_route *r, uint32_t i)
{
        char path[80];

        snprintf(path, sizeof(path), "policy/routes/%u/action", i);
        if (r->contacts_count == 0)
                return cp_check_bad(ck, path, "a route with action: redirect needs contacts");
        for (uint32_t k = 0; k < r->contacts_count; k++) {
                const struct cp_config_contact *c = &r->contacts[k];

                snprintf(path, sizeof(path), "policy/routes/%u/contacts/%u/uri", i, k);
                if (!is_uri(c->uri))
                        return cp_check_bad(ck, path, "'%.64s' is no SIP URI", c->uri);
                snprintf(path, sizeof(path), "policy/routes/%u/contacts/%u/q", i, k);
                if (c->q != NULL && !(*c->q >= 0 && *c->q <= 1))
                        return cp_check_bad(ck, path, "q is 0 to 1");
        }
        return 0;
}

static int check_target(struct cp_check *ck, const struct cp_config_policy *p,
                        struct cp_config_route *r, uint32_t i)
{
        char path[64];

        snprintf(path, sizeof(path), "policy/routes/%u/contacts", i);
        if (r->action == CP_ROUTE_REDIRECT)
                return check_contacts(ck, r, i);
        if (r->contacts_count != 0)
                return cp_check_bad(ck, path, "only a route with action: redirect has contacts");
        if (r->action != CP_ROUTE_FORWARD) {
                snprintf(path, sizeof(path), "policy/routes/%u/gateways", i);
                return r->gateways == NULL
                           ? 0
                           : cp_check_bad(ck, path,
                                          "only a route with action: forward has gateways");
        }
        snprintf(path, sizeof(path), "policy/routes/%u/%s", i,
                 r->gateways == NULL ? "action" : "gateways");
        if (r->gateways == NULL)
                return cp_check_bad(ck, path, "a route with action: forward needs gateways");
        for (uint32_t k = 0; k < p->gateways_count; k++) {
                if (strcmp(p->gateways[k].name, r->gateways) == 0)
                        r->to = &p->gateways[k];
        }
        return r->to != NULL ? 0
                             : cp_check_bad(ck, path, "there are no gateways '%.64s'", r->gateways);
}

int cp_config_check_routes(struct cp_check *ck, struct cp_config_policy *p)
{
        int rc = 0;

        for (uint32_t i = 0; i < p->routes_count && rc == 0; i++) {
                rc = check_code(ck, &p->routes[i], i);
                if (rc == 0)
                        rc = check_target(ck, p, &p->routes[i], i);
                if (rc == 0)
                        rc = check_match(ck, &p->routes[i].match, i);
        }
        return rc;
}
