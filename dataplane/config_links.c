/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/config_links_yaml.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/edge/tap.h"

#define V4_BITS 96u

/* ---- the schema ---- */

static const cyaml_schema_value_t text_value = {
    CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 0, CYAML_UNLIMITED),
};

#define OPTIONAL (CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL)

static const cyaml_schema_field_t link_fields[] = {
    CYAML_FIELD_SEQUENCE("addresses", OPTIONAL, struct dp_yaml_link, addresses, &text_value, 0,
                         DP_EDGE_ADDRESSES_MAX),
    CYAML_FIELD_SEQUENCE("networks", OPTIONAL, struct dp_yaml_link, networks, &text_value, 0,
                         DP_EDGE_NETWORKS_MAX),
    CYAML_FIELD_STRING_PTR("gateway", OPTIONAL, struct dp_yaml_link, gateway, 0, CYAML_UNLIMITED),
    CYAML_FIELD_STRING_PTR("gateway6", OPTIONAL, struct dp_yaml_link, gateway6, 0, CYAML_UNLIMITED),
    CYAML_FIELD_STRING_PTR("tap", OPTIONAL, struct dp_yaml_link, tap, 0, CYAML_UNLIMITED),
    CYAML_FIELD_END,
};

const cyaml_schema_field_t dp_yaml_links_fields[] = {
    CYAML_FIELD_MAPPING_PTR("outside", OPTIONAL, struct dp_yaml_links, outside, link_fields),
    CYAML_FIELD_MAPPING_PTR("inside", OPTIONAL, struct dp_yaml_links, inside, link_fields),
    CYAML_FIELD_SEQUENCE("names", OPTIONAL, struct dp_yaml_links, names, &text_value, 0,
                         DP_PROXY_NAMES_MAX),
    CYAML_FIELD_UINT_PTR("mtu-margin", OPTIONAL, struct dp_yaml_links, mtu_margin),
    CYAML_FIELD_END,
};

/* ---- from there into the configuration ---- */

/* One link being read, and where its faults are told. */
struct reader {
        const char *name; /* "outside" */
        struct dp_edge_side *side;
        struct dp_limits_fault *fault;
};

