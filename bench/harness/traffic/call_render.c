/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "bench/harness/engine/digits.h"
#include "bench/harness/traffic/auth.h"
#include "bench/harness/traffic/calls.h"

/* A message while it is written. */
struct page {
        struct sb_calls *c;
        struct sb_call *call;
        uint32_t slot;
        const struct sb_template *t;
        struct sb_call_text *text;
        uint8_t *to;
        uint32_t at;
        uint32_t room;
        bool failed;
        bool len_open; /* [len] stands at len_at with len_digits */
        uint32_t len_at;
        uint32_t len_digits;
        int32_t len_plus;
        uint32_t body; /* where it begins; 0: not known */
        bool auth_open;
        const char *auth_words; /* "authentication username=... password=..." of a field */
        uint32_t auth_words_len;
        uint32_t auth_at;
        uint64_t now_ns;
};

static inline void put(struct page *p, const void *from, uint32_t len)
{
        if (len > p->room - p->at) {
                p->failed = true;
                return;
        }
        memcpy(p->to + p->at, from, len);
        p->at += len;
}

/* By SB_LITERAL_PAD octets at a time: both sides have room behind. */
static inline void put_padded(struct page *p, const char *from, uint32_t len)
{
        if (len > p->room - p->at) {
                p->failed = true;
                return;
        }
        memcpy(p->to + p->at, from, SB_LITERAL_PAD); /* most are no longer */
        for (uint32_t i = SB_LITERAL_PAD; i < len; i += SB_LITERAL_PAD)
                memcpy(p->to + p->at + i, from + i, SB_LITERAL_PAD);
        p->at += len;
}

static void put_number(struct page *p, uint64_t v)
{
        uint8_t text[8];
        uint64_t digits;
        uint32_t zeros;

        if (v >= 100000000u) {
                put_number(p, v / 100000000u);
                sb_dec8(text, (uint32_t)(v % 100000000u));
                put(p, text, 8);
                return;
        }
        sb_dec8(text, (uint32_t)v);
        memcpy(&digits, text, 8);
        digits ^= UINT64_C(0x3030303030303030); /* the first digit that is not 0 begins it */
        zeros = digits == 0 ? 7u : (uint32_t)__builtin_ctzll(digits) / 8u;
        put(p, text + zeros, 8u - zeros);
}

/* From a message that was received: by pieces of the same size where it goes on as far. */
static inline void put_from(struct page *p, const struct sb_rx *rx, const uint8_t *from,
                            uint32_t len)
{
        if (from + len + SB_LITERAL_PAD <= rx->buf + rx->len)
                put_padded(p, (const char *)from, len);
        else
                put(p, from, len);
}

static void put_address(struct page *p, const struct sb_addr *a, bool brackets)
{
        char text[SB_ADDR_TEXT_MAX];

        put(p, text, sb_addr_text(a, p->c->set.env->v6, brackets, text));
}

/* Whom the call is for, as long as the peer has given no Contact. */
static void target(const struct page *p, struct sb_call_text *text)
{
        struct page at = {.c = p->c, .to = (uint8_t *)text->url, .room = sizeof(text->url)};
        const char *service = p->c->set.env->service;

        put(&at, "sip:", 4);
        put(&at, service, (uint32_t)strlen(service));
        put(&at, "@", 1);
        put_address(&at, &p->call->remote.addr, true);
        put(&at, ":", 1);
        put_number(&at, p->call->remote.port);
        text->len[SB_TEXT_URL] = (uint16_t)at.at;
}

/* What does not change as long as the call lasts, written once. */
static void call_text(const struct page *p, struct sb_call_text *text)
{
        struct page at = {.to = (uint8_t *)text->number, .room = sizeof(text->number)};

        put_number(&at, p->call->number + 1);
        text->len[SB_TEXT_NUMBER] = (uint16_t)at.at;
        sb_hex16((uint8_t *)text->number_hex, p->call->number);
        text->len[SB_TEXT_NUMBER_HEX] = sizeof(text->number_hex);
        sb_dec8((uint8_t *)text->user, (uint32_t)(p->call->number % 100000000u));
        text->len[SB_TEXT_USER] = sizeof(text->user);
        at = (struct page){.to = (uint8_t *)text->port, .room = sizeof(text->port)};
        put_number(&at, p->call->local.port);
        text->len[SB_TEXT_PORT] = (uint16_t)at.at;
        text->len[SB_TEXT_IP] =
            (uint16_t)sb_addr_text(&p->call->local.addr, p->c->set.env->v6, true, text->ip);
        if (text->len[SB_TEXT_URL] == 0)
                target(p, text);
        if (!p->c->set.scenario->plain_id)
                return;
        sb_hex16((uint8_t *)text->id, (uint64_t)p->slot << 32 | p->call->gen);
        memcpy(text->id + 16, p->c->id_tail, p->c->id_tail_len);
        text->len[SB_TEXT_ID] = (uint16_t)(16u + p->c->id_tail_len);
}

