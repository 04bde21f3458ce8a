/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_sip_normalise.c - the canonical form: rows with the exact result, then random messages in
 * random spellings whose canonical form is known, mutants of them, and the corpora. Of every
 * message that is normalised: the result is accepted, says the same, and does not change any more.
 *
 *     test_sip_normalise [--messages N]    of each random kind; the usual run is half a million
 */
#include <ftw.h>
#include <stdlib.h>

#include "parser/sip_normalise.h"
#include "tests/parser/meaning.h"
#include "tests/parser/spell.h"
#include "tests/parser/whole.h"

#if defined(__SANITIZE_ADDRESS__)
#define MESSAGES 50000u
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define MESSAGES 50000u
#endif
#endif
#ifndef MESSAGES
#define MESSAGES 500000u
#endif

#define SPELLINGS_EACH 8u /* of one plan: making it costs more than spelling it */

static unsigned long messages = MESSAGES;

static struct sip_splice splices[32768];
static uint8_t text[32768];

static struct sip_edit list(const struct sip_msg *m)
{
        struct sip_edit e = {.splices = splices,
                             .text = text,
                             .splice_cap = sizeof(splices) / sizeof(splices[0]),
                             .text_cap = sizeof(text)};

        sip_edit_init(&e, m);
        return e;
}

static void show(const char *what, const uint8_t *in, size_t n, const uint8_t *out, size_t len)
{
        /* longer than what fail_msg() shows */
        fprintf(stderr, "%s; in:\n%.*s\nout:\n%.*s\n", what, (int)n, (const char *)in, (int)len,
                (const char *)out);
        fail();
}

/* Normalise [in, in + n) into out (room for 65,535), both flush against nothing; 0 when it is not a
 * message to normalise. Checks what must hold of every one. */
static size_t normalise(const uint8_t *in, size_t n, uint8_t *out)
{
        static struct sip_msg m, after;
        struct sip_edit e;
        size_t size, len;

        sip_parse(in, n, &m);
        if (sip_check(&m).verdict == SIP_VERDICT_REJECT)
                return 0;
        e = list(&m);
        assert_int_equal(sip_normalise(&e), SIP_EDIT_OK);
        if (sip_check(&m).verdict == SIP_VERDICT_ACCEPT)
                assert_int_equal(e.splice_cnt, 0);
        else
                assert_true(e.splice_cnt != 0 || m.buf != in);
        if (sip_edit_size(&e, &size) == SIP_EDIT_TOO_LONG)
                return 0;
        assert_int_equal(sip_edit_apply(&e, out, size, &len), SIP_EDIT_OK);
        assert_int_equal(len, size);
        sip_parse(out, len, &after);
        if (sip_check(&after).verdict != SIP_VERDICT_ACCEPT)
                show(sip_anomaly_name(sip_check(&after).reason), in, n, out, len);
        const char *what = meaning_differs(&m, &after);

        if (what != NULL)
                show(what, in, n, out, len);
        e = list(&after);
        assert_int_equal(sip_normalise(&e), SIP_EDIT_OK);
        if (e.splice_cnt != 0)
                show("changes again", in, n, out, len);
        return len;
}

#define REQUEST "INVITE sip:b@h SIP/2.0\r\n"
#define COMMON  "Call-ID: c\r\nCSeq: 1 INVITE\r\n"
#define FROM    "From: <sip:a@h>;tag=1\r\n"
#define TO      "To: <sip:b@h>\r\n"
#define VIA     "Via: SIP/2.0/UDP h;branch=z9hG4bKx\r\n"
#define REST    VIA FROM TO COMMON
#define ROW(a, b)                                  \
        {                                          \
                a, sizeof(a) - 1, b, sizeof(b) - 1 \
        }
#define SAME(a)      ROW(a, a)
#define AROUND(a, b) ROW(REQUEST REST a "\r\n", REQUEST REST b "\r\n")