static int refuse(const struct reader *r, const char *key, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static int refuse(const struct reader *r, const char *key, const char *fmt, ...)
{
        va_list args;

        snprintf(r->fault->keys, sizeof(r->fault->keys), "links.%s%s%s", r->name,
                 key[0] != '\0' ? "." : "", key);
        va_start(args, fmt);
        vsnprintf(r->fault->text, sizeof(r->fault->text), fmt, args);
        va_end(args);
        return -EINVAL;
}

static bool address_read(const char *text, struct shm_ip *out)
{
        *out = (struct shm_ip){{[10] = 0xff, [11] = 0xff}};
        if (inet_pton(AF_INET, text, out->b + 12) == 1)
                return true;
        return inet_pton(AF_INET6, text, out->b) == 1 && !dp_ip_is_v4(out);
}

/* "192.0.2.1/24": the length is not optional. */
static bool prefix_read(const char *text, struct dp_edge_prefix *out)
{
        const char *slash = strchr(text, '/');
        char address[64], *end;
        unsigned long len;

        if (slash == NULL || (size_t)(slash - text) >= sizeof(address) || slash[1] < '0' ||
            slash[1] > '9')
                return false;
        memcpy(address, text, (size_t)(slash - text));
        address[slash - text] = '\0';
        if (!address_read(address, &out->ip))
                return false;
        len = strtoul(slash + 1, &end, 10);
        if (*end != '\0' || len > (dp_ip_is_v4(&out->ip) ? 32u : 128u))
                return false;
        out->len = (uint8_t)(len + (dp_ip_is_v4(&out->ip) ? V4_BITS : 0u));
        return true;
}

static bool ip_equal(const struct shm_ip *a, const struct shm_ip *b)
{
        return memcmp(a, b, sizeof(*a)) == 0;
}

static int addresses_read(const struct reader *r, const struct dp_yaml_link *y)
{
        for (uint32_t i = 0; i < y->addresses_count; i++) {
                struct dp_edge_prefix *a = &r->side->address[i];
                const char *text = y->addresses[i];

                if (!prefix_read(text, a) || a->len == (dp_ip_is_v4(&a->ip) ? V4_BITS : 0u))
                        return refuse(r, "addresses", "\"%s\" is no address with prefix length",
                                      text);
                if (!dp_edge_net_is_host(a, &a->ip))
                        return refuse(r, "addresses", "%s is not an address that one host has",
                                      text);
                for (uint32_t j = 0; j < i; j++)
                        if (ip_equal(&r->side->address[j].ip, &a->ip))
                                return refuse(r, "addresses", "%s is there twice", text);
        }
        r->side->address_cnt = (uint8_t)y->addresses_count;
        return 0;
}

/* A gateway is a neighbour: on the link, or with a link-local address. */
static int gateway_read(const struct reader *r, const char *key, const char *text, bool v4)
{
        struct shm_ip *ip = v4 ? &r->side->gateway4 : &r->side->gateway6;
        bool near = false;

        if (text == NULL)
                return 0;
        if (!address_read(text, ip) || dp_ip_is_v4(ip) != v4)
                return refuse(r, key, "\"%s\" is no IPv%u address", text, v4 ? 4u : 6u);
        near = !v4 && ip->b[0] == 0xfe && (ip->b[1] & 0xc0u) == 0x80;
        for (unsigned i = 0; i < r->side->address_cnt; i++) {
                const struct dp_edge_prefix *a = &r->side->address[i];

                if (ip_equal(&a->ip, ip))
                        return refuse(r, key, "%s is an address of our own", text);
                near |= dp_edge_prefix_has(a, ip) && dp_edge_net_is_host(a, ip);
        }
        if (!near)
                return refuse(r, key, "%s is in no network of this link's addresses", text);
        r->side->has_gateway4 |= v4;
        r->side->has_gateway6 |= !v4;
        return 0;
}

static int networks_read(const struct reader *r, const struct dp_yaml_link *y)
{
        for (uint32_t i = 0; i < y->networks_count; i++) {
                struct dp_edge_prefix *n = &r->side->network[i];

                if (!prefix_read(y->networks[i], n))
                        return refuse(r, "networks", "\"%s\" is no prefix", y->networks[i]);
                if (dp_ip_is_v4(&n->ip) ? !r->side->has_gateway4 : !r->side->has_gateway6)
                        return refuse(r, "networks", "%s needs a gateway of its family",
                                      y->networks[i]);
        }
        r->side->network_cnt = (uint8_t)y->networks_count;
        return 0;
}

static int link_read(const struct reader *r, const struct dp_yaml_link *y, const char **tap)
{
        int rc = addresses_read(r, y);

        if (rc == 0)
                rc = gateway_read(r, "gateway", y->gateway, true);
        if (rc == 0)
                rc = gateway_read(r, "gateway6", y->gateway6, false);
        if (rc == 0)
                rc = networks_read(r, y);
        if (rc != 0 || y->tap == NULL)
                return rc;
        if (y->tap[0] == '\0' || strlen(y->tap) > DP_TAP_NAME_MAX ||
            strpbrk(y->tap, "/:% \t") != NULL)
                return refuse(r, "tap", "\"%s\" is no interface name of 1..%u characters", y->tap,
                              DP_TAP_NAME_MAX);
        *tap = y->tap;
        return 0;
}

/* What the proxy itself says of a name decides. */
static int names_read(struct dp_links_config *c, const struct dp_yaml_links *y,
                      struct dp_limits_fault *fault)
{
        const struct dp_siphash_key none = {{0, 0}};
        const struct reader r = {.name = "names", .fault = fault};
        struct dp_proxy scratch;

        dp_proxy_init(&scratch, &none);
        for (uint32_t i = 0; i < y->names_count; i++)
                if (dp_proxy_add_name(&scratch, y->names[i]) != 0)
                        return refuse(&r, "", "\"%s\" is no host name", y->names[i]);
        c->names = y->names;
        c->name_cnt = y->names_count;
        return 0;
}

static int margin_read(struct dp_links_config *c, const struct dp_yaml_links *y,
                       struct dp_limits_fault *fault)
{
        const struct reader r = {.name = "mtu-margin", .fault = fault};

        if (y->mtu_margin == NULL)
                return 0;
        if (*y->mtu_margin > DP_PROXY_MTU_MARGIN_MAX)
                return refuse(&r, "", "%u is not within 0..%u", *y->mtu_margin,
                              DP_PROXY_MTU_MARGIN_MAX);
        c->mtu_margin = *y->mtu_margin;
        return 0;
}

int dp_links_config_apply(struct dp_links_config *c, const struct dp_yaml_links *y,
                          struct dp_limits_fault *fault)
{
        struct reader out = {"outside", &c->side[SHM_SIDE_OUTSIDE], fault};
        struct reader in = {"inside", &c->side[SHM_SIDE_INSIDE], fault};
        int rc = 0;

        if (y == NULL)
                return 0;
        rc = names_read(c, y, fault);
        if (rc == 0)
                rc = margin_read(c, y, fault);
        if (rc == 0 && y->outside != NULL)
                rc = link_read(&out, y->outside, &c->tap[SHM_SIDE_OUTSIDE]);
        if (rc == 0 && y->inside != NULL)
                rc = link_read(&in, y->inside, &c->tap[SHM_SIDE_INSIDE]);
        for (unsigned i = 0; rc == 0 && i < in.side->address_cnt; i++)
                for (unsigned j = 0; rc == 0 && j < out.side->address_cnt; j++)
                        if (ip_equal(&in.side->address[i].ip, &out.side->address[j].ip))
                                rc = refuse(&in, "addresses", "%s is on both links",
                                            y->inside->addresses[i]);
        if (rc == 0 && c->tap[0] != NULL && c->tap[1] != NULL && strcmp(c->tap[0], c->tap[1]) == 0)
                rc = refuse(&in, "tap", "%s is on both links", c->tap[1]);
        return rc;
}

int dp_links_config_check(const struct dp_links_config *c, uint32_t port_cnt,
                          struct dp_limits_fault *fault)
{
        struct reader out = {.name = "outside", .fault = fault};
        struct reader in = {.name = "inside", .fault = fault};

        if (c->side[SHM_SIDE_OUTSIDE].address_cnt == 0)
                return refuse(&out, "", "mode edge needs links: outside: addresses");
        if (port_cnt == 1 && c->side[SHM_SIDE_INSIDE].address_cnt != 0)
                return refuse(&in, "", "there is one interface, and so no link inside");
        if (port_cnt == 2 && c->side[SHM_SIDE_INSIDE].address_cnt == 0)
                return refuse(&in, "", "mode edge with two interfaces needs inside: addresses");
        return 0;
}