static const uint16_t text_at[SB_TEXT_CNT] = {
    [SB_TEXT_NUMBER] = offsetof(struct sb_call_text, number),
    [SB_TEXT_NUMBER_HEX] = offsetof(struct sb_call_text, number_hex),
    [SB_TEXT_USER] = offsetof(struct sb_call_text, user),
    [SB_TEXT_PORT] = offsetof(struct sb_call_text, port),
    [SB_TEXT_IP] = offsetof(struct sb_call_text, ip),
    [SB_TEXT_ID] = offsetof(struct sb_call_text, id),
    [SB_TEXT_TAG] = offsetof(struct sb_call_text, tag),
    [SB_TEXT_URL] = offsetof(struct sb_call_text, url)};

/* Take back the line that is being written, and leave out the rest of it in the template. */
static const struct sb_op *drop_line(struct page *p, const struct sb_op *op, uint32_t *inside)
{
        const struct sb_template *t = p->t;

        while (p->at > 0 && p->to[p->at - 1] != '\n')
                p->at--;
        for (op++; op < t->ops + t->op_cnt; op++) {
                const char *text = t->literals + op->off;
                const char *lf = op->kind != SB_OP_LITERAL ? NULL : memchr(text, '\n', op->len);

                if (lf != NULL) {
                        *inside = (uint32_t)(lf + 1 - text);
                        break;
                }
        }
        return op;
}

/* All header fields of that name as they came, or the value of the first. False: there is none. */
static bool put_last_header(struct page *p, const struct sb_op *op)
{
        const struct sb_rx *rx = sb_call_last(p->c, p->slot);
        const char *name = p->t->literals + op->off;
        uint32_t from = 0;
        bool any = false;
        const struct sb_line *l;

        if (rx == NULL)
                return false;
        l = op->arg != SB_HEADER_OTHER ? sb_rx_first(rx, (enum sb_header)op->arg)
                                       : sb_rx_find(rx, name, op->len, 0, &from);
        while (l != NULL) {
                if (op->extra == 0) {
                        put_from(p, rx, rx->buf + l->value_off,
                                 (uint32_t)(l->off + l->len - l->value_off));
                        return true;
                }
                if (any)
                        put(p, "\r\n", 2);
                put_from(p, rx, rx->buf + l->off, l->len);
                any = true;
                l = op->arg != SB_HEADER_OTHER ? sb_rx_next(rx, l)
                                               : sb_rx_find(rx, name, op->len, from, &from);
        }
        return any;
}

static void put_last(struct page *p, const struct sb_op *op)
{
        const struct sb_rx *rx = sb_call_last(p->c, p->slot);

        if (rx == NULL) {
                p->failed = true;
                return;
        }
        if (op->kind == SB_OP_LAST_URI)
                put(p, rx->buf + rx->uri.off, rx->uri.len);
        else if (op->kind == SB_OP_LAST_CSEQ)
                put_number(p, (uint64_t)((int64_t)rx->cseq + op->arg));
        else
                put(p, rx->buf, rx->len);
}

static void put_var(struct page *p, const struct sb_op *op)
{
        const struct sb_var *v = sb_call_var(p->c, p->slot, (uint32_t)op->arg);

        if (v->set)
                put(p, v->text, v->len);
}

/* Its credentials need the whole message: a mark is left, and filled in at the end. */
static void leave_auth(struct page *p)
{
        p->auth_open = true;
        p->auth_at = p->at;
}

static void put_field(struct page *p, const struct sb_op *op)
{
        const struct sb_inject *f = p->c->set.scenario->files[op->extra];
        uint32_t len;
        const char *text =
            sb_inject_field(f, sb_inject_line(f, p->call->number), (uint32_t)op->arg, &len);

        if (len > 15 && memcmp(text, "[authentication", 15) == 0) {
                p->auth_words = text;
                p->auth_words_len = len - 1; /* without the closing bracket */
                leave_auth(p);
                return;
        }
        put(p, text, len);
}

static void put_time(struct page *p, uint8_t kind)
{
        char text[64];
        struct tm tm;
        time_t now;

        if (kind == SB_OP_CLOCK) {
                put_number(p, p->now_ns / 1000000u);
                return;
        }
        now = time(NULL);
        gmtime_r(&now, &tm);
        put(p, text,
            (uint32_t)strftime(
                text, sizeof(text),
                kind == SB_OP_DATE ? "%a, %d %b %Y %H:%M:%S GMT" : "%Y-%m-%d %H:%M:%S", &tm));
}

