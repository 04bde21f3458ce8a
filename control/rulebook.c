/* SPDX-License-Identifier: Apache-2.0 */
#include "control/rulebook.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "control/rules/read.h"
#include "parser/match/match_seal.h"

/* ---- variables: the configuration's before the defaults ---- */

static struct cp_rule_var *vars_make(const struct cp_config_policy *p, struct cp_rule_vars *out)
{
        const struct cp_rule_vars *d = &cp_rule_default_vars;
        struct cp_rule_var *v = calloc(p->rule_vars_count + d->cnt, sizeof(*v));

        if (v == NULL)
                return NULL;
        for (uint32_t i = 0; i < p->rule_vars_count; i++)
                v[i] = (struct cp_rule_var){p->rule_vars[i].name, p->rule_vars[i].value};
        memcpy(v + p->rule_vars_count, d->v, d->cnt * sizeof(*v));
        *out = (struct cp_rule_vars){v, p->rule_vars_count + d->cnt};
        return v;
}

static int compile(struct cp_rulebook *b, const struct cp_rulebook_args *a,
                   struct cp_rule_errors *errors)
{
        const struct cp_config_policy *p = a->policy;
        uint32_t cnt = p->rules_count + (a->extra_file != NULL ? 1u : 0u);
        const char **files = calloc(cnt + 1u, sizeof(*files));
        struct cp_compile c = {
            .file_cnt = cnt,
            .platform = MATCH_PLATFORM_HOST,
            .cache_dir = a->cache_dir,
            .memory_mb = CP_COMPILE_MEMORY_MB,
            .seconds = CP_COMPILE_SECONDS,
        };
        struct cp_rule_vars vars;
        struct cp_rule_var *v = vars_make(p, &vars);
        int rc = -ENOMEM;

        if (files != NULL && v != NULL) {
                for (uint32_t i = 0; i < p->rules_count; i++)
                        files[i] = p->rules[i];
                if (a->extra_file != NULL)
                        files[p->rules_count] = a->extra_file;
                c.files = files;
                c.vars = &vars;
                rc = a->here ? cp_compile_here(&c, &b->image, errors)
                             : cp_compile_files(&c, &b->image, errors);
        }
        free(files);
        free(v);
        return rc;
}

/* ---- looking up ---- */

static int by_sid(const void *pa, const void *pb)
{
        const struct cp_rulebook_entry *a = pa;
        const struct cp_rulebook_entry *b = pb;

        return (a->rule->sid > b->rule->sid) - (a->rule->sid < b->rule->sid);
}

static int entries_make(struct cp_rulebook *b)
{
        if (match_set_create(&b->set, b->image.at, b->image.bytes) != MATCH_OK)
                return -EBADMSG;
        b->cnt = match_set_rules(b->set);
        b->entries = calloc(b->cnt + 1u, sizeof(*b->entries));
        if (b->entries == NULL)
                return -ENOMEM;
        for (uint32_t i = 0; i < b->cnt; i++) {
                const struct match_rule *r = match_set_rule(b->set, i);

                b->entries[i].rule = r;
                b->entries[i].msg = (const char *)match_set_text(b->set, r->msg);
                b->entries[i].classtype = (const char *)match_set_text(b->set, r->classtype);
        }
        qsort(b->entries, b->cnt, sizeof(*b->entries), by_sid);
        return 0;
}

struct cp_rulebook_entry *cp_rulebook_find(const struct cp_rulebook *b, uint32_t sid)
{
        const struct match_rule rule = {.sid = sid};
        const struct cp_rulebook_entry key = {.rule = &rule};

        if (b == NULL || b->cnt == 0)
                return NULL;
        return bsearch(&key, b->entries, b->cnt, sizeof(*b->entries), by_sid);
}

int cp_rulebook_create(struct cp_rulebook **out, const struct cp_rulebook_args *args,
                       struct cp_rule_errors *errors)
{
        struct cp_rulebook *b = calloc(1, sizeof(*b));
        int rc;

        if (b == NULL)
                return -ENOMEM;
        rc = compile(b, args, errors);
        if (rc == 0) {
                /* what it is called is control's: the same rules have the same digest before */
                struct match_head *head = (void *)b->image.at;

                if (EVP_Digest(b->image.at, b->image.bytes, b->digest, NULL, EVP_sha256(), NULL) !=
                    1)
                        rc = -EIO;
                head->generation = args->generation;
                head->made_s = args->made_s;
                b->generation = args->generation;
                match_seal_set(b->image.at, b->image.bytes);
        }
        if (rc == 0)
                rc = entries_make(b);
        if (rc != 0) {
                cp_rulebook_destroy(b);
                return rc;
        }
        *out = b;
        return 0;
}

void cp_rulebook_destroy(struct cp_rulebook *b)
{
        if (b == NULL)
                return;
        match_set_destroy(b->set);
        free(b->entries);
        free(b->image.at);
        free(b);
}
