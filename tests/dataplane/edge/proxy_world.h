/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proxy_world.h - a proxy with two arms, and messages that come to it: what goes on is read again
 * by the parser without a fault and without anything odd, and compared octet for octet but for what
 * is made with the key, which becomes '*' (and is tested where it is made).
 */
#ifndef SLUICE_TESTS_DATAPLANE_EDGE_PROXY_WORLD_H
#define SLUICE_TESTS_DATAPLANE_EDGE_PROXY_WORLD_H

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>

#include "dataplane/edge/proxy_forward.h"
#include "dataplane/edge/proxy_response.h"
#include "tests/parser/whole.h"

#define WORLD_BYTES 8192u

struct world {
        struct dp_proxy px;
        struct whole in;
        struct dp_proxy_request req;
        struct sip_splice splices[DP_PROXY_SPLICES];
        uint8_t text[DP_PROXY_TEXT_BYTES];
        char out[WORLD_BYTES]; /* what goes on, terminated */
        char masked[WORLD_BYTES];
        size_t out_len;
};

static struct world world;

static inline struct dp_proxy_addr addr(const char *ip, uint16_t port)
{
        struct dp_proxy_addr a = {.port = port};

        if (strchr(ip, ':') != NULL) {
                assert_int_equal(inet_pton(AF_INET6, ip, a.ip.b), 1);
        } else {
                a.ip.b[10] = a.ip.b[11] = 0xff;
                assert_int_equal(inet_pton(AF_INET, ip, a.ip.b + 12), 1);
        }
        return a;
}

/* 192.0.2.1 and 2001:db8::1 outside, 198.51.100.1:5070 inside. */
#define OUTSIDE  (&world.px.self[0])
#define INSIDE   (&world.px.self[1])
#define OUTSIDE6 (&world.px.self[2])

static inline int world_open(void **state)
{
        static const struct dp_siphash_key key = {{UINT64_C(0x0706050403020100), 15}};
        static const struct {
                const char *ip;
                uint16_t port;
        } selves[] = {{"192.0.2.1", 5060}, {"198.51.100.1", 5070}, {"2001:db8::1", 5060}};

        (void)state;
        dp_proxy_init(&world.px, &key);
        for (size_t i = 0; i < sizeof(selves) / sizeof(selves[0]); i++) {
                struct dp_proxy_addr a = addr(selves[i].ip, selves[i].port);

                assert_int_equal(dp_proxy_add_self(&world.px, &a.ip, a.port), 0);
        }
        assert_int_equal(dp_proxy_add_name(&world.px, "Edge.example.com"), 0);
        return 0;
}

/* Read a message; it stays until the next one. */
static inline const struct sip_msg *world_in(const char *text)
{
        if (world.in.g.map != NULL)
                whole_end(&world.in);
        whole_parse(&world.in, text, strlen(text));
        if (world.in.m.error != SIP_ANOM_NONE)
                fail_msg("%s:\n%s", sip_anomaly_name(world.in.j.reason), text);
        return &world.in.m;
}

static inline struct sip_edit world_list(const struct sip_msg *m)
{
        struct sip_edit e = {.splices = world.splices,
                             .text = world.text,
                             .splice_cap = DP_PROXY_SPLICES,
                             .text_cap = sizeof(world.text)};

        sip_edit_init(&e, m);
        return e;
}

static inline size_t hex_run(const char *p)
{
        size_t n = 0;

        while ((p[n] >= '0' && p[n] <= '9') || (p[n] >= 'a' && p[n] <= 'f'))
                n++;
        return n;
}

