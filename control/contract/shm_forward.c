/* SPDX-License-Identifier: Apache-2.0 */
#include "control/contract/shm_forward.h"

#include <netinet/in.h>
#include <string.h>

#include "control/contract/shm_msg.h"

/* ---- text ---- */

static bool is_name_octet(uint8_t c)
{
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
               c == '-';
}

/* None can end the header section or begin a message. */
bool shm_header_lines_check(const uint8_t *at, size_t len)
{
        size_t i = 0;

        while (i < len) {
                size_t name = i;

                while (i < len && is_name_octet(at[i]))
                        i++;
                if (i == name || i == len || at[i] != ':')
                        return false;
                while (i < len && at[i] >= ' ' && at[i] != 0x7f)
                        i++;
                if (len - i < 2 || at[i] != '\r' || at[i + 1] != '\n')
                        return false;
                i += 2;
        }
        return true;
}

/* Octets that can neither end a URI where it stands nor a line. */
static bool uri_ok(const uint8_t *at, size_t len)
{
        for (size_t i = 0; i < len; i++) {
                if (at[i] <= ' ' || at[i] >= 0x7f || at[i] == '<' || at[i] == '>' || at[i] == '"')
                        return false;
        }
        return len <= SHM_URI_BYTES_MAX;
}

static bool route_ok(const uint8_t *at, size_t len)
{
        for (size_t i = 0; i < len; i++) {
                if (at[i] < ' ' || at[i] == 0x7f)
                        return false;
        }
        return len <= SHM_ROUTE_BYTES_MAX;
}

/* ---- hops ---- */

static bool is_one_host(const struct shm_ip *ip)
{
        static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
        static const uint8_t nothing[16] = {0};

        if (memcmp(ip->b, mapped, sizeof(mapped)) == 0) /* 0/8, 224/4 and above */
                return ip->b[12] != 0 && ip->b[12] < 224;
        return ip->b[0] != 0xff && memcmp(ip->b, nothing, sizeof(nothing)) != 0;
}

bool shm_hop_check(const struct shm_hop *h)
{
        static const uint8_t zero[sizeof(h->reserved)];

        return is_one_host(&h->ip) && h->port != 0 && h->weight != 0 &&
               (h->ip_proto == IPPROTO_UDP || h->ip_proto == IPPROTO_TCP ||
                h->ip_proto == IPPROTO_SCTP) &&
               memcmp(h->reserved, zero, sizeof(zero)) == 0;
}

/* ---- records ---- */

static bool forward_shape_ok(const struct shm_forward *f)
{
        if (f->reserved != 0 || (f->flags & ~(unsigned)SHM_FORWARD_ALL) != 0)
                return false;
        if ((f->flags & SHM_FORWARD_LOCATE) != 0)
                return f->hop_cnt == 0 && f->ruri_len == 0 && f->route_len == 0;
        return f->hop_cnt >= 1 && f->hop_cnt <= SHM_HOPS_MAX;
}

bool shm_forward_check(const void *rec, size_t len, uint16_t headers_len)
{
        const uint8_t *at = rec;
        struct shm_forward f;

        if (len < sizeof(f))
                return false;
        memcpy(&f, at, sizeof(f));
        at += sizeof(f);
        if (!forward_shape_ok(&f) || headers_len > SHM_HEADERS_BYTES_MAX ||
            len - sizeof(f) !=
                f.hop_cnt * sizeof(struct shm_hop) + f.ruri_len + f.route_len + (size_t)headers_len)
                return false;
        for (unsigned i = 0; i < f.hop_cnt; i++, at += sizeof(struct shm_hop)) {
                struct shm_hop hop;

                memcpy(&hop, at, sizeof(hop));
                if (!shm_hop_check(&hop))
                        return false;
        }
        return uri_ok(at, f.ruri_len) && route_ok(at + f.ruri_len, f.route_len) &&
               shm_header_lines_check(at + f.ruri_len + f.route_len, headers_len);
}

/* What a binding that is no addition may say: its AoR or nothing. */
static bool binding_is_bare(const struct shm_binding *b)
{
        static const struct shm_hop none;

        return b->uri_len == 0 && b->route_len == 0 && b->expires_ns == 0 &&
               memcmp(&b->hop, &none, sizeof(none)) == 0;
}

bool shm_binding_check(const void *rec, size_t len)
{
        static const uint8_t zero[sizeof(((struct shm_binding *)NULL)->reserved)];
        const uint8_t *text = (const uint8_t *)rec + sizeof(struct shm_binding);
        struct shm_binding b;

        if (len < sizeof(b))
                return false;
        memcpy(&b, rec, sizeof(b));
        if (memcmp(b.reserved, zero, sizeof(zero)) != 0 ||
            len - sizeof(b) != (size_t)b.aor_len + b.uri_len + b.route_len)
                return false;
        switch (b.op) {
        case SHM_TABLE_ADD:
                return b.aor_len != 0 && b.uri_len != 0 && b.expires_ns != 0 &&
                       shm_hop_check(&b.hop) && uri_ok(text, b.aor_len) &&
                       uri_ok(text + b.aor_len, b.uri_len) &&
                       route_ok(text + b.aor_len + b.uri_len, b.route_len);
        case SHM_TABLE_DEL:
                return b.aor_len != 0 && binding_is_bare(&b) && uri_ok(text, b.aor_len);
        case SHM_TABLE_SYNC_BEGIN:
        case SHM_TABLE_SYNC_END:
                return b.aor_len == 0 && binding_is_bare(&b);
        default:
                return false;
        }
}
