/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_rules.c - any octets as a rule file: a fault is told with a place that is in the file, and
 * what is taken makes an image that a data plane takes, for any of these rules may hold.
 * Hyperscan's compiler is not asked: each database is the same one, in which every pattern is found
 * everywhere.
 */
#include <errno.h>

#include "control/rules/image.h"
#include "control/rules/read.h"
#include "tests/fuzz/rules_target.h"

#define STUB_PATTERNS 64u
#define RULES_MOST    256u /* that an image is made of: more are only more of the same */

static struct match_hs_code stub;

static void once(void)
{
        struct match_hs_pattern p[STUB_PATTERNS];

        if (stub.at != NULL)
                return;
        for (unsigned i = 0; i < STUB_PATTERNS; i++)
                p[i] = (struct match_hs_pattern){.regex = ".?", .id = i};
        must(match_hs_compile(p, STUB_PATTERNS, MATCH_PLATFORM_HOST, &stub) == 0);
}

static bool get(void *arg, const uint8_t key[32], struct match_hs_code *code)
{
        (void)arg, (void)key;
        *code = (struct match_hs_code){.at = exact_copy(stub.at, stub.bytes), .bytes = stub.bytes};
        return true;
}

static void put(void *arg, const uint8_t key[32], const struct match_hs_code *code)
{
        (void)arg, (void)key, (void)code;
        abort();
}

static void errors_right(const struct cp_rule_errors *e, uint32_t lines)
{
        must(e->cnt <= e->all && e->cnt <= CP_RULE_ERRORS_MAX);
        for (uint32_t i = 0; i < e->cnt; i++) {
                must(e->e[i].line >= 1 && e->e[i].line <= lines && e->e[i].column >= 1);
                must(e->e[i].text[0] != '\0' && strcmp(e->e[i].file, "f") == 0);
        }
}

static void make(const struct cp_rule_set *set, struct cp_rule_errors *e)
{
        struct cp_db_cache cache = {.get = get, .put = put};
        struct cp_image image;
        struct match_set *s = NULL;
        int rc = cp_image_make(set, MATCH_PLATFORM_HOST, 1, &cache, &image, e);

        must(rc == 0 || ((rc == -E2BIG || rc == -EINVAL) && e->all != 0));
        if (rc != 0)
                return;
        must(match_set_create(&s, image.at, image.bytes) == MATCH_OK);
        must(match_set_rules(s) <= set->cnt);
        rules_target_use(s);
        match_set_destroy(s);
        free(image.at);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static struct cp_rule_errors e;
        struct cp_rule_set set = {0};
        uint8_t *text = exact_copy(data, size);
        uint32_t lines = 1;
        int rc;

        once();
        for (size_t i = 0; i < size; i++)
                lines += data[i] == '\n';
        memset(&e, 0, sizeof(e));
        rc = cp_rules_read(&set, "f", (const char *)text, size, &cp_rule_default_vars, &e);
        must(rc == (e.all == 0 ? 0 : -EINVAL));
        errors_right(&e, lines);
        for (uint32_t i = 0; i < set.cnt; i++)
                must(set.rules[i].place.line >= 1 && set.rules[i].place.line <= lines);
        if (rc == 0 && set.cnt <= RULES_MOST)
                make(&set, &e);
        cp_rule_set_fini(&set);
        free(text);
        return 0;
}
