/* SPDX-License-Identifier: Apache-2.0 */
/* control/cli/parse.c: its JSON as its header promises, and its exit codes. */
#include "tests/parser/probe.h"

#include <jansson.h>
#include <stdlib.h>
#include <unistd.h>

#include "control/cli/parse.h"

static char dir[] = "/tmp/sluice-parse-XXXXXX";
static char file[64], out[64];

static void write_file(const void *p, size_t n)
{
        FILE *f = fopen(file, "wb");

        assert_non_null(f);
        assert_int_equal(fwrite(p, 1, n, f), n);
        assert_int_equal(fclose(f), 0);
}

/* Run with stdout in a file; returns the exit code. */
static int run(int argc, const char **argv)
{
        int saved, rc;

        fflush(stdout);
        saved = dup(STDOUT_FILENO);
        assert_non_null(freopen(out, "wb", stdout));
        rc = cp_cli_parse(argc, (char **)(uintptr_t)argv);
        fflush(stdout);
        dup2(saved, STDOUT_FILENO);
        close(saved);
        return rc;
}

static json_t *run_json(const void *p, size_t n, int want_rc)
{
        const char *argv[] = {"parse", "--json", file};
        json_error_t e;
        json_t *j;

        write_file(p, n);
        assert_int_equal(run(3, argv), want_rc);
        j = json_load_file(out, JSON_ALLOW_NUL, &e);
        if (!j)
                fail_msg("%s", e.text);
        return j;
}

static void same_string(const json_t *j, const char *key, const char *want)
{
        const json_t *v = json_object_get(j, key);

        assert_non_null(v);
        if (!want)
                assert_true(json_is_null(v));
        else
                assert_string_equal(json_string_value(v), want);
}

static void same_number(const json_t *j, const char *key, int want)
{
        const json_t *v = json_object_get(j, key);

        assert_non_null(v);
        if (want < 0)
                assert_true(json_is_null(v));
        else
                assert_int_equal(json_integer_value(v), want);
}

static void request(void **state)
{
        static const char text[] =
            "\r\nINVITE sip:b@h SIP/2.0\r\nv: SIP/2.0/UDP h;branch=z9hG4bK1,SIP/2.0/UDP g\r\n"
            "From: <sip:a@h>;tag=ft\r\nTO : sip:b@h \r\n ;tag=tt\r\nCall-ID: c@h\r\n"
            "CSeq: 5 INVITE\r\nX: a\xff"
            "b\r\nl: 2\r\n\r\nhi";
        json_t *j = run_json(text, sizeof(text) - 1, 0);
        json_t *h;

        (void)state;
        same_string(j, "file", file);
        same_string(j, "verdict", "normalise");
        same_string(j, "reason", "hdr_space_before_colon");
        same_string(j, "kind", "request");
        same_string(j, "method", "INVITE");
        same_number(j, "status", -1);
        same_string(j, "request_uri", "sip:b@h");
        same_string(j, "call_id", "c@h");
        same_number(j, "cseq", 5);
        same_string(j, "cseq_method", "INVITE");
        same_string(j, "from_tag", "ft");
        same_string(j, "to_tag", "tt");
        same_string(j, "via_branch", "z9hG4bK1");
        same_number(j, "via_count", 2);
        same_number(j, "content_length", 2);
        same_number(j, "body_offset", (int)sizeof(text) - 1 - 2);
        h = json_object_get(j, "headers");
        assert_int_equal(json_array_size(h), 7);
        same_string(json_array_get(h, 0), "name", "v");
        same_string(json_array_get(h, 2), "name", "TO");
        same_string(json_array_get(h, 2), "value", "sip:b@h ;tag=tt");
        same_string(json_array_get(h, 5), "value",
                    "a\xef\xbf\xbd"
                    "b");
        h = json_object_get(j, "anomalies");
        assert_int_equal(json_array_size(h), 8);
        json_decref(j);
}

