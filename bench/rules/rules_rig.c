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

struct rules_rig {
        struct match_set *set;
        struct match_scratch *scratch;
        struct match_hs *whole; /* NULL: rules */
        struct match_hs_scratch *whole_scratch;
        uint32_t *whole_rules;
        int count;
        struct sip_msg msgs[RULES_RIG_BURST];
        struct match_facts facts[RULES_RIG_BURST];
};

static _Noreturn void end(const char *what)
{
        fprintf(stderr, "bench_rules: %s\n", what);
        exit(1);
}

/* What rules look for in the field: names of tools and users, as signature sets have them. Of the
 * open mix every tenth expression has no text that has to be there. */
static int pattern(int i, enum rules_mix mix, char *out, size_t cap)
{
        int n = i * 7919 % 100003;

        if (mix == RULES_OPEN && i % 20 == 1)
                return snprintf(out, cap, "[0-9]{9}[k-z]{2}%d[0-9]", n % 1000);
        if (mix != RULES_LITERAL && i % 2 == 1)
                return snprintf(out, cap, "tool%d[a-z]{1,4}-v[0-9]+\\.%d", n, i);
        return snprintf(out, cap, "scanner-%d-%d", n, i);
}

static const char *field(int i, enum rules_mix mix)
{
        static const char *const few[] = {"sip.user_agent", "sip.user_agent", "sip.from.user",
                                          "sip.uri",        "sip.user_agent", "sip.to.user"};
        static const char *const wide[] = {
            "sip.user_agent",     "sip.from.user", "sip.uri",      "sip.to.user",
            "sip.contact.host",   "sip.call_id",   "sip.via.host", "sip.from.host",
            "sip.header:Subject", "sip.to.host",   "sip.via",      "sdp.attribute",
            "sip.from.display",
        };

        return mix == RULES_WIDE ? wide[i % 13] : few[i % 6];
}

static char *rules_text(int count, enum rules_mix mix)
{
        char *text = malloc((size_t)count * 200 + 1);
        size_t n = 0;

        if (text == NULL)
                end("out of memory");
        text[0] = '\0';
        for (int i = 0; i < count; i++) {
                bool regex = mix != RULES_LITERAL && i % 2 == 1;
                char p[64];

                pattern(i, mix, p, sizeof(p));
                n += (size_t)sprintf(text + n,
                                     "alert sip any any -> any any (%s; %s\"%s%s%s\"; %ssid:%d;)\n",
                                     field(i, mix), regex ? "pcre:" : "content:", regex ? "/" : "",
                                     p, regex ? "/i" : "", regex ? "" : "nocase; ", i + 1);
        }
        return text;
}

static void rules_make(struct rules_rig *rig, enum rules_mix mix)
{
        struct cp_rule_errors *errors = calloc(1, sizeof(*errors));
        char *text = rules_text(mix == RULES_NONE ? 0 : rig->count, mix);
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

static void whole_make(struct rules_rig *rig, enum rules_mix mix)
{
        size_t cnt = (size_t)rig->count;
        struct match_hs_pattern *p = calloc(cnt, sizeof(*p));
        struct match_hs_code code;

        rig->whole_rules = calloc(cnt, sizeof(*rig->whole_rules));
        if (p == NULL || rig->whole_rules == NULL)
                end("out of memory");
        for (unsigned i = 0; i < cnt; i++) {
                char text[64];

                pattern((int)i, mix, text, sizeof(text));
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

struct rules_rig *rules_rig_create(int count, enum rules_mix mix, int whole)
{
        struct rules_rig *rig = calloc(1, sizeof(*rig));

        if (rig == NULL)
                end("out of memory");
        rig->count = count;
        rules_make(rig, whole ? RULES_NONE : mix);
        if (whole)
                whole_make(rig, mix);
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
        free(rig);
}

void rules_rig_message(struct rules_rig *rig, size_t i, const uint8_t *at, size_t len)
{
        static const uint8_t ip[16];
        struct sip_msg *m = &rig->msgs[i];

        (void)sip_parse(at, len, m);
        rig->facts[i] = (struct match_facts){.payload = at,
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
