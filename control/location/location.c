/* SPDX-License-Identifier: Apache-2.0 */
#include "control/location/location.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "control/identity/user_row.h"
#include "control/location/row.h"

/* A batch: per row its AoR's length 2, the row's length 4 (0 = the row goes), both texts. */
#define ROW_HEAD_BYTES  6u
#define RETRY_NS        100000000l
#define BATCH_BYTES_MIN (1u << 20)

struct batch {
        uint8_t *at;
        size_t len;
        size_t cap;
        uint32_t rows;
};

struct cp_location {
        struct cp_bindings *bindings;
        struct cp_store *store;
        struct cp_location_stats stats; /* loaded: owner; the rest behind the mutex */
        struct batch batch;             /* the owner's while `busy` is false, else the thread's */
        uint64_t submitted;
        _Atomic uint64_t safe;
        _Atomic bool busy;
        pthread_mutex_t mutex;
        pthread_cond_t wake;
        pthread_t thread;
        bool thread_runs;
        bool stop;
        uint8_t row[CP_ROW_BYTES_MAX];
};

struct cp_bindings *cp_location_bindings(struct cp_location *l)
{
        return l->bindings;
}

/* ---- the thread that writes ---- */

static size_t read_size(const uint8_t *at, unsigned bytes)
{
        size_t v = 0;

        while (bytes-- != 0)
                v = v << 8 | *at++;
        return v;
}

static int write_batch(struct cp_store *s, const struct batch *b)
{
        const uint8_t *at = b->at;
        int rc = s->ops->begin(s);

        for (uint32_t i = 0; i < b->rows && rc == 0; i++) {
                struct cp_store_octets aor = {at + ROW_HEAD_BYTES, read_size(at, 2)};
                struct cp_store_octets row = {at + ROW_HEAD_BYTES + aor.len, read_size(at + 2, 4)};

                rc = row.len != 0 ? s->ops->put(s, aor, row) : s->ops->del(s, aor);
                at += ROW_HEAD_BYTES + aor.len + row.len;
        }
        return rc != 0 ? rc : s->ops->commit(s);
}

static void pause_ns(long ns)
{
        struct timespec ts = {0, ns};

        nanosleep(&ts, NULL);
}

static void *writer(void *arg)
{
        struct cp_location *l = arg;

        pthread_mutex_lock(&l->mutex);
        for (;;) {
                int rc;

                while (!l->stop && !atomic_load(&l->busy))
                        pthread_cond_wait(&l->wake, &l->mutex);
                if (!atomic_load(&l->busy))
                        break;
                pthread_mutex_unlock(&l->mutex);
                rc = write_batch(l->store, &l->batch);
                if (rc != 0)
                        pause_ns(RETRY_NS);
                pthread_mutex_lock(&l->mutex);
                l->stats.error = rc;
                pthread_cond_broadcast(&l->wake);
                if (rc != 0) {
                        l->stats.failures++;
                        if (l->stop)
                                break;
                        continue;
                }
                l->stats.batches++;
                l->stats.rows += l->batch.rows;
                atomic_store_explicit(&l->safe, l->submitted, memory_order_release);
                atomic_store_explicit(&l->busy, false, memory_order_release);
        }
        pthread_mutex_unlock(&l->mutex);
        return NULL;
}

/* ---- the owner ---- */

static bool batch_room(struct batch *b, size_t bytes)
{
        size_t cap = b->cap != 0 ? b->cap : BATCH_BYTES_MIN;
        uint8_t *at;

        if (b->cap - b->len >= bytes)
                return true;
        while (cap - b->len < bytes)
                cap *= 2;
        at = realloc(b->at, cap);
        if (at == NULL)
                return false;
        b->at = at;
        b->cap = cap;
        return true;
}

static void put_size(uint8_t *at, size_t v, unsigned bytes)
{
        while (bytes-- != 0)
                *at++ = (uint8_t)(v >> (8 * bytes));
}

static bool batch_add(struct cp_location *l, const struct cp_aor *aor)
{
        struct batch *b = &l->batch;
        size_t row = cp_row_write(aor, l->row);

        if (!batch_room(b, ROW_HEAD_BYTES + aor->len + row))
                return false;
        put_size(b->at + b->len, aor->len, 2);
        put_size(b->at + b->len + 2, row, 4);
        memcpy(b->at + b->len + ROW_HEAD_BYTES, aor->text, aor->len);
        memcpy(b->at + b->len + ROW_HEAD_BYTES + aor->len, l->row, row);
        b->len += ROW_HEAD_BYTES + aor->len + row;
        b->rows++;
        return true;
}

uint64_t cp_location_ticket(const struct cp_location *l)
{
        return l->submitted + 1;
}

uint64_t cp_location_safe(const struct cp_location *l)
{
        return atomic_load_explicit(&l->safe, memory_order_acquire);
}

bool cp_location_pending(const struct cp_location *l)
{
        return cp_bindings_dirty(l->bindings) != NULL;
}

