/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parser/values.h"

#include "parser/sip_ims.h"
#include "parser/sip_list.h"

static void networks(void **state)
{
        struct probe p;
        struct sip_access x;
        struct sip_param q;

        (void)state;
        assert_int_equal(
            sip_access_parse(
                probe_value(
                    &p,
                    "3GPP-UTRAN-TDD; utran-cell-id-3gpp=\"C359A3913B20E\";x=1;network-provided,b",
                    73),
                &x),
            SIP_VALUE_OK);
        probe_span(p.cur.buf, x.type, "3GPP-UTRAN-TDD");
        probe_span(p.cur.buf, x.cell, "C359A3913B20E");
        probe_span(p.cur.buf, x.node, NULL);
        assert_true(x.network_provided);
        assert_true(sip_item_param(&p.cur, x.params, "x", &q));
        probe_span(p.cur.buf, q.value, "1");
        assert_true(sip_cur_at(&p.cur, ','));
        probe_end(&p);
        assert_int_equal(
            sip_access_parse(probe_value(&p, "IEEE-802.11;i-wlan-node-id=ac1f6b", 33), &x),
            SIP_VALUE_OK);
        probe_span(p.cur.buf, x.node, "ac1f6b");
        probe_span(p.cur.buf, x.cell, NULL);
        assert_false(x.network_provided);
        probe_end(&p);
        assert_int_equal(sip_access_parse(probe_value(&p, "DOCSIS", 6), &x), SIP_VALUE_OK);
        probe_span(p.cur.buf, x.params, NULL);
        probe_end(&p);
}

static void vectors(void **state)
{
        struct probe p;
        struct sip_charging x;

        (void)state;
        assert_int_equal(
            sip_charging_parse(
                probe_value(&p,
                            "icid-value=1234bc9876e;icid-generated-at=[2001:db8::6:8];orig-ioi="
                            "home1.net;term-ioi=\"home2.net\";transit-ioi=a.1",
                            112),
                &x),
            SIP_VALUE_OK);
        probe_span(p.cur.buf, x.icid, "1234bc9876e");
        probe_span(p.cur.buf, x.generated_at, "[2001:db8::6:8]");
        probe_span(p.cur.buf, x.orig_ioi, "home1.net");
        probe_span(p.cur.buf, x.term_ioi, "home2.net");
        probe_span(p.cur.buf, x.transit_ioi, "a.1");
        probe_end(&p);
}

static void functions(void **state)
{
        struct probe p;
        struct sip_charging_addresses x;

        (void)state;
        assert_int_equal(
            sip_charging_addresses_parse(probe_value(&p, "ccf=h1;CCF=h2;ecf=h3", 20), &x),
            SIP_VALUE_OK);
        probe_span(p.cur.buf, x.ccf[0], "h1");
        probe_span(p.cur.buf, x.ccf[1], "h2");
        probe_span(p.cur.buf, x.ecf[0], "h3");
        probe_span(p.cur.buf, x.ecf[1], NULL);
        probe_end(&p);
}

static void media(void **state)
{
        uint8_t x = 0;
        struct probe p;

        (void)state;
        assert_int_equal(sip_early_media_add(probe_value(&p, "SendRecv,gated", 14), &x),
                         SIP_VALUE_OK);
        assert_int_equal(x, SIP_EARLY_MEDIA_SENDRECV | SIP_EARLY_MEDIA_GATED);
        probe_end(&p);
}

static void services(void **state)
{
        struct probe p;
        struct sip_uri x;

        (void)state;
        assert_int_equal(
            sip_service_parse(probe_value(&p, "urn:urn-7:3gpp-service.exampletelephony,y", 41), &x),
            SIP_VALUE_OK);
        probe_span(p.cur.buf, x.host, "urn-7:3gpp-service.exampletelephony");
        assert_true(sip_cur_at(&p.cur, ','));
        probe_end(&p);
}

static void users(void **state)
{
        struct probe p;
        struct sip_served_user x;

        (void)state;
        assert_int_equal(sip_served_user_parse(
                             probe_value(&p, "<sip:u@h>; sescase=term; regstate=unreg", 39), &x),
                         SIP_VALUE_OK);
        probe_span(p.cur.buf, x.session_case, "term");
        probe_span(p.cur.buf, x.reg_state, "unreg");
        assert_false(x.after_diversion);
        probe_end(&p);
}

static enum sip_value as_access(struct sip_cur *c)
{
        struct sip_access x;

        return sip_access_parse(c, &x);
}

static void access_table(void **state)
{
        static const struct value_row rows[] = {
            {"3GPP-E-UTRAN-FDD;utran-cell-id-3gpp=00101000100000101", SIP_VALUE_OK},
            {"IEEE-802.11b", SIP_VALUE_OK},
            {"ADSL;dsl-location=\"a;b\";network-provided, GERAN", SIP_VALUE_OK},
            {"", SIP_VALUE_SYNTAX},
            {"3GPP-GERAN;", SIP_VALUE_SYNTAX},
            {"3GPP-GERAN;cgi-3gpp", SIP_VALUE_PARAM},
            {"3GPP-GERAN;cgi-3gpp=1;cgi-3gpp=2", SIP_VALUE_DUP},
            {"a;network-provided=1", SIP_VALUE_PARAM},
        };

        (void)state;
        values_check(rows, sizeof(rows) / sizeof(rows[0]), as_access);
}

