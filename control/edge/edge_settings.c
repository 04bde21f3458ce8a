/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include <openssl/crypto.h>

#include "control/edge/edge_state.h"
#include "control/contract/shm_secret.h"
#include "control/edge/edge_users.h"

#define NONCE_ENTRIES (1u << 17)

void cp_edge_settings_destroy(struct cp_edge_settings *s)
{
        if (s == NULL)
                return;
        cp_digest_destroy(s->digest);
        cp_users_destroy(s->users);
        cp_number_map_destroy(s->numbers);
        cp_forwards_destroy(s->forwards);
        free(s->domain);
        free(s->method);
        free(s->service_route);
        free(s->realm);
        free(s);
}

static int copy_texts(struct cp_edge_settings *s, const struct cp_config_edge *c)
{
        s->domain = calloc(c->domains_count + 1u, sizeof(*s->domain));
        s->method = calloc(c->authenticate_count + 1u, sizeof(*s->method));
        if (c->service_route != NULL)
                s->service_route = strdup(c->service_route);
        s->realm = strdup(c->realm);
        s->algs = cp_edge_algs(c);
        if (s->domain == NULL || s->method == NULL || s->realm == NULL ||
            (c->service_route != NULL && s->service_route == NULL))
                return -ENOMEM;
        for (; s->domains < c->domains_count; s->domains++)
                snprintf(s->domain[s->domains], CP_EDGE_HOST_BYTES, "%s", c->domains[s->domains]);
        for (; s->methods < c->authenticate_count; s->methods++)
                snprintf(s->method[s->methods], sizeof(s->method[0]), "%s",
                         c->authenticate[s->methods]);
        return 0;
}

/* The file of numbers, if there is one; *why says what is wrong with it. */
static int load_numbers(struct cp_edge_settings *s, const char *path, char *why, size_t why_len)
{
        struct cp_config_error err;
        int rc = path == NULL ? 0 : cp_number_map_load(&s->numbers, path, &err);

        if (rc != 0)
                (void)cp_config_error_print(&err, why, why_len);
        return rc;
}

static int load_secret(const char *path, uint8_t out[SHM_SECRET_BYTES], char *why, size_t why_len)
{
        int rc = path == NULL ? 0 : shm_secret_load(path, out);

        if (rc != 0)
                snprintf(why, why_len, "%s: %s", path,
                         rc == -EINVAL  ? "64 hexadecimal digits are wanted"
                         : rc == -EPERM ? "a secret that everybody may read is none"
                                        : strerror(-rc));
        return rc;
}

int cp_edge_settings_create(struct cp_edge_settings **out, const struct cp_config_edge *c,
                            const struct cp_users *stored, char *why, size_t why_len)
{
        uint8_t secret[SHM_SECRET_BYTES];
        const struct cp_digest_policy policy = {
            .realm = c->realm,
            .algs = cp_edge_algs(c),
            .auth_int = c->auth_int != 0,
            .nonce_lifetime_s = c->nonce_lifetime_s,
            .nonce_entries = NONCE_ENTRIES,
            .nonce_secret = c->nonce_secret != NULL ? secret : NULL,
            .counts_from_s = c->nonce_secret != NULL ? (uint32_t)time(NULL) : 0,
        };
        struct cp_edge_settings *s = calloc(1, sizeof(*s));
        int rc = s == NULL ? -ENOMEM : copy_texts(s, c);

        why[0] = '\0';
        if (rc == 0)
                rc = load_numbers(s, c->numbers, why, why_len);
        if (rc == 0)
                rc = load_secret(c->nonce_secret, secret, why, why_len);
        if (rc == 0)
                rc = cp_edge_users_create(&s->users, c);
        if (rc == 0)
                rc = cp_edge_users_merge(s->users, stored, c->realm);
        if (rc == 0)
                rc = cp_forwards_create(&s->forwards, c);
        if (rc == 0) {
                s->digest = cp_digest_create(&policy, s->users);
                rc = s->digest == NULL ? -ENOMEM : 0;
        }
        OPENSSL_cleanse(secret, sizeof(secret));
        if (rc != 0) {
                if (why[0] == '\0')
                        snprintf(why, why_len, "the registrar: %s", strerror(-rc));
                cp_edge_settings_destroy(s);
                return rc;
        }
        s->registrar = (struct cp_registrar_policy){
            .default_expires_s = c->expires_s < c->max_expires_s ? c->expires_s : c->max_expires_s,
            .min_expires_s = c->min_expires_s,
            .max_expires_s = c->max_expires_s,
            .contacts_max = c->contacts,
            .service_route = s->service_route,
        };
        s->calls = c->calls;
        s->retarget = c->forwarding == CP_EDGE_FORWARD_RETARGET;
        s->for_domain = c->decide_for == CP_EDGE_FOR_DOMAIN;
        s->record_route = c->record_route == NULL || *c->record_route;
        s->at_once = c->answer == CP_EDGE_AT_ONCE;
        s->reg_events = c->calls == CP_EDGE_PROXY && c->reg_events != CP_EDGE_REG_OFF;
        s->reg = (struct cp_reg_policy){
            .subscriptions_max = c->subscriptions,
            .min_expires_s = c->min_expires_s,
            .max_expires_s = c->max_expires_s,
            .of_all = c->reg_events == CP_EDGE_REG_ALL,
        };
        *out = s;
        return 0;
}

bool cp_edge_is_domain(const struct cp_edge_settings *s, const char *at, size_t len)
{
        if (len > 1 && at[len - 1] == '.')
                len--;
        for (uint32_t i = 0; i < s->domains; i++) {
                if (strlen(s->domain[i]) == len && strncasecmp(s->domain[i], at, len) == 0)
                        return true;
        }
        return false;
}

bool cp_edge_is_ours(const struct cp_edge_settings *s, const struct sip_msg *m,
                     struct sip_span host)
{
        return cp_edge_is_domain(s, (const char *)sip_span_at(m, host), host.len);
}

int cp_edge_check(const struct cp_config_edge *config, struct cp_config_error *err)
{
        struct cp_number_map *numbers = NULL;
        int rc = config->numbers == NULL ? 0 : cp_number_map_load(&numbers, config->numbers, err);

        cp_number_map_destroy(numbers);
        return rc;
}
