/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parser/values.h"

#include "parser/sip_body.h"

static struct sip_body body;

/* The first line is the Content-Type, the rest the body. */
static enum sip_body_fault parse(struct probe *p, const char *text, size_t n)
{
        struct sip_cur *c = probe_value(p, text, n);
        const uint8_t *lf = memchr(c->buf + 1, '\n', c->end - 1);
        struct sip_span type = {0, 0};

        if (lf) {
                type = sip_span_make(1, (uint32_t)(lf - c->buf));
                c->pos = (uint32_t)(lf - c->buf) + 1;
        }
        return sip_body_parse(c, type, &body);
}

static enum sip_value as_type(struct sip_cur *c)
{
        struct sip_body_type t;

        return sip_body_type_parse(c, &t);
}

static void types(void **state)
{
        static const struct value_row rows[] = {
            {"application/sdp", SIP_VALUE_OK},
            {"multipart / mixed ; boundary=\"a b\";x=y", SIP_VALUE_OK},
            {"", SIP_VALUE_SYNTAX},
            {"text", SIP_VALUE_SYNTAX},
            {"/plain", SIP_VALUE_SYNTAX},
            {"text/", SIP_VALUE_SYNTAX},
            {"text/plain, text/html", SIP_VALUE_SYNTAX},
            {"text/plain;", SIP_VALUE_SYNTAX},
            {"multipart/mixed;boundary", SIP_VALUE_PARAM},
            {"multipart/mixed;boundary=\"\"", SIP_VALUE_PARAM},
            {"multipart/mixed;boundary=\"a \"", SIP_VALUE_PARAM},
            {"multipart/mixed;boundary=\"a;\"", SIP_VALUE_PARAM},
            {"multipart/mixed;boundary=a;boundary=a", SIP_VALUE_DUP},
        };

        (void)state;
        values_check(rows, sizeof(rows) / sizeof(rows[0]), as_type);
}

static void nested(void **state)
{
        const char *text =
            "multipart/mixed;boundary=\"b 1\"\npreamble\r\n--b 1x\r\n--b 1\r\n"
            "content-type :\r\n application/sdp\r\nContent-ID: <a@b>\r\n"
            "Content-Disposition: session\r\n\r\nv=0\r\n\r\n--b 1  \r\n"
            "c: multipart/alternative;boundary=in\r\n\r\n--in\r\n\r\nplain\r\n--in\r\n"
            "Content-Type: message/sipfrag\r\n\r\nSIP/2.0 200 OK\r\n--in--\r\n\r\n--b "
            "1--\r\nepilogue";
        struct probe p;
        const uint8_t *b;

        (void)state;
        assert_int_equal(parse(&p, text, strlen(text)), SIP_BODY_OK);
        b = p.cur.buf;
        assert_int_equal(body.parts_cnt, 5);
        assert_int_equal(body.parts[0].type.kind, SIP_BODY_MULTIPART);
        assert_int_equal(body.parts[1].type.kind, SIP_BODY_SDP);
        probe_span(b, body.parts[1].body, "v=0\r\n");
        probe_span(b, body.parts[1].content_id, "<a@b>");
        probe_span(b, body.parts[1].disposition, "session");
        assert_int_equal(body.parts[2].type.kind, SIP_BODY_MULTIPART);
        assert_int_equal(body.parts[2].depth, 1);
        assert_int_equal(body.parts[3].parent, 2);
        assert_int_equal(body.parts[3].depth, 2);
        assert_int_equal(body.parts[3].type.type.off, 0);
        probe_span(b, body.parts[3].body, "plain");
        assert_int_equal(body.parts[4].type.kind, SIP_BODY_SIPFRAG);
        probe_span(b, body.parts[4].body, "SIP/2.0 200 OK");
        probe_span(b, body.parts[4].headers, "Content-Type: message/sipfrag\r\n");
        probe_end(&p);
}

