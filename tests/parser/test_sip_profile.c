/* SPDX-License-Identifier: Apache-2.0 */
/* The profiles: what each makes of a message for each anomaly, and how they may be changed. */
#include "tests/parser/whole.h"

#include <errno.h>

#include "parser/sip_state.h"
#include "tests/parser/triggers.h"

static struct sip_profile profiles[SIP_PROFILE_CNT];

static int set_up(void **state)
{
        (void)state;
        for (unsigned p = 0; p < SIP_PROFILE_CNT; p++)
                sip_profile_init(&profiles[p], (enum sip_profile_id)p);
        return 0;
}

/* Judge a message by a profile, from memory that ends at a page that cannot be touched. */
static struct sip_judgement judge(const struct sip_profile *p, const void *text, size_t n,
                                  struct sip_msg *m)
{
        struct guard g = guard_create(n + 1);
        struct sip_judgement j;

        sip_parse(guard_tail(&g, text, n), n, m);
        j = sip_check_profile(p, m);
        whole_invariants(m);
        guard_destroy(&g);
        return j;
}

/* Every anomaly has a message that shows it, under the profile strict at least. */
static void every_anomaly_is_found(void **state)
{
        static uint8_t text[TRIGGER_BYTES_MAX];
        static struct sip_msg m;
        bool found[SIP_ANOM_CNT] = {false};

        (void)state;
        for (size_t i = 0; i < trigger_cnt; i++) {
                size_t n = trigger_write(&triggers[i], text);

                judge(&profiles[SIP_PROFILE_STRICT], text, n, &m);
                if (!sip_anom_has(&m.anomalies, triggers[i].anomaly))
                        fail_msg("row %zu does not show %s but %s:\n%.*s", i,
                                 sip_anomaly_name(triggers[i].anomaly),
                                 sip_anomaly_name(sip_check(&m).reason), (int)(n < 600 ? n : 600),
                                 (const char *)text);
                found[triggers[i].anomaly] = true;
        }
        for (unsigned a = 1; a < SIP_ANOM_CNT; a++)
                if (!found[a])
                        fail_msg("no message for %s", sip_anomaly_name((enum sip_anomaly)a));
}

/* Of the messages with one anomaly, each profile's verdict is that of its line. */
static void verdict_follows(void **state)
{
        static uint8_t text[TRIGGER_BYTES_MAX];
        static struct sip_msg m;
        unsigned differ = 0;

        (void)state;
        for (size_t i = 0; i < trigger_cnt; i++) {
                size_t n = trigger_write(&triggers[i], text);
                unsigned verdicts = 0;

                for (unsigned p = 0; p < SIP_PROFILE_CNT; p++) {
                        struct sip_judgement j = judge(&profiles[p], text, n, &m);
                        enum sip_verdict worst = SIP_VERDICT_ACCEPT;

                        for (unsigned a = 1; a < SIP_ANOM_CNT; a++) {
                                enum sip_anomaly id = (enum sip_anomaly)a;

                                if (sip_anom_has(&m.anomalies, id) &&
                                    sip_profile_verdict(&profiles[p], id) > worst)
                                        worst = sip_profile_verdict(&profiles[p], id);
                        }
                        assert_int_equal(j.verdict, worst);
                        if (worst == SIP_VERDICT_ACCEPT)
                                assert_int_equal(j.reason, SIP_ANOM_NONE);
                        else
                                assert_int_equal(sip_profile_verdict(&profiles[p], j.reason),
                                                 worst);
                        verdicts |= 1u << worst;
                }
                differ += (verdicts & (verdicts - 1)) != 0;
        }
        assert_true(differ > 25);
}

/* strict rejects whatever default rejects, and lenient no more than default. */
static void profiles_are_ordered(void **state)
{
        (void)state;
        for (unsigned a = 1; a < SIP_ANOM_CNT; a++) {
                enum sip_anomaly id = (enum sip_anomaly)a;
                enum sip_verdict strict = sip_profile_verdict(&profiles[SIP_PROFILE_STRICT], id);
                enum sip_verdict dflt = sip_profile_verdict(&profiles[SIP_PROFILE_DEFAULT], id);
                enum sip_verdict lenient = sip_profile_verdict(&profiles[SIP_PROFILE_LENIENT], id);

                if (strict < dflt || dflt < lenient)
                        fail_msg("%s is not ordered", sip_anomaly_name(id));
        }
        for (unsigned c = 0; c < SIP_CAP_CNT; c++) {
                enum sip_cap cap = (enum sip_cap)c;
                uint32_t lenient = profiles[SIP_PROFILE_LENIENT].cap[c];

                assert_true(profiles[SIP_PROFILE_STRICT].cap[c] > 0);
                assert_true(profiles[SIP_PROFILE_STRICT].cap[c] <=
                            profiles[SIP_PROFILE_DEFAULT].cap[c]);
                assert_true(profiles[SIP_PROFILE_DEFAULT].cap[c] <= lenient);
                assert_int_equal(lenient, sip_cap_most(cap));
        }
}

