/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/rules/rules_rig.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/rules/image.h"
#include "control/rules/read.h"
#include "parser/match/match_set.h"
#include "parser/sip_parse.h"

#define MESSAGES_MAX 1000u

struct rules_rig {
        struct match_set *set;
        struct match_scratch *scratch;
        struct match_hs *whole; /* NULL: rules */
        struct match_hs_scratch *whole_scratch;
        uint32_t *whole_rules;
        int count;
        struct sip_msg *msgs;
        struct match_facts facts[MESSAGES_MAX];
        size_t cnt;
};

static _Noreturn void end(const char *what)
{
        fprintf(stderr, "bench_rules: %s\n", what);
        exit(1);
}

/* What rules look for in the field: names of tools and users, as signature sets have them. */
static int pattern(int i, bool regex, char *out, size_t cap)
{
        return regex ? snprintf(out, cap, "tool%d[a-z]{1,4}-v[0-9]+\\.%d", i * 7919 % 100003, i)
                     : snprintf(out, cap, "scanner-%d-%d", i * 7919 % 100003, i);
}

static bool is_regex(int i, int mixed)
{
        return mixed && i % 2 == 1;
}

static char *rules_text(int count, int mixed)
{
        static const char *const fields[] = {"sip.user_agent", "sip.user_agent", "sip.from.user",
                                             "sip.uri",        "sip.user_agent", "sip.to.user"};
        char *text = malloc((size_t)count * 200 + 1);
        size_t n = 0;

        if (text == NULL)
                end("out of memory");
        text[0] = '\0';
        for (int i = 0; i < count; i++) {
                char p[64];
                bool regex = is_regex(i, mixed);

                pattern(i, regex, p, sizeof(p));
                n += (size_t)sprintf(text + n,
                                     "alert sip any any -> any any (%s; %s\"%s%s%s\"; %ssid:%d;)\n",
                                     fields[i % 6], regex ? "pcre:" : "content:", regex ? "/" : "",
                                     p, regex ? "/i" : "", regex ? "" : "nocase; ", i + 1);
        }
        return text;
}

static void rules_make(struct rules_rig *rig, int mixed)
{
        struct cp_rule_errors *errors = calloc(1, sizeof(*errors));
        char *text = rules_text(rig->count, mixed);
        struct cp_rule_set set = {0};
        struct cp_image image;

        if (errors == NULL ||
            cp_rules_read(&set, "bench", text, strlen(text), &cp_rule_default_vars, errors) != 0 ||
            cp_image_make(&set, MATCH_PLATFORM_HOST, 0, NULL, &image, errors) != 0)
                end(errors != NULL ? errors->e[0].text : "out of memory");
        if (match_set_create(&rig->set, image.at, image.bytes) != MATCH_OK ||
            match_scratch_create(&rig->scratch, rig->set) != 0)
                end("the set does not load");
        cp_rule_set_fini(&set);
        free(image.at);
        free(text);
        free(errors);
}

static void whole_make(struct rules_rig *rig, int mixed)
{
        size_t cnt = (size_t)rig->count;
        struct match_hs_pattern *p = calloc(cnt, sizeof(*p));
        struct match_hs_code code;

        rig->whole_rules = calloc(cnt, sizeof(*rig->whole_rules));
        if (p == NULL || rig->whole_rules == NULL)
                end("out of memory");
        for (unsigned i = 0; i < cnt; i++) {
                char text[64];

                pattern((int)i, is_regex((int)i, mixed), text, sizeof(text));
                p[i] = (struct match_hs_pattern){
                    .regex = strdup(text), .id = i, .flags = MATCH_REGEX_CASELESS, .once = true};
                rig->whole_rules[i] = i;
        }
        if (match_hs_compile(p, (unsigned)cnt, MATCH_PLATFORM_HOST, &code) != 0)
                end(code.why);
        if (match_hs_load(&rig->whole, code.at, code.bytes) != MATCH_OK ||
            match_hs_fit(&rig->whole_scratch, rig->whole) != 0)
                end("the database does not load");
        for (unsigned i = 0; i < cnt; i++)
                free((char *)(uintptr_t)p[i].regex);
        free(p);
        free(code.at);
}

struct rules_rig *rules_rig_create(int count, int mixed, int whole)
{
        struct rules_rig *rig = calloc(1, sizeof(*rig));

        if (rig == NULL)
                end("out of memory");
        rig->count = count;
        rig->msgs = calloc(MESSAGES_MAX, sizeof(*rig->msgs));
        if (rig->msgs == NULL)
                end("out of memory");
        rules_make(rig, mixed);
        if (whole)
                whole_make(rig, mixed);
        return rig;
}

void rules_rig_destroy(struct rules_rig *rig)
{
        match_scratch_destroy(rig->scratch);
        match_set_destroy(rig->set);
        if (rig->whole != NULL) {
                match_hs_scratch_free(rig->whole_scratch);
                match_hs_free(rig->whole);
        }
        free(rig->whole_rules);
        free(rig->msgs);
        free(rig);
}

void rules_rig_message(struct rules_rig *rig, const uint8_t *at, size_t len)
{
        static const uint8_t ip[16];
        struct sip_msg *m = &rig->msgs[rig->cnt];

        (void)sip_parse(at, len, m);
        rig->facts[rig->cnt++] = (struct match_facts){.payload = at,
                                                      .payload_len = (uint32_t)len,
                                                      .msg = m,
                                                      .src = ip,
                                                      .dst = ip,
                                                      .sport = 5060,
                                                      .dport = 5060,
                                                      .ip_proto = 17};
}

unsigned rules_rig_eval(struct rules_rig *rig, size_t i)
{
        const struct match_facts *f = &rig->facts[i];
        uint32_t hits[8];

        if (rig->whole != NULL) {
                const struct match_hs_rules rules = {rig->whole_rules, (uint32_t)rig->count};
                const struct match_bytes in = {f->payload, f->payload_len};
                struct match_candidates *c = &rig->scratch->candidates;

                match_hs_candidates(rig->whole, rig->whole_scratch, &in, &rules, c);
                return 0;
        }
        return match_eval(rig->set, rig->scratch, f, 0, hits, 8);
}
