/* SPDX-License-Identifier: Apache-2.0 */
#include "control/rules/compile.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "control/rules/cache.h"
#include "control/rules/canary.h"
#include "control/rules/read.h"

/* ---- compiling ---- */

static int tell(struct cp_rule_errors *errors, const char *text)
{
        if (errors->all++ < CP_RULE_ERRORS_MAX) {
                struct cp_config_error *e = &errors->e[errors->cnt++];

                *e = (struct cp_config_error){0};
                snprintf(e->text, sizeof(e->text), "%s", text);
        }
        return -EINVAL;
}

int cp_compile_here(const struct cp_compile *c, struct cp_image *out, struct cp_rule_errors *errors)
{
        struct cp_rule_set set = {0};
        struct cp_db_cache cache;
        int rc = 0;

        *out = (struct cp_image){0};
        for (uint32_t i = 0; i < c->file_cnt && rc != -ENOMEM; i++) {
                int one = cp_rules_read_file(&set, c->files[i], c->vars, errors);

                rc = one != 0 ? one : rc;
        }
        cp_cache_init(&cache, c->cache_dir);
        if (rc == 0)
                rc = cp_image_make(&set, c->platform, c->made_s,
                                   c->cache_dir != NULL ? &cache : NULL, out, errors);
        if (rc == 0 && c->platform == MATCH_PLATFORM_HOST)
                rc = cp_canary_try(&set, out, errors);
        if (rc != 0) {
                free(out->at);
                *out = (struct cp_image){0};
        }
        cp_cache_fini(&cache);
        cp_rule_set_fini(&set);
        return rc == -E2BIG ? -EINVAL : rc;
}

/* ---- the child ---- */

struct answer { /* followed by the errors and the image */
        int32_t rc;
        uint32_t error_cnt;
        uint32_t error_all;
        uint32_t reserved;
        uint64_t bytes;
};

static bool send_all(int fd, const void *data, size_t bytes)
{
        const char *at = data;

        while (bytes > 0) {
                ssize_t n = write(fd, at, bytes);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0)
                        return false;
                at += n;
                bytes -= (size_t)n;
        }
        return true;
}

static void limit(__rlimit_resource_t resource, rlim_t most)
{
        struct rlimit l = {most, most};

        (void)setrlimit(resource, &l);
}

/* AddressSanitizer maps more than any limit would allow. */
#if defined(__SANITIZE_ADDRESS__)
#define LIMITS_MEMORY 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LIMITS_MEMORY 0
#endif
#endif
#ifndef LIMITS_MEMORY
#define LIMITS_MEMORY 1
#endif

static _Noreturn void child(const struct cp_compile *c, int fd)
{
        struct cp_rule_errors *errors = calloc(1, sizeof(*errors));
        struct cp_image image = {0};
        struct answer a = {.rc = -ENOMEM};

        (void)signal(SIGPIPE, SIG_IGN);
        limit(RLIMIT_CORE, 0);
        limit(RLIMIT_CPU, c->seconds);
        if (LIMITS_MEMORY && c->memory_mb != 0)
                limit(RLIMIT_DATA, (rlim_t)c->memory_mb << 20);
        if (errors != NULL) {
                a.rc = cp_compile_here(c, &image, errors);
                a.error_cnt = errors->cnt;
                a.error_all = errors->all;
                a.bytes = image.bytes;
        }
        _exit(send_all(fd, &a, sizeof(a)) &&
                      (a.error_cnt == 0 ||
                       send_all(fd, errors->e, a.error_cnt * sizeof(errors->e[0]))) &&
                      (a.bytes == 0 || send_all(fd, image.at, image.bytes))
                  ? 0
                  : 1);
}

/* ---- the parent ---- */

static uint64_t now_ms(void)
{
        struct timespec ts;

        clock_gettime(CLOCK_MONOTONIC, &ts);
        return (uint64_t)ts.tv_sec * 1000u + (uint64_t)ts.tv_nsec / 1000000u;
}

