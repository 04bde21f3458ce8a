/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_proxy.c - a message through the stateless proxy: what is forwarded is no worse than what
 * came, fits what was announced, goes neither to us nor to nobody; its response comes back to where
 * it came from, octet for octet; a response of strangers goes nowhere.
 */
#include <netinet/in.h>

#include "dataplane/edge/proxy_forward.h"
#include "dataplane/edge/proxy_response.h"
#include "parser/sip_check.h"
#include "parser/sip_parse.h"
#include "tests/fuzz/exact.h"

#define OUT_BYTES SIP_MSG_BYTES_MAX

static struct dp_proxy px;
static struct dp_proxy_request req;
static struct sip_splice splices[DP_PROXY_SPLICES];
static uint8_t text[DP_PROXY_TEXT_BYTES];
static uint8_t out[OUT_BYTES], back[OUT_BYTES];

static struct dp_proxy_addr host(uint8_t last, uint16_t port)
{
        return (struct dp_proxy_addr){{{[10] = 0xff, [11] = 0xff, 192, 0, 2, last}}, port};
}

static void once(void)
{
        static const struct dp_siphash_key key = {{7, 9}};
        const struct dp_proxy_addr a = host(1, 5060), b = host(2, 5070);

        if (px.self_cnt != 0)
                return;
        dp_proxy_init(&px, &key);
        must(dp_proxy_add_self(&px, &a.ip, a.port) == 0);
        must(dp_proxy_add_self(&px, &b.ip, b.port) == 0);
        must(dp_proxy_add_name(&px, "edge.example") == 0);
}

static struct sip_edit list(const struct sip_msg *m)
{
        struct sip_edit e = {.splices = splices,
                             .text = text,
                             .splice_cap = DP_PROXY_SPLICES,
                             .text_cap = sizeof(text)};

        sip_edit_init(&e, m);
        return e;
}

/* Octets of the input, from its end, say what the decision is. */
static struct sip_text some(const uint8_t *data, size_t size, uint8_t at, uint8_t len)
{
        size_t from = size != 0 ? (size_t)at * 4 % size : 0;

        return (struct sip_text){(const char *)data + from, len < size - from ? len : size - from};
}

static struct dp_proxy_hop hop(const uint8_t *data, size_t size)
{
        uint8_t w[8] = {0};
        struct dp_proxy_hop h = {.to = host(99, 5080)};

        memcpy(w, data + (size > 8 ? size - 8 : 0), size > 8 ? 8 : size);
        h.record_route = (w[0] & 1) != 0;
        h.path = (w[0] & 2) != 0;
        h.stream = (w[0] & 0x70) == 0x70;
        if ((w[0] & 4) != 0)
                h.ruri = (w[0] & 0x80) != 0 ? sip_text_of("sip:x@10.0.0.1")
                                            : some(data, size, w[1], w[2]);
        if ((w[0] & 8) != 0)
                h.routes = (w[1] & 0x80) != 0 ? sip_text_of("<sip:p>,<sip:q;lr>")
                                              : some(data, size, w[3], w[4]);
        if ((w[0] & 16) != 0)
                h.lines = (w[2] & 0x80) != 0 ? sip_text_of("Diversion: <sip:d@h>\r\nX-A: b\r\n")
                                             : some(data, size, w[5], w[6]);
        return h;
}

/* The next hop's answer: the Vias as it got them. */
static void respond(const struct sip_msg *forwarded, const struct dp_proxy_addr *src)
{
        static struct sip_msg m;
        struct dp_proxy_addr to;
        struct sip_edit e;
        size_t len = 0, back_len;

#define PUT(p, n)                         \
        do {                              \
                memcpy(back + len, p, n); \
                len += n;                 \
        } while (0)
        if (forwarded->len + 64u > sizeof(back))
                return;
        PUT("SIP/2.0 200 OK\r\n", 16);
        PUT(forwarded->buf + forwarded->hdrs[0].name.off,
            (size_t)forwarded->len - forwarded->hdrs[0].name.off);
#undef PUT
        if (sip_parse(back, len, &m) != SIP_ANOM_NONE ||
            sip_check(&m).verdict != SIP_VERDICT_ACCEPT)
                return;
        must(dp_proxy_response_read(&px, &m, &to) == SHM_REASON_PROXIED);
        must(memcmp(&to.ip, &src->ip, sizeof(to.ip)) == 0);
        e = list(&m);
        must(dp_proxy_response_forward(&e) == SHM_REASON_PROXIED);
        must(sip_edit_apply(&e, out, sizeof(out), &back_len) == SIP_EDIT_OK && back_len < len);
        must(sip_parse(out, back_len, &m) == SIP_ANOM_NONE && m.via_cnt + 1u == forwarded->via_cnt);
}

static void request(const struct sip_msg *m, const uint8_t *data, size_t size, bool known)
{
        static struct sip_msg after;
        const struct dp_proxy_addr src = host(7, 5061);
        const struct dp_proxy_sides sides = {&px.self[0], &px.self[data[size / 2] & 1], 65535};
        struct dp_proxy_hop h;
        struct sip_edit e = list(m);
        size_t len, want;

        dp_proxy_request_read(&px, m, &src, known, &req);
        must(strlen(req.lines) < sizeof(req.lines));
        if (req.next == DP_PROXY_REPLY || req.next == DP_PROXY_DROP) {
                must(req.reason != SHM_REASON_NONE &&
                     (req.next == DP_PROXY_REPLY) == (req.code != 0));
                return;
        }
        h = req.next == DP_PROXY_FORWARD ? dp_proxy_hop_of(&req) : hop(data, size);
        must(dp_proxy_self_of(&px, &h.to) == NULL);
        if (dp_proxy_forward(&px, &req, &h, &sides, &e) != SHM_REASON_PROXIED)
                return;
        must(sip_edit_size(&e, &want) == SIP_EDIT_OK);
        must(sip_edit_apply(&e, out, sizeof(out), &len) == SIP_EDIT_OK && len == want);
        must(len <= sides.mtu);
        (void)sip_parse(out, len, &after);
        must(after.error == SIP_ANOM_NONE && sip_check(&after).verdict != SIP_VERDICT_REJECT);
        must(after.via_cnt == m->via_cnt + 1 && after.body_len == m->body_len);
        must(dp_proxy_sent_by_us(&px, out, &after.via));
        must(dp_proxy_branch_is_ours(&px, dp_proxy_text(out, after.via.branch), &src.ip));
        must(dp_proxy_mark_seen(&after, req.mark));
        respond(&after, &src);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static struct sip_msg m;
        size_t n = size < SIP_MSG_BYTES_MAX ? size : SIP_MSG_BYTES_MAX;
        uint8_t *copy = exact_copy(data, n);
        struct dp_proxy_addr to;

        once();
        (void)sip_parse(copy, n, &m);
        if (n > 0 && m.error == SIP_ANOM_NONE && sip_check(&m).verdict == SIP_VERDICT_ACCEPT) {
                if (m.kind == SIP_KIND_REQUEST) {
                        request(&m, copy, n, false);
                        request(&m, copy, n, true);
                } else {
                        must(dp_proxy_response_read(&px, &m, &to) != SHM_REASON_PROXIED);
                }
        }
        free(copy);
        return 0;
}