static const struct {
        const char *in;
        size_t in_len;
        const char *out;
        size_t out_len;
} rows[] = {
    SAME(REQUEST REST "\r\n"),
    SAME(REQUEST REST "l: 3\r\n\r\n\n\n\n"),
    /* ACCEPT anomalies stay as they are */
    SAME(REQUEST REST "Z: \xff\r\n\r\nno type"),
    /* folds */
    AROUND("Z: a\r\n b\r\n", "Z: a b\r\n"),
    AROUND("Z: a \r\n \t b\r\n\t\tc\r\n", "Z: a  b c\r\n"),
    AROUND("Z:\r\n a\r\n", "Z: a\r\n"),
    AROUND("Z: \"a\\\r\n b\"\r\n", "Z: \"a\\ b\"\r\n"),
    ROW(REQUEST VIA FROM COMMON "To: Bob\r\n B. \r\n <sip:b@h;x\r\n  ;y=z\r\n\t>\r\n ;p=q\r\n\r\n",
        REQUEST VIA FROM COMMON "To: Bob B.  <sip:b@h;x;y=z> ;p=q\r\n\r\n"),
    ROW(REQUEST VIA FROM TO "Call-ID:\r\n\tc\r\nCSeq: 1\r\n INVITE\r\n\r\n",
        REQUEST VIA FROM TO "Call-ID: c\r\nCSeq: 1 INVITE\r\n\r\n"),
    /* a fold in a header whose addresses the parser does not read is white space like any other */
    AROUND("Reply-To: <sip:x@h;y\r\n ;z>\r\n", "Reply-To: <sip:x@h;y ;z>\r\n"),
    /* line ends */
    ROW("INVITE sip:b@h SIP/2.0\nVia: SIP/2.0/UDP h;branch=z9hG4bKx\nFrom: <sip:a@h>;tag=1\n"
        "To: <sip:b@h>\nCall-ID: c\nCSeq: 1 INVITE\nZ: a\n b\nl:4\n\na\nb\n",
        REQUEST REST "Z: a b\r\nl:4\r\n\r\na\nb\n"),
    ROW("INVITE sip:b@h SIP/2.0\nVia: SIP/2.0/UDP h;branch=z9hG4bKx\nFrom: <sip:a@h>;tag=1\n"
        "To: <sip:b@h>\nCall-ID: c\nCSeq: 1 INVITE\nl : 99\n\na\nb\n",
        REQUEST REST "l: 4\r\n\r\na\nb\n"),
    ROW(REQUEST REST, REQUEST REST "\r\n"),
    ROW("INVITE sip:b@h SIP/2.0\nVia: SIP/2.0/UDP h;branch=z9hG4bKx\nFrom: <sip:a@h>;tag=1\n"
        "To: <sip:b@h>\nCall-ID: c\nCSeq: 1 INVITE\n",
        REQUEST REST "\r\n"),
    /* the rest */
    AROUND("Z \t: a\r\nX  :\r\n", "Z: a\r\nX:\r\n"),
    ROW(REQUEST REST "l: 1\r\n\r\nabc", REQUEST REST "l: 1\r\n\r\na"),
    ROW(REQUEST REST "l: 0\r\n\r\n" REQUEST REST "\r\n", REQUEST REST "l: 0\r\n\r\n"),
    ROW("\r\n\r\nINVITE sip:b@h Sip/2.0\r\n" REST "\r\n", REQUEST REST "\r\n"),
    ROW("sip/2.0 200 OK\r\n" REST "\r\n", "SIP/2.0 200 OK\r\n" REST "\r\n"),
    AROUND("m: Bob<sip:b@h>,\r\n B. C<sip:c@h>\r\n", "m: Bob <sip:b@h>, B. C <sip:c@h>\r\n"),
    AROUND("v: SIP/2.0/UDP h;received=[::1];x,SIP/2.0/UDP h;received=[::1]\r\n",
           "v: SIP/2.0/UDP h;received=::1;x,SIP/2.0/UDP h;received=::1\r\n"),
    AROUND("v: SIP/2.0/UDP [2001:db8:::1.2.3.4];received=[2:::1.2.3.4];maddr=[1:::1.2.3.4]\r\n",
           "v: SIP/2.0/UDP [2001:db8::1.2.3.4];received=2::1.2.3.4;maddr=[1::1.2.3.4]\r\n"),
    AROUND("v: SIP/2.0/UDP h ;; x=\";;\";\r\n ;;y,SIP/2.0/UDP i;;z\r\n",
           "v: SIP/2.0/UDP h ; x=\";;\";y,SIP/2.0/UDP i;z\r\n"),
    AROUND("m: \";;\"<sip:a@h>;\t;x , sip:b@h;;y,\r\n", "m: \";;\"<sip:a@h>;x , sip:b@h;y\r\n"),
    ROW(REQUEST VIA COMMON TO "f: A<sip:a@h>;;tag=1>\r\n\r\n",
        REQUEST VIA COMMON TO "f: A <sip:a@h>;tag=1\r\n\r\n"),
    ROW("INVITE sip:[1:::1.2.3.4] SIP/2.0\r\n" REST "m: <sip:[1:::1.2.3.4]>\r\n\r\n",
        "INVITE sip:[1::1.2.3.4] SIP/2.0\r\n" REST "m: <sip:[1::1.2.3.4]>\r\n\r\n"),
};

