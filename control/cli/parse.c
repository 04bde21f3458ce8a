/* SPDX-License-Identifier: Apache-2.0 */
#include "control/cli/parse.h"

#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/cli/escape.h"
#include "parser/sip_check.h"
#include "parser/sip_parse.h"
#include "parser/sip_utf8.h"

enum { EXIT_FINE = 0, EXIT_REJECTED = 1, EXIT_TROUBLE = 2 };

struct run {
        bool json;
        enum sip_profile_id id;
        struct sip_profile profile;
        uint8_t *buf; /* READ_BYTES_MAX octets */
};

/* One octet more than a message may have, so that a longer file is seen to be longer. */
#define READ_BYTES_MAX (SIP_MSG_BYTES_MAX + 1u)

static const char replacement[] = "\xef\xbf\xbd"; /* U+FFFD */

/* Copy n octets to out as UTF-8, each stray one as U+FFFD: at most 3 n octets. Returns how many. */
static size_t to_utf8(const uint8_t *p, size_t n, char *out)
{
        size_t w = 0;

        for (size_t i = 0; i < n;) {
                size_t k = sip_utf8_char(p + i, n - i);

                if (k == 0) {
                        memcpy(out + w, replacement, 3);
                        w += 3;
                        i++;
                } else {
                        memcpy(out + w, p + i, k);
                        w += k;
                        i += k;
                }
        }
        return w;
}

/* Replace each fold and the white space around it by one SP, in place. Returns the new length. */
static size_t unfold(uint8_t *p, size_t n)
{
        size_t w = 0;

        for (size_t i = 0; i < n;) {
                if (p[i] != '\r' && p[i] != '\n') {
                        p[w++] = p[i++];
                        continue;
                }
                while (w > 0 && (p[w - 1] == ' ' || p[w - 1] == '\t'))
                        w--;
                while (i < n && (p[i] == '\r' || p[i] == '\n' || p[i] == ' ' || p[i] == '\t'))
                        i++;
                p[w++] = ' ';
        }
        return w;
}

static json_t *text(const uint8_t *p, size_t n)
{
        char *out = malloc(3 * n + 1);
        json_t *j;

        if (!out)
                return NULL;
        j = json_stringn(out, to_utf8(p, n, out));
        free(out);
        return j;
}

/* A span as a string, null when it is absent. */
static json_t *span(const struct sip_msg *m, struct sip_span s)
{
        if (s.off == 0 && s.len == 0)
                return json_null();
        return text(sip_span_at(m, s), s.len);
}

static json_t *header_value(const struct sip_msg *m, struct sip_span s)
{
        uint8_t *copy = malloc(s.len + 1u);
        json_t *j;

        if (!copy)
                return NULL;
        memcpy(copy, sip_span_at(m, s), s.len);
        j = text(copy, unfold(copy, s.len));
        free(copy);
        return j;
}

static json_t *headers(const struct sip_msg *m)
{
        json_t *list = json_array();

        for (unsigned i = 0; i < m->hdr_cnt; i++) {
                const struct sip_hdr *h = &m->hdrs[i];

                json_array_append_new(list, json_pack("{so so}", "name",
                                                      text(sip_span_at(m, h->name), h->name.len),
                                                      "value", header_value(m, h->value)));
        }
        return list;
}

static json_t *anomalies(const struct sip_msg *m)
{
        json_t *list = json_array();

        for (unsigned a = 1; a < SIP_ANOM_CNT; a++) {
                if (sip_anom_has(&m->anomalies, (enum sip_anomaly)a))
                        json_array_append_new(list,
                                              json_string(sip_anomaly_name((enum sip_anomaly)a)));
        }
        return list;
}

static json_t *number_if(bool present, uint32_t v)
{
        return present ? json_integer((json_int_t)v) : json_null();
}

static const char *kind_name(const struct sip_msg *m)
{
        switch (m->kind) {
        case SIP_KIND_REQUEST:
                return "request";
        case SIP_KIND_RESPONSE:
                return "response";
        default:
                return NULL;
        }
}

static void put_fields(json_t *o, const struct sip_msg *m, size_t skipped)
{
        const char *kind = kind_name(m);

        json_object_set_new(o, "kind", kind ? json_string(kind) : json_null());
        /* The method stands at offset 0, where "absent" would too. */
        json_object_set_new(o, "method",
                            m->method_name.len ? text(m->buf, m->method_name.len) : json_null());
        json_object_set_new(o, "status", number_if(m->status != 0, m->status));
        json_object_set_new(o, "request_uri", span(m, m->ruri.all));
        json_object_set_new(o, "call_id", span(m, m->call_id));
        json_object_set_new(o, "cseq",
                            number_if(m->cseq.method_name.len != 0 &&
                                          !sip_anom_has(&m->anomalies, SIP_ANOM_CSEQ_RANGE),
                                      m->cseq.number));
        json_object_set_new(o, "cseq_method", span(m, m->cseq.method_name));
        json_object_set_new(o, "from_tag", span(m, m->from.tag));
        json_object_set_new(o, "to_tag", span(m, m->to.tag));
        json_object_set_new(o, "via_branch", span(m, m->via.branch));
        json_object_set_new(o, "via_count", json_integer(m->via_cnt));
        json_object_set_new(
            o, "content_length",
            number_if(m->content_length != SIP_CONTENT_LENGTH_ABSENT, m->content_length));
        json_object_set_new(o, "body_offset",
                            number_if(m->header_end != 0, (uint32_t)(m->body_off + skipped)));
        json_object_set_new(o, "headers", headers(m));
        json_object_set_new(o, "anomalies", anomalies(m));
}

static int print_json(const struct run *r, const char *file, const struct sip_msg *m,
                      size_t skipped)
{
        struct sip_judgement j = sip_check_set(&r->profile, &m->anomalies);
        json_t *o = json_object();
        int rc;

        json_object_set_new(o, "file", text((const uint8_t *)file, strlen(file)));
        json_object_set_new(o, "verdict", json_string(sip_verdict_name(j.verdict)));
        json_object_set_new(o, "reason",
                            j.reason == SIP_ANOM_NONE ? json_null()
                                                      : json_string(sip_anomaly_name(j.reason)));
        json_object_set_new(o, "profile", json_string(sip_profile_name(r->id)));
        put_fields(o, m, skipped);
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

static void print_headers(const struct sip_msg *m)
{
        printf("  %-14s %u\n", "headers", m->hdr_cnt);
        for (unsigned i = 0; i < m->hdr_cnt; i++) {
                const struct sip_hdr *h = &m->hdrs[i];
                char *name = cp_cli_escape((const char *)sip_span_at(m, h->name), h->name.len, 0);
                char *value =
                    cp_cli_escape((const char *)sip_span_at(m, h->value), h->value.len, 0);

                printf("    %s: %s\n", name, value);
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
        for (unsigned a = 1; a < SIP_ANOM_CNT; a++) {
                if (sip_anom_has(&m->anomalies, (enum sip_anomaly)a))
                        printf("  %-14s %s: %s\n", "anomaly", sip_anomaly_name((enum sip_anomaly)a),
                               sip_anomaly_text((enum sip_anomaly)a));
        }
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
