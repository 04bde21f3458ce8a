/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/dataplane/bad_layers.h"

#include <stdio.h>

#define IP_LAYERS_MAX 64u
#define NOT_SAID      UINT32_MAX
#define MTU           1500u

struct layers {
        struct frame *f;
        size_t next_at;    /* where the layer before says what follows it */
        unsigned next_len; /* octets there: 0, 1 or 2 */
        size_t ip[IP_LAYERS_MAX], udp[IP_LAYERS_MAX]; /* to be sealed, innermost last */
        uint32_t ip_len[IP_LAYERS_MAX], udp_len[IP_LAYERS_MAX], udp_sum[IP_LAYERS_MAX];
        unsigned ip_cnt, udp_cnt;
        size_t cut;
};

/* KEY=number in the arguments of a word, or NOT_SAID. */
static uint32_t arg(const char *args, const char *key)
{
        const char *at = strstr(args, key);

        return at && at[strlen(key)] == '=' ? (uint32_t)strtoul(at + strlen(key) + 1, NULL, 10)
                                            : NOT_SAID;
}

static uint32_t arg_or(const char *args, const char *key, uint32_t otherwise)
{
        uint32_t v = arg(args, key);

        return v == NOT_SAID ? otherwise : v;
}

/* Append, as far as a frame of the MTU has room. */
static void put(struct layers *l, const void *p, size_t n)
{
        size_t room = MTU - (l->f->len < MTU ? l->f->len : MTU);

        frame_put(l->f, p, n < room ? n : room);
}

/* The layer before is told what this one is. */
static void is_next(struct layers *l, unsigned ethertype, unsigned proto)
{
        if (l->next_len == 2)
                frame_set16(l->f, l->next_at, ethertype);
        else if (l->next_len == 1)
                l->f->b[l->next_at] = (uint8_t)proto;
        l->next_len = 0;
}

static void says_next(struct layers *l, size_t at, unsigned len)
{
        l->next_at = at;
        l->next_len = at + len <= l->f->len ? len : 0;
}

static void tag(struct layers *l, unsigned type)
{
        is_next(l, type, 0);
        put(l, "\0\5\0\0", 4);
        says_next(l, l->f->len - 2, 2);
}

static void ip_layer(struct layers *l, size_t at, uint32_t len)
{
        if (l->ip_cnt == IP_LAYERS_MAX)
                abort();
        l->ip[l->ip_cnt] = at;
        l->ip_len[l->ip_cnt++] = len;
}

static void ip4(struct layers *l, const char *args)
{
        uint8_t h[20] = {[0] = 0x45, [8] = 64, [12] = 192, 0, 2, 1, 198, 51, 100, 2};
        uint32_t off = arg_or(args, "off", 0) | arg_or(args, "mf", 0) << 13;
        uint32_t id = arg_or(args, "id", 0);
        size_t at = l->f->len;

        is_next(l, 0x0800, 4);
        h[0] = (uint8_t)(0x40 | arg_or(args, "ihl", 5));
        h[4] = (uint8_t)(id >> 8);
        h[5] = (uint8_t)id;
        h[6] = (uint8_t)(off >> 8);
        h[7] = (uint8_t)off;
        put(l, h, sizeof(h));
        if (l->f->len - at == sizeof(h))
                ip_layer(l, at, arg(args, "len"));
        says_next(l, at + 9, 1);
}

static void ip6(struct layers *l, const char *args)
{
        uint8_t h[40] = {0x60, [7] = 64, [8] = 0x20, 1, 0xd, 0xb8};
        size_t at = l->f->len;

        is_next(l, 0x86dd, 41);
        h[23] = 1;
        memcpy(h + 24, h + 8, 4);
        h[39] = 2;
        put(l, h, sizeof(h));
        if (l->f->len - at == sizeof(h))
                ip_layer(l, at, arg(args, "len"));
        says_next(l, at + 6, 1);
}

static void extension(struct layers *l, unsigned proto, size_t bytes)
{
        uint8_t h[2048] = {0, (uint8_t)(bytes / 8 - 1)};
        size_t at = l->f->len;

        is_next(l, 0, proto);
        if (proto == 43) /* routing type 0, all segments ahead */
                h[3] = (uint8_t)(bytes / 16);
        put(l, h, bytes < sizeof(h) ? bytes : sizeof(h));
        says_next(l, at, 1);
}

static void frag6(struct layers *l, const char *args)
{
        uint32_t off = arg_or(args, "off", 0) << 3 | arg_or(args, "mf", 0);
        const uint8_t h[8] = {17, 0, (uint8_t)(off >> 8), (uint8_t)off, 1, 2, 3, 4};

        is_next(l, 0, 44);
        put(l, h, sizeof(h));
        says_next(l, l->f->len - sizeof(h), 1);
}

