/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What messages are for: one row a purpose and its neighbours, descriptions that silence a call and
 * those that do not, and, where the outside corpus lies beside the tree, every message of RFC 3665
 * and RFC 5359 with the purpose that the RFC's own text gives it (tests/golden/purpose.tsv).
 */
#include "tests/parser/whole.h"

#include <stdlib.h>
#include <unistd.h>

#include "parser/sip_class_memory.h"

#define HEAD(to)                                                             \
        "Via: SIP/2.0/UDP a.example;branch=z9hG4bK1\r\nMax-Forwards: 70\r\n" \
        "From: <sip:a@a.example>;tag=1\r\nTo: <sip:b@b.example>" to "\r\nCall-ID: 1@a\r\n"
#define REQ(method, to, more) \
        method " sip:b@b.example SIP/2.0\r\n" HEAD(to) "CSeq: 1 " method "\r\n" more "\r\n"
#define RESP(status, method, more) \
        "SIP/2.0 " status " x\r\n" HEAD(";tag=2") "CSeq: 1 " method "\r\n" more "\r\n"
#define SDP_TYPE "Content-Type: application/sdp\r\n"
#define SDP      "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"
#define AUDIO    "m=audio 4000 RTP/AVP 0\r\n"

struct row {
        const char *text;
        enum sip_purpose want;
        bool emergency, bound, held;
};

