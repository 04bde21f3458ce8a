/* SPDX-License-Identifier: Apache-2.0 */
/* CONFORMANCE.md: its names are anomalies, its tables are complete, and for each of its names a
 * message shows it. */
#include "tests/parser/whole.h"

#include "tests/parser/triggers.h"

#define FILE_PATH SLUICE_SOURCE_ROOT "/parser/CONFORMANCE.md"

static bool shown[SIP_ANOM_CNT]; /* a message of triggers.c shows it */

/* Under the profile that looks for everything. */
static int set_up(void **state)
{
        static uint8_t text[TRIGGER_BYTES_MAX];
        static struct sip_msg m;
        struct sip_profile p;

        (void)state;
        sip_profile_init(&p, SIP_PROFILE_STRICT);
        for (size_t i = 0; i < trigger_cnt; i++) {
                size_t n = trigger_write(&triggers[i], text);

                sip_parse(text, n, &m);
                sip_check_profile(&p, &m);
                shown[triggers[i].anomaly] |= sip_anom_has(&m.anomalies, triggers[i].anomaly);
        }
        return 0;
}

/* The names in backquotes of a table's row. Returns how many. */
static unsigned check_names(const char *line)
{
        unsigned names = 0;
        char name[64];

        while ((line = strchr(line, '`')) != NULL) {
                size_t n = strcspn(++line, "`");
                enum sip_anomaly a;

                snprintf(name, sizeof(name), "%.*s", (int)n, line);
                a = sip_anomaly_find(name);
                if (a == SIP_ANOM_NONE)
                        fail_msg("CONFORMANCE.md names %s, which is no anomaly", name);
                if (!shown[a])
                        fail_msg("no message shows %s", name);
                names++;
                line += n + 1;
        }
        return names;
}

static void tables(void **state)
{
        static char line[4096];
        bool snort[28] = {false};
        unsigned flags = 0, uri_flags = 0, stateful = 0, rows = 0;
        FILE *f = fopen(FILE_PATH, "r");

        (void)state;
        assert_non_null(f);
        while (fgets(line, sizeof(line), f)) {
                unsigned id, names;

                if (strncmp(line, "| ", 2) != 0 || strncmp(line, "| ---", 5) == 0)
                        continue;
                names = check_names(line);
                rows += names != 0;
                if (sscanf(line, "| 140:%u |", &id) == 1) {
                        assert_true(id >= 2 && id <= 27 && !snort[id]);
                        snort[id] = true;
                        stateful += names == 0;
                        assert_true(names != 0 || strstr(line, "state: "));
                } else if (sscanf(line, "| URI %u |", &id) == 1) {
                        assert_true(names != 0);
                        uri_flags |= id;
                } else if (sscanf(line, "| %u |", &id) == 1) {
                        assert_true(names != 0);
                        flags |= id;
                }
        }
        fclose(f);
        for (unsigned id = 2; id <= 27; id++)
                if (!snort[id])
                        fail_msg("140:%u is not in the table", id);
        assert_int_equal(stateful, 3);
        assert_int_equal(flags, 0x7fff);
        assert_int_equal(uri_flags, 15);
        assert_true(rows > 70);
}

/* Each cap's anomaly stands in the table of sizes or another. */
static void caps_are_named(void **state)
{
        static char text[65536];
        FILE *f = fopen(FILE_PATH, "r");
        char name[72];

        (void)state;
        assert_non_null(f);
        text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
        fclose(f);
        for (unsigned c = 0; c < SIP_CAP_CNT; c++) {
                snprintf(name, sizeof(name), "`%s`",
                         sip_anomaly_name(sip_cap_anomaly((enum sip_cap)c)));
                if (!strstr(text, name))
                        fail_msg("CONFORMANCE.md does not name %s", name);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(tables),
            cmocka_unit_test(caps_are_named),
        };

        return cmocka_run_group_tests(tests, set_up, NULL);
}
