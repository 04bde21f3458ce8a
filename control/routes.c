/* SPDX-License-Identifier: Apache-2.0 */
#include "control/routes.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "control/prefix.h"

struct route {
        const struct cp_config_route *config;
        struct cp_prefix *source;
};

struct cp_routes {
        uint32_t count;
        struct route route[];
};

struct cp_routes *cp_routes_create(const struct cp_config_route *routes, uint32_t count)
{
        struct cp_routes *r = calloc(1, sizeof(*r) + count * sizeof(r->route[0]));

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
        }
        return r;
}

void cp_routes_destroy(struct cp_routes *r)
{
        if (r == NULL)
                return;
        for (uint32_t i = 0; i < r->count; i++)
                free(r->route[i].source);
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

static bool method_holds(const struct cp_config_match *m, const struct sip_msg *msg)
{
        for (uint32_t i = 0; i < m->method_count; i++) {
                size_t len = strlen(m->method[i]);

                if (len == msg->method_name.len &&
                    memcmp(m->method[i], sip_span_at(msg, msg->method_name), len) == 0)
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

const struct cp_config_route *cp_routes_find(const struct cp_routes *r, const struct shm_flow *flow,
                                             const struct sip_msg *msg, uint32_t *number)
{
        for (uint32_t i = 0; i < r->count; i++) {
                const struct cp_config_match *m = &r->route[i].config->match;

                if (m->side != flow->side || !method_holds(m, msg) || !host_holds(m, msg) ||
                    !user_holds(m, msg) || !source_holds(&r->route[i], &flow->src))
                        continue;
                *number = i + 1;
                return r->route[i].config;
        }
        return NULL;
}
