/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/harness/traffic/template.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "bench/harness/engine/reader.h"
#include "parser/sip_method.h"

struct build {
        struct sb_template *t;
        const struct sb_source *src;
        char *error;
        uint32_t literal_room;
};

static int fail(struct build *b, const char *what, const char *word, size_t len)
{
        snprintf(b->error, SB_ERROR_BYTES, "%s [%.*s]", what, (int)len, word);
        return -EINVAL;
}

static int literal_add(struct build *b, const char *text, size_t len, uint32_t *off)
{
        struct sb_template *t = b->t;

        if (t->literal_bytes + len + SB_LITERAL_PAD > b->literal_room) {
                uint32_t room = (uint32_t)(t->literal_bytes + len) * 2u + 256u;
                char *grown = realloc(t->literals, room);

                if (grown == NULL)
                        return -ENOMEM;
                t->literals = grown;
                b->literal_room = room;
        }
        *off = t->literal_bytes;
        memcpy(t->literals + t->literal_bytes, text, len);
        t->literal_bytes += (uint32_t)len;
        return 0;
}

static int op_add(struct build *b, struct sb_op op)
{
        if (b->t->op_cnt == SB_TEMPLATE_OPS_MAX) {
                snprintf(b->error, SB_ERROR_BYTES, "more than %u keywords in one text",
                         SB_TEMPLATE_OPS_MAX);
                return -EINVAL;
        }
        b->t->ops[b->t->op_cnt++] = op;
        return 0;
}

static int text_add(struct build *b, const char *text, size_t len)
{
        struct sb_template *t = b->t;
        struct sb_op *last = t->op_cnt == 0 ? NULL : &t->ops[t->op_cnt - 1];
        struct sb_op op = {.kind = SB_OP_LITERAL};
        int rc;

        if (len == 0)
                return 0;
        rc = literal_add(b, text, len, &op.off);
        if (rc != 0)
                return rc;
        if (last != NULL && last->kind == SB_OP_LITERAL && last->off + last->len == op.off &&
            last->len + len <= UINT16_MAX) {
                last->len = (uint16_t)(last->len + len);
                return 0;
        }
        op.len = (uint16_t)len;
        return op_add(b, op);
}

static int number_add(struct build *b, long value)
{
        char text[24];

        return text_add(b, text, (size_t)snprintf(text, sizeof(text), "%ld", value));
}

static int address_add(struct build *b, const struct sb_addr *a, bool brackets)
{
        char text[SB_ADDR_TEXT_MAX];
        uint32_t len = sb_addr_text(a, b->src->env->v6, brackets, text);

        return text_add(b, text, len);
}

/* Words that are the same for the whole run become text at once. */
static int constant(struct build *b, const char *word, size_t len, long plus)
{
        const struct sb_env *env = b->src->env;

#define IS(name) (len == sizeof(name) - 1 && memcmp(word, name, len) == 0)
        if (IS("service"))
                return text_add(b, env->service, strlen(env->service));
        if (IS("transport"))
                return text_add(b, "UDP", 3);
        if (IS("local_ip_type") || IS("media_ip_type"))
                return text_add(b, env->v6 ? "6" : "4", 1);
        if (IS("media_port") || IS("auto_media_port") || IS("rtpstream_audio_port"))
                return number_add(b, env->media_port + plus);
        if (IS("rtpstream_video_port"))
                return number_add(b, env->media_port + 2 + plus);
        if (IS("pid"))
                return number_add(b, (long)env->pid);
        if (IS("msg_index"))
                return number_add(b, (long)b->src->step);
        if (IS("sipp_version"))
                return text_add(b, SLUICE_VERSION, strlen(SLUICE_VERSION));
        if (IS("users"))
                return number_add(b, 1);
        for (const char *const *key = env->keys; key != NULL && key[0] != NULL; key += 2)
                if (strlen(key[0]) == len && memcmp(key[0], word, len) == 0)
                        return text_add(b, key[1], strlen(key[1]));
        return 1;
}

