/* SPDX-License-Identifier: Apache-2.0 */
#include "control/config_check.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>

#include "control/contract/shm_msg.h"
#include "control/prefix.h"

#define SOCKET_PATH_MAX     (sizeof(((struct sockaddr_un *)0)->sun_path) - 1)
#define WHY_ENTRIES_MAX     (16u << 20)
#define DEFAULT_REJECT_CODE 403u

struct check {
        struct cp_yaml *yaml;
        struct cp_config_error *err;
};

/* Complain about the value at a path. */
__attribute__((format(printf, 3, 4))) static int bad(struct check *ck, const char *path,
                                                     const char *fmt, ...)
{
        va_list args;

        (void)cp_yaml_find(ck->yaml, path, &ck->err->line, &ck->err->column);
        va_start(args, fmt);
        vsnprintf(ck->err->text, sizeof(ck->err->text), fmt, args);
        va_end(args);
        return -EINVAL;
}

static int check_socket(struct check *ck, const char *path, const char *value)
{
        if (strlen(value) > SOCKET_PATH_MAX)
                return bad(ck, path, "a socket path has at most %zu octets", SOCKET_PATH_MAX);
        return 0;
}

static int check_control(struct check *ck, const struct cp_config_control *c)
{
        char path[64];
        int rc = check_socket(ck, "control/socket", c->socket);

        for (uint32_t i = 0; i < c->dataplanes_count && rc == 0; i++) {
                snprintf(path, sizeof(path), "control/dataplanes/%u", i);
                rc = check_socket(ck, path, c->dataplanes[i]);
        }
        if (rc == 0 && c->why_entries > WHY_ENTRIES_MAX)
                rc = bad(ck, "control/why-entries", "at most %u", WHY_ENTRIES_MAX);
        return rc;
}

static int check_entries(struct check *ck, const char *list, const struct cp_config_entry *e,
                         uint32_t count)
{
        struct cp_prefix prefix;
        char path[64];

        for (uint32_t i = 0; i < count; i++) {
                if (cp_prefix_parse(e[i].prefix, &prefix) == 0)
                        continue;
                snprintf(path, sizeof(path), "policy/%s/%u/prefix", list, i);
                return bad(ck, path, "'%.64s' is not an IP address or prefix", e[i].prefix);
        }
        return 0;
}

static int check_blocklists(struct check *ck, struct cp_config_policy *p)
{
        for (uint32_t i = 0; i < p->blocklists_count; i++) {
                struct cp_config_blocklist *b = &p->blocklists[i];
                char path[64];
                bool given;

                snprintf(path, sizeof(path), "policy/blocklists/%u/column", i);
                given = cp_yaml_find(ck->yaml, path, NULL, NULL);
                if (given && b->format != CP_BLOCKLIST_CSV)
                        return bad(ck, path, "only a list with format: csv has a column");
                if (given && b->column == 0)
                        return bad(ck, path, "columns count from 1");
                if (!given)
                        b->column = 1;
                for (uint32_t k = 0; k < i; k++) {
                        if (strcmp(p->blocklists[k].name, b->name) != 0)
                                continue;
                        snprintf(path, sizeof(path), "policy/blocklists/%u/name", i);
                        return bad(ck, path, "there is a block list '%.64s' already", b->name);
                }
        }
        return 0;
}

static int check_method(const char *method)
{
        static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                      "0123456789-.!%*_+`'~"; /* token, RFC 3261 25.1 */

        return method[strspn(method, allowed)] == '\0' ? 0 : -EINVAL;
}

static int check_match(struct check *ck, const struct cp_config_match *m, uint32_t route)
{
        struct cp_prefix prefix;
        char path[64];

        for (uint32_t i = 0; i < m->source_count; i++) {
                if (cp_prefix_parse(m->source[i], &prefix) == 0)
                        continue;
                snprintf(path, sizeof(path), "policy/routes/%u/match/source/%u", route, i);
                return bad(ck, path, "'%.64s' is not an IP address or prefix", m->source[i]);
        }
        for (uint32_t i = 0; i < m->method_count; i++) {
                if (check_method(m->method[i]) == 0)
                        continue;
                snprintf(path, sizeof(path), "policy/routes/%u/match/method/%u", route, i);
                return bad(ck, path, "'%.64s' is not a method name", m->method[i]);
        }
        return 0;
}