/* Its own part until the first message was sent and read, which may hold more than that. */
static void put_call_id(struct page *p)
{
        uint8_t own[16];

        if (p->text->len[SB_TEXT_ID] != 0) {
                put_padded(p, p->text->id, p->text->len[SB_TEXT_ID]);
                return;
        }
        sb_hex16(own, (uint64_t)p->slot << 32 | p->call->gen);
        put(p, own, sizeof(own));
        put(p, p->c->id_tail, p->c->id_tail_len);
}

static void leave_len(struct page *p, const struct sb_op *op)
{
        p->len_open = true;
        p->len_at = p->at;
        p->len_plus = op->arg;
        p->len_digits = 3;
        put(p, "000", 3);
}

/* False when the line that the field stands in is to be left out. */
static bool put_field_of_call(struct page *p, const struct sb_op *op)
{
        const struct sb_call_text *text = p->text;

        switch (op->kind) {
        case SB_OP_LOCAL_IP:
                put_address(p, &p->call->local.addr, false);
                break;
        case SB_OP_LOCAL_PORT:
                put_number(p, (uint64_t)(p->call->local.port + op->arg));
                break;
        case SB_OP_REMOTE_IP:
                put_address(p, &p->call->remote.addr, true);
                break;
        case SB_OP_REMOTE_PORT:
                put_number(p, (uint64_t)(p->call->remote.port + op->arg));
                break;
        case SB_OP_CALL_ID:
                put_call_id(p);
                break;
        case SB_OP_CSEQ:
                put_number(p, (uint64_t)((int64_t)p->call->cseq + op->arg));
                break;
        case SB_OP_LAST_HEADER:
                return put_last_header(p, op);
        case SB_OP_ROUTES:
                put_padded(p, text->routes, text->routes_len);
                return text->routes_len != 0;
        case SB_OP_LEN:
                leave_len(p, op);
                break;
        case SB_OP_FIELD:
                put_field(p, op);
                break;
        case SB_OP_VAR:
                put_var(p, op);
                break;
        case SB_OP_AUTH:
                leave_auth(p);
                break;
        case SB_OP_CLOCK:
        case SB_OP_DATE:
        case SB_OP_TIMESTAMP:
                put_time(p, op->kind);
                break;
        default:
                put_last(p, op);
                break;
        }
        return true;
}

/* Literals and texts of the call from *op on, as far as one follows the other: nearly all there is,
 * so what moves is kept in registers. */
static void plain_pieces(struct page *p, const struct sb_op **op, uint32_t inside)
{
        const struct sb_template *t = p->t;
        const struct sb_op *o = *op, *end = t->ops + t->op_cnt, *body = t->ops + t->body_op;
        const struct sb_call_text *text = p->text;
        uint8_t *to = p->to + p->at;
        const uint8_t *limit = p->to + p->room;

        for (; o < end; o++) {
                const char *from;
                uint32_t len;

                if (o->kind == SB_OP_LITERAL) {
                        from = t->literals + o->off + inside;
                        len = o->len - inside;
                        if (o == body)
                                p->body = (uint32_t)(to - p->to) + t->body_off - inside;
                        inside = 0;
                } else if (o->kind == SB_OP_TEXT) {
                        from = (const char *)text + text_at[o->arg];
                        len = text->len[o->arg];
                } else {
                        break;
                }
                if (len > limit - to) {
                        p->failed = true;
                        break;
                }
                memcpy(to, from, SB_LITERAL_PAD); /* most are no longer */
                for (uint32_t i = SB_LITERAL_PAD; i < len; i += SB_LITERAL_PAD)
                        memcpy(to + i, from + i, SB_LITERAL_PAD);
                to += len;
        }
        p->at = (uint32_t)(to - p->to);
        *op = o;
}

static void pieces(struct page *p)
{
        const struct sb_template *t = p->t;
        const struct sb_op *op = t->ops, *end = op + t->op_cnt;
        uint32_t inside = 0; /* of the literal, when the head of it was left out */

        for (;;) {
                plain_pieces(p, &op, inside);
                if (p->failed || op == end)
                        return;
                inside = 0;
                if (put_field_of_call(p, op))
                        op++;
                else
                        op = drop_line(p, op, &inside);
        }
}