/* What SIPp makes for SRTP (RFC 4568): no media is sent here, so the keys need not be secret. */
static int crypto(struct build *b, const char *word, size_t len)
{
        static const struct {
                const char *part;
                const char *suite;
        } suites[] = {{"aescm128sha180", "AES_CM_128_HMAC_SHA1_80"},
                      {"aescm128sha132", "AES_CM_128_HMAC_SHA1_32"},
                      {"nullsha180", "NULL_HMAC_SHA1_80"},
                      {"nullsha132", "NULL_HMAC_SHA1_32"}};
        static const char key[] = "inline:c2x1aWNlLWJlbmNoIG5vIHNlY3JldCBrZXkhISEh";

        if (len > 9 && memcmp(word, "cryptotag", 9) == 0)
                return text_add(b, word + 9, 1);
        if (len > 15 && memcmp(word, "cryptokeyparams", 15) == 0)
                return text_add(b, key, sizeof(key) - 1);
        if (len > 2 && memcmp(word, "ue", 2) == 0) /* a parameter behind the key */
                return text_add(b, "UNENCRYPTED_SRTP", 16);
        for (size_t i = 0; i < sizeof(suites) / sizeof(suites[0]); i++)
                if (memmem(word, len, suites[i].part, strlen(suites[i].part)) != NULL)
                        return text_add(b, suites[i].suite, strlen(suites[i].suite));
        return 1;
}

static int address(struct build *b, const char *word, size_t len, long plus)
{
        const struct sb_env *env = b->src->env;

        if (IS("local_ip") || IS("media_ip") || IS("server_ip")) {
                bool brackets = !IS("media_ip");

                if (env->local->addr_cnt == 1)
                        return address_add(b, &env->local->base, brackets);
                if (!brackets && env->v6)
                        return op_add(b, (struct sb_op){.kind = SB_OP_LOCAL_IP});
                return op_add(b, (struct sb_op){.kind = SB_OP_TEXT, .arg = SB_TEXT_IP});
        }
        if (IS("local_port")) {
                if (env->local->port_cnt == 1)
                        return number_add(b, env->local->port + plus);
                if (plus == 0)
                        return op_add(b, (struct sb_op){.kind = SB_OP_TEXT, .arg = SB_TEXT_PORT});
                return op_add(b, (struct sb_op){.kind = SB_OP_LOCAL_PORT, .arg = (int32_t)plus});
        }
        if (IS("remote_ip") || IS("remote_host")) {
                if (env->remote.port != 0)
                        return address_add(b, &env->remote.addr, true);
                return op_add(b, (struct sb_op){.kind = SB_OP_REMOTE_IP});
        }
        if (IS("remote_port")) {
                if (env->remote.port != 0)
                        return number_add(b, env->remote.port + plus);
                return op_add(b, (struct sb_op){.kind = SB_OP_REMOTE_PORT});
        }
        return 1;
}

/* Of a branch only the call's number varies; it ends in eight digits that name the step. */
static int branch_add(struct build *b, uint32_t step)
{
        char text[24];
        int rc = text_add(b, text,
                          (size_t)snprintf(text, sizeof(text), "z9hG4bK%08x", b->src->env->pid));

        if (rc == 0)
                rc = op_add(b, (struct sb_op){.kind = SB_OP_TEXT, .arg = SB_TEXT_NUMBER_HEX});
        if (rc == 0)
                rc = text_add(b, text, (size_t)snprintf(text, sizeof(text), "%08x", step));
        return rc;
}