static void exact_results(void **state)
{
        static uint8_t out[SIP_MSG_BYTES_MAX];

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                size_t len = normalise((const uint8_t *)rows[i].in, rows[i].in_len, out);

                if (len == 0)
                        fail_msg("rejected:\n%s", rows[i].in);
                if (len != rows[i].out_len || memcmp(out, rows[i].out, len) != 0)
                        show("not as expected", (const uint8_t *)rows[i].in, rows[i].in_len, out,
                             len);
        }
}

/* What only the profile lenient normalises. */
static void lenient(void **state)
{
        static const struct {
                const char *in, *out;
        } faults[] = {
            {"INVITE \t sip:b@h   SIP/2.0 \t\r\n" REST "\r\n", REQUEST REST "\r\n"},
            {"SIP/2.0   200  OK \r\n" REST "\r\n", "SIP/2.0 200  OK \r\n" REST "\r\n"},
            {"INVITE  sip:b@h sip/2.0\r\n" REST "\r\n", REQUEST REST "\r\n"},
            {REQUEST REST "Z: a\n\n", REQUEST REST "Z: a\r\n\r\n"},
            {REQUEST REST "Z: a\r\n \r\n\t\r\n\r\n", REQUEST REST "Z: a  \r\n\r\n"},
            {REQUEST REST "Z:\r\n \n a\r\nY: b\r\n\r\n", REQUEST REST "Z:  a\r\nY: b\r\n\r\n"},
        };
        static uint8_t out[1024];
        static struct sip_msg m;

        (void)state;
        for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
                size_t n = strlen(faults[i].in), len;
                struct sip_edit e;

                sip_parse((const uint8_t *)faults[i].in, n, &m);
                assert_int_not_equal(m.error, SIP_ANOM_NONE);
                e = list(&m);
                assert_int_equal(sip_normalise(&e), SIP_EDIT_OK);
                assert_int_equal(sip_edit_apply(&e, out, sizeof(out), &len), SIP_EDIT_OK);
                if (len != strlen(faults[i].out) || memcmp(out, faults[i].out, len) != 0)
                        show("not as expected", (const uint8_t *)faults[i].in, n, out, len);
                sip_parse(out, len, &m);
                assert_int_equal(sip_check(&m).verdict, SIP_VERDICT_ACCEPT);
        }
}

/* Also of faulty messages nothing is written outside, and a list without room says so. */
static void little_room(void **state)
{
        static const char in[] =
            "INVITE sip:b@h SIP/2.0\nVia: SIP/2.0/UDP h;branch=z9hG4bKx\nFrom: <sip:a@h>;tag=1\n"
            "To: <sip:b@h>\nCall-ID: c\nCSeq: 1 INVITE\nZ: a\n b\nl:4\n\na\nb\nc";
        uint16_t splices_needed, text_needed;
        struct whole w;
        struct sip_edit e;

        (void)state;
        whole_parse(&w, in, sizeof(in) - 1);
        e = list(&w.m);
        assert_int_equal(sip_normalise(&e), SIP_EDIT_OK);
        splices_needed = e.splice_cnt;
        text_needed = e.text_len;
        for (uint16_t i = 0; i < splices_needed; i++) {
                e = list(&w.m);
                e.splice_cap = i;
                memset(&splices[i], 0xcc, sizeof(splices[i]));
                assert_int_equal(sip_normalise(&e), SIP_EDIT_FULL);
                assert_int_equal(splices[i].at, 0xcccc);
        }
        for (uint16_t i = 0; i < text_needed; i++) {
                e = list(&w.m);
                e.text_cap = i;
                text[i] = 0xcc;
                assert_int_equal(sip_normalise(&e), SIP_EDIT_FULL);
                assert_int_equal(text[i], 0xcc);
        }
        whole_end(&w);
}

static void too_long_is_told(void **state)
{
        static char in[SIP_MSG_BYTES_MAX];
        static const char head[] =
            "INVITE sip:b@h SIP/2.0\nVia: SIP/2.0/UDP h;branch=z9hG4bKx\nFrom: <sip:a@h>;tag=1\n"
            "To: <sip:b@h>\nCall-ID: c\nCSeq: 1 INVITE\n\n";
        struct whole w;
        struct sip_edit e;
        size_t size;

        (void)state;
        memset(in, 'x', sizeof(in));
        memcpy(in, head, sizeof(head) - 1);
        for (size_t n = sizeof(in) - 8; n <= sizeof(in); n++) {
                whole_parse(&w, in, n);
                assert_int_equal(w.j.verdict, SIP_VERDICT_NORMALISE);
                e = list(&w.m);
                assert_int_equal(sip_normalise(&e), SIP_EDIT_OK);
                assert_int_equal(sip_edit_size(&e, &size),
                                 n + 7 <= sizeof(in) ? SIP_EDIT_OK : SIP_EDIT_TOO_LONG);
                whole_end(&w);
        }
}

