/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_edit.c - a message, and edits whose kinds and values are taken from its own octets: the size
 * announced is the size written, in place gives the same, and what was accepted stays acceptable.
 * Then the canonical form: accepted, and the same a second time.
 */
#include "parser/sip_check.h"
#include "parser/sip_normalise.h"
#include "parser/sip_parse.h"
#include "tests/fuzz/exact.h"

#define SPLICES 4096u
#define ROUNDS  6u /* edits of one list */

static struct sip_splice splices[SPLICES];
static uint8_t text[SIP_MSG_BYTES_MAX];

/* Octets of the input, from its end, say what is done. */
struct script {
        const uint8_t *data;
        size_t size;
        size_t left;
};

static uint8_t word(struct script *s)
{
        if (s->left == 0)
                return 0;
        return s->data[--s->left];
}

/* Some octets of the input as a value. */
static struct sip_text some(struct script *s)
{
        size_t at = (size_t)word(s) << 8 | word(s);
        size_t len = word(s);

        if (s->size == 0)
                return (struct sip_text){"", 0};
        at %= s->size;
        if (len > s->size - at)
                len = s->size - at;
        return (struct sip_text){(const char *)s->data + at, len};
}

static struct sip_edit list(const struct sip_msg *m)
{
        struct sip_edit e = {
            .splices = splices, .text = text, .splice_cap = SPLICES, .text_cap = sizeof(text)};

        sip_edit_init(&e, m);
        return e;
}

/* An edit that may make any message of any other. */
static void free_edit(struct sip_edit *e, struct script *s)
{
        uint32_t idx = word(s);

        switch (word(s) % 5) {
        case 0:
                (void)sip_edit_splice(e, idx << 8 | word(s), word(s), some(s));
                break;
        case 1:
                (void)sip_edit_hdr_insert(e, idx, some(s), some(s));
                break;
        case 2:
                (void)sip_edit_hdr_remove(e, idx);
                break;
        case 3:
                (void)sip_edit_hdr_replace(e, idx, some(s));
                break;
        default:
                (void)sip_edit_hdr_remove_all(e, (enum sip_hdr_id)idx);
                break;
        }
}

static void via_edit(struct sip_edit *e, struct script *s)
{
        struct sip_edit_via via = {{"UDP", 3}, some(s), word(s), {"z9hG4bK1", 8}, {"", 0}};

        switch (word(s) % 4) {
        case 0:
                via.transport = some(s);
                break;
        case 1:
                via.branch = some(s);
                break;
        default:
                break;
        }
        (void)sip_edit_via_push(e, &via);
}

/* An edit after which an accepted message is accepted. */
static void sane_edit(struct sip_edit *e, struct script *s)
{
        switch (word(s) % 12) {
        case 0:
                (void)sip_edit_ruri(e, some(s));
                break;
        case 1:
                (void)sip_edit_max_forwards(e);
                break;
        case 2:
                (void)sip_edit_content_length(e, e->msg->body_len);
                break;
        case 3:
                (void)sip_edit_hdr_insert(e, word(s), sip_text_of("X-Fuzz"), some(s));
                break;
        case 4:
                via_edit(e, s);
                break;
        case 5:
                (void)sip_edit_via_received(e, some(s), word(s));
                break;
        case 6:
                (void)sip_edit_via_received(e, sip_text_of("2001:db8::1"), 5060);
                break;
        case 7:
                if (e->msg->via_cnt > 1)
                        (void)sip_edit_via_pop(e);
                break;
        case 8:
                (void)sip_edit_route_pop(e);
                break;
        case 9:
                (void)(word(s) % 2 ? sip_edit_route_push(e, some(s))
                                   : sip_edit_record_route(e, some(s)));
                break;
        case 10:
                (void)sip_edit_route_to_strict(e);
                break;
        default:
                (void)sip_edit_route_from_strict(e);
                break;
        }
}

/* The list written out, in a block of exactly its size; NULL when it has an error. */
static uint8_t *write_out(const struct sip_edit *e, size_t *size)
{
        const int32_t shifts[] = {0, -e->growth, sip_edit_shift(e, 42), 17};
        uint8_t *out;
        size_t len = 0;

        if (sip_edit_size(e, size) != SIP_EDIT_OK)
                return NULL;
        out = exact_copy(NULL, 0);
        if (*size > 0) {
                must(sip_edit_apply(e, out, *size - 1, &len) == SIP_EDIT_SPACE);
                out = realloc(out, *size);
                must(out != NULL);
        }
        must(sip_edit_apply(e, out, *size, &len) == SIP_EDIT_OK && len == *size);
        for (unsigned i = 0; i < 4; i++) {
                size_t before = shifts[i] < 0 ? (size_t)-shifts[i] : 0;
                size_t message_end = before + e->msg->len;
                size_t result_end = (size_t)((ptrdiff_t)before + shifts[i]) + *size;
                size_t end = message_end > result_end ? message_end : result_end;
                uint8_t *arena = malloc(end + 1);

                must(arena != NULL);
                if (e->msg->len != 0)
                        memcpy(arena + before, e->msg->buf, e->msg->len);
                sip_edit_in_place(e, arena + before, shifts[i]);
                must(memcmp(arena + before + shifts[i], out, *size) == 0);
                free(arena);
        }
        return out;
}

static void edit(const struct sip_msg *m, struct script *s, bool sane)
{
        static struct sip_msg after;
        struct sip_edit e = list(m);
        uint8_t *out;
        size_t size;

        for (unsigned i = word(s) % ROUNDS + 1u; i > 0 && e.status == SIP_EDIT_OK; i--) {
                struct sip_edit before = e;

                if (sane)
                        sane_edit(&e, s);
                else
                        free_edit(&e, s);
                /* What was refused before it was in the list can be left out. */
                if (e.status != SIP_EDIT_OK && e.splice_cnt == before.splice_cnt)
                        e = before;
        }
        out = write_out(&e, &size);
        if (out == NULL)
                return;
        (void)sip_parse(out, size, &after);
        if (sane && sip_check(m).verdict != SIP_VERDICT_REJECT)
                must(sip_check(&after).verdict != SIP_VERDICT_REJECT);
        free(out);
}

static void normalise(const struct sip_msg *m)
{
        static struct sip_msg after;
        struct sip_edit e = list(m);
        bool good = sip_check(m).verdict != SIP_VERDICT_REJECT;
        uint8_t *out;
        size_t size;

        if (sip_normalise(&e) != SIP_EDIT_OK)
                return;
        out = write_out(&e, &size);
        if (out == NULL)
                return;
        (void)sip_parse(out, size, &after);
        if (good) {
                must(sip_check(&after).verdict == SIP_VERDICT_ACCEPT);
                e = list(&after);
                must(sip_normalise(&e) == SIP_EDIT_OK && e.splice_cnt == 0);
        }
        free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static struct sip_msg m;
        size_t n = size < SIP_MSG_BYTES_MAX ? size : SIP_MSG_BYTES_MAX;
        uint8_t *copy = exact_copy(data, n);
        struct script script = {copy, n, n};

        (void)sip_parse(copy, n, &m);
        normalise(&m);
        edit(&m, &script, true);
        edit(&m, &script, false);
        free(copy);
        return 0;
}