static void response_and_absent(void **state)
{
        static const char text[] = "SIP/2.0 404 Not Found\r\n\r\n";
        json_t *j = run_json(text, sizeof(text) - 1, 1);

        (void)state;
        same_string(j, "verdict", "reject");
        same_string(j, "reason", "via_missing");
        same_string(j, "kind", "response");
        same_string(j, "method", NULL);
        same_number(j, "status", 404);
        same_string(j, "request_uri", NULL);
        same_string(j, "call_id", NULL);
        same_number(j, "cseq", -1);
        same_string(j, "via_branch", NULL);
        same_number(j, "via_count", 0);
        same_number(j, "content_length", -1);
        json_decref(j);
}

static void garbage(void **state)
{
        static uint8_t big[70000];
        json_t *j = run_json("\0\1\2", 3, 1);

        (void)state;
        same_string(j, "kind", NULL);
        same_number(j, "body_offset", -1);
        json_decref(j);
        j = run_json("", 0, 1);
        same_string(j, "reason", "empty");
        json_decref(j);
        memset(big, 'x', sizeof(big));
        j = run_json(big, sizeof(big), 1);
        same_string(j, "reason", "msg_too_long");
        json_decref(j);
}

static void exit_codes(void **state)
{
        const char *none[] = {"parse"};
        const char *option[] = {"parse", "--nonsense", file};
        const char *missing[] = {"parse", "--json", "/nonexistent/x", file};

        (void)state;
        write_file("x", 1);
        assert_int_equal(run(1, none), 2);
        assert_int_equal(run(3, option), 2);
        assert_int_equal(run(4, missing), 2);
}

static void profiles(void **state)
{
        static const char text[] =
            "OPTIONS sip:b@h SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\n"
            "From: <sip:a@h>;tag=ft\r\nTo: <sip:b@h>\r\nCall-ID: c@h\r\nCSeq: 5 OPTIONS\r\n"
            "Date: never\r\nMax-Forwards: 70\r\n\r\n";
        static const struct {
                const char *profile;
                int rc;
                const char *name;
        } rows[] = {
            {"strict", 1, "strict"},   {"--profile=lenient", 0, "lenient"},
            {"default", 1, "default"}, {"stern", 2, NULL},
            {"--profile=", 2, NULL},
        };
        json_error_t e;

        (void)state;
        write_file(text, sizeof(text) - 1);
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                bool one = rows[i].profile[0] == '-';
                const char *argv[] = {"parse", "--json", one ? rows[i].profile : "--profile",
                                      one ? file : rows[i].profile, file};
                json_t *j;

                assert_int_equal(run(one ? 4 : 5, argv), rows[i].rc);
                if (!rows[i].name)
                        continue;
                j = json_load_file(out, 0, &e);
                assert_non_null(j);
                same_string(j, "profile", rows[i].name);
                same_string(j, "reason", rows[i].rc == 0 ? NULL : "date_syntax");
                json_decref(j);
        }
}

static json_t *at(json_t *j, const char *key)
{
        json_t *v = json_object_get(j, key);

        if (!v)
                fail_msg("no key %s", key);
        return v;
}

/* The values of the header field that is called so. */
static json_t *values(json_t *j, const char *field)
{
        json_t *h;
        size_t i;

        json_array_foreach(at(j, "headers"), i, h)
        {
                const char *name = json_string_value(at(h, "field"));

                if (name && strcmp(name, field) == 0) {
                        assert_true(json_is_null(at(h, "fault")));
                        return at(h, "values");
                }
        }
        fail_msg("no field %s", field);
        return NULL;
}