static const struct row rows[] = {
    {REQ("INVITE", "", ""), SIP_PURPOSE_CALL_SETUP, 0, 0, 0},
    {REQ("INVITE", "", ""), SIP_PURPOSE_EMERGENCY, 1, 0, 0},
    {"INVITE urn:service:SOS.fire SIP/2.0\r\n" HEAD("") "CSeq: 1 INVITE\r\n\r\n",
     SIP_PURPOSE_EMERGENCY, 0, 0, 0},
    {"INVITE urn:service:sosx SIP/2.0\r\n" HEAD("") "CSeq: 1 INVITE\r\n\r\n",
     SIP_PURPOSE_CALL_SETUP, 0, 0, 0},
    {REQ("INVITE", "", "Replaces: 1@b;to-tag=1;from-tag=2\r\n"), SIP_PURPOSE_TRANSFER, 0, 0, 0},
    {REQ("INVITE", "", "b: <sip:c@c.example>\r\n"), SIP_PURPOSE_TRANSFER, 0, 0, 0},
    {REQ("INVITE", "", "Join: 1@b;to-tag=1;from-tag=2\r\n"), SIP_PURPOSE_CONFERENCE, 0, 0, 0},
    {REQ("INVITE", "", "Contact: <sip:c@c.example>;x=1; IsFocus\r\n"), SIP_PURPOSE_CONFERENCE, 0, 0,
     0},
    {REQ("INVITE", "", "Contact: <sip:c@c.example>;isfocusx\r\n"), SIP_PURPOSE_CALL_SETUP, 0, 0, 0},
    {REQ("INVITE", "", "Diversion: <sip:c@c.example>\r\n"), SIP_PURPOSE_FORWARDING, 0, 0, 0},
    {REQ("INVITE", "", "History-Info: <sip:c@c.example>;index=1\r\n"), SIP_PURPOSE_CALL_SETUP, 0, 0,
     0},
    {REQ("INVITE", "", "History-Info: <sip:c@c.example>;index=1, <sip:d@d.example>;index=1.1\r\n"),
     SIP_PURPOSE_FORWARDING, 0, 0, 0},
    {REQ("INVITE", ";tag=2", SDP_TYPE) SDP AUDIO, SIP_PURPOSE_CALL_CHANGE, 0, 0, 0},
    {REQ("INVITE", ";tag=2", SDP_TYPE) SDP AUDIO "a=sendonly\r\n", SIP_PURPOSE_HOLD, 0, 0, 0},
    {REQ("UPDATE", ";tag=2", SDP_TYPE) SDP AUDIO "a=inactive\r\n", SIP_PURPOSE_HOLD, 0, 0, 0},
    {REQ("INVITE", ";tag=2", SDP_TYPE) SDP AUDIO, SIP_PURPOSE_RESUME, 0, 0, 1},
    {REQ("INVITE", ";tag=2", SDP_TYPE) SDP AUDIO "a=inactive\r\n", SIP_PURPOSE_HOLD, 0, 0, 1},
    {REQ("UPDATE", ";tag=2", "Session-Expires: 1800\r\n"), SIP_PURPOSE_SESSION_REFRESH, 0, 0, 0},
    {REQ("INVITE", ";tag=2", ""), SIP_PURPOSE_CALL_CHANGE, 0, 0, 0},
    {REQ("ACK", ";tag=2", ""), SIP_PURPOSE_IN_DIALOG, 0, 0, 0},
    {REQ("PRACK", ";tag=2", "RAck: 1 1 INVITE\r\n"), SIP_PURPOSE_IN_DIALOG, 0, 0, 0},
    {REQ("INFO", ";tag=2", ""), SIP_PURPOSE_IN_DIALOG, 0, 0, 0},
    {REQ("OPTIONS", ";tag=2", ""), SIP_PURPOSE_IN_DIALOG, 0, 0, 0},
    {REQ("OPTIONS", "", ""), SIP_PURPOSE_PROBE, 0, 0, 0},
    {REQ("BYE", ";tag=2", ""), SIP_PURPOSE_TEARDOWN, 0, 0, 0},
    {REQ("CANCEL", "", ""), SIP_PURPOSE_TEARDOWN, 0, 0, 0},
    {REQ("REFER", ";tag=2", "Refer-To: <sip:c@c.example>\r\n"), SIP_PURPOSE_TRANSFER, 0, 0, 0},
    {REQ("NOTIFY", ";tag=2", "Event: refer;id=1\r\nSubscription-State: active\r\n"),
     SIP_PURPOSE_TRANSFER, 0, 0, 0},
    {REQ("NOTIFY", ";tag=2", "Event: conference\r\nSubscription-State: active\r\n"),
     SIP_PURPOSE_CONFERENCE, 0, 0, 0},
    {REQ("NOTIFY", ";tag=2", "Event: presence\r\nSubscription-State: active\r\n"),
     SIP_PURPOSE_NOTIFICATION, 0, 0, 0},
    {REQ("SUBSCRIBE", "", "Event: presence\r\n"), SIP_PURPOSE_SUBSCRIPTION, 0, 0, 0},
    {REQ("PUBLISH", "", "Event: presence\r\n"), SIP_PURPOSE_PUBLICATION, 0, 0, 0},
    {REQ("MESSAGE", "", ""), SIP_PURPOSE_MESSAGE, 0, 0, 0},
    {REQ("MESSAGE", "", ""), SIP_PURPOSE_EMERGENCY, 1, 0, 0},
    {REQ("NOVEL", "", ""), SIP_PURPOSE_OTHER, 0, 0, 0},
    {REQ("REGISTER", "", ""), SIP_PURPOSE_FETCH, 0, 0, 0},
    {REQ("REGISTER", "", "Contact: <sip:a@a.example>\r\n"), SIP_PURPOSE_REGISTRATION, 0, 0, 0},
    {REQ("REGISTER", "", "Contact: <sip:a@a.example>\r\n"), SIP_PURPOSE_REFRESH, 0, 1, 0},
    {REQ("REGISTER", "", "Contact: *\r\nExpires: 0\r\n"), SIP_PURPOSE_UNREGISTER, 0, 1, 0},
    {REQ("REGISTER", "", "Contact: <sip:a@a.example>\r\nExpires: 0\r\n"), SIP_PURPOSE_UNREGISTER, 0,
     0, 0},
    {REQ("REGISTER", "", "Contact: <sip:a@a.example>;expires=0\r\n"), SIP_PURPOSE_UNREGISTER, 0, 0,
     0},
    {REQ("REGISTER", "", "Contact: <sip:a@a.example>;expires=06\r\nExpires: 0\r\n"),
     SIP_PURPOSE_REGISTRATION, 0, 0, 0},
    {RESP("180", "INVITE", ""), SIP_PURPOSE_CALL_SETUP, 0, 0, 0},
    {RESP("181", "INVITE", ""), SIP_PURPOSE_FORWARDING, 0, 0, 0},
    {RESP("183", "INVITE", SDP_TYPE) SDP AUDIO, SIP_PURPOSE_EARLY_MEDIA, 0, 0, 0},
    {RESP("183", "INVITE", ""), SIP_PURPOSE_CALL_SETUP, 0, 0, 0},
    {RESP("200", "INVITE", SDP_TYPE) SDP AUDIO, SIP_PURPOSE_CALL_SETUP, 0, 0, 0},
    {RESP("302", "INVITE", "Contact: <sip:c@c.example>\r\n"), SIP_PURPOSE_REDIRECT, 0, 0, 0},
    {RESP("200", "BYE", ""), SIP_PURPOSE_TEARDOWN, 0, 0, 0},
    {RESP("401", "REGISTER", ""), SIP_PURPOSE_REGISTRATION, 0, 0, 0},
    {RESP("200", "NOVEL", ""), SIP_PURPOSE_OTHER, 0, 0, 0},
    {"\x01\x02\x03", SIP_PURPOSE_NONE, 0, 0, 0},
};

