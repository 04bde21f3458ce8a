/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_proxy_branch.c [--transactions N] - the branch, over transactions by chance: an INVITE, what
 * repeats it, its CANCEL and its ACK have the same, all others another; a loop is told and a spiral
 * is not taken for one; responses to all of them are known.
 */
#include "tests/contract/rng.h"
#include "tests/dataplane/edge/proxy_world.h"

static unsigned long transactions = 100000;
static struct rng rng;

/* One transaction of a client. */
struct transaction {
        char via[128]; /* the topmost, without "Via: SIP/2.0/UDP " */
        char uri[64], call_id[64], tag[32];
        uint32_t cseq;
        bool rfc2543;
};

static struct transaction random_transaction(unsigned long i)
{
        struct transaction t = {.rfc2543 = rng_below(&rng, 4) == 0};
        unsigned long long r = rng_next(&rng);

        t.cseq = (uint32_t)rng_below(&rng, UINT32_C(1) << 31);
        snprintf(t.uri, sizeof(t.uri), "sip:u%llu@b.example", r % 1000);
        snprintf(t.call_id, sizeof(t.call_id), "c%lu-%llx", i, r);
        snprintf(t.tag, sizeof(t.tag), "f%llx", r >> 40);
        if (t.rfc2543)
                snprintf(t.via, sizeof(t.via), r & 1 ? "10.0.0.%llu" : "10.0.0.%llu;branch=%llu",
                         r % 200, r % 7);
        else
                snprintf(t.via, sizeof(t.via), "10.0.0.%llu:%llu;rport;branch=z9hG4bK%lx%llx",
                         r % 200, 5060 + r % 3, i, r);
        return t;
}

static const struct sip_msg *message(const struct transaction *t, const char *method,
                                     const char *more, const char *to_tag)
{
        static char text[2048];

        snprintf(text, sizeof(text),
                 "%s %s SIP/2.0\r\nVia: SIP/2.0/UDP %s\r\nVia: SIP/2.0/UDP z;branch=z9hG4bKq\r\n"
                 "Max-Forwards: 70\r\n%sFrom: <sip:a@h>;tag=%s\r\nTo: <sip:b@h>%s\r\n"
                 "Call-ID: %s\r\nCSeq: %u %s\r\nContent-Length: 0\r\n\r\n",
                 method, t->uri, t->via, more, t->tag, to_tag, t->call_id, t->cseq, method);
        assert_int_equal(sip_parse((const uint8_t *)text, strlen(text), &world.in.m),
                         SIP_ANOM_NONE);
        return &world.in.m;
}

static const char *branch(const struct sip_msg *m, const char *src)
{
        static char out[DP_PROXY_BRANCH_CHARS + 1];
        const struct dp_proxy_addr a = addr(src, 1);

        dp_proxy_branch(&world.px, m, &a.ip, out);
        return out;
}

static int by_text(const void *a, const void *b)
{
        return memcmp(a, b, DP_PROXY_BRANCH_CHARS);
}

static void same_and_different(void **state)
{
        char(*all)[DP_PROXY_BRANCH_CHARS] = calloc(transactions, sizeof(all[0]));
        struct dp_proxy other_worker = world.px;

        (void)state;
        assert_non_null(all);
        for (unsigned long i = 0; i < transactions; i++) {
                struct transaction t = random_transaction(i);
                const struct shm_ip *src;
                struct dp_proxy_addr from = addr("203.0.113.5", 1), else_from = from;
                char one[DP_PROXY_BRANCH_CHARS + 1];

                strcpy(one,
                       branch(message(&t, "INVITE", "Proxy-Require: x\r\n", ""), "203.0.113.5"));
                memcpy(all[i], one, sizeof(all[i]));
                assert_int_equal(strspn(one + 7, "0123456789abcdef"), 48);
                assert_string_equal(one, branch(message(&t, "INVITE", "", ""), "203.0.113.5"));
                assert_string_equal(one, branch(message(&t, "CANCEL", "", ""), "203.0.113.5"));
                assert_string_equal(
                    one,
                    branch(message(&t, "ACK", "Proxy-Authorization: Digest x=y\r\n", ";tag=404"),
                           "203.0.113.5"));
                src = &from.ip;
                assert_true(dp_proxy_branch_is_ours(&other_worker, sip_text_of(one), src));
                else_from.ip.b[15]++;
                assert_false(dp_proxy_branch_is_ours(&world.px, sip_text_of(one), &else_from.ip));
                one[7 + rng_below(&rng, 48)] ^= 1;
                assert_false(dp_proxy_branch_is_ours(&world.px, sip_text_of(one), src));
        }
        qsort(all, transactions, sizeof(all[0]), by_text);
        for (unsigned long i = 1; i < transactions; i++)
                assert_int_not_equal(by_text(all[i - 1], all[i]), 0);
        free(all);
}