static const char typed_text[] =
    "\r\nINVITE sip:%62ob;x@[2001:db8::1]:5070;lr?a=b SIP/2.0\r\n"
    "Via: SIP/2.0/UDP h:5062;branch=z9hG4bK1;rport, SIP/2.0/TCP g;received=192.0.2.1\r\n"
    "From: \"A\" <sip:a@h>;tag=ft\r\nTo: <tel:+15>\r\nCall-ID: c@h\r\nCSeq: 5 INVITE\r\n"
    "Max-Forwards: 70\r\nContact: <sip:a@h;ob>;reg-id=1;q=0.5\r\nSupported: timer, x-own\r\n"
    "Allow: INVITE,DANCE,ACK\r\nPrivacy: id;header\r\nRequest-Disposition: proxy,no-fork\r\n"
    "Session-Expires: 90;refresher=uas\r\nRecv-Info:\r\nGeolocation-Routing: no\r\n"
    "P-Early-Media: gated\r\nP-Asserted-Identity: <sip:a@h>, tel:+1\r\n"
    "History-Info: <sip:b@h?Reason=SIP%3Bcause%3D302>;index=1\r\n"
    "Identity: ..c2ln;info=<https://h/c>;ppt=div\r\nAccept:\r\nWarning: 307 h \"x\"\r\n"
    "Authorization: Digest username=\"u\", realm=\"r\", nonce=\"n\", uri=\"sip:h\", "
    "response=\"0f\"\r\n"
    "Session-ID: bad\r\nContent-Type: application/sdp\r\nContent-Length: 229\r\n\r\n"
    "v=0\r\no=u 1 2 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\na=group:BUNDLE 0\r\n"
    "m=audio 4000 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na=sendonly\r\n"
    "a=crypto:1 AES inline:QUJD\r\na=candidate:1 1 UDP 2130706431 192.0.2.1 9 typ "
    "host\r\na=mid:0\r\n";

static void typed_start(void **state)
{
        json_t *j = run_json(typed_text, sizeof(typed_text) - 1, 1);
        json_t *o;

        (void)state;
        /* The Request-URI carries header fields: a fault, which is found where it is. */
        o = at(j, "error");
        same_string(o, "name", "ruri_headers");
        same_number(o, "offset", 43);
        o = json_array_get(at(j, "findings"), 0);
        same_string(o, "name", "ruri_headers");
        same_string(o, "severity", "fault");
        same_string(o, "verdict", "reject");
        same_string(o, "rfc", "3261 19.1.1");
        assert_true(json_string_length(at(o, "text")) > 10);
        o = at(j, "ruri");
        same_string(o, "scheme", "sip");
        same_string(o, "user", "bob;x");
        same_string(o, "host", "[2001:db8::1]");
        same_number(o, "port", 5070);
        same_string(o, "params", "lr");
        same_string(at(j, "from"), "display", "A");
        same_string(at(at(j, "to"), "uri"), "user", "+15");
        same_number(j, "max_forwards", 70);
        o = at(j, "via");
        same_string(o, "host", "h");
        same_number(o, "port", 5062);
        assert_true(json_is_true(at(o, "rport")));
        same_number(o, "rport_value", -1);
        json_decref(j);
}

static void typed_headers(void **state)
{
        json_t *j = run_json(typed_text, sizeof(typed_text) - 1, 1);
        json_t *o, *last;

        (void)state;
        assert_int_equal(json_array_size(values(j, "Via")), 2);
        same_string(json_array_get(values(j, "Via"), 1), "received", "192.0.2.1");
        o = json_array_get(values(j, "Contact"), 0);
        same_number(o, "reg_id", 1);
        same_number(o, "q_milli", 500);
        assert_true(json_is_true(at(o, "ob")));
        assert_null(json_object_get(o, "expires"));
        assert_string_equal(json_string_value(json_array_get(values(j, "Supported"), 1)), "x-own");
        assert_int_equal(json_array_size(values(j, "Allow")), 3);
        assert_string_equal(json_string_value(json_array_get(values(j, "Allow"), 1)), "DANCE");
        same_string(json_array_get(values(j, "Session-Expires"), 0), "refresher", "uas");
        assert_int_equal(json_array_size(values(j, "Recv-Info")), 0);
        same_string(json_array_get(values(j, "Geolocation-Routing"), 0), "token", "no");
        assert_string_equal(json_string_value(json_array_get(values(j, "Privacy"), 0)), "header");
        assert_int_equal(json_array_size(values(j, "Request-Disposition")), 2);
        assert_int_equal(json_array_size(values(j, "P-Early-Media")), 1);
        assert_int_equal(json_array_size(values(j, "P-Asserted-Identity")), 2);
        same_string(json_array_get(values(j, "History-Info"), 0), "reason", "SIP;cause=302");
        o = json_array_get(values(j, "Identity"), 0);
        same_string(o, "ppt", "div");
        same_string(at(o, "info"), "host", "//h/c");
        same_string(at(o, "info"), "scheme", "https");
        assert_int_equal(json_array_size(values(j, "Accept")), 0);
        same_number(json_array_get(values(j, "Warning"), 0), "code", 307);
        same_string(json_array_get(values(j, "Authorization"), 0), "username", "u");
        same_string(json_array_get(values(j, "Content-Type"), 0), "subtype", "sdp");
        last = json_array_get(at(j, "headers"), json_array_size(at(j, "headers")) - 3);
        same_string(last, "field", "Session-ID");
        same_string(last, "fault", "charset");
        assert_int_equal(json_array_size(at(last, "values")), 0);
        json_decref(j);
}

