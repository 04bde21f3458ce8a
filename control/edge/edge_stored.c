/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "control/edge/edge_state.h"
#include "control/identity/user_row.h"

/* Text of 1 to max octets without control characters, nor any of `not`. */
static bool is_text(const char *text, size_t max, const char * not )
{
        size_t len = strlen(text);

        for (const char *p = text; *p != '\0'; p++) {
                if ((unsigned char)*p < ' ' || *p == 0x7f)
                        return false;
        }
        return len >= 1 && len <= max && text[strcspn(text, not )] == '\0';
}

static int say(int rc, char *why, size_t why_len, const char *text)
{
        snprintf(why, why_len, "%s", text);
        return rc;
}

/* HA1s of a password, for the algorithms that are offered. */
static int hash(const struct cp_edge *e, const char *password, struct cp_user *u, char *why,
                size_t why_len)
{
        struct cp_digest_hash *h;

        if (!is_text(password, CP_EDGE_PASSWORD_BYTES, ""))
                return say(-EINVAL, why, why_len,
                           "a password has 1 to 255 octets and no control characters");
        h = cp_digest_hash_create(e->set->algs);
        if (h == NULL)
                return say(-ENOMEM, why, why_len, "no memory for the hashes");
        u->algs = 0;
        memset(u->ha1, 0, sizeof(u->ha1));
        for (unsigned i = 0; i < CP_DIGEST_ALGS; i++) {
                if (cp_digest_ha1(h, (enum cp_digest_alg)i, u->name, e->set->realm, password,
                                  u->ha1[i]))
                        u->algs |= (uint8_t)(1u << i);
        }
        cp_digest_hash_destroy(h);
        u->realm = cp_user_realm(e->set->realm);
        return 0;
}

int cp_edge_user_make(const struct cp_edge *e, const struct cp_edge_account *a, struct cp_user *out,
                      char *why, size_t why_len)
{
        const char *aor = a->aor != NULL ? a->aor : a->name;
        const char *forward = a->forward != NULL ? a->forward : "";
        const struct cp_user *there = cp_users_get(e->set->users, a->name);

        if (e->store == NULL)
                return say(-EROFS, why, why_len,
                           "control keeps no state: state-dir of sluice.yaml is empty");
        if (!is_text(a->name, CP_USER_NAME_BYTES - 1, "") ||
            !is_text(aor, CP_USER_NAME_BYTES - 1, ""))
                return say(-EINVAL, why, why_len,
                           "a name has 1 to 127 octets and no control characters");
        if (forward[0] != '\0' && !is_text(forward, CP_USER_NAME_BYTES - 1, "<>\" "))
                return say(-EINVAL, why, why_len,
                           "a URI has at most 127 octets, no brackets, quotes or white space");
        if (there != NULL)
                return say(-EEXIST, why, why_len,
                           there->stored ? "there is such a user; his password is changed with "
                                           "sluicectl users passwd"
                                         : "sluice.yaml has this user");
        if (cp_users_count(e->stored) >= CP_EDGE_STORED_MAX)
                return say(-ENOSPC, why, why_len, "there are a million users already");
        memset(out, 0, sizeof(*out));
        out->stored = true;
        out->refused = a->refused;
        snprintf(out->name, sizeof(out->name), "%s", a->name);
        snprintf(out->aor, sizeof(out->aor), "%s", aor);
        snprintf(out->forward, sizeof(out->forward), "%s", forward);
        return hash(e, a->password, out, why, why_len);
}

int cp_edge_user_is_stored(const struct cp_edge *e, const char *name, char *why, size_t why_len)
{
        if (cp_users_get(e->stored, name) != NULL)
                return 0;
        if (cp_users_get(e->set->users, name) == NULL)
                return say(-ENOENT, why, why_len, "there is no such user");
        return say(-EPERM, why, why_len, "the user is of sluice.yaml: change that, and reload");
}

