/* SPDX-License-Identifier: Apache-2.0 */
#include "control/rules/parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "parser/match/match_seal.h"

#define ALIGN 64u

/* Room for `bytes` more. */
static bool reserve(struct cp_parts *p, struct cp_part *part, size_t bytes)
{
        size_t room = part->room == 0 ? 4096 : part->room;
        uint8_t *more;

        if (p->failed)
                return false;
        if (part->room - part->bytes >= bytes)
                return true;
        while (room - part->bytes < bytes)
                room *= 2;
        more = realloc(part->at, room);
        if (more == NULL) {
                p->failed = true;
                return false;
        }
        part->at = more;
        part->room = room;
        return true;
}

uint32_t cp_parts_add(struct cp_parts *p, enum cp_part_id id, const void *elements, size_t size,
                      uint32_t cnt)
{
        struct cp_part *part = &p->part[id];
        uint32_t first = part->cnt;

        if (cnt == 0 || !reserve(p, part, size * cnt))
                return first;
        memcpy(part->at + part->bytes, elements, size * cnt);
        part->bytes += size * cnt;
        part->cnt += cnt;
        return first;
}

struct match_text cp_parts_text(struct cp_parts *p, const void *text, size_t len)
{
        struct match_text t = {.len = (uint32_t)len};

        t.off = cp_parts_add(p, CP_PART_TEXT, text, 1, (uint32_t)len);
        return t;
}

struct match_db cp_parts_code(struct cp_parts *p, const uint8_t *code, size_t bytes)
{
        static const uint8_t zero[ALIGN];
        size_t pad = (ALIGN - p->part[CP_PART_CODE].bytes % ALIGN) % ALIGN;
        struct match_db db = {.bytes = (uint32_t)bytes};

        cp_parts_add(p, CP_PART_CODE, zero, 1, (uint32_t)pad);
        db.off = cp_parts_add(p, CP_PART_CODE, code, 1, (uint32_t)bytes);
        return db;
}

void *cp_parts_at(struct cp_parts *p, enum cp_part_id id, size_t size, uint32_t index)
{
        return p->part[id].at + (size_t)index * size;
}

static size_t aligned(size_t n)
{
        return (n + ALIGN - 1) / ALIGN * ALIGN;
}

int cp_parts_join(struct cp_parts *p, uint64_t made_s, struct cp_image *out)
{
        struct match_head head = {
            .magic = MATCH_IMAGE_MAGIC,
            .version = MATCH_IMAGE_VERSION,
            .fields = MATCH_FIELD_CNT,
            .made_s = made_s,
        };
        struct match_part *const in_head[CP_PART_CNT] = {
            &head.rules,   &head.groups,       &head.steps,     &head.buffers,   &head.patterns,
            &head.always,  &head.address_sets, &head.addresses, &head.port_sets, &head.ports,
            &head.regexes, &head.flags,        &head.text,      &head.code,      &head.literals,
        };
        size_t bytes = aligned(sizeof(head));

        if (p->failed)
                return -ENOMEM;
        for (int i = 0; i < CP_PART_CNT; i++) {
                if (bytes > MATCH_IMAGE_BYTES_MAX || p->part[i].bytes > MATCH_IMAGE_BYTES_MAX)
                        return -E2BIG;
                *in_head[i] = (struct match_part){(uint32_t)bytes, p->part[i].cnt};
                bytes = aligned(bytes + p->part[i].bytes);
        }
        if (bytes > MATCH_IMAGE_BYTES_MAX)
                return -E2BIG;
        head.bytes = bytes;
        out->at = calloc(1, bytes);
        if (out->at == NULL)
                return -ENOMEM;
        out->bytes = bytes;
        memcpy(out->at, &head, sizeof(head));
        for (int i = 0; i < CP_PART_CNT; i++) {
                if (p->part[i].bytes != 0)
                        memcpy(out->at + in_head[i]->off, p->part[i].at, p->part[i].bytes);
        }
        match_seal_set(out->at, out->bytes);
        return 0;
}

void cp_parts_fini(struct cp_parts *p)
{
        for (int i = 0; i < CP_PART_CNT; i++)
                free(p->part[i].at);
        memset(p, 0, sizeof(*p));
}
