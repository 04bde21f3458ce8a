/* SPDX-License-Identifier: Apache-2.0 */
#include "control/config/config_check.h"
#include "control/contract/shm_secret.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>

#include "control/config/config_gateways.h"
#include "control/config/config_routes.h"
#include "control/contract/shm_msg.h"
#include "control/prefix.h"

#define SOCKET_PATH_MAX (sizeof(((struct sockaddr_un *)0)->sun_path) - 1)
#define WHY_ENTRIES_MAX (16u << 20)

int cp_check_bad(struct cp_check *ck, const char *path, const char *fmt, ...)
{
        va_list args;

        (void)cp_yaml_find(ck->yaml, path, &ck->err->line, &ck->err->column);
        va_start(args, fmt);
        vsnprintf(ck->err->text, sizeof(ck->err->text), fmt, args);
        va_end(args);
        return -EINVAL;
}

static int check_socket(struct cp_check *ck, const char *path, const char *value)
{
        if (strlen(value) > SOCKET_PATH_MAX)
                return cp_check_bad(ck, path, "a socket path has at most %zu octets",
                                    SOCKET_PATH_MAX);
        return 0;
}

static int check_control(struct cp_check *ck, const struct cp_config_control *c)
{
        char path[64];
        int rc = check_socket(ck, "control/socket", c->socket);

        for (uint32_t i = 0; i < c->dataplanes_count && rc == 0; i++) {
                snprintf(path, sizeof(path), "control/dataplanes/%u", i);
                rc = check_socket(ck, path, c->dataplanes[i]);
        }
        if (rc == 0 && c->why_entries > WHY_ENTRIES_MAX)
                rc = cp_check_bad(ck, "control/why-entries", "at most %u", WHY_ENTRIES_MAX);
        return rc;
}

static int check_entries(struct cp_check *ck, const char *list, const struct cp_config_entry *e,
                         uint32_t count)
{
        struct cp_prefix prefix;
        char path[64];

        for (uint32_t i = 0; i < count; i++) {
                if (cp_prefix_parse(e[i].prefix, &prefix) == 0)
                        continue;
                snprintf(path, sizeof(path), "policy/%s/%u/prefix", list, i);
                return cp_check_bad(ck, path, "'%.64s' is not an IP address or prefix",
                                    e[i].prefix);
        }
        return 0;
}

static int check_blocklists(struct cp_check *ck, struct cp_config_policy *p)
{
        for (uint32_t i = 0; i < p->blocklists_count; i++) {
                struct cp_config_blocklist *b = &p->blocklists[i];
                char path[64];
                bool given;

                snprintf(path, sizeof(path), "policy/blocklists/%u/column", i);
                given = cp_yaml_find(ck->yaml, path, NULL, NULL);
                if (given && b->format != CP_BLOCKLIST_CSV)
                        return cp_check_bad(ck, path, "only a list with format: csv has a column");
                if (given && b->column == 0)
                        return cp_check_bad(ck, path, "columns count from 1");
                if (!given)
                        b->column = 1;
                for (uint32_t k = 0; k < i; k++) {
                        if (strcmp(p->blocklists[k].name, b->name) != 0)
                                continue;
                        snprintf(path, sizeof(path), "policy/blocklists/%u/name", i);
                        return cp_check_bad(ck, path, "there is a block list '%.64s' already",
                                            b->name);
                }
        }
        return 0;
}

#define GATEWAY_LOOKUP_MAX_S 86400u

static int check_policy(struct cp_check *ck, struct cp_config_policy *p)
{
        uint32_t lifetime_max = SHM_LIFETIME_MS_MAX / 1000u;
        int rc;

        if (p->decision_lifetime_s < 1 || p->decision_lifetime_s > lifetime_max)
                return cp_check_bad(ck, "policy/decision-lifetime-s", "must be 1 to %u seconds",
                                    lifetime_max);
        if (p->gateway_lookup_s > GATEWAY_LOOKUP_MAX_S)
                return cp_check_bad(ck, "policy/gateway-lookup-s", "must be 0 to %u seconds",
                                    GATEWAY_LOOKUP_MAX_S);
        rc = check_entries(ck, "allow", p->allow, p->allow_count);
        if (rc == 0)
                rc = check_entries(ck, "deny", p->deny, p->deny_count);
        if (rc == 0)
                rc = check_blocklists(ck, p);
        if (rc == 0)
                rc = cp_config_check_gateways(ck, p);
        return rc != 0 ? rc : cp_config_check_routes(ck, p);
}

#define DEFAULT_EXPIRES_S     3600u
#define DEFAULT_MIN_S         60u
#define DEFAULT_MAX_S         7200u
#define DEFAULT_NONCE_S       300u
#define DEFAULT_CONTACTS      10u
#define DEFAULT_SUBSCRIPTIONS 1000u
#define SUBSCRIPTIONS_MAX     10000u
#define CONTACTS_MAX          16u
#define EXPIRES_MAX_S         (365u * 86400u)
#define NAME_MAX_OCTETS       127u
#define ALG_SHA_256           (1u << 1)

/* `digits` hexadecimal digits, or nothing. */
static int check_ha1(struct cp_check *ck, const char *path, const char *text, size_t digits)
{
        if (text == NULL ||
            (strlen(text) == digits && strspn(text, "0123456789abcdefABCDEF") == digits))
                return 0;
        return cp_check_bad(ck, path, "an HA1 of this algorithm is %zu hexadecimal digits", digits);
}

