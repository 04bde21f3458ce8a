/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parser/lines.h"
#include "tests/parser/probe.h"

#include "parser/sip_sdp.h"

#define HEAD  "v=0\r\no=a 1 2 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"
#define AUDIO HEAD "m=audio 4000 RTP/AVP 0 8\r\n"

static struct sip_sdp sdp;

static bool parse(struct probe *p, const char *text, size_t n)
{
        return sip_sdp_parse(probe_value(p, text, n), &sdp);
}

static const char everything[] =
    "v=0\r\no=alice 2890844526 2890844527 IN IP6 2001:db8::1\r\ns=call\r\ni=info\r\n"
    "u=http://x\r\ne=a@b\r\ne=c@d\r\np=+1\r\nc=IN IP4 224.2.1.1/127/3\r\nb=AS:128\r\n"
    "b=X-Y:1\r\nt=1 2\r\nr=7d 1h 0 25h\r\nz=1 -1h 2 0\r\nt=0 0\r\na=sendonly\r\n"
    "a=fingerprint:sha-256 AB:cd:01\r\na=setup:actpass\r\na=group:BUNDLE 0\r\na=ice-lite\r\n"
    "m=audio 49170/2 RTP/SAVP 0 97\r\ni=media\r\nc=IN IP4 host.example\r\n"
    "c=IN IP4 192.0.2.9\r\nb=TIAS:64000\r\nb=RS:0\r\nb=RR:800\r\nb=CT:9\r\n"
    "a=rtpmap:0 PCMU/8000\r\na=rtpmap:97 opus/48000/2\r\na=fmtp:97 useinbandfec=1\r\n"
    "a=rtcp:53020 IN IP4 192.0.2.7\r\na=rtcp-mux\r\na=inactive\r\na=mid:0\r\n"
    "a=ptime:20\r\na=maxptime:60\r\na=curr:qos e2e none\r\n"
    "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNf KDR=1\r\n"
    "a=crypto:2 F8_128_HMAC_SHA1_80 inline:x\r\n"
    "a=ice-ufrag:8hhY\r\na=ice-pwd:asd88fgpdd777uzjYhagZg\r\n"
    "a=candidate:1 1 UDP 1 192.0.2.1 9 typ host\r\n"
    "m=application 0 UDP/DTLS/SCTP webrtc-datachannel\r\na=rtcp:9\r\n";

static void session(void **state)
{
        struct probe p;
        const uint8_t *b;

        (void)state;
        assert_true(parse(&p, everything, strlen(everything)));
        b = p.cur.buf;
        assert_int_equal(sdp.anomalies, 0);
        assert_int_equal(p.cur.pos, p.cur.end);
        probe_span(b, sdp.user, "alice");
        probe_span(b, sdp.sess_id, "2890844526");
        probe_span(b, sdp.sess_version, "2890844527");
        probe_span(b, sdp.origin_address, "2001:db8::1");
        probe_span(b, sdp.name, "call");
        probe_span(b, sdp.attrs.info, "info");
        probe_span(b, sdp.uri, "http://x");
        probe_span(b, sdp.email, "a@b");
        probe_span(b, sdp.phone, "+1");
        probe_span(b, sdp.start, "1");
        probe_span(b, sdp.stop, "2");
        assert_true(sdp.attrs.ice_lite);
        probe_span(b, sdp.attrs.conn.address, "224.2.1.1");
        assert_true(sdp.attrs.conn.literal && sdp.attrs.conn.version == 4);
        assert_int_equal(sdp.attrs.as, 128);
        assert_true(sdp.attrs.tias == SIP_SDP_ABSENT);
        assert_int_equal(sdp.attrs.direction, SIP_SDP_SENDONLY);
        probe_span(b, sdp.attrs.fingerprint_hash, "sha-256");
        probe_span(b, sdp.attrs.fingerprint, "AB:cd:01");
        probe_span(b, sdp.attrs.setup, "actpass");
        probe_end(&p);
}