/* Our branches, marks and tokens as '*'. */
static inline const char *world_mask(const char *in)
{
        char *out = world.masked;

        while (*in != '\0') {
                if (strncmp(in, "branch=z9hG4bK", 14) == 0 && hex_run(in + 14) == 48) {
                        out += sprintf(out, "branch=z9hG4bK*");
                        in += 14 + 48;
                } else if (strncmp(in, "loop=", 5) == 0 && hex_run(in + 5) == 16) {
                        out += sprintf(out, "loop=*");
                        in += 5 + 16;
                } else if (strncmp(in, "<sip:", 5) == 0 && (in[5] == 'd' || in[5] == 'p') &&
                           hex_run(in + 6) >= 17 && in[6 + hex_run(in + 6)] == '@') {
                        out += sprintf(out, "<sip:*%c", in[5]);
                        in += 6 + hex_run(in + 6);
                } else {
                        *out++ = *in++;
                }
        }
        *out = '\0';
        return world.masked;
}

/* What is said of the topmost Via of a response is the next one's when ours has gone. */
static inline bool world_of_next_via(const struct sip_msg *m, unsigned a)
{
        return m->kind == SIP_KIND_RESPONSE &&
               (a == SIP_ANOM_VIA_BRANCH_MISSING || a == SIP_ANOM_VIA_NO_COOKIE ||
                a == SIP_ANOM_VIA_BRANCH_EMPTY || a == SIP_ANOM_VIA_MADDR);
}

/* The list as a message: read again, without a fault and, if what came had nothing odd, without
 * anything odd. */
static inline const char *world_write(const struct sip_edit *e)
{
        struct whole w;

        assert_string_equal(sip_edit_status_name((enum sip_edit_status)e->status), "ok");
        assert_int_equal(
            sip_edit_apply(e, (uint8_t *)world.out, sizeof(world.out) - 1, &world.out_len),
            SIP_EDIT_OK);
        world.out[world.out_len] = '\0';
        whole_parse(&w, world.out, world.out_len);
        if (w.m.error != SIP_ANOM_NONE || w.j.verdict == SIP_VERDICT_REJECT)
                fail_msg("%s:\n%s", sip_anomaly_name(w.j.reason), world.out);
        for (unsigned a = 1; a < SIP_ANOM_CNT; a++) {
                if (sip_anom_has(&w.m.anomalies, (enum sip_anomaly)a) &&
                    !world_of_next_via(&w.m, a) &&
                    !sip_anom_has(&world.in.m.anomalies, (enum sip_anomaly)a))
                        fail_msg("now it is %s:\n%s", sip_anomaly_name((enum sip_anomaly)a),
                                 world.out);
        }
        whole_end(&w);
        return world.out;
}

/* Read a request from there. */
static inline const struct dp_proxy_request *world_read(const char *text, struct dp_proxy_addr src)
{
        dp_proxy_request_read(&world.px, world_in(text), &src, false, &world.req);
        return &world.req;
}

/* Forward the request that was read. NULL and the reason, or the message. */
static inline const char *world_forward(const struct dp_proxy_hop *hop,
                                        const struct dp_proxy_sides *sides, enum shm_reason *why)
{
        struct sip_edit e = world_list(world.req.msg);

        *why = dp_proxy_forward(&world.px, &world.req, hop, sides, &e);
        return *why == SHM_REASON_PROXIED ? world_write(&e) : NULL;
}

/* The branch of the topmost Via of what went on. */
static inline const char *world_branch(char out[DP_PROXY_BRANCH_CHARS + 1])
{
        const char *at = strstr(world.out, ";branch=");

        assert_non_null(at);
        memcpy(out, at + 8, DP_PROXY_BRANCH_CHARS);
        out[DP_PROXY_BRANCH_CHARS] = '\0';
        return out;
}

/* The user part of the first URI of ours that carries a token, behind the text `from` of what went
 * on. */
static inline const char *world_token(const char *from, char out[DP_PROXY_TOKEN_CHARS_MAX + 1])
{
        const char *at = strstr(world.out, from), *end;

        assert_non_null(at);
        at = strstr(at, "<sip:");
        assert_non_null(at);
        end = strchr(at, '@');
        assert_non_null(end);
        snprintf(out, DP_PROXY_TOKEN_CHARS_MAX + 1, "%.*s", (int)(end - at - 5), at + 5);
        return out;
}

#endif