/* What makes a message unreadable is rejected by all, whatever anybody configures. */
static void unreadable_stays_rejected(void **state)
{
        static const enum sip_anomaly unreadable[] = {
            SIP_ANOM_MSG_TOO_LONG,
            SIP_ANOM_EMPTY,
            SIP_ANOM_START_LINE,
            SIP_ANOM_METHOD_TOKEN,
            SIP_ANOM_VERSION,
            SIP_ANOM_STATUS_RANGE,
            SIP_ANOM_RURI,
            SIP_ANOM_HDR_COUNT,
            SIP_ANOM_HDR_END_MISSING,
            SIP_ANOM_HDR_NUL,
            SIP_ANOM_HDR_CTL,
            SIP_ANOM_HDR_BARE_CR,
            SIP_ANOM_HDR_NO_COLON,
            SIP_ANOM_HDR_NAME,
            SIP_ANOM_CONTENT_LENGTH_SYNTAX,
            SIP_ANOM_CONTENT_LENGTH_RANGE,
            SIP_ANOM_CONTENT_LENGTH_CONFLICT,
            SIP_ANOM_CONTENT_LENGTH_BEYOND,
            SIP_ANOM_DUP_SINGLETON,
            SIP_ANOM_VIA_MISSING,
            SIP_ANOM_FROM_MISSING,
            SIP_ANOM_TO_MISSING,
            SIP_ANOM_CALL_ID_MISSING,
            SIP_ANOM_CSEQ_MISSING,
            SIP_ANOM_VIA_SYNTAX,
            SIP_ANOM_FROM_SYNTAX,
            SIP_ANOM_TO_SYNTAX,
            SIP_ANOM_CALL_ID_SYNTAX,
            SIP_ANOM_CSEQ_SYNTAX,
        };

        (void)state;
        for (size_t i = 0; i < sizeof(unreadable) / sizeof(unreadable[0]); i++) {
                for (unsigned p = 0; p < SIP_PROFILE_CNT; p++) {
                        struct sip_profile mine = profiles[p];

                        assert_int_equal(sip_profile_verdict(&mine, unreadable[i]),
                                         SIP_VERDICT_REJECT);
                        assert_int_equal(
                            sip_profile_set_verdict(&mine, unreadable[i], SIP_VERDICT_ACCEPT),
                            -EINVAL);
                        assert_int_equal(
                            sip_profile_set_verdict(&mine, unreadable[i], SIP_VERDICT_NORMALISE),
                            -EINVAL);
                        assert_memory_equal(&mine, &profiles[p], sizeof(mine));
                }
        }
}

static void changed_line_by_line(void **state)
{
        static const char text[] =
            WHOLE_START WHOLE_HEADERS("OPTIONS") "Subject: a\r\n b\r\nDate: never\r\n\r\n";
        struct sip_profile p = profiles[SIP_PROFILE_DEFAULT];
        static struct sip_msg m;

        (void)state;
        assert_int_equal(judge(&p, text, sizeof(text) - 1, &m).reason, SIP_ANOM_DATE_SYNTAX);
        assert_int_equal(sip_profile_set_verdict(&p, SIP_ANOM_DATE_SYNTAX, SIP_VERDICT_ACCEPT), 0);
        assert_int_equal(judge(&p, text, sizeof(text) - 1, &m).verdict, SIP_VERDICT_NORMALISE);
        assert_int_equal(sip_profile_set_verdict(&p, SIP_ANOM_HDR_FOLDED, SIP_VERDICT_REJECT), 0);
        assert_int_equal(judge(&p, text, sizeof(text) - 1, &m).reason, SIP_ANOM_HDR_FOLDED);
        assert_int_equal(sip_profile_set_verdict(&p, SIP_ANOM_HDR_FOLDED, SIP_VERDICT_ACCEPT), 0);
        assert_int_equal(judge(&p, text, sizeof(text) - 1, &m).verdict, SIP_VERDICT_ACCEPT);
        assert_int_equal(sip_profile_set_cap(&p, SIP_CAP_HEADERS, 8), 0);
        assert_int_equal(judge(&p, text, sizeof(text) - 1, &m).verdict, SIP_VERDICT_ACCEPT);
        assert_int_equal(sip_profile_set_cap(&p, SIP_CAP_HEADERS, 7), 0);
        assert_int_equal(judge(&p, text, sizeof(text) - 1, &m).reason, SIP_ANOM_HDR_COUNT);
        assert_int_equal(m.error, SIP_ANOM_DATE_SYNTAX);
        assert_int_equal(sip_profile_set_verdict(&p, SIP_ANOM_NONE, SIP_VERDICT_REJECT), -EINVAL);
        assert_int_equal(sip_profile_set_verdict(&p, SIP_ANOM_CNT, SIP_VERDICT_REJECT), -EINVAL);
}