static void udp(struct layers *l, const char *args)
{
        uint32_t dport = arg_or(args, "dport", 5060);
        const uint8_t h[8] = {5061 >> 8, 5061 & 0xff, (uint8_t)(dport >> 8), (uint8_t)dport};
        size_t at = l->f->len;

        is_next(l, 0, 17);
        put(l, h, sizeof(h));
        if (l->f->len - at != sizeof(h))
                return;
        l->udp[l->udp_cnt] = at;
        l->udp_len[l->udp_cnt] = arg(args, "len");
        l->udp_sum[l->udp_cnt++] = arg(args, "sum");
}

static void gre(struct layers *l)
{
        is_next(l, 0, 47);
        put(l, "\0\0\0\0", 4);
        says_next(l, l->f->len - 2, 2);
}

static void octets(struct layers *l, size_t n)
{
        for (size_t i = 0; i < n; i++) {
                const uint8_t octet = (uint8_t)(0xf0 ^ i);

                put(l, &octet, 1);
        }
}

static void word(struct layers *l, const char *w)
{
        static const char sip[] = "OPTIONS sip:a@b SIP/2.0\r\n\r\n";
        const char *colon = strchr(w, ':');
        const char *args = colon ? colon + 1 : "";
        size_t name = colon ? (size_t)(colon - w) : strlen(w);
        size_t n = strtoul(args, NULL, 10);

#define IS(text) (name == sizeof(text) - 1 && memcmp(w, text, name) == 0)
        if (IS("vlan"))
                tag(l, 0x8100);
        else if (IS("qinq"))
                tag(l, 0x88a8);
        else if (IS("ip4"))
                ip4(l, args);
        else if (IS("ip6"))
                ip6(l, args);
        else if (IS("dst"))
                extension(l, 60, n);
        else if (IS("route0"))
                extension(l, 43, n);
        else if (IS("frag6"))
                frag6(l, args);
        else if (IS("udp"))
                udp(l, args);
        else if (IS("gre"))
                gre(l);
        else if (IS("gtp"))
                put(l, "\x30\xff\0\0\0\0\0\1", 8);
        else if (IS("sip"))
                put(l, sip, sizeof(sip) - 1);
        else if (IS("pay"))
                octets(l, n);
        else if (IS("cut"))
                l->cut = n;
        else {
                fprintf(stderr, "layers: unknown word %s\n", w);
                exit(1);
        }
#undef IS
}

static void seal_ip(struct frame *f, size_t at, uint32_t said)
{
        int v6 = f->b[at] >> 4 == 6;
        size_t len = f->len - at - (v6 ? 40 : 0);

        frame_set16(f, at + (v6 ? 4 : 2), said != NOT_SAID ? said : (unsigned)len);
        if (!v6) {
                unsigned ihl = f->b[at] & 15u;

                f->l3 = at;
                if (ihl >= 5)
                        frame_ip4_seal(f);
        }
}

void bad_layers_build(struct frame *f, const char *words, size_t n)
{
        struct layers l = {.f = f};
        char copy[4096], *rest = copy, *w;

        if (n >= sizeof(copy))
                abort();
        memcpy(copy, words, n);
        copy[n] = '\0';
        frame_eth(f, 0);
        says_next(&l, 12, 2);
        while ((w = strsep(&rest, " "))) {
                if (w[0] != '\0')
                        word(&l, w);
        }
        /* Inside out: a checksum covers the layers within. */
        for (unsigned i = l.udp_cnt; i > 0; i--) {
                size_t at = l.udp[i - 1];

                frame_set16(f, at + 4,
                            l.udp_len[i - 1] != NOT_SAID ? l.udp_len[i - 1]
                                                         : (unsigned)(f->len - at));
        }
        for (unsigned i = l.ip_cnt; i > 0; i--)
                seal_ip(f, l.ip[i - 1], l.ip_len[i - 1]);
        /* The outermost UDP alone is looked at. */
        if (l.udp_cnt > 0 && l.ip_cnt > 0) {
                unsigned right = frame_udp_checksum(f->b, l.ip[0], l.udp[0], f->len);
                /* One that is said is meant to be wrong, and by chance it may be right. */
                unsigned wrong = l.udp_sum[0] == right ? right ^ 1u : l.udp_sum[0];

                frame_set16(f, l.udp[0] + 6, l.udp_sum[0] == NOT_SAID ? right : wrong);
        }
        f->len -= l.cut < f->len ? l.cut : f->len;
}