int cp_edge_user_renew(const struct cp_edge *e, const char *name, const char *password,
                       struct cp_user *out, char *why, size_t why_len)
{
        const struct cp_user *u = cp_users_get(e->set->users, name);
        int rc = cp_edge_user_is_stored(e, name, why, why_len);

        if (rc == 0 && !u->stored)
                rc = say(-EPERM, why, why_len,
                         "the user is of sluice.yaml: change that, and reload");
        if (rc != 0)
                return rc;
        *out = *u;
        return hash(e, password, out, why, why_len);
}

int cp_edge_user_write(struct cp_edge *e, const struct cp_user *u)
{
        uint8_t row[CP_USER_ROW_BYTES_MAX];
        const struct cp_store_octets name = {u->name, strlen(u->name)};
        const struct cp_store_octets octets = {row, cp_user_row_write(u, row)};

        return e->store->ops->put_user(e->store, name, octets);
}

int cp_edge_user_erase(struct cp_edge *e, const char *name)
{
        return e->store->ops->del_user(e->store, (struct cp_store_octets){name, strlen(name)});
}

/* ---- in force ---- */

/* The text of the AoR that a user part has in a domain (as sip_aor_write() makes it). */
static size_t aor_text(const char *scheme, const char *user, const char *domain, char *out)
{
        int n = snprintf(out, CP_AOR_BYTES, "%s:%s@%s", scheme, user, domain);

        if (n < 0 || (size_t)n >= CP_AOR_BYTES)
                return 0;
        for (char *p = out + (size_t)n - strlen(domain); *p != '\0'; p++)
                *p = (char)tolower((unsigned char)*p);
        return (size_t)n;
}

/* What workers were told of these AoRs is held against what is now; with `end` their bindings go.
 * How many. */
static unsigned each_aor(struct cp_edge *e, const char *user, bool end)
{
        static const char *const schemes[] = {"sip", "sips"};
        struct cp_bindings *b = cp_location_bindings(e->location);
        unsigned ended = 0;

        for (uint32_t i = 0; i < e->set->domains * 2; i++) {
                char name[CP_AOR_BYTES];
                size_t len = aor_text(schemes[i % 2], user, e->set->domain[i / 2], name);
                struct cp_aor *aor =
                    len == 0 ? NULL : cp_bindings_find(b, (struct cp_text){name, len});

                if (aor != NULL)
                        cp_changes_put(e->changes, name, len);
                for (; end && aor != NULL && aor->first != NULL; ended++)
                        cp_bindings_remove(b, aor->first);
        }
        return ended;
}

int cp_edge_user_take(struct cp_edge *e, const struct cp_user *u)
{
        bool known = cp_users_get(e->set->users, u->name) != NULL;
        int rc = cp_users_put(e->stored, u);

        if (rc == 0)
                rc = cp_users_put(e->set->users, u);
        if (rc != 0 && !known)
                (void)cp_users_del(e->stored, u->name);
        if (rc != 0 || known)
                return rc;
        /* Where calls of his name went before he was there, if anybody knows. */
        (void)each_aor(e, u->name, false);
        e->flushes++;
        return 0;
}

static bool is_shared(const struct cp_users *users, const char *aor)
{
        const struct cp_user *u;
        uint32_t at = 0;

        while ((u = cp_users_next(users, &at)) != NULL) {
                if (strcmp(u->aor, aor) == 0)
                        return true;
        }
        return false;
}

unsigned cp_edge_user_drop(struct cp_edge *e, const char *name)
{
        const struct cp_user *u = cp_users_get(e->set->users, name);
        char aor[CP_USER_NAME_BYTES];
        unsigned ended;

        (void)cp_users_del(e->stored, name);
        if (u == NULL || !u->stored)
                return 0; /* the configuration's of that name stays */
        memcpy(aor, u->aor, sizeof(aor));
        e->flushes++;
        (void)cp_users_del(e->set->users, name);
        ended = each_aor(e, aor, !is_shared(e->set->users, aor));
        (void)each_aor(e, name, false);
        return ended;
}
