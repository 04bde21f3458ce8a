/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_config.c - sluice.yaml as the dataplane reads it: defaults, every key, and each kind of
 * fault with its line and column. Also the EAL arguments that come of it.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "dataplane/config.h"
#include "dataplane/eal_args.h"
#include "dataplane/state/challenge.h"
#include "parser/sip_method.h"

static char path[] = "/tmp/sluice_config_XXXXXX";

static void file_write(const char *text)
{
        FILE *f = fopen(path, "w");

        assert_non_null(f);
        assert_true(fputs(text, f) >= 0);
        assert_int_equal(fclose(f), 0);
}

/* Load with standard error caught. */
static int load(const char *text, struct dp_config *c, char *told, size_t cap)
{
        int saved = dup(STDERR_FILENO);
        FILE *out = tmpfile();
        int rc;

        file_write(text);
        fflush(stderr);
        dup2(fileno(out), STDERR_FILENO);
        rc = dp_config_load(path, c);
        fflush(stderr);
        dup2(saved, STDERR_FILENO);
        close(saved);
        rewind(out);
        told[fread(told, 1, cap - 1, out)] = '\0';
        fclose(out);
        return rc;
}

static void test_defaults(void **state)
{
        struct dp_config c;

        (void)state;
        assert_int_equal(dp_config_load(NULL, &c), 0);
        assert_int_equal(c.mode, DP_MODE_INLINE);
        assert_int_equal(c.non_sip, DP_POLICY_PASS);
        assert_int_equal(c.tunnels, DP_TUNNELS_INSPECT);
        assert_int_equal(c.stream_sip, DP_POLICY_PASS);
        assert_int_equal(c.exceptions[SHM_CLASS_IN_DIALOG], DP_POLICY_PASS);
        assert_int_equal(c.exceptions[SHM_CLASS_INVITE], DP_POLICY_DROP);
        assert_int_equal(c.workers, 1);
        assert_int_equal(c.unknown_dialogs, DP_STRAYS_ASK);
        assert_int_equal(c.unsolicited_responses, DP_POLICY_DROP);
        dp_config_free(&c);
}

/* The documented file says of itself that every value is the default. */
static void test_documented_file_is_the_default(void **state)
{
        const char *root = getenv("SLUICE_SOURCE_ROOT");
        struct dp_config c, d;
        char file[4096];

        (void)state;
        assert_non_null(root);
        snprintf(file, sizeof(file), "%s/control/sluice.yaml", root);
        assert_int_equal(dp_config_load(NULL, &d), 0);
        assert_int_equal(dp_config_load(file, &c), 0);
        assert_int_equal(c.mode, d.mode);
        assert_int_equal(c.idle, d.idle);
        assert_int_equal(c.non_sip, d.non_sip);
        assert_int_equal(c.stream_sip, d.stream_sip);
        assert_int_equal(c.fragments, d.fragments);
        assert_int_equal(c.events, d.events);
        assert_memory_equal(c.exceptions, d.exceptions, sizeof(c.exceptions));
        assert_memory_equal(&c.profile, &d.profile, sizeof(c.profile));
        assert_string_equal(c.socket, d.socket);
        assert_int_equal(c.workers, d.workers);
        assert_int_equal(c.mempool_size, d.mempool_size);
        assert_int_equal(c.rx_descriptors, d.rx_descriptors);
        assert_int_equal(c.tx_descriptors, d.tx_descriptors);
        assert_int_equal(c.decision_deadline_ms, d.decision_deadline_ms);
        assert_int_equal(c.pending_messages, d.pending_messages);
        assert_int_equal(c.cache_entries, d.cache_entries);
        assert_int_equal(c.ban_entries, d.ban_entries);
        assert_int_equal(c.forward_entries, d.forward_entries);
        assert_int_equal(c.neighbour_entries, d.neighbour_entries);
        assert_int_equal(c.links.side[0].address_cnt, 0);
        assert_int_equal(c.links.mtu_margin, d.links.mtu_margin);
        assert_int_equal(c.limit_entries, d.limit_entries);
        assert_int_equal(c.trust_entries, d.trust_entries);
        assert_memory_equal(&c.limits, &d.limits, sizeof(c.limits));
        assert_string_equal(c.challenge.realm, d.challenge.realm);
        c.challenge.realm = d.challenge.realm;
        assert_memory_equal(&c.challenge, &d.challenge, sizeof(c.challenge));
        assert_memory_equal(&c.shedding, &d.shedding, sizeof(c.shedding));
        assert_int_equal(c.sip_port_cnt, d.sip_port_cnt);
        assert_int_equal(c.emergency_cnt, d.emergency_cnt);
        for (uint32_t i = 0; i < c.emergency_cnt; i++)
                assert_string_equal(c.emergency[i], d.emergency[i]);
        dp_config_free(&c);
        dp_config_free(&d);
}

