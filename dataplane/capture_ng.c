/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/capture_ng.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_SECTION   0x0a0d0d0au
#define BLOCK_INTERFACE 1u
#define BLOCK_OBSOLETE  2u
#define BLOCK_SIMPLE    3u
#define BLOCK_ENHANCED  6u

#define OPTION_END      0u
#define OPTION_TSRESOL  9u
#define OPTION_TSOFFSET 14u

#define ORDER_MAGIC    0x1a2b3c4du
#define FRAME_BYTES    12u /* of a block: type, length, and length again */
#define BLOCK_MAX      (16u << 20)
#define DATA_MAX       262144u /* of a packet, as in libpcap */
#define INTERFACES_MAX 65536u

#define NS_PER_S    UINT64_C(1000000000)
#define SECONDS_MAX INT64_C(16725225600) /* the year 2500 */

struct interface {
        uint16_t link_type;
        uint32_t snaplen; /* 0: none */
        uint64_t units;   /* of time in a second */
        int64_t offset_s; /* added to each stamp */
};

struct dp_capture_ng {
        FILE *f;
        bool swap; /* the section's numbers are of the other byte order */
        uint8_t *body;
        size_t room;
        uint32_t len; /* of the body */
        struct interface *interfaces;
        uint32_t interface_cnt;
        uint64_t time_ns; /* of the last frame that had a stamp */
        char error[128];
};

__attribute__((format(printf, 2, 3))) static int bad(struct dp_capture_ng *c, const char *fmt, ...)
{
        va_list args;

        va_start(args, fmt);
        vsnprintf(c->error, sizeof(c->error), fmt, args);
        va_end(args);
        return -EBADMSG;
}

static uint16_t get16(const struct dp_capture_ng *c, const uint8_t *p)
{
        uint16_t v;

        memcpy(&v, p, sizeof(v));
        return c->swap ? __builtin_bswap16(v) : v;
}

static uint32_t get32(const struct dp_capture_ng *c, const uint8_t *p)
{
        uint32_t v;

        memcpy(&v, p, sizeof(v));
        return c->swap ? __builtin_bswap32(v) : v;
}

static uint64_t get64(const struct dp_capture_ng *c, const uint8_t *p)
{
        uint64_t v;

        memcpy(&v, p, sizeof(v));
        return c->swap ? __builtin_bswap64(v) : v;
}

/* ---- blocks ---- */

static int body_reserve(struct dp_capture_ng *c, size_t bytes)
{
        uint8_t *more;

        if (bytes <= c->room)
                return 0;
        more = realloc(c->body, bytes);
        if (more == NULL)
                return -ENOMEM;
        c->body = more;
        c->room = bytes;
        return 0;
}

/* A section's head says in which order its numbers are, its length included: that is looked at
 * before the rest. */
static int section_order(struct dp_capture_ng *c)
{
        uint8_t magic[4];

        if (fread(magic, 1, sizeof(magic), c->f) != sizeof(magic))
                return bad(c, "the head of a section is cut off");
        c->swap = false;
        if (get32(c, magic) != ORDER_MAGIC)
                c->swap = true;
        return get32(c, magic) == ORDER_MAGIC ? 0 : bad(c, "no byte order in a section's head");
}

/* The next block: 1 with its type, and its body in c->body; 0 at the end. */
static int block_read(struct dp_capture_ng *c, uint32_t *type)
{
        uint8_t head[8];
        uint8_t tail[4];
        size_t n = fread(head, 1, sizeof(head), c->f);
        size_t got = 0; /* of the body */
        uint32_t len;
        int rc;

        if (n == 0 && ferror(c->f) == 0)
                return 0;
        if (n != sizeof(head))
                return bad(c, "a block is cut off");
        *type = get32(c, head);
        if (*type == BLOCK_SECTION) { /* the same in either order */
                rc = section_order(c);
                if (rc != 0)
                        return rc;
                got = 4;
        }
        len = get32(c, head + 4);
        if (len < FRAME_BYTES + got || len % 4 != 0 || len > BLOCK_MAX)
                return bad(c, "a block of %" PRIu32 " octets", len);
        c->len = len - FRAME_BYTES;
        rc = body_reserve(c, c->len + 1u);
        if (rc != 0)
                return rc;
        if (fread(c->body + got, 1, c->len - got, c->f) != c->len - got ||
            fread(tail, 1, sizeof(tail), c->f) != sizeof(tail))
                return bad(c, "a block is cut off");
        return get32(c, tail) == len ? 1 : bad(c, "a block's two lengths are different");
}

static int section(struct dp_capture_ng *c)
{
        if (c->len < 16)
                return bad(c, "a section's head is too short");
        if (get16(c, c->body + 4) != 1)
                return bad(c, "version %u of pcapng", get16(c, c->body + 4));
        c->interface_cnt = 0;
        return 0;
}

/* ---- interfaces ---- */

static int resolution(struct dp_capture_ng *c, uint8_t v, uint64_t *units)
{
        unsigned power = v & 0x7fu;

        if (power > ((v & 0x80u) != 0 ? 63u : 19u))
                return bad(c, "a clock of a resolution that is not known");
        *units = (v & 0x80u) != 0 ? UINT64_C(1) << power : 1;
        for (unsigned i = 0; (v & 0x80u) == 0 && i < power; i++)
                *units *= 10;
        return 0;
}