/* 0, -ETIMEDOUT, -EPIPE: it has ended before. */
static int receive(int fd, void *data, size_t bytes, uint64_t deadline_ms)
{
        char *at = data;

        while (bytes > 0) {
                struct pollfd p = {.fd = fd, .events = POLLIN};
                uint64_t now = now_ms();
                ssize_t n;

                if (now >= deadline_ms)
                        return -ETIMEDOUT;
                if (poll(&p, 1, (int)(deadline_ms - now)) <= 0)
                        continue;
                n = read(fd, at, bytes);
                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0)
                        return -EPIPE;
                at += n;
                bytes -= (size_t)n;
        }
        return 0;
}

/* What the child says is checked like anything from outside: it has read the operator's files. */
static int take(int fd, uint64_t deadline_ms, struct cp_image *out, struct cp_rule_errors *errors)
{
        struct answer a = {0};
        int rc = receive(fd, &a, sizeof(a), deadline_ms);

        if (rc != 0)
                return rc;
        if (a.error_cnt > CP_RULE_ERRORS_MAX || a.bytes > MATCH_IMAGE_BYTES_MAX ||
            (a.rc == 0) != (a.bytes != 0))
                return -EPIPE;
        rc = receive(fd, errors->e, a.error_cnt * sizeof(errors->e[0]), deadline_ms);
        if (rc != 0)
                return rc;
        errors->cnt = a.error_cnt;
        errors->all = a.error_all;
        for (uint32_t i = 0; i < a.error_cnt; i++) {
                errors->e[i].file[sizeof(errors->e[i].file) - 1] = '\0';
                errors->e[i].text[sizeof(errors->e[i].text) - 1] = '\0';
        }
        if (a.rc != 0)
                return a.rc == -ENOMEM ? -EPIPE : -EINVAL;
        out->at = malloc(a.bytes);
        if (out->at == NULL)
                return -ENOMEM;
        out->bytes = a.bytes;
        return receive(fd, out->at, out->bytes, deadline_ms);
}

static int failed(struct cp_rule_errors *errors, const struct cp_compile *c, int rc, int status)
{
        char text[160];

        if (rc == -ETIMEDOUT ||
            (WIFSIGNALED(status) && (WTERMSIG(status) == SIGXCPU || WTERMSIG(status) == SIGKILL)))
                snprintf(text, sizeof(text), "compiling takes more than %u seconds", c->seconds);
        else if (WIFSIGNALED(status) && WTERMSIG(status) != SIGABRT)
                snprintf(text, sizeof(text), "the compiler ended by signal %d", WTERMSIG(status));
        else
                snprintf(text, sizeof(text), "compiling takes more than %u MiB of memory",
                         c->memory_mb);
        return tell(errors, text);
}

int cp_compile_files(const struct cp_compile *c, struct cp_image *out,
                     struct cp_rule_errors *errors)
{
        uint64_t deadline_ms = now_ms() + c->seconds * 1000u;
        int status = 0;
        int fds[2];
        pid_t pid;
        int rc;

        *out = (struct cp_image){0};
        if (pipe2(fds, O_CLOEXEC) != 0)
                return -errno;
        pid = fork();
        if (pid == 0)
                child(c, fds[1]);
        close(fds[1]);
        if (pid < 0) {
                rc = -errno;
                close(fds[0]);
                return rc;
        }
        rc = take(fds[0], deadline_ms, out, errors);
        close(fds[0]);
        /* one that has ended its answer ends by itself, and how it ends is then told */
        if (rc != 0 && rc != -EPIPE)
                (void)kill(pid, SIGKILL);
        while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
                ;
        if (rc == 0)
                return 0;
        free(out->at);
        *out = (struct cp_image){0};
        return rc == -EPIPE || rc == -ETIMEDOUT ? failed(errors, c, rc, status) : rc;
}