static void typed_body(void **state)
{
        json_t *j = run_json(typed_text, sizeof(typed_text) - 1, 1);
        json_t *o;

        (void)state;
        assert_true(json_is_null(at(at(j, "body"), "fault")));
        same_string(json_array_get(at(at(j, "body"), "parts"), 0), "kind", "sdp");
        o = at(j, "sdp");
        assert_true(json_is_true(at(o, "usable")));
        assert_int_equal(json_array_size(at(o, "anomalies")), 0);
        same_string(o, "origin_address", "192.0.2.1");
        same_string(json_array_get(at(o, "groups"), 0), "mids", "0");
        o = json_array_get(at(o, "media"), 0);
        same_number(o, "port", 4000);
        same_string(o, "direction", "sendonly");
        same_string(o, "mid", "0");
        same_string(json_array_get(at(o, "formats"), 0), "encoding", "PCMU");
        same_string(json_array_get(at(o, "crypto"), 0), "suite", "AES");
        same_string(json_array_get(at(o, "candidates"), 0), "type", "host");
        json_decref(j);
}

/* What a stranger wrote cannot reach the terminal as a control sequence. */
static void listing_is_escaped(void **state)
{
        static const char text_in[] =
            "OPTIONS sip:b@h SIP/2.0\r\nX: \x1b[31mred\r\nEvent: ;\r\n\r\n";
        const char *argv[] = {"parse", file};
        char text[4096];
        size_t n;
        FILE *f;

        (void)state;
        write_file(text_in, sizeof(text_in) - 1);
        assert_int_equal(run(2, argv), 1);
        f = fopen(out, "rb");
        assert_non_null(f);
        n = fread(text, 1, sizeof(text) - 1, f);
        fclose(f);
        assert_true(n > 0);
        text[n] = '\0';
        assert_non_null(strstr(text, "via_missing (reject, RFC 3261 8.1.1): no Via"));
        assert_non_null(strstr(text, "hdr_ctl"));
        assert_non_null(strstr(text, "Event: ;\n         ^ syntax\n"));
        assert_null(memchr(text, 0x1b, n));
}

static int tear_down(void **state)
{
        (void)state;
        unlink(file);
        unlink(out);
        return rmdir(dir);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(request),
            cmocka_unit_test(response_and_absent),
            cmocka_unit_test(garbage),
            cmocka_unit_test(exit_codes),
            cmocka_unit_test(typed_start),
            cmocka_unit_test(typed_headers),
            cmocka_unit_test(typed_body),
            cmocka_unit_test(profiles),
            cmocka_unit_test(listing_is_escaped),
        };

        if (!mkdtemp(dir))
                return 1;
        snprintf(file, sizeof(file), "%s/message", dir);
        snprintf(out, sizeof(out), "%s/out", dir);
        return cmocka_run_group_tests(tests, NULL, tear_down);
}