/* Words of one call. */
static int varying(struct build *b, const char *word, size_t len, long plus)
{
        static const struct {
                const char *name;
                uint8_t kind;
                bool last;
        } table[] = {
            {"call_id", SB_OP_CALL_ID, false},
            {"cseq", SB_OP_CSEQ, false},
            {"last_Request_URI", SB_OP_LAST_URI, true},
            {"last_cseq_number", SB_OP_LAST_CSEQ, true},
            {"last_message", SB_OP_LAST_MESSAGE, true},
            {"routes", SB_OP_ROUTES, false},
            {"len", SB_OP_LEN, false},
            {"clock_tick", SB_OP_CLOCK, false},
            {"date", SB_OP_DATE, false},
            {"timestamp", SB_OP_TIMESTAMP, false},
        };
        static const struct {
                const char *name;
                enum sb_text text;
        } texts[] = {
            {"call_number", SB_TEXT_NUMBER}, {"dynamic_id", SB_TEXT_NUMBER},
            {"user", SB_TEXT_USER},          {"userid", SB_TEXT_USER},
            {"peer_tag_param", SB_TEXT_TAG}, {"next_url", SB_TEXT_URL},
        };

        if (IS("branch")) {
                long step = b->src->branch_step >= 0 ? b->src->branch_step : (long)b->src->step;

                if (step + plus < 0)
                        return fail(b, "no message so far back for", word, len);
                return branch_add(b, (uint32_t)(step + plus));
        }
        for (uint32_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
                if (strlen(table[i].name) == len && memcmp(table[i].name, word, len) == 0) {
                        b->t->uses_last = b->t->uses_last || table[i].last;
                        return op_add(b,
                                      (struct sb_op){.kind = table[i].kind, .arg = (int32_t)plus});
                }
        for (uint32_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
                if (strlen(texts[i].name) == len && memcmp(texts[i].name, word, len) == 0) {
                        b->t->uses_tag = b->t->uses_tag || texts[i].text == SB_TEXT_TAG;
                        return op_add(
                            b, (struct sb_op){.kind = SB_OP_TEXT, .arg = (int32_t)texts[i].text});
                }
        return 1;
}
#undef IS

/* The value of name=value or name="value" in a keyword; NULL without. */
static const char *parameter(const char *word, size_t len, const char *name, size_t *value_len)
{
        size_t name_len = strlen(name);

        for (const char *p = word; p + name_len + 1 < word + len; p++) {
                const char *end = word + len;

                if (p == word || p[-1] != ' ' || memcmp(p, name, name_len) != 0 ||
                    p[name_len] != '=')
                        continue;
                p += name_len + 1;
                if (*p == '"') {
                        const char *quote = memchr(p + 1, '"', (size_t)(end - p - 1));

                        *value_len = (size_t)((quote == NULL ? end : quote) - p - 1);
                        return p + 1;
                }
                const char *space = memchr(p, ' ', (size_t)(end - p));

                *value_len = (size_t)((space == NULL ? end : space) - p);
                return p;
        }
        return NULL;
}

static int sub(struct build *b, struct sb_template **out, const char *text, size_t len)
{
        char *copy = text == NULL ? NULL : strndup(text, len);
        int rc;

        *out = NULL;
        if (text == NULL)
                return 0;
        if (copy == NULL)
                return -ENOMEM;
        rc = sb_template_compile(out, copy, false, b->src, b->error);
        free(copy);
        return rc;
}

static int authentication(struct build *b, const char *word, size_t len)
{
        size_t user_len = 0, password_len = 0;
        const char *user = parameter(word, len, "username", &user_len);
        const char *password = parameter(word, len, "password", &password_len);
        int rc;

        if (b->t->user != NULL || b->t->password != NULL)
                return fail(b, "only one is possible in a message:", word, len);
        b->t->uses_last = true;
        rc = sub(b, &b->t->user, user, user_len);
        if (rc == 0)
                rc = sub(b, &b->t->password, password, password_len);
        return rc != 0 ? rc : op_add(b, (struct sb_op){.kind = SB_OP_AUTH});
}

static int field(struct build *b, const char *word, size_t len)
{
        size_t file_len = 0;
        const char *file = parameter(word, len, "file", &file_len);
        char *end;
        long column = strtol(word + 5, &end, 10);
        int at;

        if (end == word + 5 || column < 0 || column > 255 || (*end != ']' && *end != ' '))
                return fail(b, "not a field:", word, len);
        at = b->src->names->file(b->src->names->ctx, file, file_len);
        if (at < 0)
                return fail(b, "no file of values (--inject) for", word, len);
        return op_add(
            b, (struct sb_op){.kind = SB_OP_FIELD, .extra = (uint8_t)at, .arg = (int32_t)column});
}

static int last_header(struct build *b, const char *word, size_t len)
{
        struct sb_op op = {.kind = SB_OP_LAST_HEADER};
        const char *name = word + 5;
        size_t name_len = len - 5;
        int rc;

        /* With a colon the whole line, without it the value alone. */
        op.extra = name_len > 0 && name[name_len - 1] == ':';
        name_len -= op.extra;
        if (name_len == 0 || name_len > 64)
                return fail(b, "no header name in", word, len);
        rc = literal_add(b, name, name_len, &op.off);
        op.len = (uint16_t)name_len;
        op.arg = (int32_t)sb_header_find((const uint8_t *)name, (uint32_t)name_len);
        b->t->uses_last = true;
        return rc != 0 ? rc : op_add(b, op);
}

static int keyword(struct build *b, const char *word, size_t len)
{
        size_t name_len = 0;
        long plus = 0;
        int rc;

        if (word[0] == '$') {
                int at = b->src->names->variable(b->src->names->ctx, word + 1, len - 1);

                if (at < 0)
                        return fail(b, "too many variables at", word, len);
                return op_add(b, (struct sb_op){.kind = SB_OP_VAR, .arg = at});
        }
        if (len >= 14 && memcmp(word, "authentication", 14) == 0)
                return authentication(b, word, len);
        if (len > 5 && memcmp(word, "field", 5) == 0 && word[5] >= '0' && word[5] <= '9')
                return field(b, word, len);
        while (name_len < len && word[name_len] != '+' && word[name_len] != '-')
                name_len++;
        if (name_len < len) {
                char *end;

                plus = strtol(word + name_len, &end, 10);
                if (end != word + len)
                        name_len = len; /* a hyphen of the name, as in last_Call-ID */
        }
        if (name_len == len)
                plus = 0;
        rc = constant(b, word, name_len, plus);
        if (rc == 1)
                rc = address(b, word, name_len, plus);
        if (rc == 1)
                rc = crypto(b, word, len);
        if (rc == 1)
                rc = varying(b, word, name_len, plus);
        if (rc == 1 && len > 5 && memcmp(word, "last_", 5) == 0)
                rc = last_header(b, word, len);
        if (rc == 1)
                return fail(b, "unknown keyword", word, len);
        return rc;
}

static bool is_keyword(const char *p)
{
        return (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || *p == '$';
}

/* The bracket that closes the one at p, on the same line; NULL when there is none. */
static const char *closing(const char *p)
{
        uint32_t depth = 0;

        for (; *p != '\0' && *p != '\n'; p++) {
                depth += *p == '[';
                if (*p == ']' && --depth == 0)
                        return p;
        }
        return NULL;
}

static int pieces(struct build *b, const char *p)
{
        int rc = 0;

        while (rc == 0 && *p != '\0') {
                const char *open = strchr(p, '[');
                const char *close = open == NULL ? NULL : closing(open);

                if (open == NULL)
                        return text_add(b, p, strlen(p));
                rc = text_add(b, p, (size_t)(open - p));
                if (rc != 0)
                        break;
                /* "[::1]" and the like are text. */
                if (close == NULL || !is_keyword(open + 1)) {
                        rc = text_add(b, open, 1);
                        p = open + 1;
                        continue;
                }
                rc = keyword(b, open + 1, (size_t)(close - open - 1));
                p = close + 1;
        }
        return rc;
}

/*
 * The text of an XML element as a message: what indents its lines is no part of it, lines end with
 * CRLF, nothing precedes the start line, and the header section is closed.
 */
static char *message_text(const char *text)
{
        size_t room = strlen(text) * 2 + 8, at = 0;
        char *out = malloc(room);
        bool started = false, body = false;

        if (out == NULL)
                return NULL;
        while (*text != '\0') {
                const char *end = strchr(text, '\n');
                const char *next = end == NULL ? text + strlen(text) : end + 1;

                if (end == NULL)
                        end = next;
                while (text < end && (*text == ' ' || *text == '\t' || *text == '\r'))
                        text++;
                while (end > text && (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\r'))
                        end--;
                started = started || end > text;
                if (started) {
                        memcpy(out + at, text, (size_t)(end - text));
                        at += (size_t)(end - text);
                        out[at++] = '\r';
                        out[at++] = '\n';
                }
                text = next;
        }
        while (at >= 4 && memcmp(out + at - 4, "\r\n\r\n", 4) == 0)
                at -= 2;
        out[at] = '\0';
        body = strstr(out, "\r\n\r\n") != NULL;
        if (!body)
                memcpy(out + at, "\r\n", 3);
        return out;
}

static int start_line(struct build *b, const char *text)
{
        size_t word = strcspn(text, " \r");

        if (strncmp(text, "SIP/2.0 ", 8) == 0) {
                b->t->status = (uint16_t)strtoul(text + 8, NULL, 10);
                if (b->t->status >= 100 && b->t->status <= 699)
                        return 0;
        } else if (word > 0 && text[word] == ' ') {
                b->t->request = true;
                b->t->method = (uint8_t)sip_method_find((const uint8_t *)text, word);
                return 0;
        }
        snprintf(b->error, SB_ERROR_BYTES, "no start line of SIP: \"%.*s\"",
                 (int)strcspn(text, "\r\n"), text);
        return -EINVAL;
}

/* Is [call_id] all that the Call-ID line holds? */
static bool plain_call_id(const char *text)
{
        const char *line = strcasestr(text, "\nCall-ID:");

        if (line == NULL)
                return false;
        line += 9;
        line += strspn(line, " \t");
        return strncmp(line, "[call_id]\r\n", 11) == 0;
}

/* Where the header section ends, if that is in a literal: Content-Length counts from there. */
static void body_find(struct sb_template *t)
{
        for (t->body_op = 0; t->body_op < t->op_cnt; t->body_op++) {
                const struct sb_op *op = &t->ops[t->body_op];
                const char *text = t->literals + op->off;
                const char *at =
                    op->kind == SB_OP_LITERAL ? memmem(text, op->len, "\r\n\r\n", 4) : NULL;

                if (at != NULL) {
                        t->body_off = (uint32_t)(at + 4 - text);
                        return;
                }
        }
}

int sb_template_compile(struct sb_template **out, const char *text, bool is_message,
                        const struct sb_source *src, char error[SB_ERROR_BYTES])
{
        struct build b = {.src = src, .error = error};
        char *message = is_message ? message_text(text) : NULL;
        int rc = 0;

        *out = NULL;
        b.t = calloc(1, sizeof(*b.t));
        if (b.t != NULL)
                b.t->ops = calloc(SB_TEMPLATE_OPS_MAX, sizeof(*b.t->ops));
        if (b.t == NULL || b.t->ops == NULL || (is_message && message == NULL)) {
                free(message);
                sb_template_free(b.t);
                snprintf(error, SB_ERROR_BYTES, "no memory");
                return -ENOMEM;
        }
        if (is_message) {
                rc = start_line(&b, message);
                b.t->plain_id = plain_call_id(message);
        }
        if (rc == 0)
                rc = pieces(&b, is_message ? message : text);
        free(message);
        if (rc != 0) {
                sb_template_free(b.t);
                return rc;
        }
        body_find(b.t);
        *out = b.t;
        return 0;
}

void sb_template_free(struct sb_template *t)
{
        if (t == NULL)
                return;
        sb_template_free(t->user);
        sb_template_free(t->password);
        free(t->ops);
        free(t->literals);
        free(t);
}
