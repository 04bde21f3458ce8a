/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/control/detect/detect_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "control/prefix.h"
#include "parser/sip_parse.h"

#define START_NS (UINT64_C(1790000000) * S)

static void told(void *arg, const struct cp_alert *a, enum cp_alert_news news)
{
        struct world *w = arg;

        w->started[a->detection] += news == CP_ALERT_START;
        w->stopped[a->detection] += news == CP_ALERT_STOP;
        w->last[a->detection] = *a;
}

/* A sketch may take two items for one, which bits they share depends on the key, and a threshold is
 * then met by one mark more. Under this key no items of these tests meet, so each count is exact;
 * how far a sketch errs under random keys is the subject of test_sketch. */
static const struct cp_siphash_key hash_key = {{UINT64_C(0x5109), UINT64_C(0xd37ec7)}};

static void fix_key(struct cp_detect *d)
{
        d->key = hash_key;
        d->table.key = hash_key;
        d->sources.key = hash_key;
}

void world_make(struct world *w, enum cp_detect_mode mode)
{
        struct cp_detect_config c;

        memset(w, 0, sizeof(*w));
        cp_detect_config_default(&c);
        for (unsigned d = 1; d < CP_DETECTION_CNT; d++)
                c.rule[d].mode = (uint8_t)mode;
        w->d = cp_detect_create(&c, told, w);
        assert_non_null(w->d);
        fix_key(w->d);
        w->now_ns = START_NS;
}

void world_free(struct world *w)
{
        cp_detect_destroy(w->d);
        w->d = NULL;
}

struct shm_ip world_ip(const char *text)
{
        struct cp_prefix p;

        assert_int_equal(cp_prefix_parse(text, &p), 0);
        return p.ip;
}

static const char *or_else(const char *s, const char *otherwise)
{
        return s != NULL ? s : otherwise;
}

static size_t write_message(const struct said *s, char *buf, size_t cap)
{
        static unsigned serial;
        const char *user = or_else(s->user, "bob");
        const char *method = or_else(s->method, "INVITE");
        char start[256];
        char call[64];
        char branch[64];
        int n;

        serial++;
        snprintf(call, sizeof(call), "call-%u@test", serial);
        snprintf(branch, sizeof(branch), "z9hG4bK-%u", serial);
        if (s->status != 0)
                snprintf(start, sizeof(start), "SIP/2.0 %u Answer", s->status);
        else
                snprintf(start, sizeof(start), "%s sip:%s@example.com SIP/2.0", method, user);
        n = snprintf(buf, cap,
                     "%s\r\nVia: SIP/2.0/UDP 198.51.100.7:5060;branch=%s\r\n"
                     "From: <sip:%s@example.com>;tag=f\r\nTo: <sip:%s@example.com>%s\r\n"
                     "Call-ID: %s\r\nCSeq: 1 %s\r\nMax-Forwards: 70\r\n%s%s%s%s"
                     "Content-Length: 0\r\n\r\n",
                     start, or_else(s->branch, branch), or_else(s->from, "alice"), user,
                     s->to_tag || s->status > 100 ? ";tag=t" : "", or_else(s->call, call), method,
                     s->agent != NULL ? "User-Agent: " : "", or_else(s->agent, ""),
                     s->agent != NULL ? "\r\n" : "",
                     s->credentials ? "Authorization: Digest username=\"a\",realm=\"r\","
                                      "nonce=\"n\",uri=\"sip:r\",response=\"00\"\r\n"
                                    : "");
        assert_in_range(n, 1, cap - 1);
        return (size_t)n;
}

void world_say_at(struct world *w, const struct said *s, uint64_t time_ns)
{
        static struct sip_msg msg;
        struct shm_ip out = world_ip(or_else(s->src, "198.51.100.7"));
        struct shm_ip in = world_ip("192.0.2.100");
        uint16_t port = s->port != 0 ? s->port : 5060;
        struct shm_event ev = {
            .time_ns = time_ns,
            .flow = {.src = s->inside ? in : out,
                     .dst = s->inside ? out : in,
                     .sport = s->inside ? 5060 : port,
                     .dport = s->inside ? port : 5060,
                     .ip_proto = 17,
                     .side = s->inside ? SHM_SIDE_INSIDE : SHM_SIDE_OUTSIDE},
            .action = s->code != 0     ? SHM_ACTION_REPLY
                      : s->reason == 0 ? SHM_ACTION_PASS
                                       : SHM_ACTION_DROP,
            .code = s->code,
            .reason = s->reason == 0 ? SHM_REASON_PASS_POLICY : s->reason,
            .lane = s->lane,
            .known = s->known,
        };
        char text[2048];
        size_t len = write_message(s, text, sizeof(text));

        ev.msg_len = ev.full_len = (uint16_t)len;
        assert_int_equal(sip_parse((const uint8_t *)text, len, &msg), SIP_ANOM_NONE);
        cp_detect_event(w->d, &ev, &msg);
}

void world_say(struct world *w, const struct said *s)
{
        world_say_at(w, s, w->now_ns);
}

void world_pass(struct world *w, unsigned seconds)
{
        for (unsigned i = 0; i < seconds; i++) {
                w->now_ns += S;
                cp_detect_tick(w->d, NULL, w->now_ns);
        }
}

unsigned world_started(const struct world *w, enum cp_detection besides)
{
        unsigned n = 0;

        for (unsigned d = 1; d < CP_DETECTION_CNT; d++)
                n += d != besides ? w->started[d] : 0;
        return n;
}

const char *world_number(const char *fmt, unsigned n)
{
        static char text[8][64];
        static unsigned next;
        char *t = text[next++ % 8];

        snprintf(t, sizeof(text[0]), fmt, n);
        return t;
}

void world_assert_source(const struct world *w, enum cp_detection d, const char *address)
{
        struct shm_ip want = world_ip(address);

        assert_memory_equal(&w->last[d].ip, &want, sizeof(want));
}

void world_assert_text(const struct world *w, enum cp_detection d, const char *text)
{
        const struct cp_detect_text *t = &w->last[d].text;

        assert_int_equal(t->len, strlen(text));
        assert_memory_equal(t->at, text, t->len);
}

void world_assert_one_alert(struct world *w, enum cp_detection d)
{
        assert_int_equal(w->started[d], 1);
        assert_int_equal(world_started(w, d), 0);
        assert_int_equal(w->stopped[d], 0);
        world_pass(w, w->d->config.rule[d].window_s + 2);
        assert_int_equal(w->stopped[d], 1);
        assert_int_equal(w->d->active, 0);
}

void world_log_in(struct world *w, const char *src, uint16_t port, const char *user)
{
        world_say(w, &(struct said){.src = src, .port = port, .method = "REGISTER", .user = user});
        world_say(w, &(struct said){.src = src,
                                    .port = port,
                                    .method = "REGISTER",
                                    .user = user,
                                    .inside = true,
                                    .status = 401});
        world_say(w, &(struct said){.src = src,
                                    .port = port,
                                    .method = "REGISTER",
                                    .user = user,
                                    .credentials = true,
                                    .known = SHM_KNOWN_PROVES});
        world_say(w, &(struct said){.src = src,
                                    .port = port,
                                    .method = "REGISTER",
                                    .user = user,
                                    .inside = true,
                                    .status = 200,
                                    .known = SHM_KNOWN_REGISTERED});
}
