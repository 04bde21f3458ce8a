/* SPDX-License-Identifier: Apache-2.0 */
#include "control/engine_users.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <openssl/crypto.h>

static int not_stored(int rc, char *why, size_t why_len)
{
        snprintf(why, why_len, "the store: %s", strerror(-rc));
        return rc;
}

/* A user who was made: on disk, then in force. */
static int put(struct cp_engine *e, const struct cp_user *u, char *why, size_t why_len)
{
        int rc = cp_edge_user_write(e->edge, u);

        if (rc != 0)
                return not_stored(rc, why, why_len);
        cp_gate_close(&e->decide_gate);
        rc = cp_edge_user_take(e->edge, u);
        cp_gate_open(&e->decide_gate);
        if (rc != 0) {
                (void)cp_edge_user_erase(e->edge, u->name);
                snprintf(why, why_len, "out of memory");
        }
        return rc;
}

int cp_engine_user_add(struct cp_engine *e, const struct cp_edge_account *a, char *why,
                       size_t why_len)
{
        struct cp_user u;
        int rc = cp_edge_user_make(e->edge, a, &u, why, why_len);

        if (rc == 0)
                rc = put(e, &u, why, why_len);
        OPENSSL_cleanse(&u, sizeof(u));
        return rc;
}

int cp_engine_user_passwd(struct cp_engine *e, const char *name, const char *password, char *why,
                          size_t why_len)
{
        struct cp_user u;
        int rc = cp_edge_user_renew(e->edge, name, password, &u, why, why_len);

        if (rc == 0)
                rc = put(e, &u, why, why_len);
        OPENSSL_cleanse(&u, sizeof(u));
        return rc;
}

int cp_engine_user_remove(struct cp_engine *e, const char *name, unsigned *ended, char *why,
                          size_t why_len)
{
        int rc = cp_edge_user_is_stored(e->edge, name, why, why_len);

        if (rc != 0)
                return rc;
        rc = cp_edge_user_erase(e->edge, name);
        if (rc != 0)
                return not_stored(rc, why, why_len);
        cp_gate_close(&e->decide_gate);
        *ended = cp_edge_user_drop(e->edge, name);
        cp_gate_open(&e->decide_gate);
        return 0;
}
