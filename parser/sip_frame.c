/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/sip_frame.h"

#include <string.h>

#include "parser/sip_cur.h"
#include "parser/sip_hname.h"

enum state {
        BETWEEN,    /* before the first octet of a message */
        BETWEEN_CR, /* CR there: LF must follow */
        START_LINE,
        LINE, /* at the first octet of a header line */
        NAME,
        VALUE,  /* of any header but Content-Length; also lines without a colon */
        LENGTH, /* value of Content-Length */
        CR,     /* in the header section: LF must follow */
        BODY,
        FAULTY,
};

static enum sip_frame_event fail(struct sip_frame *f, enum sip_frame_fault fault)
{
        f->state = FAULTY;
        f->fault = (uint8_t)fault;
        return SIP_FRAME_FAULT;
}

static void begin(struct sip_frame *f)
{
        f->state = BETWEEN;
        f->fault = SIP_FRAME_OK;
        f->bytes = f->header_bytes = f->body_bytes = 0;
        f->crlfs = 0;
        f->in_length = f->has_length = false;
}

bool sip_frame_init(struct sip_frame *f, uint32_t header_bytes_max, uint32_t body_bytes_max)
{
        if (header_bytes_max == 0 || header_bytes_max > SIP_MSG_BYTES_MAX ||
            body_bytes_max > SIP_MSG_BYTES_MAX - header_bytes_max)
                return false;
        memset(f, 0, sizeof(*f));
        f->header_bytes_max = header_bytes_max;
        f->body_bytes_max = body_bytes_max;
        begin(f);
        return true;
}

static void open_name(struct sip_frame *f)
{
        f->state = NAME;
        f->name_len = 0;
        f->name_blank = false;
        f->in_length = false;
}

static void name_octet(struct sip_frame *f, uint8_t c)
{
        if (c == ':') {
                if (sip_hname_find(f->name, f->name_len) != SIP_HDR_CONTENT_LENGTH) {
                        f->state = VALUE;
                        return;
                }
                f->state = LENGTH;
                f->in_length = true;
                f->value_len = 0;
                f->value_blank = f->value_bad = false;
        } else if (c == ' ' || c == '\t') {
                f->name_blank = true;
        } else if (f->name_blank || f->name_len == SIP_FRAME_NAME_BYTES) {
                f->state = VALUE;
        } else {
                f->name[f->name_len++] = c;
        }
}

static void length_octet(struct sip_frame *f, uint8_t c)
{
        if (c == ' ' || c == '\t') {
                f->value_blank = f->value_len > 0;
                return;
        }
        /* Digits past the last that are kept change nothing: too long is too long. */
        if (f->value_blank || !sip_is(c, SIP_CT_DIGIT))
                f->value_bad = true;
        if (f->value_len < sizeof(f->value))
                f->value[f->value_len++] = c;
}

static enum sip_frame_event length_done(struct sip_frame *f)
{
        struct sip_span all = {.off = 0, .len = f->value_len};
        enum sip_num_result r;

        if (f->has_length)
                return fail(f, SIP_FRAME_LENGTH_DUP);
        r = sip_num_parse(f->value, all, UINT32_MAX - 1, &f->body_bytes);
        if (f->value_bad || r == SIP_NUM_SYNTAX)
                return fail(f, SIP_FRAME_LENGTH_SYNTAX);
        if (r == SIP_NUM_RANGE)
                return fail(f, SIP_FRAME_LENGTH_RANGE);
        f->has_length = true;
        return SIP_FRAME_MORE;
}

/* The empty line has come. */
static enum sip_frame_event headers_done(struct sip_frame *f)
{
        f->header_bytes = f->bytes;
        if (!f->has_length && !f->length_optional)
                return fail(f, SIP_FRAME_LENGTH_MISSING);
        if (f->body_bytes > f->body_bytes_max)
                return fail(f, SIP_FRAME_BODY_CAP);
        f->state = BODY;
        return f->body_bytes == 0 && f->has_length ? SIP_FRAME_MESSAGE : SIP_FRAME_MORE;
}

/* The LF behind a CR in the header section. */
static enum sip_frame_event line_done(struct sip_frame *f)
{
        uint8_t line = f->after_cr;

        f->state = LINE;
        if (line == LINE)
                return headers_done(f);
        return line == LENGTH ? length_done(f) : SIP_FRAME_MORE;
}

/* The first octet of a header line, CR and LF apart. */
static enum sip_frame_event line_octet(struct sip_frame *f, uint8_t c)
{
        if (c == ' ' || c == '\t') {
                /* In datagrams too a fold in this field is refused, wherever the digits are. */
                if (f->in_length)
                        return fail(f, SIP_FRAME_LENGTH_SYNTAX);
                f->state = VALUE;
                return SIP_FRAME_MORE;
        }
        open_name(f);
        name_octet(f, c);
        return SIP_FRAME_MORE;
}

