/* SPDX-License-Identifier: Apache-2.0 */
#include "control/cli/parse.h"

#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/cli/escape.h"
#include "control/cli/parse_fields.h"
#include "control/cli/parse_json.h"
#include "control/cli/parse_text.h"
#include "parser/sip_check.h"
#include "parser/sip_parse.h"

enum { EXIT_FINE = 0, EXIT_REJECTED = 1, EXIT_TROUBLE = 2 };

struct run {
        bool json;
        enum sip_profile_id id;
        struct sip_profile profile;
        uint8_t *buf; /* READ_BYTES_MAX octets */
};

/* One octet more than a message may have, so that a longer file is seen to be longer. */
#define READ_BYTES_MAX (SIP_MSG_BYTES_MAX + 1u)

static int print_json(const struct run *r, const char *file, const struct sip_msg *m,
                      size_t skipped)
{
        json_t *o = cp_cli_message_json(&r->profile, m, skipped);
        int rc;

        json_object_set_new(o, "file", cp_cli_text((const uint8_t *)file, strlen(file)));
        json_object_set_new(o, "profile", json_string(sip_profile_name(r->id)));
        rc = json_dumpf(o, stdout, JSON_COMPACT);
        json_decref(o);
        putchar('\n');
        return rc;
}

/* One line "  label  text" with what a terminal could obey escaped; nothing for an absent span. */
static void print_span(const char *label, const struct sip_msg *m, struct sip_span s)
{
        char *shown;

        if (s.len == 0)
                return;
        shown = cp_cli_escape((const char *)sip_span_at(m, s), s.len, 0);
        printf("  %-14s %s\n", label, shown);
        free(shown);
}

/* A line below a value that its typed reader did not take: why not. */
static void print_fault(const struct sip_msg *m, const struct sip_hdr *h)
{
        json_t *o = json_object();
        const char *fault;

        cp_cli_put_values(o, m, h);
        fault = json_string_value(json_object_get(o, "fault"));
        if (fault)
                printf("    %*s^ %s\n", (int)h->name.len, "", fault);
        json_decref(o);
}

static void print_anomalies(const struct sip_profile *p, const struct sip_msg *m, size_t skipped)
{
        for (unsigned i = 1; i < SIP_ANOM_CNT; i++) {
                enum sip_anomaly a = (enum sip_anomaly)i;

                if (!sip_anom_has(&m->anomalies, a))
                        continue;
                printf("  %-14s %s (%s, RFC %s): %s", sip_anomaly_is_fault(a) ? "fault" : "note",
                       sip_anomaly_name(a), sip_verdict_name(sip_profile_verdict(p, a)),
                       sip_anomaly_rfc(a), sip_anomaly_text(a));
                if (a == (enum sip_anomaly)m->error)
                        printf(", at %zu", m->err_off + skipped);
                putchar('\n');
        }
}

static void print_headers(const struct sip_msg *m)
{
        printf("  %-14s %u\n", "headers", m->hdr_cnt);
        for (unsigned i = 0; i < m->hdr_cnt; i++) {
                const struct sip_hdr *h = &m->hdrs[i];
                char *name = cp_cli_escape((const char *)sip_span_at(m, h->name), h->name.len, 0);
                char *value =
                    cp_cli_escape((const char *)sip_span_at(m, h->value), h->value.len, 0);

                printf("    %s: %s\n", name, value);
                print_fault(m, h);
                free(name);
                free(value);
        }
}

static void print_listing(const struct run *r, const char *file, const struct sip_msg *m,
                          size_t skipped)
{
        struct sip_judgement j = sip_check_set(&r->profile, &m->anomalies);

        printf("%s: %s", file, sip_verdict_name(j.verdict));
        if (j.reason != SIP_ANOM_NONE)
                printf(" (%s: %s, RFC %s)", sip_anomaly_name(j.reason), sip_anomaly_text(j.reason),
                       sip_anomaly_rfc(j.reason));
        putchar('\n');
        print_span("start line", m, m->start_line);
        print_span("call-id", m, m->call_id);
        print_span("cseq method", m, m->cseq.method_name);
        print_span("from tag", m, m->from.tag);
        print_span("to tag", m, m->to.tag);
        print_span("via branch", m, m->via.branch);
        printf("  %-14s %u\n", "via count", m->via_cnt);
        if (m->header_end != 0)
                printf("  %-14s %u octets at %zu\n", "body", m->body_len, m->body_off + skipped);
        print_headers(m);
        print_anomalies(&r->profile, m, skipped);
}

/* Up to READ_BYTES_MAX octets of a file. False after a message on stderr. */
static bool read_file(const char *path, uint8_t *buf, size_t *len)
{
        FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
        bool good;

        if (!f) {
                fprintf(stderr, "sluicectl parse: %s: %s\n", path, strerror(errno));
                return false;
        }
        errno = 0;
        *len = fread(buf, 1, READ_BYTES_MAX, f);
        good = !ferror(f);
        if (!good)
                fprintf(stderr, "sluicectl parse: %s: %s\n", path, strerror(errno));
        if (f != stdin)
                fclose(f);
        return good;
}

static int parse_one(const struct run *r, const char *path)
{
        static struct sip_msg m;
        struct sip_judgement j;
        size_t len, skipped;

        if (!read_file(path, r->buf, &len))
                return EXIT_TROUBLE;
        sip_parse(r->buf, len, &m);
        skipped = (size_t)(m.buf - r->buf);
        j = sip_check_profile(&r->profile, &m);
        if (!r->json)
                print_listing(r, path, &m, skipped);
        else if (print_json(r, path, &m, skipped) != 0)
                return EXIT_TROUBLE;
        return j.verdict == SIP_VERDICT_REJECT ? EXIT_REJECTED : EXIT_FINE;
}

static int usage(void)
{
        fprintf(stderr, "usage: sluicectl parse [--json] [--profile NAME] FILE...\n");
        return EXIT_TROUBLE;
}

/* Options may stand between the files; those are moved together to argv[1]... Returns how many, -1
 * after a usage error. */
static int take_options(int argc, char **argv, struct run *r)
{
        bool options = true;
        int files = 0;

        for (int i = 1; i < argc; i++) {
                const char *profile = NULL;

                if (!options || argv[i][0] != '-' || argv[i][1] == '\0') {
                        argv[++files] = argv[i];
                        continue;
                }
                if (strcmp(argv[i], "--") == 0)
                        options = false;
                else if (strcmp(argv[i], "--json") == 0)
                        r->json = true;
                else if (strcmp(argv[i], "--profile") == 0 && i + 1 < argc)
                        profile = argv[++i];
                else if (strncmp(argv[i], "--profile=", 10) == 0)
                        profile = argv[i] + 10;
                else
                        return -1;
                if (profile)
                        r->id = sip_profile_find(profile);
                if (r->id == SIP_PROFILE_CNT)
                        return -1;
        }
        return files;
}

int cp_cli_parse(int argc, char **argv)
{
        struct run r = {.id = SIP_PROFILE_DEFAULT};
        int files = take_options(argc, argv, &r);
        int worst = EXIT_FINE;

        if (files <= 0)
                return usage();
        sip_profile_init(&r.profile, r.id);
        r.buf = malloc(READ_BYTES_MAX);
        if (!r.buf) {
                fprintf(stderr, "sluicectl parse: out of memory\n");
                return EXIT_TROUBLE;
        }
        for (int i = 1; i <= files; i++) {
                int rc = parse_one(&r, argv[i]);

                if (rc > worst)
                        worst = rc;
        }
        free(r.buf);
        return worst;
}
