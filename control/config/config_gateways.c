/* SPDX-License-Identifier: Apache-2.0 */
#include "control/config/config_gateways.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "host", "host:port", "[2001:db8::1]", "[2001:db8::1]:port", "2001:db8::1": host and port. */
static bool split_address(const char *text, char host[CP_HOST_BYTES], uint16_t *port)
{
        const char *end = text[0] == '[' ? strchr(text, ']') : strchr(text, ':');
        const char *from = text[0] == '[' ? text + 1 : text;
        unsigned long number = 5060;
        char *rest;

        if (text[0] != '[' && end != NULL && strchr(end + 1, ':') != NULL)
                end = NULL; /* a bare IPv6 address */
        if (text[0] == '[' && end == NULL)
                return false;
        if (end == NULL)
                end = text + strlen(text);
        if (end == from || (size_t)(end - from) >= CP_HOST_BYTES)
                return false;
        memcpy(host, from, (size_t)(end - from));
        host[end - from] = '\0';
        end += *end == ']';
        if (*end != '\0') {
                number =
                    *end == ':' && end[1] >= '0' && end[1] <= '9' ? strtoul(end + 1, &rest, 10) : 0;
                if (number == 0 || *rest != '\0')
                        return false;
        }
        *port = (uint16_t)number;
        return number >= 1 && number <= UINT16_MAX;
}

bool cp_hop_host(const struct cp_config_hop *h, char host[CP_HOST_BYTES])
{
        struct in6_addr any;
        uint16_t port;

        return split_address(h->address, host, &port) && inet_pton(AF_INET, host, &any) != 1 &&
               inet_pton(AF_INET6, host, &any) != 1;
}

static struct shm_ip ip_of(const struct addrinfo *a)
{
        struct shm_ip ip = {{[10] = 0xff, [11] = 0xff}};

        if (a->ai_family == AF_INET) {
                struct sockaddr_in in;

                memcpy(&in, a->ai_addr, sizeof(in));
                memcpy(ip.b + 12, &in.sin_addr, 4);
        } else {
                struct sockaddr_in6 in6;

                memcpy(&in6, a->ai_addr, sizeof(in6));
                memcpy(ip.b, &in6.sin6_addr, sizeof(ip.b));
        }
        return ip;
}

static bool is_fit(const struct shm_ip *ip)
{
        const struct shm_hop hop = {.ip = *ip, .port = 5060, .weight = 1, .ip_proto = IPPROTO_UDP};

        return shm_hop_check(&hop);
}

/* Into its place; when all are taken the greatest goes. */
static void insert(struct cp_host_addresses *all, const struct shm_ip *ip)
{
        uint32_t at = 0;

        while (at < all->cnt && memcmp(&all->ip[at], ip, sizeof(*ip)) < 0)
                at++;
        if (at == SHM_HOPS_MAX || (at < all->cnt && memcmp(&all->ip[at], ip, sizeof(*ip)) == 0))
                return;
        if (all->cnt < SHM_HOPS_MAX)
                all->cnt++;
        memmove(&all->ip[at + 1], &all->ip[at], (all->cnt - 1 - at) * sizeof(*ip));
        all->ip[at] = *ip;
}

int cp_host_look_up(const char *host, struct cp_host_addresses *out)
{
        const struct addrinfo want = {.ai_socktype = SOCK_DGRAM};
        struct addrinfo *found = NULL;
        int rc = getaddrinfo(host, NULL, &want, &found);

        out->cnt = 0;
        for (const struct addrinfo *a = rc == 0 ? found : NULL; a != NULL; a = a->ai_next) {
                struct shm_ip ip;

                if (a->ai_family != AF_INET && a->ai_family != AF_INET6)
                        continue;
                ip = ip_of(a);
                if (is_fit(&ip))
                        insert(out, &ip);
        }
        if (rc == 0)
                freeaddrinfo(found);
        return rc == 0 && out->cnt == 0 ? CP_HOST_UNFIT : rc;
}

const char *cp_host_error(int rc)
{
        return rc == CP_HOST_UNFIT ? "no address of a host" : gai_strerror(rc);
}

void cp_gateways_fill(struct cp_config_gateways *g)
{
        g->hop_cnt = 0;
        for (uint32_t i = 0; i < g->hops_count; i++) {
                const struct cp_config_hop *h = &g->hops[i];
                uint32_t room = SHM_HOPS_MAX - g->hop_cnt - (g->hops_count - 1 - i);

                for (uint32_t k = 0; k < h->ip_cnt && k < room; k++) {
                        g->hop[g->hop_cnt++] = (struct shm_hop){
                            .ip = h->ip[k],
                            .port = h->port,
                            .weight = (uint16_t)h->weight,
                            .ip_proto = (uint8_t)(h->transport != 0 ? h->transport : IPPROTO_UDP),
                        };
                }
        }
}

static int check_hop(struct cp_check *ck, struct cp_config_hop *h, uint32_t at, uint32_t i)
{
        struct cp_host_addresses all;
        char host[CP_HOST_BYTES];
        char path[80];
        int rc;

        snprintf(path, sizeof(path), "policy/gateways/%u/hops/%u/weight", at, i);
        if (!cp_yaml_find(ck->yaml, path, NULL, NULL))
                h->weight = 1;
        if (h->weight < 1 || h->weight > UINT16_MAX)
                return cp_check_bad(ck, path, "a weight is 1 to 65535");
        snprintf(path, sizeof(path), "policy/gateways/%u/hops/%u/address", at, i);
        if (!split_address(h->address, host, &h->port))
                return cp_check_bad(
                    ck, path, "'%.64s' is no address or name, with or without a port", h->address);
        rc = cp_host_look_up(host, &all);
        if (rc == CP_HOST_UNFIT)
                return cp_check_bad(ck, path, "'%.64s' is not one host", host);
        if (rc != 0)
                return cp_check_bad(ck, path, "'%.64s' has no address: %s", host, gai_strerror(rc));
        memcpy(h->ip, all.ip, sizeof(h->ip));
        h->ip_cnt = all.cnt;
        return 0;
}

int cp_config_check_gateways(struct cp_check *ck, struct cp_config_policy *p)
{
        char path[80];
        int rc = 0;

        for (uint32_t i = 0; i < p->gateways_count && rc == 0; i++) {
                struct cp_config_gateways *g = &p->gateways[i];

                for (uint32_t k = 0; k < i; k++) {
                        if (strcmp(p->gateways[k].name, g->name) != 0)
                                continue;
                        snprintf(path, sizeof(path), "policy/gateways/%u/name", i);
                        return cp_check_bad(ck, path, "there are gateways '%.64s' already",
                                            g->name);
                }
                for (uint32_t k = 0; k < g->hops_count && rc == 0; k++)
                        rc = check_hop(ck, &g->hops[k], i, k);
                if (rc == 0)
                        cp_gateways_fill(g);
        }
        return rc;
}