static void purposes(void **state)
{
        unsigned bad = 0;
        bool seen[SIP_PURPOSE_CNT] = {false};

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                struct sip_class_known known = {rows[i].emergency, rows[i].bound, rows[i].held};
                struct sip_class c;
                struct whole w;

                whole_parse(&w, rows[i].text, strlen(rows[i].text));
                sip_classify(&w.m, &known, &c);
                whole_end(&w);
                seen[c.purpose] = true;
                if (c.purpose == rows[i].want && c.confidence <= 100)
                        continue;
                print_error("row %zu: %s, want %s\n", i, sip_purpose_name(c.purpose),
                            sip_purpose_name(rows[i].want));
                bad++;
        }
        assert_int_equal(bad, 0);
        for (unsigned p = 0; p < SIP_PURPOSE_CNT; p++)
                assert_true(seen[p]);
}

static void silence(void **state)
{
        static const struct {
                const char *text;
                bool want;
        } sdp[] = {
            {"", false},
            {SDP, false},
            {SDP AUDIO, false},
            {SDP AUDIO "a=sendonly", true}, /* the last line has no end */
            {SDP AUDIO "a=sendonly \r\n", false},
            {SDP "a=inactive\r\n" AUDIO, true},
            {SDP "a=inactive\r\n" AUDIO "a=sendrecv\r\n", false},
            {SDP AUDIO "a=sendonly\n" AUDIO "a=recvonly\n", false},
            {SDP AUDIO "a=sendonly\n" AUDIO "a=inactive\n", true},
            {SDP "m=video 0 RTP/AVP 0\r\n" AUDIO "a=inactive\r\n", true},
            {SDP AUDIO "a=inactive\r\nm=video 0 RTP/AVP 0\r\n", true},
            {SDP "m=video 0 RTP/AVP 0\r\na=inactive\r\n", false},
            {SDP AUDIO "c=IN IP4 0.0.0.0\r\n", true},
            {SDP AUDIO "c=IN IP4 0.0.0.0\r\na=sendrecv\r\n", true},
            {"v=0\r\nc=IN IP4 0.0.0.0\r\n" AUDIO, true},
            {"v=0\r\nc=IN IP4 0.0.0.0\r\n" AUDIO "c=IN IP4 192.0.2.1\r\n", false},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(sdp) / sizeof(sdp[0]); i++)
                if (sip_class_silent((const uint8_t *)sdp[i].text, strlen(sdp[i].text)) !=
                    sdp[i].want)
                        fail_msg("description %zu", i);
}

static void bodies(void **state)
{
        static const struct {
                const char *type;
                enum sip_class_body want;
        } types[] = {
            {"application/SDP", SIP_CLASS_BODY_SDP},
            {"application/sdp;charset=utf-8", SIP_CLASS_BODY_SDP},
            {"application/sdpx", SIP_CLASS_BODY_OTHER},
            {"multipart/mixed;boundary=x", SIP_CLASS_BODY_MULTIPART},
            {"application/pidf+xml", SIP_CLASS_BODY_PIDF},
            {"application/novel+xml", SIP_CLASS_BODY_XML},
            {"text/xml", SIP_CLASS_BODY_XML},
            {"message/sipfrag;version=2.0", SIP_CLASS_BODY_SIPFRAG},
        };
        static const struct sip_class_known nothing;

        (void)state;
        for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
                char text[512];
                struct sip_class c;
                struct whole w;

                snprintf(text, sizeof(text), REQ("MESSAGE", "", "Content-Type: %s\r\n") "body",
                         types[i].type);
                whole_parse(&w, text, strlen(text));
                sip_classify(&w.m, &nothing, &c);
                whole_end(&w);
                assert_int_equal(c.body, types[i].want);
        }
        assert_string_equal(sip_class_body_name(SIP_CLASS_BODY_PIDF), "presence");
        assert_string_equal(sip_class_body_name(SIP_CLASS_BODY_CNT), "unknown");
        assert_string_equal(sip_purpose_name(SIP_PURPOSE_CNT), "unknown");
        assert_string_equal(sip_purpose_name(SIP_PURPOSE_NONE), "none");
        assert_string_equal(sip_purpose_text(SIP_PURPOSE_CNT), "");
}

