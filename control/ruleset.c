/* SPDX-License-Identifier: Apache-2.0 */
#include "control/ruleset.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "parser/match/match_seal.h"

/* Without memory of the past the clock keeps a restarted control from using a number again. */
static uint32_t next_generation(const struct cp_ruleset *s)
{
        return s->generation != 0 ? s->generation + 1 : (uint32_t)time(NULL);
}

int cp_ruleset_compile(const struct cp_ruleset *s, const struct cp_config_policy *policy,
                       const char *state_dir, struct cp_rulebook **out,
                       struct cp_rule_errors *errors)
{
        struct cp_rulebook_args args = {
            .policy = policy,
            .generation = next_generation(s),
            .made_s = (uint64_t)time(NULL),
        };
        char cache[4096 + 16];

        if (state_dir != NULL && state_dir[0] != '\0') {
                snprintf(cache, sizeof(cache), "%s/rules", state_dir);
                args.cache_dir = cache;
        }
        /* nothing to compile is no work for a process */
        args.here = policy->rules_count == 0;
        return cp_rulebook_create(out, &args, errors);
}

static int seal(struct cp_ruleset *s, struct cp_rulebook *book)
{
        struct match_head *head = (void *)book->image.at;
        int fd;

        head->generation = next_generation(s);
        match_seal_set(book->image.at, book->image.bytes);
        fd = shm_blob_create("sluice_rules", book->image.at, book->image.bytes);
        if (fd < 0)
                return fd;
        if (EVP_Digest(book->image.at, book->image.bytes, s->blob.digest, NULL, EVP_sha256(),
                       NULL) != 1) {
                close(fd);
                return -EIO;
        }
        if (s->blob.generation != 0)
                close(s->blob.fd);
        s->blob.kind = SHM_BLOB_RULES;
        s->blob.fd = fd;
        s->blob.bytes = book->image.bytes;
        s->blob.generation = head->generation;
        s->generation = head->generation;
        book->generation = head->generation;
        return 0;
}

static bool is_empty(const struct cp_rulebook *b)
{
        return b == NULL || b->cnt == 0;
}

int cp_ruleset_put(struct cp_ruleset *s, struct cp_rulebook *book)
{
        int rc = 0;

        if ((is_empty(s->now) && is_empty(book)) ||
            (s->now != NULL && memcmp(s->now->digest, book->digest, sizeof(book->digest)) == 0)) {
                cp_rulebook_destroy(book);
                return 0;
        }
        rc = seal(s, book);
        if (rc != 0) {
                cp_rulebook_destroy(book);
                return rc;
        }
        cp_rulebook_destroy(s->before);
        s->before = s->now;
        s->now = book;
        return 0;
}

int cp_ruleset_rollback(struct cp_ruleset *s)
{
        struct cp_rulebook *now = s->now;
        int rc;

        if (s->before == NULL)
                return -ENOENT;
        rc = seal(s, s->before);
        if (rc != 0)
                return rc;
        s->now = s->before;
        s->before = now;
        return 0;
}

void cp_ruleset_fini(struct cp_ruleset *s)
{
        cp_rulebook_destroy(s->now);
        cp_rulebook_destroy(s->before);
        if (s->blob.generation != 0)
                close(s->blob.fd);
        *s = (struct cp_ruleset){0};
}

void cp_ruleset_error(const struct cp_rule_errors *errors, int rc, struct cp_config_error *err)
{
        size_t n;

        if (errors->cnt == 0) {
                *err = (struct cp_config_error){0};
                snprintf(err->text, sizeof(err->text), "rules: %s", strerror(-rc));
                return;
        }
        *err = errors->e[0];
        n = strlen(err->text);
        if (errors->all > 1)
                snprintf(err->text + n, sizeof(err->text) - n, " (and %u more)", errors->all - 1);
}