static void rate_is(const struct dp_rate *r, uint64_t interval_ns, uint64_t burst)
{
        assert_int_equal(r->interval_ns, interval_ns);
        assert_int_equal(r->burst_ns, (burst - 1) * interval_ns);
}

/* What test_every_key() gives, and beside it the defaults. */
static void limits_given(const struct dp_limits_config *l)
{
        const uint64_t second = 1000000000;
        const struct dp_rate *reg = l->rates[SHM_LANE_UNPROVEN][DP_LIMIT_REGISTER];

        rate_is(&l->guard[SHM_LANE_PROVEN][DP_GUARD_ADDRESS], second / 7, 7);
        rate_is(&l->guard[SHM_LANE_PROVEN][DP_GUARD_ENDPOINT], second / 5000, 20000);
        rate_is(&reg[DP_LIMIT_AOR], 20 * second, 4);
        assert_int_equal(reg[DP_LIMIT_PREFIX].interval_ns, 0);
        rate_is(&reg[DP_LIMIT_ENDPOINT], second / 20, 200);
        rate_is(&l->rates[SHM_LANE_PEER][DP_LIMIT_ONGOING][DP_LIMIT_ENDPOINT], 1, 1000000000);
        assert_int_equal(l->rates[SHM_LANE_PEER][DP_LIMIT_INVITE][DP_LIMIT_AOR].interval_ns, 0);
        assert_int_equal(l->trust.proven_ns, 5 * second);
        assert_int_equal(l->trust.authenticated_ns, 6 * second);
        assert_int_equal(l->trust.lift_ns, 7 * second);
        assert_int_equal(l->trust.hold_down_ns, 8 * second);
        rate_is(&l->trust.tolerance[DP_TRUST_FAULT_UNANSWERED], 1800 * second, 2);
        rate_is(&l->trust.tolerance[DP_TRUST_FAULT_INVALID], 2 * second, 50);
        rate_is(&l->trust.admission, second / 9, 9);
}

static void challenge_given(const struct dp_challenge_config *c)
{
        assert_int_equal(c->mode, DP_CHALLENGE_ALWAYS);
        assert_int_equal(c->role, DP_CHALLENGE_SERVER);
        assert_string_equal(c->realm, "a b");
        assert_int_equal(c->algorithms, DP_CHALLENGE_MD5 | DP_CHALLENGE_SHA_256);
        assert_int_equal(c->methods, 1u << SIP_METHOD_INVITE | 1u << SIP_METHOD_MESSAGE);
        assert_int_equal(c->lifetime_s, 7);
        assert_int_equal(c->rotate_s, 8);
        rate_is(&c->unproven, 1000000000 / 3, 4);
        assert_int_equal(c->hold_ns, 9000000);
}

static void shedding_given(const struct dp_shedding_config *c)
{
        assert_int_equal(c->mode, DP_SHEDDING_OFF);
        assert_int_equal(c->load.busy.high, 50);
        assert_int_equal(c->load.busy.low, 40);
        assert_int_equal(c->load.depth.high, 75);
        assert_int_equal(c->load.depth.low, 1);
        assert_int_equal(c->load.share, 30);
        assert_int_equal(c->load.raise_ms, 2);
        assert_int_equal(c->load.lower_ms, 3);
        assert_int_equal(c->retry_after_s, 4);
}

