/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parser/probe.h"

#include "parser/sip_uri.h"
#include "parser/sip_uri_cmp.h"

struct pair {
        const char *a;
        const char *b;
};

static bool equal(const char *a, const char *b)
{
        struct probe pa, pb;
        struct sip_uri ua, ub;
        bool forth, back;

        assert_int_equal(sip_uri_parse(probe_value(&pa, a, strlen(a)), &ua), SIP_ANOM_NONE);
        assert_int_equal(sip_uri_parse(probe_value(&pb, b, strlen(b)), &ub), SIP_ANOM_NONE);
        forth = sip_uri_equal(pa.cur.buf, &ua, pb.cur.buf, &ub);
        back = sip_uri_equal(pb.cur.buf, &ub, pa.cur.buf, &ua);
        assert_int_equal(forth, back);
        assert_true(sip_uri_equal(pa.cur.buf, &ua, pa.cur.buf, &ua));
        probe_end(&pa);
        probe_end(&pb);
        return forth;
}

/* RFC 3261 19.1.4: every pair it calls equivalent. */
static void rfc_equivalent(void **state)
{
        static const struct pair rows[] = {
            {"sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp"},
            {"sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"},
            {"sip:carol@chicago.com", "sip:carol@chicago.com;security=on"},
            {"sip:carol@chicago.com;newparam=5", "sip:carol@chicago.com;security=on"},
            {"sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
             "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com"},
            {"sip:alice@atlanta.com?subject=project%20x&priority=urgent",
             "sip:alice@atlanta.com?priority=urgent&subject=project%20x"},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                if (!equal(rows[i].a, rows[i].b))
                        fail_msg("%s and %s differ", rows[i].a, rows[i].b);
        }
}

/* RFC 3261 19.1.4: every pair it calls not equivalent, its intransitive one included. */
static void rfc_different(void **state)
{
        static const struct pair rows[] = {
            {"SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP"},
            {"sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"},
            {"sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp"},
            {"sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp"},
            {"sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting"},
            {"sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4"},
            {"sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off"},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                if (equal(rows[i].a, rows[i].b))
                        fail_msg("%s and %s are equal", rows[i].a, rows[i].b);
        }
}

static void more(void **state)
{
        static const struct pair same[] = {
            {"sip:a:pw@h", "sip:%61:p%77@H"},
            {"sip:a@h;x=1;y", "sip:a@h;Y;X=1"},
            {"sip:a@h;x=%41", "sip:a@h;x=a"},
            {"sip:a%2fb@h", "sip:a%2Fb@h"},
            {"sip:a@h;\r\n lr;maddr=m", "sip:a@h;maddr=M;lr"},
            {"sip:[2001:DB8::1]", "sip:[2001:db8::1]"},
            {"tel:+1-201-555-0123", "TEL:+1(201)555.0123"},
            {"tel:7042;phone-context=example.com", "tel:70-42;Phone-Context=EXAMPLE.com"},
            {"urn:service:sos", "URN:Service:sos"},
            {"http://a/b", "HTTP://a/b"},
        };
        static const struct pair differ[] = {
            {"sip:a@h", "sips:a@h"},
            {"sip:a@h", "sip:h"},
            {"sip:a@h", "sip:a:pw@h"},
            {"sip:a:pw@h", "sip:a:pW@h"},
            {"sip:a%2fb@h", "sip:a/b@h"},
            {"sip:a@h;maddr=m", "sip:a@h"},
            {"sip:a@h;ttl=1", "sip:a@h"},
            {"sip:a@h;user=ip", "sip:a@h"},
            {"sip:a@h;method=INVITE", "sip:a@h"},
            {"sip:a@h;lr", "sip:a@h;lr=on"},
            {"sip:a@h;x=1;x=2", "sip:a@h;x=2"},
            {"sip:a@h?x=a", "sip:a@h?x=A"},
            {"sip:a@h?x=a", "sip:a@h?x=a&y=b"},
            {"sip:a@h?x=a&x=b", "sip:a@h?x=a"},
            {"tel:+12015550123", "tel:+12015550124"},
            {"tel:+12015550123", "tel:+1201555012"},
            {"tel:7042;phone-context=example.com", "tel:7042;phone-context=example.org"},
            {"tel:+1;isub=1", "tel:+1"},
            {"urn:service:sos", "urn:service:SOS"},
            {"urn:service:sos", "urn:service:so"},
            {"http://a/b", "http://A/b"},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
                if (!equal(same[i].a, same[i].b))
                        fail_msg("%s and %s differ", same[i].a, same[i].b);
        }
        for (size_t i = 0; i < sizeof(differ) / sizeof(differ[0]); i++) {
                if (equal(differ[i].a, differ[i].b))
                        fail_msg("%s and %s are equal", differ[i].a, differ[i].b);
        }
}

/* Above the cap a URI equals its own octets and nothing else; at the cap it is compared. */
static void parts_cap(void **state)
{
        char a[256] = "sip:a@h";
        char b[256] = "sip:a@H";

        (void)state;
        for (unsigned i = 0; i < SIP_URI_PARTS_MAX; i++) {
                strcat(a, ";x");
                strcat(b, ";x");
        }
        assert_true(equal(a, b));
        strcat(a, ";x");
        assert_false(equal(a, b));
        assert_true(equal(a, a));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(rfc_equivalent),
            cmocka_unit_test(rfc_different),
            cmocka_unit_test(more),
            cmocka_unit_test(parts_cap),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
