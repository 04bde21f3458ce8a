/* SPDX-License-Identifier: Apache-2.0 */
#include "control/policy/routes.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "control/prefix.h"
#include "control/policy/times.h"
#include "parser/sip_hname.h"

struct route {
        const struct cp_config_route *config;
        struct cp_prefix *source;
        struct cp_times *times; /* NULL = always */
        unsigned cls;           /* bits 1 << enum shm_class, 0 = any */
};

struct cp_routes {
        uint32_t count;
        struct route route[];
};

struct cp_routes *cp_routes_create(const struct cp_config_route *routes, uint32_t count)
{
        struct cp_routes *r = calloc(1, sizeof(*r) + count * sizeof(r->route[0]));

        char why[160];

        if (r == NULL)
                return NULL;
        for (r->count = 0; r->count < count; r->count++) {
                struct route *to = &r->route[r->count];
                const struct cp_config_match *m = &routes[r->count].match;

                to->config = &routes[r->count];
                to->source = calloc(m->source_count + 1u, sizeof(*to->source));
                if (to->source == NULL) {
                        cp_routes_destroy(r);
                        return NULL;
                }
                for (uint32_t i = 0; i < m->source_count; i++)
                        (void)cp_prefix_parse(m->source[i], &to->source[i]); /* checked before */
                for (uint32_t i = 0; i < m->cls_count; i++)
                        to->cls |= m->cls[i];
                if (cp_times_create(&to->times, &m->times, why, sizeof(why)) != 0) {
                        r->count++;
                        cp_routes_destroy(r);
                        return NULL;
                }
        }
        return r;
}

void cp_routes_destroy(struct cp_routes *r)
{
        if (r == NULL)
                return;
        for (uint32_t i = 0; i < r->count; i++) {
                free(r->route[i].source);
                cp_times_destroy(r->route[i].times);
        }
        free(r);
}

static bool source_holds(const struct route *r, const struct shm_ip *src)
{
        uint32_t n = r->config->match.source_count;

        for (uint32_t i = 0; i < n; i++) {
                if (cp_prefix_match(&r->source[i], src))
                        return true;
        }
        return n == 0;
}

static bool method_holds(const struct cp_config_match *m, const struct cp_route_asked *q)
{
        const char *name = (const char *)sip_span_at(q->msg, q->msg->method_name);
        size_t len = q->msg->method_name.len;

        if (q->as_invite) {
                name = "INVITE";
                len = 6;
        }
        for (uint32_t i = 0; i < m->method_count; i++) {
                if (strlen(m->method[i]) == len && memcmp(m->method[i], name, len) == 0)
                        return true;
        }
        return m->method_count == 0;
}

static bool host_holds(const struct cp_config_match *m, const struct sip_msg *msg)
{
        const char *host = (const char *)sip_span_at(msg, msg->ruri.host);
        size_t len = msg->ruri.host.len;

        if (len > 1 && host[len - 1] == '.')
                len--;
        for (uint32_t i = 0; i < m->host_count; i++) {
                if (strlen(m->host[i]) == len && strncasecmp(m->host[i], host, len) == 0)
                        return true;
        }
        return m->host_count == 0;
}

static int hex(uint8_t c)
{
        if (c >= '0' && c <= '9')
                return c - '0';
        c |= 0x20u;
        return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The next octet of a user part with %HH decoded. */
static uint8_t next_octet(const uint8_t *user, size_t len, size_t *at)
{
        uint8_t c = user[(*at)++];

        if (c == '%' && len - *at >= 2 && hex(user[*at]) >= 0 && hex(user[*at + 1]) >= 0) {
                c = (uint8_t)(hex(user[*at]) << 4 | hex(user[*at + 1]));
                *at += 2;
        }
        return c;
}

static bool begins_with(const char *prefix, const uint8_t *user, size_t len)
{
        bool number = prefix[strspn(prefix, "+0123456789*#")] == '\0';
        size_t at = 0;

        while (*prefix != '\0') {
                uint8_t c;

                if (at == len)
                        return false;
                c = next_octet(user, len, &at);
                if (number && c != '\0' && strchr("-.()", c) != NULL)
                        continue;
                if (c != (uint8_t)*prefix)
                        return false;
                prefix++;
        }
        return true;
}

static bool user_holds(const struct cp_config_match *m, const struct sip_msg *msg)
{
        for (uint32_t i = 0; i < m->user_prefix_count; i++) {
                if (begins_with(m->user_prefix[i], sip_span_at(msg, msg->ruri.user),
                                msg->ruri.user.len))
                        return true;
        }
        return m->user_prefix_count == 0;
}

static bool is_named(const struct sip_msg *msg, const struct sip_hdr *h, const char *name,
                     enum sip_hdr_id id)
{
        return id != SIP_HDR_OTHER ? h->id == id
                                   : h->name.len == strlen(name) &&
                                         strncasecmp((const char *)sip_span_at(msg, h->name), name,
                                                     h->name.len) == 0;
}

static bool header_holds(const struct cp_config_header *want, const struct sip_msg *msg)
{
        enum sip_hdr_id id = sip_hname_find((const uint8_t *)want->name, strlen(want->name));
        const char *text = want->value != NULL ? want->value : want->prefix;
        size_t len = text != NULL ? strlen(text) : 0;

        for (uint16_t i = 0; i < msg->hdr_cnt; i++) {
                const struct sip_hdr *h = &msg->hdrs[i];

                if (is_named(msg, h, want->name, id) &&
                    (want->value != NULL ? h->value.len == len : h->value.len >= len) &&
                    (len == 0 ||
                     strncasecmp((const char *)sip_span_at(msg, h->value), text, len) == 0))
                        return true;
        }
        return false;
}

static bool headers_hold(const struct cp_config_match *m, const struct sip_msg *msg)
{
        for (uint32_t i = 0; i < m->header_count; i++) {
                if (!header_holds(&m->header[i], msg))
                        return false;
        }
        return true;
}

/* Conditions of the domain first, then of the user, then of what no cache knows. */
static bool holds(const struct route *r, const struct cp_route_asked *q, struct cp_route_found *out)
{
        const struct cp_config_match *m = &r->config->match;

        if (m->side != q->req->flow.side || !method_holds(m, q) || !host_holds(m, q->msg) ||
            !source_holds(r, &q->req->flow.src))
                return false;
        out->one_user |= m->user_prefix_count != 0;
        if (!user_holds(m, q->msg))
                return false;
        out->narrow |= m->header_count != 0 || r->cls != 0;
        if ((r->cls != 0 && (r->cls >> q->req->cls & 1u) == 0) || !headers_hold(m, q->msg))
                return false;
        out->timed |= r->times != NULL;
        return cp_times_hold(r->times, q->now_s);
}

void cp_routes_find(const struct cp_routes *r, const struct cp_route_asked *q,
                    struct cp_route_found *out)
{
        *out = (struct cp_route_found){.route = NULL};
        for (uint32_t i = 0; i < r->count; i++) {
                if ((q->targets_only && !cp_route_is_target(r->route[i].config)) ||
                    !holds(&r->route[i], q, out))
                        continue;
                out->number = i + 1;
                out->route = r->route[i].config;
                return;
        }
}

const struct cp_config_route *cp_routes_get(const struct cp_routes *r, uint32_t number)
{
        return number != 0 && number <= r->count ? r->route[number - 1].config : NULL;
}

bool cp_route_is_target(const struct cp_config_route *route)
{
        return route->action == CP_ROUTE_FORWARD || route->action == CP_ROUTE_REDIRECT ||
               route->action == CP_ROUTE_LOCATE;
}