/* Each field of 16.11 makes another branch; the seal makes another one for another source. */
static void what_counts(void **state)
{
        struct transaction t = {"10.0.0.1;branch=z9hG4bKa", "sip:b@h", "c", "f", 1, false}, u;
        char one[DP_PROXY_BRANCH_CHARS + 1];
        struct dp_proxy later = world.px;
        struct dp_proxy_addr a = addr("203.0.113.5", 1);

        (void)state;
        strcpy(one, branch(message(&t, "INVITE", "", ""), "203.0.113.5"));
        assert_string_not_equal(one, branch(&world.in.m, "203.0.113.6"));
        assert_memory_equal(one, branch(&world.in.m, "203.0.113.6"), 39);
        u = t;
        strcpy(u.via, "10.0.0.1;branch=z9hG4bKb");
        assert_string_not_equal(one, branch(message(&u, "INVITE", "", ""), "203.0.113.5"));
        strcpy(u.via, "10.0.0.2;branch=z9hG4bKa");
        assert_string_not_equal(one, branch(message(&u, "INVITE", "", ""), "203.0.113.5"));
        strcpy(u.via, "10.0.0.1:5070;branch=z9hG4bKa");
        assert_string_not_equal(one, branch(message(&u, "INVITE", "", ""), "203.0.113.5"));
        /* RFC 2543: no branch, none with the cookie, nothing behind the cookie */
        static const char *const vias[] = {"10.0.0.1", "10.0.0.1;branch=1",
                                           "10.0.0.1;branch=z9hG4bK"};

        for (size_t i = 0; i < 3; i++) {
                strcpy(t.via, vias[i]);
                strcpy(one, branch(message(&t, "INVITE", "", ""), "203.0.113.5"));
                u = t;
                u.cseq = 2;
                assert_string_not_equal(one, branch(message(&u, "INVITE", "", ""), "203.0.113.5"));
                u = t;
                strcpy(u.call_id, "d");
                assert_string_not_equal(one, branch(message(&u, "INVITE", "", ""), "203.0.113.5"));
                u = t;
                strcpy(u.tag, "g");
                assert_string_not_equal(one, branch(message(&u, "INVITE", "", ""), "203.0.113.5"));
                u = t;
                strcpy(u.uri, "sip:c@h");
                assert_string_not_equal(one, branch(message(&u, "INVITE", "", ""), "203.0.113.5"));
                assert_string_equal(one, branch(message(&t, "ACK", "", ";tag=1"), "203.0.113.5"));
        }
        /* another key: nothing of it is known */
        later.key.k[0]++;
        assert_true(dp_proxy_branch_is_ours(&world.px, sip_text_of(one), &a.ip));
        assert_false(dp_proxy_branch_is_ours(&later, sip_text_of(one), &a.ip));
}

/* ---- loops and spirals ---- */

static void invite(char out[WORLD_BYTES], const struct transaction *t)
{
        const struct sip_msg *m = message(t, "INVITE", "", "");

        memcpy(out, m->buf, m->len);
        out[m->len] = '\0';
}

/* What another proxy makes of what we sent: it puts its Via on top. */
static char passed_on[WORLD_BYTES];