/* An octet between messages; the first that is no line end opens the next message. */
static enum sip_frame_event between_octet(struct sip_frame *f, uint8_t c)
{
        if (f->state == BETWEEN_CR) {
                if (c != '\n')
                        return fail(f, SIP_FRAME_START);
                f->state = BETWEEN;
                f->crlfs ^= 1;
                return f->crlfs == 0 ? SIP_FRAME_KEEPALIVE : SIP_FRAME_MORE;
        }
        if (c == '\n')
                return fail(f, SIP_FRAME_START);
        if (c == '\r') {
                f->state = BETWEEN_CR;
                return SIP_FRAME_MORE;
        }
        f->state = START_LINE;
        f->bytes = 1;
        return SIP_FRAME_MORE;
}

static enum sip_frame_event header_octet(struct sip_frame *f, uint8_t c)
{
        if (f->bytes == f->header_bytes_max)
                return fail(f, SIP_FRAME_HEADER_CAP);
        f->bytes++;
        if (f->state == CR)
                return c == '\n' ? line_done(f) : fail(f, SIP_FRAME_LINE_END);
        if (c == '\n')
                return fail(f, SIP_FRAME_LINE_END);
        if (c == '\r') {
                f->after_cr = f->state;
                f->state = CR;
                return SIP_FRAME_MORE;
        }
        switch (f->state) {
        case LINE:
                return line_octet(f, c);
        case NAME:
                name_octet(f, c);
                return SIP_FRAME_MORE;
        case LENGTH:
                length_octet(f, c);
                return SIP_FRAME_MORE;
        default:
                return SIP_FRAME_MORE;
        }
}

enum sip_frame_event sip_frame_feed(struct sip_frame *f, const uint8_t *p, size_t n, size_t *used)
{
        enum sip_frame_event event = SIP_FRAME_MORE;
        size_t i = 0;

        if (f->state == BODY && f->bytes == f->header_bytes + f->body_bytes)
                begin(f); /* its message was reported by the last call */
        while (i < n && event == SIP_FRAME_MORE && f->state != FAULTY) {
                if (f->state == BODY) {
                        uint32_t left = f->header_bytes + f->body_bytes - f->bytes;
                        uint32_t take = n - i < left ? (uint32_t)(n - i) : left;

                        f->bytes += take;
                        i += take;
                        if (take == left)
                                event = SIP_FRAME_MESSAGE;
                } else if (f->state <= BETWEEN_CR) {
                        event = between_octet(f, p[i++]);
                } else {
                        event = header_octet(f, p[i++]);
                }
        }
        *used = i;
        return f->state == FAULTY ? SIP_FRAME_FAULT : event;
}

/* The header section of this frame has ended and no length was declared: the rest is the body. */
static enum sip_frame_event ws_rest(struct sip_frame *f, size_t rest)
{
        if (rest > f->body_bytes_max)
                return fail(f, SIP_FRAME_BODY_CAP);
        f->body_bytes = (uint32_t)rest;
        f->bytes += f->body_bytes;
        return SIP_FRAME_MESSAGE;
}

enum sip_frame_event sip_frame_ws(struct sip_frame *f, const uint8_t *p, size_t n)
{
        enum sip_frame_event event = SIP_FRAME_MORE;
        size_t at = 0;

        begin(f);
        f->length_optional = true;
        while (at < n && event == SIP_FRAME_MORE) {
                event = f->state <= BETWEEN_CR ? between_octet(f, p[at]) : header_octet(f, p[at]);
                at++;
                if (f->state != BODY)
                        continue;
                if (!f->has_length)
                        return ws_rest(f, n - at);
                if (f->body_bytes > n - at)
                        return fail(f, SIP_FRAME_WS_SHORT);
                at += f->body_bytes;
                f->bytes += f->body_bytes;
                event = SIP_FRAME_MESSAGE;
        }
        /* One CRLF alone is the answer to a ping. */
        if (event == SIP_FRAME_MORE)
                return f->state == BETWEEN && f->crlfs == 1 ? SIP_FRAME_KEEPALIVE
                                                            : fail(f, SIP_FRAME_WS_SHORT);
        if (event != SIP_FRAME_FAULT && at != n)
                return fail(f, SIP_FRAME_WS_TRAILING);
        return event;
}

const char *sip_frame_fault_name(enum sip_frame_fault fault)
{
        static const char *const names[] = {
            "ok",           "start",      "line_end",   "length_missing", "length_syntax",
            "length_range", "length_dup", "header_cap", "body_cap",       "ws_short",
            "ws_trailing",
        };

        return (unsigned)fault < sizeof(names) / sizeof(names[0]) ? names[fault] : "unknown";
}
