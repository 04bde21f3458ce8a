/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parser/values.h"

#include "parser/sip_contact.h"
#include "parser/sip_list.h"

static void registrations(void **state)
{
        struct probe p;
        struct sip_contact x;
        struct sip_param q;

        (void)state;
        assert_int_equal(
            sip_contact_parse(
                probe_value(&p,
                            "\"Callee\" "
                            "<sip:callee@192.0.2.2;ob;gr=kjh2>;q=0.05;expires=7200;reg-id=2;audio;+"
                            "sip.instance=\"<urn:uuid:0001>\";pub-gruu=\"sip:c@h;gr=1\";temp-gruu="
                            "\"sip:t@h;gr\";isfocus, x",
                            167),
                &x),
            SIP_VALUE_OK);
        assert_int_equal(x.q_milli, 50);
        assert_int_equal(x.expires, 7200);
        assert_int_equal(x.reg_id, 2);
        probe_span(p.cur.buf, x.instance, "urn:uuid:0001");
        probe_span(p.cur.buf, x.pub_gruu, "sip:c@h;gr=1");
        probe_span(p.cur.buf, x.temp_gruu, "sip:t@h;gr");
        assert_true(x.ob && x.gr && x.focus && !x.addr.star);
        assert_true(sip_item_param(&p.cur, x.addr.params, "audio", &q));
        probe_end(&p);
        assert_int_equal(sip_contact_parse(probe_value(&p, "sip:a@b", 7), &x), SIP_VALUE_OK);
        assert_int_equal(x.q_milli, SIP_VALUE_NO_Q);
        assert_true(x.expires == SIP_VALUE_ABSENT && x.reg_id == SIP_VALUE_ABSENT);
        assert_false(x.ob || x.gr || x.focus);
        probe_end(&p);
        assert_int_equal(sip_contact_parse(probe_value(&p, "* ", 2), &x), SIP_VALUE_OK);
        assert_true(x.addr.star);
        assert_int_equal(p.cur.pos, p.cur.end);
        probe_end(&p);
}

static enum sip_value as_contact(struct sip_cur *c)
{
        struct sip_contact x;

        return sip_contact_parse(c, &x);
}

static void contact_table(void **state)
{
        static const struct value_row rows[] = {
            {"*", SIP_VALUE_OK},
            {"<sip:a@b>", SIP_VALUE_OK},
            {"sip:a@b;q=0.7;expires=60 , <sip:c@d>", SIP_VALUE_OK},
            {"<sip:a@b;ob>;+sip.instance=\"<urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6>\";reg-"
             "id=1",
             SIP_VALUE_OK},
            {"<sip:a@b>;+sip.instance=x", SIP_VALUE_PARAM},
            {"<sip:a@b>;+sip.instance=\"urn:uuid:1\"", SIP_VALUE_PARAM},
            {"<sip:a@b>;+sip.instance=\"<>\"", SIP_VALUE_PARAM},
            {"<sip:a@b>;+sip.instance=\"<uuid>\"", SIP_VALUE_PARAM},
            {"<sip:a@b>;reg-id=0", SIP_VALUE_RANGE},
            {"<sip:a@b>;reg-id=2147483648", SIP_VALUE_RANGE},
            {"<sip:a@b>;reg-id=x", SIP_VALUE_PARAM},
            {"<sip:a@b>;expires=4294967295", SIP_VALUE_OK},
            {"<sip:a@b>;expires=4294967296", SIP_VALUE_RANGE},
            {"<sip:a@b>;expires=x", SIP_VALUE_PARAM},
            {"<sip:a@b>;q=1.5", SIP_VALUE_PARAM},
            {"<sip:a@b>;q=1;q=1", SIP_VALUE_DUP},
            {"<sip:a@b>;pub-gruu=x", SIP_VALUE_PARAM},
            {"<sip:a@b>;isfocus=yes", SIP_VALUE_PARAM},
            {"*x", SIP_VALUE_SYNTAX},
            {"", SIP_VALUE_SYNTAX},
            {"<sip:a@b", SIP_VALUE_SYNTAX},
        };

        (void)state;
        values_check(rows, sizeof(rows) / sizeof(rows[0]), as_contact);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(registrations),
            cmocka_unit_test(contact_table),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