static const char *pass_on(const char *old_uri, const char *new_uri, unsigned hop)
{
        const char *via = strstr(world.out, "Via:");

        assert_int_equal(strncmp(world.out, "INVITE ", 7), 0);
        snprintf(passed_on, sizeof(passed_on),
                 "INVITE %s SIP/2.0\r\nVia: SIP/2.0/UDP 198.51.100.7;branch=z9hG4bKk%u%llx\r\n%s",
                 new_uri != NULL ? new_uri : old_uri, hop, (unsigned long long)rng_next(&rng), via);
        return passed_on;
}

static enum shm_reason forward_from(const char *text, const char *src)
{
        const struct dp_proxy_sides sides = {OUTSIDE, INSIDE, 1500};
        struct dp_proxy_hop hop = {.to = addr("198.51.100.7", 5060)};
        enum shm_reason why;

        if (world_read(text, addr(src, 5060))->next != DP_PROXY_ASK)
                return (enum shm_reason)world.req.reason;
        assert_non_null(world_forward(&hop, &sides, &why));
        return SHM_REASON_PROXIED;
}

static void loops(void **state)
{
        unsigned long rounds = transactions / 50;

        (void)state;
        for (unsigned long i = 0; i < rounds; i++) {
                struct transaction t = random_transaction(i);
                static char text[WORLD_BYTES];
                unsigned spirals = 1 + (unsigned)rng_below(&rng, 3);
                char uri[2][64];

                invite(text, &t);
                assert_int_equal(forward_from(text, "203.0.113.5"), SHM_REASON_PROXIED);
                /* back from the next hop as it was: decided for another source, so no loop yet;
                 * then with other Request-URIs; and now as it was before */
                assert_int_equal(forward_from(pass_on(t.uri, NULL, 0), "198.51.100.7"),
                                 SHM_REASON_PROXIED);
                snprintf(uri[0], sizeof(uri[0]), "%s", t.uri);
                for (unsigned k = 1; k <= spirals; k++) {
                        snprintf(uri[k & 1], sizeof(uri[0]), "sip:x%u@h", k);
                        assert_int_equal(forward_from(pass_on(NULL, uri[k & 1], k), "198.51.100.7"),
                                         SHM_REASON_PROXIED);
                }
                assert_int_equal(forward_from(pass_on(uri[spirals & 1], NULL, 9), "198.51.100.7"),
                                 SHM_REASON_PROXY_LOOP);
                assert_int_equal(world.req.code, 482);
        }
        printf("%lu loops\n", rounds);
}

/* A Route, credentials or an option that came or went on the way make it another request. */
static void spirals(void **state)
{
        static const char *const changes[] = {"Route: <sip:as.example;lr>\r\n",
                                              "Proxy-Authorization: Digest username=\"a\"\r\n"};
        struct transaction t = random_transaction(1);
        char text[WORLD_BYTES];

        (void)state;
        for (size_t i = 0; i < 2; i++) {
                char *at;

                invite(text, &t);
                assert_int_equal(forward_from(text, "198.51.100.7"), SHM_REASON_PROXIED);
                snprintf(text, sizeof(text), "%s", pass_on(t.uri, NULL, 1));
                at = strstr(text, "Max-Forwards");
                memmove(at + strlen(changes[i]), at, strlen(at) + 1);
                memcpy(at, changes[i], strlen(changes[i]));
                assert_int_equal(forward_from(text, "198.51.100.7"), SHM_REASON_PROXIED);
                assert_int_equal(forward_from(pass_on(t.uri, NULL, 2), "198.51.100.7"),
                                 SHM_REASON_PROXY_LOOP);
        }
}

int main(int argc, char **argv)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(same_and_different),
            cmocka_unit_test(what_counts),
            cmocka_unit_test(loops),
            cmocka_unit_test(spirals),
        };

        if (argc == 3 && strcmp(argv[1], "--transactions") == 0)
                transactions = strtoul(argv[2], NULL, 10);
        rng = rng_seeded("proxy_branch");
        return cmocka_run_group_tests(tests, world_open, NULL);
}