static int check_route(struct check *ck, struct cp_config_route *r, uint32_t i)
{
        char path[64];

        snprintf(path, sizeof(path), "policy/routes/%u/code", i);
        if (r->action == SHM_ACTION_REJECT) {
                if (!cp_yaml_find(ck->yaml, path, NULL, NULL))
                        r->code = DEFAULT_REJECT_CODE;
                if (r->code < 400 || r->code > 699)
                        return bad(ck, path, "a reject code is 400 to 699, not %u", r->code);
        } else {
                if (cp_yaml_find(ck->yaml, path, NULL, NULL))
                        return bad(ck, path, "only a route with action: reject has a code");
                snprintf(path, sizeof(path), "policy/routes/%u/retry-after-s", i);
                if (r->retry_after_s != 0)
                        return bad(ck, path,
                                   "only a route with action: reject has a retry-after-s");
        }
        return check_match(ck, &r->match, i);
}

static int check_policy(struct check *ck, struct cp_config_policy *p)
{
        uint32_t lifetime_max = SHM_LIFETIME_MS_MAX / 1000u;
        int rc;

        if (p->decision_lifetime_s < 1 || p->decision_lifetime_s > lifetime_max)
                return bad(ck, "policy/decision-lifetime-s", "must be 1 to %u seconds",
                           lifetime_max);
        rc = check_entries(ck, "allow", p->allow, p->allow_count);
        if (rc == 0)
                rc = check_entries(ck, "deny", p->deny, p->deny_count);
        if (rc == 0)
                rc = check_blocklists(ck, p);
        for (uint32_t i = 0; i < p->routes_count && rc == 0; i++)
                rc = check_route(ck, &p->routes[i], i);
        return rc;
}

int cp_config_check(struct cp_config *c, struct cp_yaml *yaml, struct cp_config_error *err)
{
        struct check ck = {.yaml = yaml, .err = err};
        int rc = check_control(&ck, &c->control);

        return rc != 0 ? rc : check_policy(&ck, &c->policy);
}

static void mix_bytes(uint64_t *h, const void *data, size_t len)
{
        const uint8_t *b = data;

        for (size_t i = 0; i < len; i++)
                *h = (*h ^ b[i]) * UINT64_C(0x100000001b3);
}

static void mix_number(uint64_t *h, uint64_t n)
{
        mix_bytes(h, &n, sizeof(n));
}

static void mix_text(uint64_t *h, const char *text)
{
        if (text != NULL)
                mix_bytes(h, text, strlen(text) + 1);
        mix_number(h, text != NULL);
}

static void mix_texts(uint64_t *h, char *const *texts, uint32_t count)
{
        mix_number(h, count);
        for (uint32_t i = 0; i < count; i++)
                mix_text(h, texts[i]);
}

static void mix_entries(uint64_t *h, const struct cp_config_entry *e, uint32_t count)
{
        mix_number(h, count);
        for (uint32_t i = 0; i < count; i++) {
                mix_text(h, e[i].prefix);
                mix_number(h, e[i].ttl_s);
        }
}

static void mix_route(uint64_t *h, const struct cp_config_route *r)
{
        const struct cp_config_match *m = &r->match;

        mix_texts(h, m->method, m->method_count);
        mix_texts(h, m->user_prefix, m->user_prefix_count);
        mix_texts(h, m->host, m->host_count);
        mix_texts(h, m->source, m->source_count);
        mix_number(h, m->side);
        mix_number(h, r->action);
        mix_number(h, r->code);
        mix_number(h, r->retry_after_s);
}

uint64_t cp_config_digest(const struct cp_config_policy *p)
{
        uint64_t h = UINT64_C(0xcbf29ce484222325);

        mix_number(&h, p->fallback);
        mix_number(&h, p->decision_lifetime_s);
        mix_texts(&h, p->scanners, p->scanners_count);
        mix_entries(&h, p->allow, p->allow_count);
        mix_entries(&h, p->deny, p->deny_count);
        mix_number(&h, p->routes_count);
        for (uint32_t i = 0; i < p->routes_count; i++)
                mix_route(&h, &p->routes[i]);
        return h;
}
