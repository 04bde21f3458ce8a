/* SPDX-License-Identifier: Apache-2.0 */
#include "control/location/row.h"

#include <errno.h>
#include <string.h>

#include "control/siphash.h"

static uint8_t *put(uint8_t *at, uint64_t v, unsigned bytes)
{
        while (bytes-- != 0)
                *at++ = (uint8_t)(v >> (8 * bytes));
        return at;
}

static uint32_t get(const uint8_t **at, unsigned bytes)
{
        uint32_t v = 0;

        while (bytes-- != 0)
                v = v << 8 | *(*at)++;
        return v;
}

/* No secret: it finds damage, not malice. */
static uint32_t check_of(struct cp_text aor, const uint8_t *rest, size_t len)
{
        static const struct cp_siphash_key key = {{CP_ROW_VERSION, 0}};
        uint64_t h = cp_siphash_chain(&key, 0, aor.at, aor.len);

        return (uint32_t)cp_siphash_chain(&key, h, rest, len);
}

static uint8_t *write_binding(uint8_t *to, const struct cp_binding *x)
{
        size_t bytes = 0;

        to = put(to, x->expires_s, 4);
        to = put(to, x->updated_s, 4);
        to = put(to, x->cseq, 4);
        to = put(to, x->reg_id, 4);
        to = put(to, x->q_milli, 2);
        to = put(to, x->port, 2);
        *to++ = x->behind_nat;
        *to++ = 0;
        memcpy(to, x->received.b, sizeof(x->received.b));
        to += sizeof(x->received.b);
        for (unsigned i = 0; i < CP_BINDING_TEXTS; i++)
                bytes += x->text_len[i];
        for (unsigned i = 0; i < CP_BINDING_TEXTS; i++)
                to = put(to, x->text_len[i], 2);
        memcpy(to, x->texts, bytes);
        return to + bytes;
}

size_t cp_row_write(const struct cp_aor *aor, uint8_t *out)
{
        uint8_t *to = out + CP_ROW_HEAD_BYTES;
        unsigned n = 0;
        size_t len;

        for (const struct cp_binding *x = aor->first; x != NULL && n < CP_ROW_BINDINGS_MAX;
             x = x->next, n++)
                to = write_binding(to, x);
        if (n == 0)
                return 0;
        len = (size_t)(to - out);
        out[0] = CP_ROW_VERSION;
        out[1] = (uint8_t)n;
        put(out + 2,
            check_of((struct cp_text){aor->text, aor->len}, out + CP_ROW_HEAD_BYTES,
                     len - CP_ROW_HEAD_BYTES),
            4);
        return len;
}

/* One binding; false when the octets do not hold it. */
static bool read_binding(const uint8_t **at, const uint8_t *end, struct cp_binding_value *v)
{
        size_t bytes = 0;

        memset(v, 0, sizeof(*v));
        if ((size_t)(end - *at) < CP_ROW_BINDING_BYTES)
                return false;
        v->expires_s = get(at, 4);
        v->updated_s = get(at, 4);
        v->cseq = get(at, 4);
        v->reg_id = get(at, 4);
        v->q_milli = (uint16_t)get(at, 2);
        v->port = (uint16_t)get(at, 2);
        v->behind_nat = get(at, 1) != 0;
        (void)get(at, 1);
        memcpy(v->received.b, *at, sizeof(v->received.b));
        *at += sizeof(v->received.b);
        for (unsigned i = 0; i < CP_BINDING_TEXTS; i++) {
                v->text[i].len = get(at, 2);
                bytes += v->text[i].len;
        }
        if (bytes > CP_BINDING_BYTES || bytes > (size_t)(end - *at) || v->q_milli > 1000 ||
            v->text[CP_BINDING_CONTACT].len == 0)
                return false;
        for (unsigned i = 0; i < CP_BINDING_TEXTS; i++) {
                v->text[i].at = (const char *)*at;
                *at += v->text[i].len;
        }
        return true;
}

int cp_row_read(struct cp_bindings *b, struct cp_text aor, const uint8_t *row, size_t len,
                uint32_t now_s)
{
        struct cp_binding *made[CP_ROW_BINDINGS_MAX];
        const uint8_t *at = row + CP_ROW_HEAD_BYTES;
        const uint8_t *check = row + 2;
        struct cp_aor *to = NULL;
        unsigned n, cnt = 0;
        int rc = 0;

        if (len < CP_ROW_HEAD_BYTES)
                return -EBADMSG;
        if (row[0] > CP_ROW_VERSION)
                return -EPROTO;
        if (row[0] != CP_ROW_VERSION || row[1] == 0 || row[1] > CP_ROW_BINDINGS_MAX ||
            get(&check, 4) != check_of(aor, at, len - CP_ROW_HEAD_BYTES))
                return -EBADMSG;
        for (n = 0; n < row[1] && rc == 0; n++) {
                struct cp_binding_value v;

                if (!read_binding(&at, row + len, &v))
                        rc = -EBADMSG;
                else if (v.expires_s > now_s)
                        rc = (made[cnt] = cp_binding_create(&v)) != NULL ? 0 : -ENOMEM;
                cnt += rc == 0 && v.expires_s > now_s;
        }
        if (rc == 0 && at != row + len)
                rc = -EBADMSG;
        if (rc == 0 && cnt == 0)
                return 1;
        if (rc == 0) {
                to = cp_bindings_aor(b, aor);
                rc = to == NULL ? -ENOMEM : 0;
        }
        for (unsigned i = 0; i < cnt; i++) {
                if (rc == 0)
                        cp_bindings_add(b, to, made[i]);
                else
                        cp_binding_destroy(made[i]);
        }
        return rc;
}
