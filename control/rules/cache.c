/* SPDX-License-Identifier: Apache-2.0 */
#include "control/rules/cache.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/evp.h>

/* A file is the SHA-256 of the database and then the database: a torn or changed one is not used.
 */
#define DIGEST_BYTES 32u
#define CODE_MAX     (64u << 20)

static void path_of(const char *dir, const uint8_t key[32], const char *suffix, char *out,
                    size_t cap)
{
        size_t n = (size_t)snprintf(out, cap, "%s/", dir);

        for (size_t i = 0; i < 32 && n + 3 < cap; i++)
                n += (size_t)snprintf(out + n, cap - n, "%02x", key[i]);
        snprintf(out + n, cap - n, "%s", suffix);
}

static bool digest(const uint8_t *data, size_t bytes, uint8_t out[DIGEST_BYTES])
{
        return EVP_Digest(data, bytes, out, NULL, EVP_sha256(), NULL) == 1;
}

static bool get(void *arg, const uint8_t key[32], struct match_hs_code *code)
{
        uint8_t want[DIGEST_BYTES], is[DIGEST_BYTES];
        char path[PATH_MAX];
        struct stat st;
        uint8_t *data = NULL;
        bool ok = false;
        FILE *f;

        path_of(arg, key, ".hs", path, sizeof(path));
        f = fopen(path, "re");
        if (f == NULL)
                return false;
        if (fstat(fileno(f), &st) == 0 && st.st_size > (off_t)DIGEST_BYTES &&
            st.st_size < (off_t)CODE_MAX)
                data = malloc((size_t)st.st_size - DIGEST_BYTES);
        if (data != NULL) {
                code->bytes = (size_t)st.st_size - DIGEST_BYTES;
                ok = fread(want, 1, sizeof(want), f) == sizeof(want) &&
                     fread(data, 1, code->bytes, f) == code->bytes &&
                     digest(data, code->bytes, is) && memcmp(want, is, sizeof(is)) == 0;
        }
        (void)fclose(f);
        if (!ok)
                free(data);
        else
                code->at = data;
        return ok;
}

/* A cache that can not be written is no error: it is only slower. */
static void put(void *arg, const uint8_t key[32], const struct match_hs_code *code)
{
        char path[PATH_MAX], fresh[PATH_MAX];
        uint8_t sum[DIGEST_BYTES];
        FILE *f;

        if (code->bytes + DIGEST_BYTES >= CODE_MAX || !digest(code->at, code->bytes, sum))
                return;
        path_of(arg, key, ".hs", path, sizeof(path));
        path_of(arg, key, ".new", fresh, sizeof(fresh));
        f = fopen(fresh, "we");
        if (f == NULL)
                return;
        bool ok = fwrite(sum, 1, sizeof(sum), f) == sizeof(sum) &&
                  fwrite(code->at, 1, code->bytes, f) == code->bytes;

        if (fclose(f) != 0 || !ok || rename(fresh, path) != 0)
                (void)unlink(fresh);
}

static bool never(void *arg, const uint8_t key[32], struct match_hs_code *code)
{
        (void)arg, (void)key, (void)code;
        return false;
}

static void nowhere(void *arg, const uint8_t key[32], const struct match_hs_code *code)
{
        (void)arg, (void)key, (void)code;
}

void cp_cache_init(struct cp_db_cache *cache, const char *dir)
{
        bool usable = dir != NULL && (mkdir(dir, 0750) == 0 || errno == EEXIST);

        *cache = (struct cp_db_cache){
            .get = usable ? get : never,
            .put = usable ? put : nowhere,
            .arg = usable ? strdup(dir) : NULL,
        };
        if (usable && cache->arg == NULL) {
                cache->get = never;
                cache->put = nowhere;
        }
}

static int is_database(const struct dirent *d)
{
        size_t n = strlen(d->d_name);

        return n == 67 && strcmp(d->d_name + 64, ".hs") == 0;
}

/* Who is over the limit has changed rules thousands of times: begin anew rather than keep order. */
void cp_cache_fini(struct cp_db_cache *cache)
{
        struct dirent **list = NULL;
        char path[PATH_MAX];
        int n = 0;

        if (cache->arg != NULL && cache->misses != 0)
                n = scandir(cache->arg, &list, is_database, NULL);
        for (int i = 0; i < n; i++) {
                snprintf(path, sizeof(path), "%s/%s", (const char *)cache->arg, list[i]->d_name);
                if (n > (int)CP_CACHE_FILES_MAX)
                        (void)unlink(path);
                free(list[i]);
        }
        free(list);
        free(cache->arg);
        cache->arg = NULL;
}