static int interface_options(struct dp_capture_ng *c, struct interface *i)
{
        int rc = 0;

        for (uint32_t at = 8; rc == 0 && at + 4 <= c->len;) {
                uint16_t code = get16(c, c->body + at);
                uint16_t len = get16(c, c->body + at + 2);

                at += 4;
                if (code == OPTION_END)
                        break;
                if (len > c->len - at)
                        return bad(c, "an interface's option is cut off");
                if (code == OPTION_TSRESOL && len == 1)
                        rc = resolution(c, c->body[at], &i->units);
                else if (code == OPTION_TSOFFSET && len == 8)
                        i->offset_s = (int64_t)get64(c, c->body + at);
                at += (len + 3u) & ~3u;
        }
        return rc;
}

static int interface(struct dp_capture_ng *c)
{
        struct interface i = {.units = 1000000};
        struct interface *more = c->interfaces;
        int rc;

        if (c->len < 8)
                return bad(c, "an interface is cut off");
        i.link_type = get16(c, c->body);
        i.snaplen = get32(c, c->body + 4);
        rc = interface_options(c, &i);
        if (rc != 0)
                return rc;
        if (c->interface_cnt == INTERFACES_MAX)
                return bad(c, "more than %u interfaces", INTERFACES_MAX);
        /* a power of two: it is full, or was freed of those of the section before */
        if ((c->interface_cnt & (c->interface_cnt - 1)) == 0)
                more = realloc(c->interfaces,
                               sizeof(*more) * (c->interface_cnt == 0 ? 1 : 2 * c->interface_cnt));
        if (more == NULL)
                return -ENOMEM;
        c->interfaces = more;
        more[c->interface_cnt++] = i;
        return 0;
}

/* ---- frames ---- */

static uint64_t stamp_ns(const struct interface *i, uint64_t stamp)
{
        uint64_t units = i->units;
        uint64_t rest = stamp % units;
        int64_t s = stamp / units < (uint64_t)SECONDS_MAX ? (int64_t)(stamp / units) : SECONDS_MAX;

        if (i->offset_s >= SECONDS_MAX - s)
                return (uint64_t)SECONDS_MAX * NS_PER_S;
        s += i->offset_s > -SECONDS_MAX ? i->offset_s : -SECONDS_MAX;
        if (s < 0)
                return 0;
        while (units > UINT64_C(1) << 33) { /* more exact than a nanosecond: rest times 1e9 fits */
                units >>= 1;
                rest >>= 1;
        }
        return (uint64_t)s * NS_PER_S + rest * NS_PER_S / units;
}

/* The octets from `at` on of the body, of which `caught` are the frame. */
static int frame_give(struct dp_capture_ng *c, uint32_t at, uint32_t caught,
                      struct dp_capture_frame *frame)
{
        if (caught > c->len - at || caught > DATA_MAX)
                return bad(c, "a frame of %" PRIu32 " octets in a block of %" PRIu32, caught,
                           c->len + FRAME_BYTES);
        frame->data = c->body + at;
        frame->len = caught;
        frame->time_ns = c->time_ns;
        return 1;
}

static int packet(struct dp_capture_ng *c, uint32_t type, struct dp_capture_frame *frame,
                  int *link_type)
{
        uint32_t id = 0;
        uint32_t caught;
        uint32_t at = type == BLOCK_SIMPLE ? 4 : 20;
        const struct interface *i;

        if (c->len < at)
                return bad(c, "a packet is cut off");
        if (type != BLOCK_SIMPLE)
                id = type == BLOCK_ENHANCED ? get32(c, c->body) : get16(c, c->body);
        if (id >= c->interface_cnt)
                return bad(c, "a packet of interface %" PRIu32 ", which is not there", id);
        i = &c->interfaces[id];
        *link_type = i->link_type;
        if (type == BLOCK_SIMPLE) {
                caught = get32(c, c->body); /* on the wire */
                if (i->snaplen != 0 && caught > i->snaplen)
                        caught = i->snaplen;
        } else {
                caught = get32(c, c->body + 12);
                c->time_ns =
                    stamp_ns(i, (uint64_t)get32(c, c->body + 4) << 32 | get32(c, c->body + 8));
        }
        return frame_give(c, at, caught, frame);
}

int dp_capture_ng_begin(struct dp_capture_ng *c)
{
        uint32_t type = 0;
        int rc = block_read(c, &type);

        if (rc == 1)
                rc = type == BLOCK_SECTION ? section(c) : bad(c, "no section's head at the start");
        return rc;
}

int dp_capture_ng_next(struct dp_capture_ng *c, struct dp_capture_frame *frame, int *link_type)
{
        int rc = 0;

        while (rc == 0) {
                uint32_t type = 0;

                rc = block_read(c, &type);
                if (rc != 1)
                        break;
                if (type == BLOCK_ENHANCED || type == BLOCK_SIMPLE || type == BLOCK_OBSOLETE)
                        return packet(c, type, frame, link_type);
                rc = type == BLOCK_SECTION     ? section(c)
                     : type == BLOCK_INTERFACE ? interface(c)
                                               : 0;
        }
        return rc;
}

struct dp_capture_ng *dp_capture_ng_create(FILE *f)
{
        struct dp_capture_ng *c = calloc(1, sizeof(*c));

        if (c != NULL)
                c->f = f;
        return c;
}

void dp_capture_ng_destroy(struct dp_capture_ng *c)
{
        if (c == NULL)
                return;
        free(c->interfaces);
        free(c->body);
        free(c);
}

const char *dp_capture_ng_error(const struct dp_capture_ng *c)
{
        return c->error;
}
