/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stands before the parenthesis: action, protocol, addresses, ports and direction.
 */
#include "control/rules/build.h"

#include <errno.h>
#include <string.h>

#include "control/prefix.h"

#define NESTING_MAX 16 /* of groups and variables */

static const char *const actions[MATCH_ACTION_CNT] = {
    [MATCH_ACTION_PASS] = "pass",
    [MATCH_ACTION_DROP] = "drop",
    [MATCH_ACTION_REJECT] = "reject",
    [MATCH_ACTION_BAN] = "ban",
    [MATCH_ACTION_CHALLENGE] = "challenge",
    [MATCH_ACTION_LIMIT] = "limit",
    [MATCH_ACTION_ASK] = "ask",
    [MATCH_ACTION_TAG] = "tag",
    [MATCH_ACTION_ALERT] = "alert",
};

static const char *const protocols[MATCH_PROTO_CNT] = {
    [MATCH_PROTO_IP] = "ip",     [MATCH_PROTO_UDP] = "udp", [MATCH_PROTO_TCP] = "tcp",
    [MATCH_PROTO_SCTP] = "sctp", [MATCH_PROTO_SIP] = "sip",
};

static int find(const char *const *words, int cnt, struct cp_piece p)
{
        for (int i = 0; i < cnt; i++) {
                if (cp_piece_is(p, words[i]))
                        return i;
        }
        return -1;
}

/* A list while it is read: of addresses or of ports. */
struct list {
        struct cp_build *b;
        const char *at; /* of the rule's own text, for complaints */
        bool ports;
        bool any; /* `any` stands in it */
        bool in_there;
        struct cp_rule_addresses addresses;
        struct cp_rule_ports port_ranges;
};

static int no_memory(void *p)
{
        return p == NULL ? -ENOMEM : 0;
}

static int add_address(struct list *l, const struct cp_prefix *p, bool negated)
{
        struct match_address **array = negated ? &l->addresses.except : &l->addresses.in;
        uint32_t *cnt = negated ? &l->addresses.except_cnt : &l->addresses.in_cnt;
        struct match_address *more =
            cp_arena_grow(&l->b->set->arena, *array, *cnt, sizeof(**array));

        if (more == NULL)
                return -ENOMEM;
        *array = more;
        more[*cnt] = (struct match_address){.prefix_len = p->len};
        memcpy(more[*cnt].ip, p->ip.b, sizeof(more->ip));
        (*cnt)++;
        return 0;
}

static int add_ports(struct list *l, uint64_t low, uint64_t high, bool negated)
{
        struct match_ports **array = negated ? &l->port_ranges.except : &l->port_ranges.in;
        uint32_t *cnt = negated ? &l->port_ranges.except_cnt : &l->port_ranges.in_cnt;
        struct match_ports *more = cp_arena_grow(&l->b->set->arena, *array, *cnt, sizeof(**array));

        if (no_memory(more) != 0)
                return -ENOMEM;
        *array = more;
        more[(*cnt)++] = (struct match_ports){(uint16_t)low, (uint16_t)high};
        return 0;
}

static bool read_prefix(struct cp_piece p, struct cp_prefix *out)
{
        char text[CP_PREFIX_TEXT_BYTES];

        if (p.len >= sizeof(text))
                return false;
        memcpy(text, p.at, p.len);
        text[p.len] = '\0';
        return cp_prefix_parse(text, out) == 0;
}

/* "192.0.2.0/255.255.255.0" */
static bool read_netmask(struct cp_piece p, struct cp_prefix *out)
{
        struct cp_piece mask_text;
        struct cp_piece text = cp_piece_cut(p, '/', &mask_text);
        struct cp_prefix mask;
        uint32_t bits = 0;

        if (mask_text.len == 0 || memchr(mask_text.at, '/', mask_text.len) != NULL ||
            !read_prefix(text, out) || !read_prefix(mask_text, &mask) || !cp_ip_is_v4(&out->ip) ||
            !cp_ip_is_v4(&mask.ip))
                return false;
        for (unsigned i = 12; i < 16; i++)
                bits = bits << 8 | mask.ip.b[i];
        if ((~bits & (~bits + 1)) != 0) /* ones, and then zeros */
                return false;
        out->len = (uint8_t)(96 + __builtin_popcount(bits));
        cp_ip_mask(&out->ip, out->len);
        return true;
}

