/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parser/probe.h"

#include "parser/sip_state.h"

static struct sip_judgement judge(enum sip_anomaly a, enum sip_anomaly b)
{
        static struct sip_msg m;

        memset(&m.anomalies, 0, sizeof(m.anomalies));
        sip_anom_add(&m.anomalies, a);
        sip_anom_add(&m.anomalies, b);
        return sip_check(&m);
}

static void worst_wins(void **state)
{
        (void)state;
        assert_int_equal(judge(SIP_ANOM_NONE, SIP_ANOM_NONE).verdict, SIP_VERDICT_ACCEPT);
        assert_int_equal(judge(SIP_ANOM_NONE, SIP_ANOM_NONE).reason, SIP_ANOM_NONE);
        assert_int_equal(judge(SIP_ANOM_HOST_UNDERSCORE, SIP_ANOM_NONE).reason, SIP_ANOM_NONE);
        assert_int_equal(judge(SIP_ANOM_HDR_FOLDED, SIP_ANOM_HOST_UNDERSCORE).verdict,
                         SIP_VERDICT_NORMALISE);
        assert_int_equal(judge(SIP_ANOM_HDR_FOLDED, SIP_ANOM_VIA_MISSING).reason,
                         SIP_ANOM_VIA_MISSING);
        assert_int_equal(judge(SIP_ANOM_CSEQ_MISSING, SIP_ANOM_VIA_MISSING).reason,
                         SIP_ANOM_VIA_MISSING);
        assert_int_equal(judge(SIP_ANOM_HOST_UNDERSCORE, SIP_ANOM_URI_HOST).verdict,
                         SIP_VERDICT_REJECT);
}

static void every_anomaly(void **state)
{
        (void)state;
        for (unsigned a = 1; a < SIP_ANOM_CNT; a++) {
                enum sip_anomaly id = (enum sip_anomaly)a;
                struct sip_judgement j = judge(id, SIP_ANOM_NONE);

                assert_true(strlen(sip_anomaly_name(id)) > 0);
                assert_true(strlen(sip_anomaly_text(id)) > 0);
                assert_true(strlen(sip_anomaly_rfc(id)) > 0);
                for (const char *p = sip_anomaly_name(id); *p; p++)
                        assert_true((*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9') ||
                                    *p == '_');
                for (unsigned b = 1; b < a; b++)
                        assert_string_not_equal(sip_anomaly_name(id),
                                                sip_anomaly_name((enum sip_anomaly)b));
                assert_int_equal(j.reason, j.verdict == SIP_VERDICT_ACCEPT ? SIP_ANOM_NONE : id);
                /* A fault is never let through by the default profile. */
                if (sip_anomaly_is_fault(id))
                        assert_int_equal(j.verdict, SIP_VERDICT_REJECT);
        }
        assert_string_equal(sip_anomaly_name(SIP_ANOM_NONE), "none");
        assert_string_equal(sip_anomaly_name(SIP_ANOM_CNT), "unknown");
        assert_string_equal(sip_verdict_name(SIP_VERDICT_ACCEPT), "accept");
        assert_string_equal(sip_verdict_name(SIP_VERDICT_NORMALISE), "normalise");
        assert_string_equal(sip_verdict_name(SIP_VERDICT_REJECT), "reject");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(worst_wins),
            cmocka_unit_test(every_anomaly),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