static enum sip_value as_charging(struct sip_cur *c)
{
        struct sip_charging x;

        return sip_charging_parse(c, &x);
}

static void charging_table(void **state)
{
        static const struct value_row rows[] = {
            {"icid-value=1234bc9876e;icid-generated-at=192.0.6.8;orig-ioi=home1.net", SIP_VALUE_OK},
            {"icid-value=\"x y\" ; other", SIP_VALUE_OK},
            {"orig-ioi=a;icid-value=b", SIP_VALUE_OK},
            {"orig-ioi=a", SIP_VALUE_MISSING},
            {"icid-value=\"\"", SIP_VALUE_MISSING},
            {"icid-value", SIP_VALUE_SYNTAX},
            {"icid-value=", SIP_VALUE_SYNTAX},
            {";icid-value=a", SIP_VALUE_SYNTAX},
            {"icid-value=a;icid-value=b", SIP_VALUE_DUP},
            {"icid-value=a;orig-ioi", SIP_VALUE_PARAM},
            {"icid-value=a, icid-value=b", SIP_VALUE_SYNTAX},
            {"", SIP_VALUE_SYNTAX},
        };

        (void)state;
        values_check(rows, sizeof(rows) / sizeof(rows[0]), as_charging);
}

static enum sip_value as_addresses(struct sip_cur *c)
{
        struct sip_charging_addresses x;

        return sip_charging_addresses_parse(c, &x);
}

static void addresses_table(void **state)
{
        static const struct value_row rows[] = {
            {"ccf=192.1.1.1; ccf=192.1.1.2; ecf=192.1.1.3; ecf=192.1.1.4", SIP_VALUE_OK},
            {"ecf=[2001:db8::7]", SIP_VALUE_OK},
            {"ccf=\"aaa://h:1;transport=tcp\"", SIP_VALUE_OK},
            {"x=y", SIP_VALUE_MISSING},
            {"ccf=a;ccf=b;ccf=c", SIP_VALUE_DUP},
            {"ccf=a;ecf", SIP_VALUE_PARAM},
            {"ccf", SIP_VALUE_SYNTAX},
            {"", SIP_VALUE_SYNTAX},
            {"ccf=a,ccf=b", SIP_VALUE_SYNTAX},
        };

        (void)state;
        values_check(rows, sizeof(rows) / sizeof(rows[0]), as_addresses);
}

static enum sip_value as_early_media(struct sip_cur *c)
{
        uint8_t x = 0;

        return sip_early_media_add(c, &x);
}

static void early_media_table(void **state)
{
        static const struct value_row rows[] = {
            {"supported", SIP_VALUE_OK},  {"sendrecv, gated", SIP_VALUE_OK},
            {"mine", SIP_VALUE_OK},       {"", SIP_VALUE_OK},
            {"gated,", SIP_VALUE_SYNTAX}, {"gated;x", SIP_VALUE_SYNTAX},
            {",", SIP_VALUE_SYNTAX},
        };

        (void)state;
        values_check(rows, sizeof(rows) / sizeof(rows[0]), as_early_media);
}

static enum sip_value as_service(struct sip_cur *c)
{
        struct sip_uri x;

        return sip_service_parse(c, &x);
}

static void service_table(void **state)
{
        static const struct value_row rows[] = {
            {"urn:urn-7:3gpp-service.ims.icsi.mmtel", SIP_VALUE_OK},
            {"urn:urn-7:a.b , urn:urn-7:c", SIP_VALUE_OK},
            {"urn:uuid:1", SIP_VALUE_PARAM},
            {"urn:urn-7:", SIP_VALUE_SYNTAX},
            {"sip:a@b", SIP_VALUE_PARAM},
            {"urn:", SIP_VALUE_SYNTAX},
            {"x", SIP_VALUE_SYNTAX},
            {"", SIP_VALUE_SYNTAX},
            {"urn:urn-7:a b", SIP_VALUE_SYNTAX},
        };

        (void)state;
        values_check(rows, sizeof(rows) / sizeof(rows[0]), as_service);
}

static enum sip_value as_served_user(struct sip_cur *c)
{
        struct sip_served_user x;

        return sip_served_user_parse(c, &x);
}

static void served_user_table(void **state)
{
        static const struct value_row rows[] = {
            {"<sip:u@h>;sescase=orig;regstate=reg", SIP_VALUE_OK},
            {"<sip:u@h>;orig-cdiv", SIP_VALUE_OK},
            {"<sip:u@h>;sescase", SIP_VALUE_PARAM},
            {"<sip:u@h>;sescase=orig;sescase=term", SIP_VALUE_DUP},
            {"<sip:u@h>, <sip:v@h>", SIP_VALUE_SYNTAX},
            {"", SIP_VALUE_SYNTAX},
        };

        (void)state;
        values_check(rows, sizeof(rows) / sizeof(rows[0]), as_served_user);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(networks),        cmocka_unit_test(vectors),
            cmocka_unit_test(functions),       cmocka_unit_test(media),
            cmocka_unit_test(services),        cmocka_unit_test(users),
            cmocka_unit_test(access_table),    cmocka_unit_test(charging_table),
            cmocka_unit_test(addresses_table), cmocka_unit_test(early_media_table),
            cmocka_unit_test(service_table),   cmocka_unit_test(served_user_table),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