/* Mode edge: both sides, both families. */
static void test_links(void **state)
{
        static const char text[] =
            "dataplane:\n  mode: edge\n  forward-entries: 128\n  neighbour-entries: 16\n"
            "  links:\n"
            "    outside: {addresses: [192.0.2.1/24, '2001:db8::1/64'], gateway: 192.0.2.254,\n"
            "      gateway6: fe80::1, tap: sluice0}\n"
            "    inside: {addresses: [10.0.0.1/31], gateway: 10.0.0.0, networks: [10.0.0.0/8]}\n"
            "    names: [sip.example.com, edge]\n    mtu-margin: 0\n";
        struct dp_config c;
        char told[512];

        (void)state;
        assert_int_equal(load(text, &c, told, sizeof(told)), 0);
        const struct dp_edge_side *out = &c.links.side[0], *in = &c.links.side[1];

        assert_int_equal(c.mode, DP_MODE_EDGE);
        assert_int_equal(c.forward_entries, 128);
        assert_int_equal(c.neighbour_entries, 16);
        assert_int_equal(out->address_cnt, 2);
        assert_int_equal(out->address[0].len, 96 + 24);
        assert_int_equal(out->address[0].ip.b[15], 1);
        assert_int_equal(out->address[1].len, 64);
        assert_int_equal(out->address[1].ip.b[0], 0x20);
        assert_true(out->has_gateway4 && out->has_gateway6);
        assert_int_equal(out->gateway4.b[15], 254);
        assert_string_equal(c.links.tap[0], "sluice0");
        assert_null(c.links.tap[1]);
        assert_int_equal(c.links.name_cnt, 2);
        assert_string_equal(c.links.names[1], "edge");
        assert_int_equal(c.links.mtu_margin, 0);
        assert_int_equal(in->address_cnt, 1);
        assert_int_equal(in->network_cnt, 1);
        assert_int_equal(in->network[0].len, 96 + 8);
        dp_config_free(&c);
}

static void test_rates_as_text(void **state)
{
        static const char *const bad[] = {"",
                                          "20",
                                          "20/",
                                          "20/d",
                                          "0/s",
                                          "-1/s",
                                          " 1/s",
                                          "1/s ",
                                          "1/s burst",
                                          "1/s burst 0",
                                          "1/s burst 1x",
                                          "1 /s",
                                          "1000000001/s",
                                          "99999999999999999999/s",
                                          "None"};
        struct dp_rate r;

        (void)state;
        for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
                assert_int_equal(dp_rate_parse(bad[i], &r), -EINVAL);
        assert_int_equal(dp_rate_parse("none", &r), 0);
        assert_int_equal(r.interval_ns, 0);
        assert_int_equal(dp_rate_parse("4/h burst 1", &r), 0);
        rate_is(&r, UINT64_C(900000000000), 1);
}

