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
        uint8_t *to;
        uint32_t at;
        uint32_t room;
        bool failed;
        bool len_open; /* [len] stands at len_at with len_digits */
        uint32_t len_at;
        uint32_t len_digits;
        int32_t len_plus;
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

/* By sixteen octets at a time: both sides have room behind. */
static inline void put_literal(struct page *p, const char *from, uint32_t len)
{
        if (len > p->room - p->at) {
                p->failed = true;
                return;
        }
        for (uint32_t i = 0; i < len; i += SB_LITERAL_PAD)
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

static void put_address(struct page *p, const struct sb_addr *a, bool brackets)
{
        char text[SB_ADDR_TEXT_MAX];

        put(p, text, sb_addr_text(a, p->c->set.env->v6, brackets, text));
}

static void put_hex16(struct page *p, uint64_t v)
{
        uint8_t text[16];

        sb_hex16(text, v);
        put(p, text, sizeof(text));
}

static void put_branch(struct page *p, uint32_t step)
{
        uint8_t text[7 + 8 + 16 + 8];

        memcpy(text, "z9hG4bK", 7);
        sb_hex8(text + 7, p->c->set.env->pid);
        sb_hex16(text + 15, p->call->number);
        sb_hex8(text + 31, step);
        put(p, text, sizeof(text));
}

/* Take back the line that is being written, and leave out the rest of it in the template. */
static void drop_line(struct page *p, uint32_t *op, uint32_t *inside)
{
        const struct sb_template *t = p->t;

        while (p->at > 0 && p->to[p->at - 1] != '\n')
                p->at--;
        for ((*op)++; *op < t->op_cnt; (*op)++) {
                const struct sb_op *o = &t->ops[*op];
                const char *text = t->literals + o->off;
                const char *lf = o->kind != SB_OP_LITERAL ? NULL : memchr(text, '\n', o->len);

                if (lf != NULL) {
                        *inside = (uint32_t)(lf + 1 - text);
                        return;
                }
        }
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
        while ((l = op->arg != SB_HEADER_OTHER
                        ? sb_rx_next(rx, (enum sb_header)op->arg, from, &from)
                        : sb_rx_find(rx, name, op->len, from, &from)) != NULL) {
                if (op->extra == 0) {
                        put(p, rx->buf + l->value_off, (uint32_t)(l->off + l->len - l->value_off));
                        return true;
                }
                if (any)
                        put(p, "\r\n", 2);
                put(p, rx->buf + l->off, l->len);
                any = true;
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

static void put_call_id(struct page *p)
{
        const struct sb_calls *c = p->c;

        put_hex16(p, (uint64_t)p->slot << 32 | p->call->gen);
        put(p, c->id_tail, c->id_tail_len);
}

static void leave_len(struct page *p, const struct sb_op *op)
{
        p->len_open = true;
        p->len_at = p->at;
        p->len_plus = op->arg;
        p->len_digits = 3;
        put(p, "000", 3);
}

static void put_tag(struct page *p)
{
        const struct sb_call_text *text = &p->c->texts[p->slot];

        if (text->tag_len == 0)
                return;
        put(p, ";tag=", 5);
        put(p, text->tag, text->tag_len);
}

/* The peer's Contact; before one is known, whom the call is for. */
static void put_target(struct page *p)
{
        const struct sb_call_text *text = &p->c->texts[p->slot];

        if (text->url_len != 0) {
                put(p, text->url, text->url_len);
                return;
        }
        put(p, "sip:", 4);
        put(p, p->c->set.env->service, (uint32_t)strlen(p->c->set.env->service));
        put(p, "@", 1);
        put_address(p, &p->call->remote.addr, true);
        put(p, ":", 1);
        put_number(p, p->call->remote.port);
}

/* False when the line that the field stands in is to be left out. */
static bool put_field_of_call(struct page *p, const struct sb_op *op)
{
        const struct sb_call_text *text = &p->c->texts[p->slot];
        uint8_t user[8];

        switch (op->kind) {
        case SB_OP_LOCAL_IP:
                put_address(p, &p->call->local.addr, op->extra != 0);
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
        case SB_OP_CALL_NUMBER:
                put_number(p, p->call->number + 1);
                break;
        case SB_OP_CALL_ID:
                if (text->id_len != 0 && !p->c->set.scenario->plain_id)
                        put(p, text->id, text->id_len);
                else
                        put_call_id(p);
                break;
        case SB_OP_BRANCH:
                put_branch(p, (uint32_t)op->arg);
                break;
        case SB_OP_PEER_TAG_PARAM:
                put_tag(p);
                break;
        case SB_OP_CSEQ:
                put_number(p, (uint64_t)((int64_t)p->call->cseq + op->arg));
                break;
        case SB_OP_LAST_HEADER:
                return put_last_header(p, op);
        case SB_OP_ROUTES:
                put(p, text->routes, text->routes_len);
                return text->routes_len != 0;
        case SB_OP_NEXT_URL:
                put_target(p);
                break;
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
        case SB_OP_USER:
                sb_dec8(user, (uint32_t)(p->call->number % 100000000u));
                put(p, user, sizeof(user));
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

static void pieces(struct page *p)
{
        const struct sb_template *t = p->t;
        uint32_t inside = 0; /* of the literal, when the head of it was left out */

        for (uint32_t i = 0; i < t->op_cnt && !p->failed; i++) {
                const struct sb_op *op = &t->ops[i];

                if (op->kind == SB_OP_LITERAL) {
                        put_literal(p, t->literals + op->off + inside, op->len - inside);
                        inside = 0;
                } else if (!put_field_of_call(p, op)) {
                        drop_line(p, &i, &inside);
                        i--;
                }
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

/* Content-Length stands near the end of the header section, so that is where to look for it. */
static uint32_t body_of(const struct page *p)
{
        const uint8_t *from = p->to + p->len_at;
        const uint8_t *end = memmem(from, p->at - p->len_at, "\r\n\r\n", 4);

        return end == NULL ? p->at : (uint32_t)(end + 4 - p->to);
}

static void fill_len(struct page *p)
{
        int64_t len = (int64_t)(p->at - body_of(p)) + p->len_plus;
        uint8_t text[24];
        struct page digits = {.to = text, .room = sizeof(text)};

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
                         .to = to,
                         .room = SB_MESSAGE_MAX,
                         .now_ns = now_ns};

        pieces(&p);
        if (p.len_open && !p.failed)
                fill_len(&p);
        if (p.auth_open && !p.failed)
                fill_auth(&p);
        return p.failed ? 0 : p.at;
}