/* Each cap: a message of exactly that size passes, one octet or field less of cap and it does not.
 */
static void caps_are_exact(void **state)
{
        static const char text[] =
            "INFO sip:bob@h SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKx\r\n"
            "From: <sip:a@h>;tag=123\r\nTo: <sip:b@h>;tag=12\r\nCall-ID: c@h\r\nCSeq: 1 INFO\r\n"
            "Max-Forwards: 70\r\nRoute: <sip:h;lr>\r\nRecord-Route: <sip:h;lr>\r\n"
            "Contact: <sip:a@1.2.3.4>\r\nAllow: BYE\r\nAllow: INFO, ACK, BYE, CANCEL, OPTIONS, "
            "UPDATE, PRACK\r\nc: a/b\r\n\r\n12345";
        const uint32_t size[SIP_CAP_CNT] = {
            [SIP_CAP_MESSAGE] = sizeof(text) - 1,
            [SIP_CAP_HEADER_SECTION] = sizeof(text) - 1 - 5,
            [SIP_CAP_HEADERS] = 12,
            [SIP_CAP_REPEAT] = 2,
            [SIP_CAP_HEADER] = 46,
            [SIP_CAP_METHOD] = 4,
            [SIP_CAP_RURI] = 9,
            [SIP_CAP_FROM] = 17,
            [SIP_CAP_TO] = 16,
            [SIP_CAP_CONTACT] = 15,
            [SIP_CAP_CALL_ID] = 3,
            [SIP_CAP_TAG] = 3,
            [SIP_CAP_VIA] = 29,
            [SIP_CAP_BRANCH] = 8,
            [SIP_CAP_VIAS] = 1,
            [SIP_CAP_ROUTES] = 2,
            [SIP_CAP_BODY] = 5,
        };
        static struct sip_msg m;

        (void)state;
        for (unsigned c = 0; c < SIP_CAP_CNT; c++) {
                struct sip_profile p = profiles[SIP_PROFILE_DEFAULT];
                enum sip_cap cap = (enum sip_cap)c;

                assert_int_equal(sip_profile_set_cap(&p, cap, size[c]), 0);
                if (judge(&p, text, sizeof(text) - 1, &m).reason != SIP_ANOM_NONE)
                        fail_msg("%s: %u is too little", sip_cap_key(cap), size[c]);
                if (size[c] == 1)
                        p.cap[c] = 0; /* what no caller can ask for */
                else
                        assert_int_equal(sip_profile_set_cap(&p, cap, size[c] - 1), 0);
                if (judge(&p, text, sizeof(text) - 1, &m).reason != sip_cap_anomaly(cap))
                        fail_msg("%s: %u is enough", sip_cap_key(cap), size[c] - 1);
                assert_int_equal(sip_profile_set_cap(&p, cap, 0), -EINVAL);
                assert_int_equal(sip_profile_set_cap(&p, cap, sip_cap_most(cap) + 1), -EINVAL);
        }
}

static void names(void **state)
{
        (void)state;
        for (unsigned p = 0; p < SIP_PROFILE_CNT; p++)
                assert_int_equal(sip_profile_find(sip_profile_name((enum sip_profile_id)p)), p);
        assert_int_equal(sip_profile_find("strictly"), SIP_PROFILE_CNT);
        assert_int_equal(sip_profile_find(""), SIP_PROFILE_CNT);
        assert_string_equal(sip_profile_name(SIP_PROFILE_CNT), "unknown");
        for (unsigned a = 1; a < SIP_ANOM_CNT; a++)
                assert_int_equal(sip_anomaly_find(sip_anomaly_name((enum sip_anomaly)a)), a);
        assert_int_equal(sip_anomaly_find("hdr_fold"), SIP_ANOM_NONE);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(every_anomaly_is_found),
            cmocka_unit_test(verdict_follows),
            cmocka_unit_test(profiles_are_ordered),
            cmocka_unit_test(unreadable_stays_rejected),
            cmocka_unit_test(changed_line_by_line),
            cmocka_unit_test(caps_are_exact),
            cmocka_unit_test(names),
        };

        return cmocka_run_group_tests(tests, set_up, NULL);
}