static void test_every_key(void **state)
{
        struct dp_config c;
        char told[512];

        (void)state;
        assert_int_equal(
            load("dpdk:\n"
                 "  eal-params: [--no-huge, -m, '64']\n"
                 "  interfaces:\n"
                 "    - {interface: '0000:01:00.0', role: inside}\n"
                 "    - {interface: 'net_null0,size=64', role: outside}\n"
                 "dataplane:\n"
                 "  mode: tap\n  idle: spin\n  non-sip: drop\n  stream-sip: drop\n  tunnels: pass\n  fragments: "
                 "pass\n"
                 "  events: drops\n  socket: /tmp/s\n  workers: 3\n"
                 "  mempool-size: 2048\n  rx-descriptors: 64\n  tx-descriptors: 128\n"
                 "  decision-deadline-ms: 50\n  pending-messages: 32\n"
                 "  cache-entries: 128\n  ban-entries: 256\n  sip-ports: [5060, 5080]\n"
                 "  emergency-numbers: ['000']\n"
                 "  exceptions: {other: reject, peer: drop}\n"
                 "  parser:\n    profile: strict\n    kernel: ref\n"
                 "    anomalies: {hdr_folded: reject, via_maddr: accept, date_syntax: normalise}\n"
                 "    caps: {request-uri: 100, headers: 7}\n"
                 "  limit-entries: 4096\n  trust-entries: 2048\n  binding-entries: 1024\n"
                 "  guard:\n    proven: {address: 7/s}\n"
                 "  limits:\n"
                 "    unproven:\n      register: {aor: 3/m burst 4, prefix: none}\n"
                 "    peer:\n      ongoing: {endpoint: 1000000000/s}\n"
                 "  trust: {proven-s: 5, authenticated-s: 6, lift-s: 7, hold-down-s: 8,\n"
                 "    tolerance: {unanswered: 2/h}, sources-per-address: 9/s}\n"
                 "  challenge: {mode: always, as: server, realm: 'a b', algorithms: [MD5, "
                 "SHA-256],\n"
                 "    methods: [INVITE, MESSAGE], lifetime-s: 7, rotate-s: 8,\n"
                 "    pressure: {unproven: 3/s burst 4, hold-ms: 9}}\n"
                 "  shedding: {mode: off, busy: {high: 50, low: 40}, rings: {low: 1}, share: 30,\n"
                 "    raise-ms: 2, lower-ms: 3, retry-after-s: 4}\n"
                 "control: {anything: 1}\npolicy: {more: [2]}\n",
                 &c, told, sizeof(told)),
            0);
        assert_string_equal(told, "");
        assert_int_equal(c.mode, DP_MODE_TAP);
        assert_int_equal(c.idle, DP_IDLE_SPIN);
        assert_int_equal(c.non_sip, DP_POLICY_DROP);
        assert_int_equal(c.tunnels, DP_TUNNELS_PASS);
        assert_int_equal(c.stream_sip, DP_POLICY_DROP);
        assert_int_equal(c.fragments, DP_POLICY_PASS);
        assert_int_equal(c.events, DP_EVENTS_DROPS);
        assert_string_equal(c.socket, "/tmp/s");
        assert_int_equal(c.workers, 3);
        assert_int_equal(c.tx_descriptors, 128);
        assert_string_equal(c.kernel.name, "ref");
        assert_int_equal(c.limit_entries, 4096);
        assert_int_equal(c.binding_entries, 1024);
        assert_int_equal(c.trust_entries, 2048);
        challenge_given(&c.challenge);
        shedding_given(&c.shedding);
        limits_given(&c.limits);
        assert_int_equal(c.decision_deadline_ms, 50);
        assert_int_equal(c.sip_port_cnt, 2);
        assert_int_equal(c.sip_ports[1], 5080);
        assert_int_equal(c.emergency_cnt, 1);
        assert_int_equal(c.exceptions[SHM_CLASS_OTHER], DP_POLICY_REJECT);
        assert_int_equal(c.exceptions[SHM_CLASS_PEER], DP_POLICY_DROP);
        assert_int_equal(c.exceptions[SHM_CLASS_EMERGENCY], DP_POLICY_PASS);
        assert_int_equal(sip_profile_verdict(&c.profile, SIP_ANOM_HDR_FOLDED), SIP_VERDICT_REJECT);
        assert_int_equal(sip_profile_verdict(&c.profile, SIP_ANOM_VIA_MADDR), SIP_VERDICT_ACCEPT);
        assert_int_equal(sip_profile_verdict(&c.profile, SIP_ANOM_DATE_SYNTAX),
                         SIP_VERDICT_NORMALISE);
        assert_int_equal(sip_profile_verdict(&c.profile, SIP_ANOM_HDR_LF_ONLY), SIP_VERDICT_REJECT);
        assert_int_equal(c.profile.cap[SIP_CAP_RURI], 100);
        assert_int_equal(c.profile.cap[SIP_CAP_HEADERS], 7);
        assert_int_equal(c.profile.cap[SIP_CAP_FROM], 256);

        char prog[] = "prog";
        char *argv[] = {prog, NULL};
        struct dp_eal_args a;

        assert_int_equal(dp_eal_args_render(&a, 1, argv, &c), 0);
        assert_string_equal(a.argv[1], "--no-huge");
        assert_string_equal(a.argv[4], "--allow=0000:01:00.0");
        assert_string_equal(a.argv[5], "--vdev=net_null0,size=64");
        assert_memory_equal(a.argv[6], "--lcores=0@", 11); /* a real NIC: no --no-pci */
        assert_non_null(strstr(a.argv[6], ",3@"));
        assert_int_equal(a.argc, 7);
        dp_eal_args_free(&a);
        dp_config_free(&c);
}

struct fault_row {
        const char *text;
        int line;
        int column;
        const char *says;
};

#define LINK(text) "dataplane:\n  mode: edge\n  links: {outside: {" text "}}\n"