static int check_user(struct cp_check *ck, const struct cp_config_user *u, uint32_t i)
{
        char path[64];
        int rc;

        snprintf(path, sizeof(path), "edge/users/%u/name", i);
        if (strlen(u->name) > NAME_MAX_OCTETS ||
            (u->aor != NULL && strlen(u->aor) > NAME_MAX_OCTETS))
                return cp_check_bad(ck, path, "a name has at most %u octets", NAME_MAX_OCTETS);
        if (u->password == NULL && u->ha1_md5 == NULL && u->ha1_sha256 == NULL &&
            u->ha1_sha512_256 == NULL)
                return cp_check_bad(ck, path, "'%.64s' has neither a password nor an HA1", u->name);
        snprintf(path, sizeof(path), "edge/users/%u/ha1-md5", i);
        rc = check_ha1(ck, path, u->ha1_md5, 32);
        snprintf(path, sizeof(path), "edge/users/%u/ha1-sha-256", i);
        if (rc == 0)
                rc = check_ha1(ck, path, u->ha1_sha256, 64);
        snprintf(path, sizeof(path), "edge/users/%u/ha1-sha-512-256", i);
        if (rc == 0)
                rc = check_ha1(ck, path, u->ha1_sha512_256, 64);
        snprintf(path, sizeof(path), "edge/users/%u/forward", i);
        if (rc == 0 && u->forward != NULL && strlen(u->forward) > NAME_MAX_OCTETS)
                rc = cp_check_bad(ck, path, "a URI has at most %u octets", NAME_MAX_OCTETS);
        if (rc == 0 && u->forward != NULL && u->forward[strcspn(u->forward, "<>\" \t\r\n")] != '\0')
                rc = cp_check_bad(ck, path,
                                  "a URI has no brackets, quotes or white space around it");
        return rc != 0 ? rc : cp_config_check_forwards(ck, u, i);
}

/* What is absent gets its default. */
static void fill_edge(struct cp_config_edge *e)
{
        static uint32_t sha_256[] = {ALG_SHA_256};

        if (e->algorithms_count == 0) {
                e->algorithms = sha_256;
                e->algorithms_count = 1;
        }
        if (e->realm == NULL && e->domains_count != 0)
                e->realm = e->domains[0];
        e->nonce_lifetime_s = e->nonce_lifetime_s != 0 ? e->nonce_lifetime_s : DEFAULT_NONCE_S;
        e->min_expires_s = e->min_expires_s != 0 ? e->min_expires_s : DEFAULT_MIN_S;
        e->max_expires_s = e->max_expires_s != 0 ? e->max_expires_s : DEFAULT_MAX_S;
        e->expires_s = e->expires_s != 0 ? e->expires_s : DEFAULT_EXPIRES_S;
        e->contacts = e->contacts != 0 ? e->contacts : DEFAULT_CONTACTS;
        e->subscriptions = e->subscriptions != 0 ? e->subscriptions : DEFAULT_SUBSCRIPTIONS;
}

static int check_edge(struct cp_check *ck, struct cp_config_edge *e)
{
        int rc = 0;

        fill_edge(e);
        if (e->domains_count == 0)
                return e->users_count != 0
                           ? cp_check_bad(ck, "edge/users", "users of no domain: domains is empty")
                           : 0;
        if (strlen(e->realm) > NAME_MAX_OCTETS || strpbrk(e->realm, "\"\\\r\n") != NULL)
                return cp_check_bad(ck, "edge/realm",
                                    "a realm has at most %u octets, and no quotes",
                                    NAME_MAX_OCTETS);
        if (e->contacts > CONTACTS_MAX)
                return cp_check_bad(ck, "edge/contacts", "at most %u", CONTACTS_MAX);
        if (e->nonce_secret != NULL && e->nonce_lifetime_s > SHM_SECRET_EPOCH_S)
                return cp_check_bad(ck, "edge/nonce-lifetime-s",
                                    "with nonce-secret at most %u seconds", SHM_SECRET_EPOCH_S);
        if (e->subscriptions > SUBSCRIPTIONS_MAX)
                return cp_check_bad(ck, "edge/subscriptions", "at most %u", SUBSCRIPTIONS_MAX);
        if (e->max_expires_s > EXPIRES_MAX_S)
                return cp_check_bad(ck, "edge/max-expires-s", "at most %u seconds", EXPIRES_MAX_S);
        if (e->min_expires_s > e->max_expires_s)
                return cp_check_bad(ck, "edge/min-expires-s", "more than max-expires-s");
        if (e->service_route != NULL && strpbrk(e->service_route, "\r\n") != NULL)
                return cp_check_bad(ck, "edge/service-route", "must be one line");
        for (uint32_t i = 0; i < e->users_count && rc == 0; i++)
                rc = check_user(ck, &e->users[i], i);
        return rc;
}

int cp_config_check(struct cp_config *c, struct cp_yaml *yaml, struct cp_config_error *err)
{
        struct cp_check ck = {.yaml = yaml, .err = err};
        int rc = check_control(&ck, &c->control);

        if (rc == 0)
                rc = check_policy(&ck, &c->policy);
        return rc != 0 ? rc : check_edge(&ck, &c->edge);
}
