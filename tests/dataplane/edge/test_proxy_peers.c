/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_proxy_peers.c [--messages N] - requests and responses by the grammar, forwarded: what goes
 * on is read without a fault by this parser and by the other SIP stacks that took what came, and
 * they understand it as this parser does. Exit status 77 when no other stack is installed.
 */
#include <stdlib.h>

#include "parser/sip_check.h"
#include "parser/sip_normalise.h"
#include "parser/sip_parse.h"
#include "tests/contract/rng.h"
#include "tests/dataplane/edge/proxy_world.h"
#include "tests/parser/peers/generator.h"
#include "tests/parser/peers/reading.h"

#define PEERS_MAX 8u

static unsigned long messages = 30000;
static struct rng rng;
static struct sip_msg msg;
static struct dp_proxy_request req;
static unsigned long requests, responses, taken[PEERS_MAX];

/* Which fields a proxy leaves as they were. */
static bool stays(enum reading_field f)
{
        return f != READING_RURI && f != READING_VIAS && f != READING_CONTENT_LENGTH;
}

static bool differ(const struct reading *a, const struct reading *b, const char *peer)
{
        for (unsigned f = 0; f < READING_CNT; f++) {
                if (stays((enum reading_field)f) && strcmp(a->field[f], b->field[f]) != 0) {
                        printf("%s: %s was \"%s\", is \"%s\"\n", peer,
                               reading_field_name((enum reading_field)f), a->field[f], b->field[f]);
                        return true;
                }
        }
        return false;
}

/* Every stack that took what came takes what goes on, and it means the same. */
static void compare(const uint8_t *in, size_t in_len, const uint8_t *out, size_t out_len)
{
        static struct reading before, after;
        static struct sip_msg m;

        (void)sip_parse(out, out_len, &m);
        reading_of(&msg, &before);
        reading_of(&m, &after);
        if (!after.good || sip_check(&m).verdict == SIP_VERDICT_REJECT ||
            differ(&before, &after, "we"))
                fail_msg("%s:\n%.*s", sip_anomaly_name(sip_check(&m).reason), (int)out_len,
                         (const char *)out);
        for (unsigned i = 0; peers[i].name != NULL; i++) {
                peers[i].read(in, in_len, &before);
                if (!before.good || before.mistaken)
                        continue;
                peers[i].read(out, out_len, &after);
                if (!after.mistaken && (!after.good || differ(&before, &after, peers[i].name)))
                        fail_msg("%s, came:\n%.*s\nwent:\n%.*s", peers[i].name, (int)in_len,
                                 (const char *)in, (int)out_len, (const char *)out);
                taken[i]++;
        }
}

static struct dp_proxy_hop random_hop(void)
{
        struct dp_proxy_hop h = {.to = addr("198.51.100.7", 5080)};

        h.record_route = rng_below(&rng, 2) != 0;
        h.path = rng_below(&rng, 2) != 0;
        if (rng_below(&rng, 2) != 0)
                h.ruri = sip_text_of("sip:user@10.1.2.3:5070;transport=udp");
        if (rng_below(&rng, 3) == 0)
                h.routes = sip_text_of("<sip:p1.example;lr>,\"P\" <sip:p2.example;lr>;x=y");
        else if (rng_below(&rng, 4) == 0)
                h.routes = sip_text_of("<sip:strict.example>");
        if (rng_below(&rng, 3) == 0)
                h.lines = sip_text_of("Diversion: <sip:b@h>;reason=no-answer\r\n"
                                      "History-Info: <sip:c@h>;index=1\r\n");
        return h;
}

/* Write the list to the next octets of a static buffer. */
static const uint8_t *written(const struct sip_edit *e, size_t *len)
{
        static uint8_t out[SIP_MSG_BYTES_MAX];

        assert_int_equal(sip_edit_apply(e, out, sizeof(out), len), SIP_EDIT_OK);
        return out;
}