static void media(void **state)
{
        struct probe p;
        const struct sip_sdp_media *m = &sdp.media[0];
        const uint8_t *b;

        (void)state;
        assert_true(parse(&p, everything, strlen(everything)));
        b = p.cur.buf;
        assert_int_equal(sdp.media_cnt, 2);
        probe_span(b, m->type, "audio");
        probe_span(b, m->proto, "RTP/SAVP");
        assert_int_equal(m->port, 49170);
        assert_int_equal(m->port_cnt, 2);
        probe_span(b, m->attrs.conn.address, "host.example");
        assert_false(m->attrs.conn.literal);
        assert_int_equal(m->attrs.tias, 64000);
        assert_int_equal(m->attrs.rs, 0);
        assert_int_equal(m->attrs.rr, 800);
        assert_int_equal(m->attrs.ct, 9);
        assert_int_equal(m->attrs.direction, SIP_SDP_INACTIVE);
        assert_int_equal(m->attrs.rtcp_port, 53020);
        probe_span(b, m->attrs.rtcp_address, "192.0.2.7");
        assert_true(m->attrs.rtcp_mux);
        probe_span(b, m->attrs.mid, "0");
        probe_span(b, m->attrs.info, "media");
        assert_int_equal(m->attrs.ptime_ms, 20);
        assert_int_equal(m->attrs.maxptime_ms, 60);
        assert_false(m->attrs.ice_lite);
        probe_span(b, m->attrs.crypto_suite, "AES_CM_128_HMAC_SHA1_80");
        probe_span(b, m->attrs.crypto_key, "inline:WVNf KDR=1");
        assert_int_equal(m->attrs.crypto_cnt, 2);
        assert_int_equal(m->attrs.candidate_cnt, 1);
        probe_span(b, m->attrs.ice_ufrag, "8hhY");
        probe_span(b, m->attrs.ice_pwd, "asd88fgpdd777uzjYhagZg");
        assert_int_equal(m->format_cnt, 2);
        probe_span(b, sdp.formats[0].name, "PCMU");
        assert_int_equal(sdp.formats[0].clock_hz, 8000);
        assert_int_equal(sdp.formats[0].channels, 0);
        probe_span(b, sdp.formats[1].fmt, "97");
        probe_span(b, sdp.formats[1].name, "opus");
        probe_span(b, sdp.formats[1].params, "useinbandfec=1");
        assert_int_equal(sdp.formats[1].clock_hz, 48000);
        assert_int_equal(sdp.formats[1].channels, 2);
        assert_int_equal(sdp.media[1].port, 0);
        assert_int_equal(sdp.media[1].format_first, 2);
        assert_int_equal(sdp.media[1].attrs.rtcp_port, 9);
        probe_span(b, sdp.formats[2].fmt, "webrtc-datachannel");
        assert_true(sdp.formats[2].clock_hz == SIP_SDP_ABSENT);
        probe_end(&p);
}

/* Attributes without a member are found in their own section only. */
static void attributes(void **state)
{
        struct sip_span rest, value;
        struct probe p;
        unsigned n = 0;

        (void)state;
        assert_true(parse(&p, everything, strlen(everything)));
        rest = sdp.attrs.section;
        assert_true(sip_sdp_attribute(p.cur.buf, &rest, "group", &value));
        probe_span(p.cur.buf, value, "BUNDLE 0");
        assert_false(sip_sdp_attribute(p.cur.buf, &rest, "group", &value));
        rest = sdp.attrs.section;
        assert_true(sip_sdp_attribute(p.cur.buf, &rest, "ice-lite", &value));
        probe_span(p.cur.buf, value, NULL);
        rest = sdp.attrs.section;
        assert_false(sip_sdp_attribute(p.cur.buf, &rest, "crypto", &value));
        assert_false(sip_sdp_attribute(p.cur.buf, &rest, "crypto", &value));
        for (rest = sdp.media[0].attrs.section;
             sip_sdp_attribute(p.cur.buf, &rest, "crypto", &value); n++)
                assert_true(value.len > 10);
        assert_int_equal(n, 2);
        rest = sdp.media[0].attrs.section;
        assert_true(sip_sdp_attribute(p.cur.buf, &rest, "curr", &value));
        probe_span(p.cur.buf, value, "qos e2e none");
        rest = sdp.media[0].attrs.section;
        assert_false(sip_sdp_attribute(p.cur.buf, &rest, "cur", &value));
        rest = sdp.media[1].attrs.section;
        assert_true(sip_sdp_attribute(p.cur.buf, &rest, "rtcp", &value));
        probe_span(p.cur.buf, value, "9");
        assert_int_equal(rest.len, 0);
        probe_end(&p);
}