static void test_faults(void **state)
{
        static const struct fault_row rows[] = {
            {"dataplane:\n  wrokers: 1\n", 2, 3, "wrokers"},
            {"dataplane:\n  mode: bridge\n", 2, 9, "bridge"},
            {"dataplane:\n  workers: many\n", 2, 12, "many"},
            {"dataplane:\n  workers: 0\n", 2, 3, "not within 1..64"},
            {"dataplane:\n  idle: spin\n  cache-entries: 1\n", 3, 3, "not within"},
            {"dataplane:\n  sip-ports: [70000]\n", 2, 15, "70000"},
            {"dataplane:\n  exceptions: {sometimes: pass}\n", 2, 15, "sometimes"},
            {"dpdk:\n  interfaces:\n  - {interface: a, role: left}\n", 3, 26, "left"},
            {"dpdk:\n  interfaces:\n  - {interface: a, role: inside}\n"
             "  - {interface: b, role: inside}\n",
             2, 3, "one role outside, one inside"},
            {"dataplane:\n  parser:\n    profile: stern\n", 3, 14, "stern"},
            {"dataplane:\n  parser:\n    kernel: mmx\n", 3, 13, "mmx"},
            {"dataplane:\n  parser:\n    anomalies: {hdr_fold: reject}\n", 3, 16, "hdr_fold"},
            {"dataplane:\n  parser:\n    anomalies: {hdr_folded: drop}\n", 3, 29, "drop"},
            {"dataplane:\n  parser:\n    anomalies: {hdr_folded: reject, hdr_nul: accept}\n", 3, 37,
             "can only be rejected"},
            {"dataplane:\n  parser:\n    anomalies:\n      tag_dup: normalise\n", 4, 7,
             "can only be rejected"},
            {"dataplane:\n  parser: {caps: {call-id: 513}}\n", 2, 19, "not within 1..512"},
            {"dataplane:\n  parser:\n    caps:\n      via: 0\n", 4, 7, "not within 1..65535"},
            {"dataplane:\n  parser:\n    caps: {uri: 9}\n", 3, 11, "uri"},
            {"dataplane:\n  exceptions: {}\n  limits:\n    unproven: {}\n    proven:\n"
             "      register: {aor: 1/s}\n      invite: {aor: 1/w}\n",
             7, 7, "1/w"},
            {"dataplane:\n  guard:\n    proven: {endpoint: often}\n", 3, 5, "often"},
            {"dataplane:\n  trust:\n    lift-s: 0\n", 3, 5, "not within 1..86400"},
            {"dataplane:\n  trust:\n    tolerance: {invalid: 0/s}\n", 3, 5, "0/s"},
            {"dataplane:\n  limits: {priority: {}}\n", 2, 11, "priority"},
            {"dataplane:\n  challenge:\n    mode: always\n", 3, 5, "needs a realm"},
            {"dataplane:\n  challenge:\n    realm: 'a\"b'\n", 3, 5, "without quotes"},
            {"dataplane:\n  challenge: {methods: [INVITE, ACK]}\n", 2, 15, "ACK is no method"},
            {"dataplane:\n  challenge: {algorithms: [SHA1]}\n", 2, 28, "SHA1"},
            {"dataplane:\n  challenge: {lifetime-s: 4}\n", 2, 15, "not within 5..3600"},
            {"dataplane:\n  challenge:\n    lifetime-s: 100\n    rotate-s: 99\n", 4, 5,
             "a nonce lives longer"},
            {"dataplane:\n  challenge: {pressure: {unproven: lots}}\n", 2, 26, "lots"},
            {"dataplane:\n  shedding: {busy: {high: 101}}\n", 2, 21, "not within 1..100"},
            {"dataplane:\n  shedding:\n    rings: {high: 10}\n", 3, 5, "low is 25, not below high"},
            {"dataplane:\n  shedding: {raise-ms: 0}\n", 2, 14, "not within 1..10000"},
            {"dataplane:\n  mode: edge\n", 2, 3, "needs links: outside: addresses"},
            {LINK("addresses: [192.0.2.1]"), 3, 21, "192.0.2.1\" is no address with prefix"},
            {LINK("addresses: [192.0.2.1/33]"), 3, 21, "is no address with prefix"},
            {LINK("addresses: [192.0.2.1/0]"), 3, 21, "is no address with prefix"},
            {LINK("addresses: ['::1/128']"), 3, 21, "not an address that one host has"},
            {LINK("addresses: [192.0.2.255/24]"), 3, 21, "not an address that one host has"},
            {LINK("addresses: [224.0.0.1/24]"), 3, 21, "not an address that one host has"},
            {LINK("addresses: ['::ffff:192.0.2.1/120']"), 3, 21, "is no address with prefix"},
            {LINK("addresses: [192.0.2.1/24, 192.0.2.1/25]"), 3, 21, "is there twice"},
            {LINK("addresses: [192.0.2.1/24], gateway: 192.0.3.1"), 3, 48, "is in no network"},
            {LINK("addresses: [192.0.2.1/24], gateway: 192.0.2.1"), 3, 48, "of our own"},
            {LINK("addresses: [192.0.2.1/24], gateway: 'fe80::1'"), 3, 48, "is no IPv4 address"},
            {LINK("addresses: [192.0.2.1/24], networks: [10.0.0.0/8]"), 3, 48, "needs a gateway"},
            {LINK("addresses: [192.0.2.1/24], tap: 'a/b'"), 3, 48, "no interface name"},
            {LINK("addresses: [192.0.2.1/24], mtu: 1"), 3, 32, "mtu"},
            {"dataplane:\n  links: {names: [a, 'b c']}\n", 2, 11, "\"b c\" is no host name"},
            {"dataplane:\n  links: {mtu-margin: 1001}\n", 2, 11, "not within 0..1000"},
            {"dataplane:\n  mode: edge\n  links:\n    outside: {addresses: [192.0.2.1/24]}\n"
             "    inside: {addresses: [192.0.2.1/25]}\n",
             5, 14, "is on both links"},
            {"dataplane: {neighbour-entries: 7}\n", 1, 13, "not within 8..65536"},
            {"datapane: {}\n", 1, 1, "datapane"},
            {"dataplane: [\n", 1, 12, "MAPPING"},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                struct dp_config c;
                char told[512], place[64];

                assert_int_equal(load(rows[i].text, &c, told, sizeof(told)), -EINVAL);
                snprintf(place, sizeof(place), "%s:%d:%d: ", path, rows[i].line, rows[i].column);
                if (strncmp(told, place, strlen(place)) != 0 || strstr(told, rows[i].says) == NULL)
                        fail_msg("row %zu: wanted %s...%s, told %s", i, place, rows[i].says, told);
                assert_ptr_equal(strchr(told, '\n'), told + strlen(told) - 1);
        }
}