uint64_t cp_location_submit(struct cp_location *l)
{
        struct cp_aor *aor;

        if (atomic_load_explicit(&l->busy, memory_order_acquire) || !cp_location_pending(l))
                return l->submitted;
        l->batch.len = 0;
        l->batch.rows = 0;
        for (aor = cp_bindings_dirty(l->bindings); aor != NULL && l->store != NULL;
             aor = aor->dirty_next) {
                if (!batch_add(l, aor))
                        return l->submitted; /* no memory: all stays dirty, for another time */
        }
        while ((aor = cp_bindings_dirty(l->bindings)) != NULL)
                cp_bindings_clean(l->bindings, aor);
        l->submitted++;
        if (l->store == NULL) {
                atomic_store(&l->safe, l->submitted);
                return l->submitted;
        }
        pthread_mutex_lock(&l->mutex);
        atomic_store_explicit(&l->busy, true, memory_order_release);
        pthread_cond_broadcast(&l->wake);
        pthread_mutex_unlock(&l->mutex);
        return l->submitted;
}

void cp_location_stats(const struct cp_location *l, struct cp_location_stats *out)
{
        pthread_mutex_t *mutex = (pthread_mutex_t *)(uintptr_t)&l->mutex;

        pthread_mutex_lock(mutex);
        *out = l->stats;
        pthread_mutex_unlock(mutex);
}

/* ---- beginning and end ---- */

struct loading {
        struct cp_location *l;
        uint32_t now_s;
        char *why;
        size_t why_len;
};

static int load_row(void *arg, struct cp_store_octets aor, struct cp_store_octets row)
{
        struct loading *to = arg;
        const struct cp_text name = {aor.at, aor.len};
        int rc = cp_row_read(to->l->bindings, name, row.at, row.len, to->now_s);
        struct cp_aor *made;

        if (rc < 0) {
                snprintf(to->why, to->why_len, "the row of %.*s: %s", (int)aor.len,
                         (const char *)aor.at,
                         rc == -EBADMSG  ? "damaged; see sluicectl location repair"
                         : rc == -EPROTO ? "made by a later version"
                                         : strerror(-rc));
                return rc;
        }
        /* Of a row whose bindings have all ended the AoR is made and left dirty, so that it goes.
         */
        made = cp_bindings_aor(to->l->bindings, name);
        if (made == NULL)
                return -ENOMEM;
        if (rc == 0)
                cp_bindings_clean(to->l->bindings, made);
        else
                cp_bindings_touch(to->l->bindings, made);
        return 0;
}

int cp_location_row_sound(void *arg, struct cp_store_octets aor, struct cp_store_octets row)
{
        struct cp_bindings *b = arg;
        const struct cp_text name = {aor.at, aor.len};
        int rc = cp_row_read(b, name, row.at, row.len, UINT32_MAX);

        return rc < 0 ? rc : 0;
}

int cp_location_user_sound(void *arg, struct cp_store_octets name, struct cp_store_octets row)
{
        struct cp_user u;

        (void)arg;
        return cp_user_row_read(&u, name.at, name.len, row.at, row.len);
}

static void destroy(struct cp_location *l)
{
        if (l->store != NULL)
                l->store->ops->close(l->store);
        cp_bindings_destroy(l->bindings);
        free(l->batch.at);
        pthread_cond_destroy(&l->wake);
        pthread_mutex_destroy(&l->mutex);
        free(l);
}

int cp_location_open(struct cp_location **out, struct cp_store *store, uint32_t now_s, char *why,
                     size_t why_len)
{
        struct cp_location *l = calloc(1, sizeof(*l));
        struct loading to = {l, now_s, why, why_len};
        int rc = 0;

        if (l == NULL) {
                if (store != NULL)
                        store->ops->close(store);
                return -ENOMEM;
        }
        why[0] = '\0';
        pthread_mutex_init(&l->mutex, NULL);
        pthread_cond_init(&l->wake, NULL);
        l->store = store;
        l->bindings = cp_bindings_create(now_s);
        if (l->bindings == NULL)
                rc = -ENOMEM;
        else if (store != NULL)
                rc = store->ops->load(store, load_row, &to);
        if (rc == 0) {
                l->stats.loaded = cp_bindings_count(l->bindings);
                rc = store == NULL ? 0 : -pthread_create(&l->thread, NULL, writer, l);
                l->thread_runs = store != NULL && rc == 0;
        }
        if (rc == 0) {
                *out = l;
                return 0;
        }
        if (why[0] == '\0')
                snprintf(why, why_len, "%s", strerror(-rc));
        destroy(l);
        return rc;
}

/* Wait for the batch under way; false when it fails. */
static bool settle(struct cp_location *l)
{
        bool ok;

        pthread_mutex_lock(&l->mutex);
        while (atomic_load(&l->busy) && l->stats.error == 0)
                pthread_cond_wait(&l->wake, &l->mutex);
        ok = !atomic_load(&l->busy);
        pthread_mutex_unlock(&l->mutex);
        return ok;
}

void cp_location_close(struct cp_location *l)
{
        if (l == NULL)
                return;
        if (l->thread_runs) {
                if (settle(l)) {
                        cp_location_submit(l);
                        (void)settle(l);
                }
                pthread_mutex_lock(&l->mutex);
                l->stop = true;
                pthread_cond_broadcast(&l->wake);
                pthread_mutex_unlock(&l->mutex);
                pthread_join(l->thread, NULL);
        }
        destroy(l);
}
