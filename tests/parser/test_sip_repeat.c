/* SPDX-License-Identifier: Apache-2.0 */
/* Parameters that are given twice, through the profile default. */
#include "tests/parser/whole.h"

static bool repeats(const char *start, const char *line)
{
        char text[2048];
        int n = snprintf(text, sizeof(text), "%s\r\n" WHOLE_HEADERS("OPTIONS") "%s\r\n\r\n", start,
                         line);
        struct sip_profile p;
        struct whole w;
        bool found;

        assert_true(n > 0 && (size_t)n < sizeof(text));
        sip_profile_init(&p, SIP_PROFILE_DEFAULT);
        whole_parse(&w, text, (size_t)n);
        if (w.m.error != SIP_ANOM_NONE)
                fail_msg("%s, %s: %s", start, line, sip_anomaly_name(w.m.error));
        w.j = sip_check_profile(&p, &w.m);
        found = sip_anom_has(&w.m.anomalies, SIP_ANOM_PARAM_DUP);
        assert_true(found == (w.j.verdict == SIP_VERDICT_REJECT));
        whole_end(&w);
        return found;
}

static void fields(void **state)
{
        static const struct {
                const char *line;
                bool want;
        } rows[] = {
            {"Contact: <sip:a@h;transport=udp;transport=tcp>", true},
            {"Contact: <sip:a@h;transport=udp;lr;x=y;TRANSPORT=tcp;ob>;expires=1", true},
            {"Contact: <sip:a@h;transport=udp;transport=UDP>", false},
            {"Contact: <sip:a@h;maddr=192.0.2.1;ttl=1;maddr=192.0.2.2>", true},
            {"Contact: <sip:a@h;ttl=1;ttl=2>", true},
            {"Contact: <sip:a@h;user=phone;user>", true},
            {"Contact: <sip:a@h;method=INVITE;method=BYE>", true},
            {"Contact: <sip:a@h;transports=udp;transport=tcp;trans=x>", false},
            {"Contact: <sip:a@h;lr;lr=on;x=1;x=2>", false},
            {"Contact: <sip:a;transport=udp@h;transport=tcp>", false},
            {"Contact: <sip:a@h>;expires=0;expires=3600", true},
            {"Contact: <sip:a@h> ; expires = 0 ; expires = 3600", true},
            {"Contact: <sip:a@h>;expires=60;Expires=60", false},
            {"Contact: <sip:a@h>;q=0.1;x;q=1", true},
            {"Contact: <sip:a@h>;q=1;x=\";q=0\"", false},
            {"Contact: <sip:a@h;expires=0>;expires=3600", false},
            {"Contact: <sip:a@h;expires=0;expires=3600>", false},
            {"Contact: sip:a@h;expires=0;expires=3600", true},
            {"Contact: \"x;expires=1\" <sip:a@h>;expires=2", false},
            {"Contact: <sip:a@h>;expires=0, <sip:b@h>;expires=3600", false},
            {"Contact: <sip:a@h>;q=1, <sip:b@h>;q=0.5;q=1", true},
            {"Contact: <sip:a@h>\r\nm: <sip:b@h;transport=udp;transport=tcp>", true},
            {"Contact: *", false},
            {"Contact: <sip:a@h>;+g.x=\"1\";+g.x=\"2\";methods=\"A\";mobility=\"fixed\"", false},
            {"Contact: <sip:a@h;transport=udp;\r\n transport=tcp>", true},
            {"Contact: <tel:+1;phone-context=a;phone-context=b>", false},
            {"Route: <sip:p;transport=udp;lr>, <sip:q;transport=tcp;lr>", false},
            {"Route: <sip:p;lr>, <sip:q;transport=tcp;lr;transport=udp>", true},
            {"Route: <sip:p;lr>;q=1;q=0", false},
            {"Record-Route: <sip:p;lr>\r\nRecord-Route: <sip:p;maddr=g;maddr=f>", true},
            {"X: <sip:a@h;transport=udp;transport=tcp>", false},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
                if (repeats("OPTIONS sip:b@h SIP/2.0", rows[i].line) != rows[i].want)
                        fail_msg("%s", rows[i].line);
}

static void start_line(void **state)
{
        (void)state;
        assert_true(repeats("OPTIONS sip:b@h;ttl=1;ttl=2 SIP/2.0", "X: y"));
        assert_true(repeats("OPTIONS sip:b@h;ttl;ttl=1 SIP/2.0", "X: y"));
        assert_true(repeats("OPTIONS sip:b@h;user=ip;x;user=phone SIP/2.0", "X: y"));
        assert_false(repeats("OPTIONS sip:b@h;user=ip;x;user=ip SIP/2.0", "X: y"));
        assert_false(repeats("OPTIONS tel:+1;tag=1;tag=2;tag=3 SIP/2.0", "X: y"));
}

/* From and To, where another value's reading must not be changed by looking. */
static void parties(void **state)
{
        static const char text[] = WHOLE_START WHOLE_VIA
            "From: <sip:a@h;transport=udp>;tag=1\r\n"
            "To: <sip:b@h;transport=udp;transport=tls>\r\n" WHOLE_CALL_ID WHOLE_REST(
                "OPTIONS") "\r\n";
        struct sip_profile p;
        struct whole w;

        (void)state;
        sip_profile_init(&p, SIP_PROFILE_LENIENT);
        whole_parse(&w, text, sizeof(text) - 1);
        w.j = sip_check_profile(&p, &w.m);
        assert_int_equal(w.j.verdict, SIP_VERDICT_REJECT);
        assert_int_equal(w.j.reason, SIP_ANOM_PARAM_DUP);
        assert_int_equal(w.m.error, SIP_ANOM_NONE);
        probe_span(w.m.buf, w.m.to.uri.params, "transport=udp;transport=tls");
        whole_end(&w);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(fields),
            cmocka_unit_test(start_line),
            cmocka_unit_test(parties),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