/* "a-b", both of them in it. */
static int address_range(struct list *l, struct cp_piece p, bool negated)
{
        struct cp_prefix all[CP_PREFIX_RANGE_MAX];
        struct cp_prefix low;
        struct cp_prefix high;
        struct cp_piece high_text;
        struct cp_piece low_text = cp_piece_cut(p, '-', &high_text);
        size_t cnt = 0;

        if (read_prefix(cp_piece_trim(low_text), &low) && low.len == 128 &&
            read_prefix(cp_piece_trim(high_text), &high) && high.len == 128)
                cnt = cp_prefix_range(&low.ip, &high.ip, all);
        for (size_t i = 0; i < cnt; i++) {
                if (add_address(l, &all[i], negated) != 0)
                        return -ENOMEM;
        }
        return cnt != 0 ? 0
                        : cp_build_bad(l->b, l->at, "'%.*s' is no range of IP addresses",
                                       (int)(p.len < 64 ? p.len : 64), p.at);
}

/* ::/0 and its like mean no IPv4 address, though these are written as some of IPv6. */
static int add_prefix(struct list *l, const struct cp_prefix *p, bool negated)
{
        struct cp_prefix all[96];
        size_t cnt = cp_prefix_split(p, all);

        for (size_t i = 0; i < cnt; i++) {
                if (add_address(l, &all[i], negated) != 0)
                        return -ENOMEM;
        }
        return 0;
}

static int one_address(struct list *l, struct cp_piece p, bool negated)
{
        struct cp_prefix prefix;

        if (memchr(p.at, '-', p.len) != NULL)
                return address_range(l, p, negated);
        if (read_prefix(p, &prefix))
                return add_prefix(l, &prefix, negated);
        if (read_netmask(p, &prefix))
                return add_address(l, &prefix, negated);
        return cp_build_bad(l->b, l->at, "'%.*s' is no IP address or prefix",
                            (int)(p.len < 64 ? p.len : 64), p.at);
}

static int one_port(struct list *l, struct cp_piece p, bool negated)
{
        struct cp_piece high_text;
        struct cp_piece low_text = cp_piece_cut(p, ':', &high_text);
        uint64_t low = 0;
        uint64_t high = 65535;

        if ((low_text.len == 0 || cp_piece_number(low_text, 0, 65535, &low)) &&
            (high_text.len == 0 || cp_piece_number(high_text, 0, 65535, &high)) &&
            low_text.len + high_text.len != 0) {
                if (high_text.at == NULL)
                        high = low;
                if (low <= high)
                        return add_ports(l, low, high, negated);
        }
        return cp_build_bad(l->b, l->at, "'%.*s' is no port or range of ports",
                            (int)(p.len < 64 ? p.len : 64), p.at);
}

static int read_item(struct list *l, struct cp_piece p, bool negated, int depth);

static int read_variable(struct list *l, struct cp_piece p, bool negated, int depth)
{
        const struct cp_rule_vars *vars = l->b->vars;

        for (uint32_t i = 0; i < vars->cnt; i++) {
                if (cp_piece_same((struct cp_piece){p.at + 1, p.len - 1}, vars->v[i].name)) {
                        const char *v = vars->v[i].value;

                        return read_item(l, (struct cp_piece){v, strlen(v)}, negated, depth + 1);
                }
        }
        return cp_build_bad(l->b, l->at, "variable '%.*s' is not defined",
                            (int)(p.len < 64 ? p.len : 64), p.at);
}

/* The end of the first element of a list: a comma outside brackets. */
static size_t element_len(struct cp_piece p)
{
        int depth = 0;

        for (size_t i = 0; i < p.len; i++) {
                depth += (p.at[i] == '[') - (p.at[i] == ']');
                if (p.at[i] == ',' && depth == 0)
                        return i;
        }
        return p.len;
}

static bool all_negated(struct cp_piece p)
{
        while (p.len > 0) {
                size_t n = element_len(p);

                if (cp_piece_trim((struct cp_piece){p.at, n}).at[0] != '!')
                        return false;
                p = n == p.len ? (struct cp_piece){p.at + n, 0}
                               : (struct cp_piece){p.at + n + 1, p.len - n - 1};
        }
        return true;
}

static int read_group(struct list *l, struct cp_piece p, bool negated, int depth)
{
        bool inner = memchr(p.at, '!', p.len) != NULL;

        if (negated && inner && !all_negated(p))
                return cp_build_bad(l->b, l->at,
                                    "a negated group with negated and other elements: write it "
                                    "without the outer '!'");
        if (cp_piece_trim(p).len == 0)
                return cp_build_bad(l->b, l->at, "an empty group");
        for (;;) {
                size_t n = element_len(p);
                int rc = read_item(l, (struct cp_piece){p.at, n}, negated, depth + 1);

                if (rc != 0 || n == p.len)
                        return rc;
                p = (struct cp_piece){p.at + n + 1, p.len - n - 1};
        }
}