/* A kernel that is named is taken, or refused when this CPU does not run it; never another. */
static void test_kernels(void **state)
{
        (void)state;
        for (unsigned i = 0; i < scan_variant_cnt(); i++) {
                struct scan_variant v = scan_variant_at(i);
                struct dp_config c;
                char text[64], told[512];

                snprintf(text, sizeof(text), "dataplane:\n  parser:\n    kernel: %s\n", v.name);
                assert_int_equal(load(text, &c, told, sizeof(told)), v.usable ? 0 : -EINVAL);
                if (v.usable) {
                        assert_string_equal(c.kernel.name, v.name);
                        assert_ptr_equal(c.kernel.fast, v.fast);
                        dp_config_free(&c);
                } else if (strstr(told, ":3:5: this CPU does not run the kernel") == NULL) {
                        fail_msg("told %s", told);
                }
                assert_int_equal(
                    load("dataplane: {parser: {kernel: auto}}\n", &c, told, sizeof(told)), 0);
                assert_null(c.kernel.name);
                dp_config_free(&c);
        }
}

static void test_missing_file(void **state)
{
        struct dp_config c;

        (void)state;
        assert_int_equal(dp_config_load("/nonexistent/sluice.yaml", &c), -ENOENT);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_defaults),
            cmocka_unit_test(test_documented_file_is_the_default),
            cmocka_unit_test(test_every_key),
            cmocka_unit_test(test_links),
            cmocka_unit_test(test_rates_as_text),
            cmocka_unit_test(test_faults),
            cmocka_unit_test(test_kernels),
            cmocka_unit_test(test_missing_file),
        };
        int fd = mkstemp(path);
        int rc;

        if (fd < 0)
                return 1;
        close(fd);
        rc = cmocka_run_group_tests(tests, NULL, NULL);
        unlink(path);
        return rc;
}