static const struct row {
        const char *text;
        uint32_t want;
} rows[] = {
    {AUDIO, 0},
    {"", SIP_SDP_NO_ORIGIN | SIP_SDP_NO_NAME},
    {"v=0\r\ns=-\r\nt=0 0\r\n", SIP_SDP_NO_ORIGIN},
    {"v=0\r\no=a 1 2 IN IP4 h\r\n", SIP_SDP_NO_NAME},
    {"v=0\no=a 1 2 IN IP4 h\ns=-\nt=0 0\n", SIP_SDP_LF},
    {HEAD "a=x", SIP_SDP_CUT},
    {HEAD "\r\n", SIP_SDP_BLANK},
    {HEAD "x\r\n", SIP_SDP_LINE},
    {HEAD "a:x\r\n", SIP_SDP_LINE},
    {HEAD "A=x\r\n", SIP_SDP_LINE},
    {HEAD "x=y\r\n", SIP_SDP_UNKNOWN},
    {HEAD "k=clear:x\r\n", SIP_SDP_OBSOLETE},
    {HEAD "b=AS:1\r\n", SIP_SDP_ORDER},
    {HEAD "v=0\r\n", SIP_SDP_ORDER | SIP_SDP_DUP},
    {AUDIO "s=x\r\n", SIP_SDP_ORDER},
    {AUDIO "a=x\r\nb=AS:1\r\n", SIP_SDP_ORDER},
    {AUDIO "i=x\r\ni=y\r\n", SIP_SDP_DUP},
    {"v=1\r\no=a 1 2 IN IP4 h\r\ns=-\r\nt=0 0\r\n", SIP_SDP_VERSION},
    {"v=\r\no=a 1 2 IN IP4 h\r\ns=-\r\nt=0 0\r\n", SIP_SDP_VERSION},
    {"v=0\r\no=a 1 2 IN IP4\r\ns=-\r\nt=0 0\r\n", SIP_SDP_ORIGIN},
    {"v=0\r\no=\r\ns=-\r\nt=0 0\r\n", SIP_SDP_ORIGIN},
    {"v=0\r\no=a x -2 IN IP4 h\r\ns=-\r\nt=0 0\r\n", SIP_SDP_ORIGIN_NUMBER},
    {"v=0\r\no=a 1 2 IN IP4 h\r\ns=-\r\nt=0\r\n", SIP_SDP_TIME},
    {"v=0\r\no=a 1 2 IN IP4 h\r\ns=-\r\nt=0 x\r\n", SIP_SDP_TIME},
    {"v=0\r\no=a 1 2 IN IP4 h\r\ns=-\r\nt=0 0\r\nr=1 2\r\n", SIP_SDP_TIME},
    {"v=0\r\no=a 1 2 IN IP4 h\r\ns=-\r\nt=0 0\r\nz=\r\n", SIP_SDP_TIME},
    {"v=0\r\no=a 1 2 IN IP4 h\r\ns=-\r\nt=0 0\r\nz=1\r\n", SIP_SDP_TIME},
    {"v=0\r\no=a 1 2 IN IP4 h\r\ns=-\r\nc=IN IP4\r\nt=0 0\r\n", SIP_SDP_CONNECTION},
    {"v=0\r\no=a 1 2 IN IP4 h\r\ns=-\r\nc=IN IP4 a b\r\nt=0 0\r\n", SIP_SDP_CONNECTION},
    {"v=0\r\no=a 1 2 IN IP4 h\r\ns=-\r\nc=IN IP6 1:2\r\nt=0 0\r\n", SIP_SDP_CONNECTION},
    {"v=0\r\no=a 1 2 IN IP4 h\r\ns=-\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\n", SIP_SDP_NO_CONNECTION},
    {"v=0\r\no=a 1 2 IN IP4 h\r\ns=-\r\nb=AS128\r\nt=0 0\r\n", SIP_SDP_BANDWIDTH},
    {"v=0\r\no=a 1 2 IN IP4 h\r\ns=-\r\nb=AS:4294967296\r\nt=0 0\r\n", SIP_SDP_BANDWIDTH},
    {"v=0\r\no=a 1 2 IN IP4 h\r\ns=-\r\nb=:1\r\nt=0 0\r\n", SIP_SDP_BANDWIDTH},
    {HEAD "m=audio 1 RTP/AVP 4294967296\r\n", SIP_SDP_FORMAT},
    {HEAD "m=audio 1 RTP/AVP 128\r\n", SIP_SDP_FORMAT},
    {HEAD "m=audio 1 UDP/TLS/RTP/SAVPF x\r\n", SIP_SDP_FORMAT},
    {HEAD "m=image 1 udptl t38\r\n", 0},
    {HEAD "m=audio 65536 RTP/AVP 0\r\n", SIP_SDP_PORT},
    {HEAD "m=audio -1 RTP/AVP 0\r\n", SIP_SDP_PORT},
    {HEAD "m=audio 1/0 RTP/AVP 0\r\n", SIP_SDP_PORT},
    {HEAD "m=audio 1/ RTP/AVP 0\r\n", SIP_SDP_PORT},
    {HEAD "m=audio 1 RTP/AVP\r\n", SIP_SDP_MEDIA},
    {HEAD "m=\r\n", SIP_SDP_MEDIA | SIP_SDP_PORT},
    {HEAD "a=\r\n", SIP_SDP_ATTRIBUTE},
    {HEAD "a=:x\r\n", SIP_SDP_ATTRIBUTE},
    {HEAD "a=x y\r\n", SIP_SDP_ATTRIBUTE},
    {HEAD "a=sendrecv\r\na=sendonly\r\n", SIP_SDP_ATTRIBUTE_DUP},
    {HEAD "a=rtpmap:0 PCMU/8000\r\n", SIP_SDP_ATTRIBUTE},
    {AUDIO "a=rtpmap:3 GSM/8000\r\n", SIP_SDP_ATTRIBUTE},
    {AUDIO "a=rtpmap:0\r\n", SIP_SDP_ATTRIBUTE},
    {AUDIO "a=rtpmap:0 /8000\r\n", SIP_SDP_ATTRIBUTE},
    {AUDIO "a=rtpmap:0 PCMU\r\n", SIP_SDP_ATTRIBUTE},
    {AUDIO "a=rtpmap:0 PCMU/x\r\n", SIP_SDP_ATTRIBUTE},
    {AUDIO "a=rtpmap:0 PCMU/8000/65536\r\n", SIP_SDP_ATTRIBUTE},
    {AUDIO "a=rtpmap:0 PCMU/8000 x\r\n", SIP_SDP_ATTRIBUTE},
    {AUDIO "a=rtpmap:0 PCMU/8000\r\na=rtpmap:0 PCMA/8000\r\n", SIP_SDP_ATTRIBUTE_DUP},
    {AUDIO "a=fmtp:8\r\n", SIP_SDP_ATTRIBUTE},
    {AUDIO "a=rtcp:0\r\n", SIP_SDP_ATTRIBUTE},
    {AUDIO "a=rtcp:65536\r\n", SIP_SDP_ATTRIBUTE},
    {AUDIO "a=rtcp:1x\r\n", SIP_SDP_ATTRIBUTE},
    {AUDIO "a=rtcp:1 IN IP4\r\n", SIP_SDP_ATTRIBUTE},
    {AUDIO "a=rtcp:1\r\na=rtcp:2\r\n", SIP_SDP_ATTRIBUTE_DUP},
    {AUDIO "a=crypto:\r\n", SIP_SDP_ATTRIBUTE},
    {AUDIO "a=crypto:1\r\n", SIP_SDP_ATTRIBUTE},
    {AUDIO "a=crypto:1 AES\r\n", SIP_SDP_ATTRIBUTE},
    {AUDIO "a=crypto:9999999999 AES inline:x\r\n", SIP_SDP_ATTRIBUTE},
    {AUDIO "a=fingerprint:sha-1\r\n", SIP_SDP_ATTRIBUTE},
    {AUDIO "a=fingerprint:sha-1 AB:C\r\n", SIP_SDP_ATTRIBUTE},
    {AUDIO "a=fingerprint:sha-1 AB-CD\r\n", SIP_SDP_ATTRIBUTE},
    {AUDIO "a=ice-ufrag:abc\r\n", SIP_SDP_ATTRIBUTE},
    {AUDIO "a=ice-ufrag:ab d\r\n", SIP_SDP_ATTRIBUTE},
    {AUDIO "a=ice-ufrag:abcd\r\na=ice-ufrag:abcd\r\n", SIP_SDP_ATTRIBUTE_DUP},
    {AUDIO "a=mid:\r\n", SIP_SDP_ATTRIBUTE},
    {AUDIO "a=ptime:x\r\n", SIP_SDP_ATTRIBUTE},
    {AUDIO "a=ptime:20 \r\n", SIP_SDP_ATTRIBUTE},
    {AUDIO "a=ptime:20\r\na=ptime:20\r\n", SIP_SDP_ATTRIBUTE_DUP},
    {AUDIO "a=mid:1\r\na=mid:2\r\n", SIP_SDP_ATTRIBUTE_DUP},
};