static void table(void **state)
{
#define M "multipart/mixed;boundary=b\n"
        static const struct {
                const char *text;
                enum sip_body_fault want;
                unsigned parts;
        } rows[] = {
            {"no content type", SIP_BODY_OK, 1},
            {"message/sip\nx", SIP_BODY_OK, 1},
            {"text\nx", SIP_BODY_TYPE, 1},
            {"multipart/mixed\n--b--", SIP_BODY_BOUNDARY, 1},
            {"multipart/mixed;boundary=\"\"\n--b--", SIP_BODY_BOUNDARY, 1},
            {M, SIP_BODY_NO_PART, 1},
            {M "-", SIP_BODY_NO_PART, 1},
            {M "--", SIP_BODY_NO_PART, 1},
            {"multipart/mixed;boundary=longer-than-the-body\n--b--", SIP_BODY_NO_PART, 1},
            {M "x--b\r\n\r\n--bb\r\n", SIP_BODY_NO_PART, 1},
            {M "--b", SIP_BODY_NO_END, 1},
            {M "--b\r\n\r\nx", SIP_BODY_NO_END, 1},
            {M "--b\r\n\r\nx\r\n--b\r\n\r\ny", SIP_BODY_NO_END, 2},
            {M "--b--", SIP_BODY_OK, 1},
            {M "--b\r\n--b--", SIP_BODY_OK, 2},
            {M "--b\r\n\r\n--b--", SIP_BODY_OK, 2},
            {M "--b\n\nx\n--b--\n", SIP_BODY_OK, 2},
            {M "--b\r\nX: y\r\n--b--", SIP_BODY_OK, 2},
            {M "--b\r\nno header\r\n\r\nx\r\n--b--", SIP_BODY_HEADERS, 1},
            {M "--b\r\n: x\r\n\r\nx\r\n--b--", SIP_BODY_HEADERS, 1},
            {M "--b\r\nc: a/b\r\nContent-Type: a/b\r\n\r\n--b--", SIP_BODY_HEADERS, 1},
            {M "--b\r\nc: a\r\n\r\n--b--", SIP_BODY_TYPE, 1},
            {M "--b\r\nContent-ID:\r\n\r\n--b--", SIP_BODY_OK, 2},
            {M "--b\r\nc: multipart/x\r\n\r\nx\r\n--b--", SIP_BODY_BOUNDARY, 2},
        };
#undef M

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                size_t len = strlen(rows[i].text);
                struct probe p;

                for (size_t n = 0; n < len; n++) {
                        (void)parse(&p, rows[i].text, n);
                        probe_end(&p);
                }
                if (parse(&p, rows[i].text, len) != rows[i].want || body.parts_cnt != rows[i].parts)
                        fail_msg("\"%s\": got %u and %u parts, want %u and %u", rows[i].text,
                                 body.fault, body.parts_cnt, rows[i].want, rows[i].parts);
                probe_end(&p);
        }
}

/* Nested 1,000 deep, too many parts, too many header lines. */
static void bounds(void **state)
{
        static char big[60000];
        struct probe p;
        size_t n;

        (void)state;
        n = (size_t)sprintf(big, "multipart/x;boundary=b0\n");
        for (unsigned i = 0; i < 1000; i++)
                n += (size_t)sprintf(big + n, "--b%u\nc:multipart/x;boundary=b%u\n\n", i, i + 1);
        for (unsigned i = 1000; i > 0; i--)
                n += (size_t)sprintf(big + n, "\n--b%u--", i - 1);
        assert_int_equal(parse(&p, big, n), SIP_BODY_DEPTH);
        assert_int_equal(body.parts_cnt, SIP_BODY_DEPTH_MAX + 1);
        probe_end(&p);

        n = (size_t)sprintf(big, "multipart/x;boundary=b\n");
        for (unsigned i = 0; i < SIP_BODY_PARTS_MAX; i++)
                n += (size_t)sprintf(big + n, "--b\n\n\n");
        n += (size_t)sprintf(big + n, "--b--");
        assert_int_equal(parse(&p, big, n), SIP_BODY_PARTS);
        assert_int_equal(body.parts_cnt, SIP_BODY_PARTS_MAX);
        probe_end(&p);

        n = (size_t)sprintf(big, "multipart/x;boundary=b\n--b\n");
        for (unsigned i = 0; i <= SIP_BODY_PART_HDRS_MAX; i++)
                n += (size_t)sprintf(big + n, "x: y\n");
        n += (size_t)sprintf(big + n, "\n--b--");
        assert_int_equal(parse(&p, big, n), SIP_BODY_HEADERS);
        probe_end(&p);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(types),
            cmocka_unit_test(nested),
            cmocka_unit_test(table),
            cmocka_unit_test(bounds),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
