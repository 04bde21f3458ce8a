/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/dataplane/proxy_rig.h"

#include <stdio.h>

#include "dataplane/edge/proxy_forward.h"
#include "dataplane/edge/proxy_response.h"
#include "parser/sip_parse.h"

static struct dp_proxy px;
static struct dp_proxy_request req;
static struct sip_splice splices[DP_PROXY_SPLICES];
static uint8_t text[DP_PROXY_TEXT_BYTES];
static uint8_t out[SIP_MSG_BYTES_MAX];

static struct dp_proxy_addr host(uint8_t last, uint16_t port)
{
        return (struct dp_proxy_addr){{{[10] = 0xff, [11] = 0xff, 192, 0, 2, last}}, port};
}

bool proxy_rig_start(void)
{
        static const struct dp_siphash_key key = {{1, 2}};
        const struct dp_proxy_addr a = host(1, 5060), b = host(2, 5070);

        dp_proxy_init(&px, &key);
        return dp_proxy_add_self(&px, &a.ip, a.port) == 0 &&
               dp_proxy_add_self(&px, &b.ip, b.port) == 0;
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

static bool is(const struct sip_msg *m, enum dp_proxy_next next)
{
        const struct dp_proxy_addr src = host(9, 5061);

        dp_proxy_request_read(&px, m, &src, false, &req);
        return req.next == next;
}

static bool goes_to(const struct dp_proxy_hop *hop)
{
        const struct dp_proxy_sides sides = {&px.self[0], &px.self[1], 65535};
        struct sip_edit e = list(req.msg);
        size_t len;

        return dp_proxy_forward(&px, &req, hop, &sides, &e) == SHM_REASON_PROXIED &&
               sip_edit_apply(&e, out, sizeof(out), &len) == SIP_EDIT_OK;
}

bool proxy_rig_read(const struct sip_msg *m)
{
        return is(m, DP_PROXY_ASK);
}

bool proxy_rig_parse_read(const struct sip_msg *m)
{
        static struct sip_msg again;

        (void)sip_parse(m->buf, m->len, &again);
        return proxy_rig_read(&again);
}

bool proxy_rig_forward(const struct sip_msg *m)
{
        const struct dp_proxy_hop hop = {
            .to = host(77, 5060), .record_route = true, .ruri = {"sip:bob@192.0.2.77:5060", 23}};

        return is(m, DP_PROXY_ASK) && goes_to(&hop);
}

bool proxy_rig_dialog(const struct sip_msg *m)
{
        struct dp_proxy_hop hop;

        if (!is(m, DP_PROXY_FORWARD))
                return false;
        hop = dp_proxy_hop_of(&req);
        return goes_to(&hop);
}

bool proxy_rig_respond(const struct sip_msg *m)
{
        struct sip_edit e = list(m);
        struct dp_proxy_addr to;
        size_t len;

        return dp_proxy_response_read(&px, m, &to) == SHM_REASON_PROXIED &&
               dp_proxy_response_forward(&e) == SHM_REASON_PROXIED &&
               sip_edit_apply(&e, out, sizeof(out), &len) == SIP_EDIT_OK;
}

size_t proxy_rig_via(const struct sip_msg *m, char made[PROXY_RIG_TEXT_BYTES])
{
        char branch[DP_PROXY_BRANCH_CHARS];
        struct shm_ip ip;

        if (m->via.maddr.len != 0 ||
            !dp_proxy_host_ip(m->buf, m->via.received.len != 0 ? m->via.received : m->via.host,
                              &ip))
                return 0;
        dp_proxy_branch(&px, m, &ip, branch);
        return (size_t)snprintf(
            made, PROXY_RIG_TEXT_BYTES,
            "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=%.*s;loop=0123456789abcdef\r\n",
            (int)sizeof(branch), branch);
}

size_t proxy_rig_route(const struct sip_msg *m, char made[PROXY_RIG_TEXT_BYTES])
{
        const struct dp_proxy_token t = {.kind = DP_PROXY_TOKEN_DIALOG};
        char token[DP_PROXY_TOKEN_CHARS_MAX];
        int len = (int)dp_proxy_token_write(&px, m, &t, token);

        return (size_t)snprintf(
            made, PROXY_RIG_TEXT_BYTES,
            "Route: <sip:%.*s@192.0.2.1:5060;lr>,<sip:%.*s@192.0.2.2:5070;lr>\r\n", len, token, len,
            token);
}