static void table(void **state)
{
        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                size_t len = strlen(rows[i].text);
                struct probe p;

                for (size_t n = 0; n < len; n++) {
                        (void)parse(&p, rows[i].text, n);
                        probe_end(&p);
                }
                if (parse(&p, rows[i].text, len) != ((rows[i].want & SIP_SDP_FAULTS) == 0) ||
                    sdp.anomalies != rows[i].want)
                        fail_msg("\"%s\": got %x, want %x", rows[i].text, sdp.anomalies,
                                 rows[i].want);
                probe_end(&p);
        }
}

static void nul(void **state)
{
        struct probe p;

        (void)state;
        assert_false(parse(&p, AUDIO "a=x\0y\r\n", sizeof(AUDIO "a=x\0y\r\n") - 1));
        assert_true((sdp.anomalies & SIP_SDP_NUL) != 0);
        probe_end(&p);
}

/* One more than the caps is a fault; so is a long line of formats, and a long crypto is none. */
static void caps(void **state)
{
        static char big[20000];
        struct probe p;

        (void)state;
        strcpy(big, HEAD);
        for (unsigned i = 0; i < SIP_SDP_MEDIA_MAX; i++)
                strcat(big, "m=audio 1 RTP/AVP 0\r\n");
        assert_true(parse(&p, big, strlen(big)));
        probe_end(&p);
        strcat(big, "m=audio 1 RTP/AVP 0\r\n");
        assert_false(parse(&p, big, strlen(big)));
        assert_int_equal(sdp.anomalies, SIP_SDP_MEDIA_COUNT);
        assert_int_equal(sdp.media_cnt, SIP_SDP_MEDIA_MAX);
        probe_end(&p);

        strcpy(big, HEAD "m=audio 1 RTP/AVP");
        for (unsigned i = 0; i < SIP_SDP_FORMATS_MAX; i++)
                strcat(big, " 0");
        assert_true(parse(&p, big, strlen(big)));
        probe_end(&p);
        strcat(big, " 0");
        assert_false(parse(&p, big, strlen(big)));
        assert_true((sdp.anomalies & SIP_SDP_FORMAT_COUNT) != 0);
        assert_int_equal(sdp.format_cnt, SIP_SDP_FORMATS_MAX);
        probe_end(&p);

        strcpy(big, AUDIO "a=crypto:1 AES inline:");
        memset(big + strlen(big), 'x', 16000);
        assert_true(parse(&p, big, strlen(big)));
        assert_int_equal(sdp.media[0].attrs.crypto_key.len, 16007);
        probe_end(&p);
}

/* Descriptions of browsers from the outside corpus; those in fuzz corpora may hold any damage. */
static void browsers(void **state)
{
        static const char *const names[] = {"firefox-1", "firefox-2", "opera-2"};
        char path[64], text[32768];
        unsigned read = 0;

        (void)state;
        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
                struct probe p;
                size_t n;
                FILE *f;

                snprintf(path, sizeof(path), "fuzz/webrtc-sdp/%s.sdp", names[i]);
                f = lines_open(path);
                if (!f)
                        continue;
                n = fread(text, 1, sizeof(text), f);
                fclose(f);
                if (!parse(&p, text, n))
                        fail_msg("%s: %x at %u", path, sdp.anomalies, sdp.fault_off);
                assert_true(sdp.media_cnt > 0 && sdp.format_cnt > 0);
                read++;
                probe_end(&p);
        }
        if (read == 0)
                skip();
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(session),  cmocka_unit_test(media), cmocka_unit_test(attributes),
            cmocka_unit_test(table),    cmocka_unit_test(nul),   cmocka_unit_test(caps),
            cmocka_unit_test(browsers),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