static void one_request(const uint8_t *in, size_t n)
{
        const struct dp_proxy_sides sides = {OUTSIDE, rng_below(&rng, 2) ? INSIDE : OUTSIDE6,
                                             65535};
        const struct dp_proxy_addr src = addr("203.0.113.5", 5061);
        struct dp_proxy_hop h = random_hop();
        struct sip_edit e = world_list(&msg);
        enum shm_reason why;
        size_t len;

        dp_proxy_request_read(&world.px, &msg, &src, false, &req);
        if (req.next == DP_PROXY_DROP || req.next == DP_PROXY_REPLY)
                return;
        why = dp_proxy_forward(&world.px, &req, &h, &sides, &e);
        if (why == SHM_REASON_PROXIED) {
                const uint8_t *out = written(&e, &len);

                requests++;
                compare(in, n, out, len);
        }
}

/* As it comes from the next hop: with a Via of ours on top. */
static void one_response(const uint8_t *in, size_t n)
{
        static uint8_t ours[SIP_MSG_BYTES_MAX];
        static struct sip_msg as_it_was;
        struct dp_proxy_addr to, src;
        struct sip_edit e = world_list(&msg);
        char branch[DP_PROXY_BRANCH_CHARS];
        const struct sip_edit_via via = {{"UDP", 3},
                                         {"198.51.100.1", 12},
                                         5070,
                                         {branch, sizeof(branch)},
                                         {"loop=0123456789abcdef", 21}};
        const uint8_t *back;
        size_t len;

        /* what its next Via says is where the request came from */
        src = (struct dp_proxy_addr){.port = 1};
        if (!dp_proxy_host_ip(msg.buf,
                              msg.via.maddr.len      ? msg.via.maddr
                              : msg.via.received.len ? msg.via.received
                                                     : msg.via.host,
                              &src.ip))
                return;
        dp_proxy_branch(&world.px, &msg, &src.ip, branch);
        if (sip_edit_via_push(&e, &via) != SIP_EDIT_OK ||
            sip_edit_apply(&e, ours, sizeof(ours), &len) != SIP_EDIT_OK)
                return;
        as_it_was = msg;
        (void)sip_parse(ours, len, &msg);
        assert_int_equal(dp_proxy_response_read(&world.px, &msg, &to), SHM_REASON_PROXIED);
        e = world_list(&msg);
        assert_int_equal(dp_proxy_response_forward(&e), SHM_REASON_PROXIED);
        back = written(&e, &len);
        assert_int_equal(len, n);
        assert_memory_equal(back, in, n);
        msg = as_it_was;
        responses++;
        compare(in, n, back, len);
}

static void all(void **state)
{
        static uint8_t text[GENERATOR_BYTES_MAX];

        (void)state;
        while (requests + responses < messages) {
                size_t n = generator_message(&rng, text);
                struct sip_judgement j;

                (void)sip_parse(text, n, &msg);
                j = sip_check(&msg);
                if (msg.error != SIP_ANOM_NONE || j.verdict != SIP_VERDICT_ACCEPT || msg.len != n)
                        continue; /* police drops it, or makes it plain before */
                if (msg.kind == SIP_KIND_REQUEST)
                        one_request(text, n);
                else
                        one_response(text, n);
        }
        printf("%lu requests and %lu responses forwarded;", requests, responses);
        for (unsigned i = 0; peers[i].name != NULL; i++)
                printf(" %s took %lu", peers[i].name, taken[i]);
        printf("\n");
        assert_true(requests > messages / 10 && responses > messages / 50);
}

int main(int argc, char **argv)
{
        const struct CMUnitTest tests[] = {cmocka_unit_test(all)};

        if (argc == 3 && strcmp(argv[1], "--messages") == 0)
                messages = strtoul(argv[2], NULL, 10);
        for (unsigned i = 0; peers_missing[i] != NULL; i++)
                printf("SKIPPED: %s is not installed\n", peers_missing[i]);
        if (peers[0].name == NULL)
                return 77;
        rng = rng_seeded("proxy_peers");
        return cmocka_run_group_tests(tests, world_open, NULL);
}