/* ---- flows ---- */

static struct sip_class_call calls[64];
static struct sip_class_memory memory = {calls, 63, 1};

/* One row of purpose.tsv: file, purpose. A new folder is a new flow. */
static bool take(const char *dir, char *line)
{
        static char text[70000], path[8192], flow[1024];
        const char *file = strtok(line, "\t\n"), *want = strtok(NULL, "\t\n");
        struct sip_class c;
        struct whole w;

        assert_true(file && want);
        size_t folder = (size_t)(strrchr(file, '/') - file);

        if (strncmp(flow, file, folder + 1) != 0) {
                memset(calls, 0, sizeof(calls));
                snprintf(flow, sizeof(flow), "%.*s", (int)folder + 1, file);
        }
        snprintf(path, sizeof(path), "%s/%s", dir, file);
        FILE *f = fopen(path, "rb");

        if (f == NULL)
                fail_msg("%s cannot be read", path);
        size_t n = fread(text, 1, sizeof(text), f);

        fclose(f);
        whole_parse(&w, text, n);
        sip_classify_next(&memory, &w.m, false, &c);
        whole_end(&w);
        if (strcmp(sip_purpose_name(c.purpose), want) == 0)
                return true;
        print_error("%s\t%s\twant\t%s\n", file, sip_purpose_name(c.purpose), want);
        return false;
}

static void flows(void **state)
{
        const char *dir = getenv("SLUICE_CORPUS");
        char path[4200], beside[4096], line[1024];
        unsigned taken = 0, bad = 0;

        (void)state;
        if (dir == NULL) {
                snprintf(beside, sizeof(beside), "%s/../shared/corpus", SLUICE_SOURCE_ROOT);
                dir = beside;
        }
        snprintf(path, sizeof(path), "%s/rfc3665", dir);
        if (access(path, R_OK) != 0) {
                printf("skipped: the flows of RFC 3665 and 5359, no corpus at %s\n", dir);
                return;
        }
        FILE *f = fopen(SLUICE_SOURCE_ROOT "/tests/golden/purpose.tsv", "r");

        assert_non_null(f);
        while (fgets(line, sizeof(line), f)) {
                if (line[0] == '#')
                        continue;
                taken++;
                bad += !take(dir, line);
        }
        fclose(f);
        printf("%u messages of RFC 3665 and RFC 5359, %u not as their flow has it\n", taken, bad);
        assert_int_equal(bad, 0);
        assert_true(taken >= 300);
}

/* More Call-IDs than entries: nothing is touched outside, the newest are remembered. */
static void forgets(void **state)
{
        static struct sip_class_call few[2];
        struct sip_class_memory small = {few, 1, 7};
        struct sip_class c;
        struct whole w;

        (void)state;
        for (unsigned i = 0; i < 1000; i++) {
                char text[600];
                bool answer = (i & 1u) != 0;
                unsigned call = i / 2;

                snprintf(text, sizeof(text),
                         "%s\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\nMax-Forwards: 70\r\n"
                         "From: <sip:a@a>;tag=1\r\nTo: <sip:b@b>\r\nCall-ID: %u\r\n"
                         "CSeq: 1 SUBSCRIBE\r\nEvent: presence\r\n\r\n",
                         answer ? "SIP/2.0 200 OK" : "SUBSCRIBE sip:b@b SIP/2.0", call);
                whole_parse(&w, text, strlen(text));
                sip_classify_next(&small, &w.m, false, &c);
                whole_end(&w);
                assert_int_equal(c.purpose, SIP_PURPOSE_SUBSCRIPTION);
                assert_int_equal(c.confidence, answer ? 95 : 100);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(purposes), cmocka_unit_test(silence), cmocka_unit_test(bodies),
            cmocka_unit_test(flows),    cmocka_unit_test(forgets),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