static const struct spelling all_odd = {
    .compact = 20,
    .other_case = 3,
    .colon_space = 10,
    .wide = 5,
    .fold = 4,
    .uri_fold = 6,
    .no_lws = 30,
    .brackets = 30,
    .three_colons = 30,
    .empty_param = 10,
    .comma_last = 20,
    .stray = 20,
    .version_case = 10,
    .shuffle = 30,
    .lf_only = 15,
    .end_implied = 15,
    .trailing = 25,
    .leading = 15,
};

/* A spelling in which only some things are odd, so that each is also seen alone. */
static struct spelling some_odd(struct rng *r)
{
        struct spelling how = all_odd;
        unsigned *percent = (unsigned *)&how;

        for (size_t i = 0; i < sizeof(how) / sizeof(unsigned); i++) {
                if (rng_below(r, 3) != 0)
                        percent[i] = 0;
        }
        return how;
}

static uint8_t odd[PLAN_TEXT_BYTES], want[PLAN_TEXT_BYTES], got[SIP_MSG_BYTES_MAX];

static void random_spellings(void **state)
{
        struct rng r = rng_seeded("random spellings");
        unsigned long normalised = 0;
        struct plan p;

        (void)state;
        for (unsigned long i = 0; i < messages; i++) {
                struct spelling how = some_odd(&r);
                size_t n, len, want_len;

                if (i % SPELLINGS_EACH == 0)
                        plan_make(&p, &r);
                n = plan_spell(&p, &how, &r, odd, want, &want_len);
                len = normalise(odd, n, got);
                if (len == 0) {
                        static struct sip_msg m;

                        sip_parse(odd, n, &m);
                        show(sip_anomaly_name(sip_check(&m).reason), odd, n, got, 0);
                }
                if (len != want_len || memcmp(got, want, len) != 0)
                        show("not the canonical form", odd, n, got, len);
                normalised += len != n || memcmp(got, odd, len) != 0;
        }
        printf("%lu messages, %lu of them changed\n", messages, normalised);
        assert_true(normalised > messages / 4);
}

static void mutants(void **state)
{
        struct rng r = rng_seeded("mutants");
        unsigned long judged = 0;
        size_t n = 0, want_len;
        struct plan p;

        (void)state;
        for (unsigned long i = 0; i < messages; i++) {
                static uint8_t mutant[PLAN_TEXT_BYTES];
                struct spelling how = some_odd(&r);

                if (i % SPELLINGS_EACH == 0) {
                        plan_make(&p, &r);
                        n = plan_spell(&p, &how, &r, odd, want, &want_len);
                }
                memcpy(mutant, odd, n);
                judged += normalise(mutant, spell_mutate(mutant, n, &r), got) != 0;
        }
        printf("%lu mutants, %lu of them not rejected\n", messages, judged);
        assert_true(judged > messages / 10);
}

static unsigned files, files_normalised;

static int one_file(const char *path, const struct stat *st, int type, struct FTW *where)
{
        static uint8_t in[SIP_MSG_BYTES_MAX];
        FILE *f = type == FTW_F ? fopen(path, "rb") : NULL;
        size_t n, len;

        (void)st;
        (void)where;
        if (!f)
                return 0;
        n = fread(in, 1, sizeof(in), f);
        fclose(f);
        len = normalise(in, n, got);
        files += len != 0;
        files_normalised += len != 0 && (len != n || memcmp(in, got, n) != 0);
        return 0;
}

static void corpus(void **state)
{
        const char *env = getenv("SLUICE_CORPUS");

        (void)state;
        nftw(SLUICE_SOURCE_ROOT "/tests/corpus/sip", one_file, 16, FTW_PHYS);
        assert_true(files > 20);
        if (nftw(env ? env : SLUICE_SOURCE_ROOT "/../shared/corpus", one_file, 16, FTW_PHYS) != 0)
                printf("SKIPPED: no outside corpus\n");
        printf("%u messages of the corpora, %u of them changed\n", files, files_normalised);
        assert_true(files_normalised > 5);
}

int main(int argc, char **argv)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(exact_results),    cmocka_unit_test(lenient),
            cmocka_unit_test(little_room),      cmocka_unit_test(too_long_is_told),
            cmocka_unit_test(random_spellings), cmocka_unit_test(mutants),
            cmocka_unit_test(corpus),
        };

        if (argc == 3 && strcmp(argv[1], "--messages") == 0)
                messages = strtoul(argv[2], NULL, 0);
        return cmocka_run_group_tests(tests, NULL, NULL);
}