/* Put `len` octets in the place of `old` ones at `at`. */
static void splice(struct page *p, uint32_t at, uint32_t old, const uint8_t *text, uint32_t len)
{
        if (p->failed || len > p->room - (p->at - old)) {
                p->failed = true;
                return;
        }
        if (len != old)
                memmove(p->to + at + len, p->to + at + old, p->at - at - old);
        memcpy(p->to + at, text, len);
        p->at = p->at - old + len;
}

/* Where the body begins when no literal says so: behind the empty line after Content-Length. */
static uint32_t body_of(const struct page *p)
{
        const uint8_t *from = p->to + p->len_at;
        const uint8_t *end;

        if (p->body > p->len_at)
                return p->body;
        end = memmem(from, p->at - p->len_at, "\r\n\r\n", 4);
        return end == NULL ? p->at : (uint32_t)(end + 4 - p->to);
}

static void fill_len(struct page *p)
{
        int64_t len = (int64_t)(p->at - body_of(p)) + p->len_plus;
        uint8_t text[24];
        struct page digits = {.to = text, .room = sizeof(text)};

        if (len >= 100 && len < 1000) { /* as many digits as were left */
                sb_dec8(text, (uint32_t)len);
                memcpy(p->to + p->len_at, text + 5, 3);
                return;
        }
        put_number(&digits, len < 0 ? 0 : (uint64_t)len);
        splice(p, p->len_at, p->len_digits, text, digits.at);
        if (p->auth_open && p->auth_at > p->len_at)
                p->auth_at = p->auth_at - p->len_digits + digits.at;
}

/* The text of a template, or what the run says, NUL-terminated. */
static void credential(struct page *p, const struct sb_template *t, const char *otherwise,
                       char out[SB_VAR_MAX])
{
        uint8_t text[SB_MESSAGE_ROOM];
        uint32_t len;

        if (t == NULL) {
                snprintf(out, SB_VAR_MAX, "%s", otherwise);
                return;
        }
        len = sb_call_render(p->c, p->slot, t, text, p->now_ns);
        if (len >= SB_VAR_MAX)
                len = SB_VAR_MAX - 1;
        memcpy(out, text, len);
        out[len] = '\0';
}

/* name=word of a field's text, in place of what the run says. */
static void word_of(const struct page *p, const char *name, char out[SB_VAR_MAX])
{
        size_t len = strlen(name);

        for (const char *w = p->auth_words; w + len < p->auth_words + p->auth_words_len; w++)
                if (memcmp(w, name, len) == 0) {
                        uint32_t n = 0;

                        for (w += len; w < p->auth_words + p->auth_words_len && *w != ' ' &&
                                       n + 1 < SB_VAR_MAX;
                             w++)
                                if (*w != '"')
                                        out[n++] = *w;
                        out[n] = '\0';
                        return;
                }
}

static void fill_auth(struct page *p)
{
        const uint8_t *space = memchr(p->to, ' ', p->at);
        const uint8_t *end =
            space == NULL ? NULL : memchr(space + 1, ' ', (size_t)(p->to + p->at - space - 1));
        char user[SB_VAR_MAX], password[SB_VAR_MAX];
        uint8_t line[1024];
        struct sb_auth_ask ask = {.challenge = sb_call_last(p->c, p->slot),
                                  .user = user,
                                  .password = password,
                                  .method = p->to,
                                  .cnonce = p->call->number + 1};
        uint32_t len;

        if (ask.challenge == NULL || end == NULL) {
                p->failed = true;
                return;
        }
        ask.method_len = (uint32_t)(space - p->to);
        ask.uri = space + 1;
        ask.uri_len = (uint32_t)(end - space - 1);
        credential(p, p->t->user, p->c->set.user, user);
        credential(p, p->t->password, p->c->set.password, password);
        if (p->auth_words != NULL) {
                word_of(p, " username=", user);
                word_of(p, " password=", password);
        }
        len = sb_auth_render(&ask, line, sizeof(line));
        p->failed = p->failed || len == 0;
        splice(p, p->auth_at, 0, line, len);
}

uint32_t sb_call_render(struct sb_calls *c, uint32_t slot, const struct sb_template *t, uint8_t *to,
                        uint64_t now_ns)
{
        struct page p = {.c = c,
                         .call = &c->calls[slot],
                         .slot = slot,
                         .t = t,
                         .text = &c->texts[slot],
                         .to = to,
                         .room = SB_MESSAGE_MAX,
                         .now_ns = now_ns};

        if (p.text->len[SB_TEXT_NUMBER] == 0)
                call_text(&p, p.text);
        pieces(&p);
        if (p.len_open && !p.failed)
                fill_len(&p);
        if (p.auth_open && !p.failed)
                fill_auth(&p);
        return p.failed ? 0 : p.at;
}