static int read_item(struct list *l, struct cp_piece p, bool negated, int depth)
{
        p = cp_piece_trim(p);
        if (depth > NESTING_MAX)
                return cp_build_bad(l->b, l->at, "groups and variables nested more than %d deep",
                                    NESTING_MAX);
        while (p.len > 0 && p.at[0] == '!') {
                negated = !negated;
                p = cp_piece_trim((struct cp_piece){p.at + 1, p.len - 1});
        }
        if (p.len == 0)
                return cp_build_bad(l->b, l->at, "an element is missing");
        if (p.at[0] == '$')
                return read_variable(l, p, negated, depth);
        if (p.at[0] == '[') {
                if (p.len < 2 || p.at[p.len - 1] != ']')
                        return cp_build_bad(l->b, l->at, "a group without its closing bracket");
                return read_group(l, (struct cp_piece){p.at + 1, p.len - 2}, negated, depth);
        }
        if (cp_piece_is(p, "any")) {
                if (negated)
                        return cp_build_bad(l->b, l->at, "nothing is left of '!any'");
                l->any = true;
                return 0;
        }
        return l->ports ? one_port(l, p, negated) : one_address(l, p, negated);
}

static int read_list(struct cp_build *b, struct cp_piece p, bool ports, struct list *l)
{
        int rc;

        *l = (struct list){.b = b, .at = p.at, .ports = ports};
        rc = read_item(l, p, false, 0);
        if (rc == 0 && l->any) {
                l->addresses.in_cnt = 0;
                l->port_ranges.in_cnt = 0;
        }
        return rc;
}

/* The next word; brackets hold it together. */
static struct cp_piece word(const char **at, const char *end)
{
        struct cp_piece p;
        int depth = 0;

        p = cp_piece_trim((struct cp_piece){*at, (size_t)(end - *at)});
        *at = p.at;
        while (*at < end && (depth > 0 || strchr(" \t\r\n", **at) == NULL)) {
                depth += (**at == '[') - (**at == ']');
                (*at)++;
        }
        p.len = (size_t)(*at - p.at);
        return p;
}

static int read_ends(struct cp_build *b, struct cp_piece w[5])
{
        struct cp_rule *r = b->rule;
        struct list l;
        int rc = read_list(b, w[0], false, &l);

        r->src = l.addresses;
        if (rc == 0)
                rc = read_list(b, w[1], true, &l);
        r->sport = l.port_ranges;
        if (rc != 0)
                return rc;
        if (cp_piece_is(w[2], "<>"))
                r->r.flags |= MATCH_RULE_BOTH_WAYS;
        else if (!cp_piece_is(w[2], "->"))
                return cp_build_bad(b, w[2].at, "'%.*s': '->' or '<>' is due here",
                                    (int)(w[2].len < 64 ? w[2].len : 64), w[2].at);
        rc = read_list(b, w[3], false, &l);
        r->dst = l.addresses;
        if (rc == 0)
                rc = read_list(b, w[4], true, &l);
        r->dport = l.port_ranges;
        return rc;
}

int cp_header_read(struct cp_build *b, const char **at, const char *end)
{
        static const char *const due[] = {
            "a protocol",  "a source address",      "a source port",
            "a direction", "a destination address", "a destination port"};
        struct cp_piece action = word(at, end);
        struct cp_piece w[6];
        int found = find(actions, MATCH_ACTION_CNT, action);

        if (found < 0 && cp_piece_is(action, "rejectsrc")) /* Suricata's other name of it */
                found = MATCH_ACTION_REJECT;
        if (found < 0)
                return cp_build_bad(b, action.at, "'%.*s' is no action",
                                    (int)(action.len < 64 ? action.len : 64), action.at);
        b->rule->r.action = (uint8_t)found;
        for (unsigned i = 0; i < 6; i++) {
                w[i] = word(at, end);
                if (w[i].len == 0)
                        return cp_build_bad(b, w[i].at, "%s is missing", due[i]);
        }
        found = find(protocols, MATCH_PROTO_CNT, w[0]);
        if (found < 0)
                return cp_build_bad(b, w[0].at, "'%.*s': no protocol that rules are for",
                                    (int)(w[0].len < 64 ? w[0].len : 64), w[0].at);
        b->rule->r.proto = (uint8_t)found;
        if (cp_piece_trim((struct cp_piece){*at, (size_t)(end - *at)}).len != 0)
                return cp_build_bad(b, *at, "options stand in parentheses");
        return read_ends(b, w + 1);
}
