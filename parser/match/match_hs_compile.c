/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/match/match_hs.h"

#include <errno.h>
#include <hs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const platform_names[MATCH_PLATFORM_CNT] = {
    [MATCH_PLATFORM_HOST] = "host",
    [MATCH_PLATFORM_GENERIC] = "generic",
    [MATCH_PLATFORM_AVX2] = "avx2",
    [MATCH_PLATFORM_AVX512] = "avx512",
};

const char *match_platform_name(enum match_platform p)
{
        return p < MATCH_PLATFORM_CNT ? platform_names[p] : "unknown";
}

int match_platform_find(const char *name)
{
        for (int i = 0; i < MATCH_PLATFORM_CNT; i++) {
                if (strcmp(platform_names[i], name) == 0)
                        return i;
        }
        return -1;
}

const char *match_hs_version(void)
{
        return hs_version();
}

static int platform_of(enum match_platform platform, hs_platform_info_t *out)
{
        memset(out, 0, sizeof(*out));
        if (platform == MATCH_PLATFORM_HOST)
                return hs_populate_platform(out) == HS_SUCCESS ? 0 : -EINVAL;
        out->tune = HS_TUNE_FAMILY_GENERIC;
        if (platform == MATCH_PLATFORM_AVX2)
                out->cpu_features = HS_CPU_FEATURES_AVX2;
        if (platform == MATCH_PLATFORM_AVX512)
                out->cpu_features = HS_CPU_FEATURES_AVX2 | HS_CPU_FEATURES_AVX512;
        return 0;
}

static unsigned hs_flags(const struct match_hs_pattern *p)
{
        unsigned f = HS_FLAG_ALLOWEMPTY;

        if ((p->flags & MATCH_REGEX_CASELESS) != 0)
                f |= HS_FLAG_CASELESS;
        if ((p->flags & MATCH_REGEX_MULTILINE) != 0)
                f |= HS_FLAG_MULTILINE;
        if ((p->flags & MATCH_REGEX_DOTALL) != 0)
                f |= HS_FLAG_DOTALL;
        if (p->once)
                f |= HS_FLAG_SINGLEMATCH;
        return f;
}

/* What Hyperscan has no flag for is written into the pattern. */
static char *text_create(const struct match_hs_pattern *p)
{
        size_t n = strlen(p->regex) + 16;
        char *t = malloc(n);

        if (t != NULL)
                snprintf(t, n, "%s%s%s%s", (p->flags & MATCH_REGEX_EXTENDED) != 0 ? "(?x)" : "",
                         (p->flags & MATCH_REGEX_ANCHORED) != 0 ? "\\A(?:" : "", p->regex,
                         (p->flags & MATCH_REGEX_ANCHORED) == 0   ? ""
                         : (p->flags & MATCH_REGEX_EXTENDED) != 0 ? "\n)"
                                                                  : ")");
        return t;
}

struct job {
        char **text;
        unsigned *flags;
        unsigned *ids;
};

static int job_init(struct job *j, const struct match_hs_pattern *p, unsigned cnt)
{
        j->text = calloc(cnt, sizeof(*j->text));
        j->flags = calloc(cnt, sizeof(*j->flags));
        j->ids = calloc(cnt, sizeof(*j->ids));
        if (j->text == NULL || j->flags == NULL || j->ids == NULL)
                return -ENOMEM;
        for (unsigned i = 0; i < cnt; i++) {
                j->text[i] = text_create(&p[i]);
                if (j->text[i] == NULL)
                        return -ENOMEM;
                j->flags[i] = hs_flags(&p[i]);
                j->ids[i] = p[i].id;
        }
        return 0;
}

static void job_fini(struct job *j, unsigned cnt)
{
        for (unsigned i = 0; j->text != NULL && i < cnt; i++)
                free(j->text[i]);
        free(j->text);
        free(j->flags);
        free(j->ids);
}

static int compile(const struct job *j, unsigned cnt, const hs_platform_info_t *platform,
                   hs_database_t **db, struct match_hs_code *out)
{
        hs_compile_error_t *err = NULL;
        int rc;

        if (hs_compile_multi((const char *const *)j->text, j->flags, j->ids, cnt, HS_MODE_BLOCK,
                             platform, db, &err) == HS_SUCCESS)
                return 0;
        /* it tells of memory as of a fault in the expression that it was at */
        rc = err != NULL && err->expression >= 0 &&
                     strcmp(err->message, "Unable to allocate memory.") != 0
                 ? -EINVAL
                 : -ENOMEM;
        out->bad = rc == -EINVAL ? (unsigned)err->expression : 0;
        snprintf(out->why, sizeof(out->why), "%s", err != NULL ? err->message : "not compiled");
        (void)hs_free_compile_error(err);
        return rc;
}

int match_hs_compile(const struct match_hs_pattern *p, unsigned cnt, enum match_platform platform,
                     struct match_hs_code *out)
{
        hs_platform_info_t info;
        hs_database_t *db = NULL;
        struct job j = {0};
        char *code = NULL;
        int rc = platform_of(platform, &info);

        *out = (struct match_hs_code){.why = "out of memory"};
        if (rc == 0)
                rc = job_init(&j, p, cnt);
        if (rc == 0)
                rc = compile(&j, cnt, &info, &db, out);
        if (rc == 0 && hs_serialize_database(db, &code, &out->bytes) != HS_SUCCESS)
                rc = -ENOMEM;
        if (rc == 0)
                out->at = (uint8_t *)code;
        (void)hs_free_database(db);
        job_fini(&j, cnt);
        return rc;
}
