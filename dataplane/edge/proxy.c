/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/edge/proxy.h"

#include <errno.h>
#include <string.h>

#include "dataplane/edge/ip_text.h"
#include "parser/sip_host.h"
#include "parser/sip_ip.h"
#include "parser/sip_uri_part.h"

void dp_proxy_init(struct dp_proxy *px, const struct dp_siphash_key *key)
{
        memset(px, 0, sizeof(*px));
        px->key = *key;
        px->mtu_margin = DP_PROXY_MTU_MARGIN;
}

/* What messages say of an address of ours. */
static void write_texts(struct dp_proxy_self *s)
{
        static const char via[17] = "Via: SIP/2.0/UDP ", branch[8] = ";branch=", lr[4] = ";lr>";
        char host[DP_PROXY_HOST_BYTES + 6];
        size_t len;

        if (dp_ip_is_v4(&s->addr.ip)) {
                len = dp_ip_text(&s->addr.ip, host);
        } else {
                len = 1 + dp_ip_text(&s->addr.ip, host + 1);
                host[0] = '[';
                host[len++] = ']';
        }
        host[len++] = ':';
        len += dp_port_text(s->addr.port, host + len);
        memcpy(s->via, via, sizeof(via));
        memcpy(s->via + sizeof(via), host, len);
        memcpy(s->via + sizeof(via) + len, branch, sizeof(branch));
        s->via_len = (uint8_t)(sizeof(via) + len + sizeof(branch));
        s->uri[0] = '@';
        memcpy(s->uri + 1, host, len);
        memcpy(s->uri + 1 + len, lr, sizeof(lr));
        s->uri_len = (uint8_t)(1 + len + sizeof(lr));
}

int dp_proxy_add_self(struct dp_proxy *px, const struct shm_ip *ip, uint16_t port)
{
        struct dp_proxy_self *s = &px->self[px->self_cnt];

        if (px->self_cnt == DP_PROXY_SELVES_MAX)
                return -ENOSPC;
        if (port == 0)
                return -EINVAL;
        s->addr = (struct dp_proxy_addr){*ip, port};
        write_texts(s);
        px->self_cnt++;
        return 0;
}

int dp_proxy_add_name(struct dp_proxy *px, const char *name)
{
        struct dp_proxy_name *n = &px->names[px->name_cnt];
        struct sip_anom_set notes = {{0}};
        struct sip_cur c = {.buf = (const uint8_t *)name, .notes = &notes};
        size_t len = strlen(name);
        struct sip_span all;

        if (px->name_cnt == DP_PROXY_NAMES_MAX)
                return -ENOSPC;
        if (len == 0 || len > SIP_HOST_BYTES_MAX)
                return -EINVAL;
        c.end = (uint32_t)len;
        if (sip_host_parse(&c, &all) != SIP_ANOM_NONE || c.pos != c.end)
                return -EINVAL;
        for (size_t i = 0; i < len; i++)
                n->text[i] = (char)sip_lower((uint8_t)name[i]);
        n->len = (uint16_t)len;
        px->name_cnt++;
        return 0;
}

const struct dp_proxy_self *dp_proxy_self_of(const struct dp_proxy *px,
                                             const struct dp_proxy_addr *a)
{
        for (unsigned i = 0; i < px->self_cnt; i++) {
                if (dp_proxy_addr_equal(&px->self[i].addr, a))
                        return &px->self[i];
        }
        return NULL;
}

bool dp_proxy_host_ip(const uint8_t *buf, struct sip_span host, struct shm_ip *out)
{
        struct sip_ip ip;

        if (!sip_ip_parse(buf, host, &ip))
                return false;
        *out = (struct shm_ip){{0}};
        if (ip.family == 4) {
                out->b[10] = out->b[11] = 0xff;
                memcpy(out->b + 12, ip.octets, 4);
        } else {
                memcpy(out->b, ip.octets, sizeof(out->b));
        }
        return true;
}

static bool has_port(const struct dp_proxy *px, uint16_t port)
{
        for (unsigned i = 0; i < px->self_cnt; i++) {
                if (px->self[i].addr.port == port)
                        return true;
        }
        return false;
}

static bool is_name(const struct dp_proxy *px, const uint8_t *buf, struct sip_span host)
{
        for (unsigned i = 0; i < px->name_cnt; i++) {
                if (sip_span_ieq(buf, host, px->names[i].text, px->names[i].len))
                        return true;
        }
        return false;
}

static uint16_t port_of(uint16_t said)
{
        return said != 0 ? said : DP_PROXY_PORT_DEFAULT;
}

bool dp_proxy_is_us(const struct dp_proxy *px, const uint8_t *buf, const struct sip_uri *u)
{
        struct dp_proxy_addr a = {.port = port_of(u->port)};

        if (u->scheme != SIP_SCHEME_SIP && u->scheme != SIP_SCHEME_SIPS)
                return false;
        if (dp_proxy_host_ip(buf, u->host, &a.ip))
                return dp_proxy_self_of(px, &a) != NULL;
        return is_name(px, buf, u->host) && (u->port == 0 || has_port(px, u->port));
}

bool dp_proxy_sent_by_us(const struct dp_proxy *px, const uint8_t *buf, const struct sip_via *v)
{
        struct dp_proxy_addr a = {.port = port_of(v->port)};

        return dp_proxy_host_ip(buf, v->host, &a.ip) && dp_proxy_self_of(px, &a) != NULL;
}

enum dp_proxy_way dp_proxy_uri_way(const uint8_t *buf, const struct sip_uri *u,
                                   struct dp_proxy_addr *out)
{
        struct sip_uri_part part;
        struct sip_span host = u->host;

        if (u->scheme == SIP_SCHEME_SIPS)
                return DP_PROXY_WAY_STREAM;
        if (u->scheme != SIP_SCHEME_SIP)
                return DP_PROXY_WAY_NAME;
        if (u->params.len != 0) {
                if (sip_uri_param(buf, u, "transport", &part) &&
                    !sip_span_ieq(buf, part.value, "udp", 3))
                        return DP_PROXY_WAY_STREAM;
                if (sip_uri_param(buf, u, "maddr", &part) && part.value.len != 0)
                        host = part.value;
        }
        out->port = port_of(u->port);
        return dp_proxy_host_ip(buf, host, &out->ip) ? DP_PROXY_WAY_UDP : DP_PROXY_WAY_NAME;
}
