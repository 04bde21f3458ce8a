/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of header names against the documents that define them: each header of each RFC, with
 * its compact form and how often it may occur; and no name in the table without a document.
 */
#include "tests/parser/probe.h"

#include "parser/sip_hname.h"

/* What one document defines: names separated by spaces; "x=Name" has the compact form x; a "+"
 * behind a name says that it may occur more than once or holds a list. */
static const struct {
        const char *document;
        const char *names;
} documents[] = {
    {"3261",
     "Accept+ Accept-Encoding+ Accept-Language+ Alert-Info+ Allow+ Authentication-Info "
     "Authorization+ i=Call-ID Call-Info+ m=Contact+ Content-Disposition e=Content-Encoding+ "
     "Content-Language+ l=Content-Length c=Content-Type CSeq Date Encryption Error-Info+ Expires "
     "f=From Hide In-Reply-To+ Max-Forwards MIME-Version Min-Expires Organization Priority "
     "Proxy-Authenticate+ Proxy-Authorization+ Proxy-Require+ Record-Route+ Reply-To Require+ "
     "Response-Key Retry-After Route+ Server s=Subject k=Supported+ Timestamp t=To Unsupported+ "
     "User-Agent v=Via+ Warning+ WWW-Authenticate+"},
    {"3262", "RAck RSeq"},
    {"3265", "o=Event u=Allow-Events+ Subscription-State"},
    {"6665", "o=Event u=Allow-Events+ Subscription-State"},
    {"3313", "P-Media-Authorization+"},
    {"3323", "Privacy+"},
    {"3325", "P-Asserted-Identity+ P-Preferred-Identity+"},
    {"3326", "Reason+"},
    {"3327", "Path+"},
    {"3329", "Security-Client+ Security-Server+ Security-Verify+"},
    {"3515", "r=Refer-To"},
    {"3603", "P-DCS-Trace-Party-ID P-DCS-OSPS P-DCS-Billing-Info P-DCS-LAES P-DCS-Redirect"},
    {"3608", "Service-Route+"},
    {"3841", "a=Accept-Contact+ j=Reject-Contact+ d=Request-Disposition+"},
    {"3891", "Replaces"},
    {"3892", "b=Referred-By"},
    {"3903", "SIP-ETag SIP-If-Match"},
    {"3911", "Join"},
    {"4028", "x=Session-Expires Min-SE"},
    {"4412", "Resource-Priority+ Accept-Resource-Priority+"},
    {"4457", "P-User-Database"},
    {"4488", "Refer-Sub"},
    {"4538", "Target-Dialog"},
    {"4964", "P-Answer-State"},
    {"5002", "P-Profile-Key"},
    {"5009", "P-Early-Media+"},
    {"5318", "P-Refused-URI-List+"},
    {"5360", "Permission-Missing+ Trigger-Consent+"},
    {"5373", "Answer-Mode Priv-Answer-Mode"},
    {"5393", "Max-Breadth"},
    {"5502", "P-Served-User"},
    {"5626", "Flow-Timer"},
    {"5806", "Diversion+"},
    {"5839", "Suppress-If-Match"},
    {"6050", "P-Asserted-Service+ P-Preferred-Service+"},
    {"6086", "Info-Package Recv-Info+"},
    {"6442", "Geolocation+ Geolocation-Error Geolocation-Routing"},
    {"6794", "Policy-Contact+ Policy-ID+"},
    {"6809", "Feature-Caps+"},
    {"7044", "History-Info+"},
    {"7315", "P-Access-Network-Info+ P-Associated-URI+ P-Called-Party-ID "
             "P-Charging-Function-Addresses+ P-Charging-Vector P-Visited-Network-ID+"},
    {"7316", "P-Private-Network-Indication"},
    {"7329", "Session-ID"},
    {"7433", "User-to-User+"},
    {"7614", "Refer-Events-At"},
    {"7615", "Authentication-Info Proxy-Authentication-Info"},
    {"4474", "n=Identity-Info"},
    {"8224", "y=Identity+"},
    {"8262", "Content-ID"},
    {"8496", "P-Charge-Info+"},
    {"TS 24.229", "Cellular-Network-Info+ Priority-Share Restoration-Info+ Relayed-Charge "
                  "Response-Source Resource-Share Service-Interact-Info Additional-Identity+ "
                  "Attestation-Info Origination-Id Priority-Verstat DC-Info+"},
    {"draft-ietf-sip-privacy", "Remote-Party-ID+"},
};
#define DOCUMENT_CNT (sizeof(documents) / sizeof(documents[0]))

/* Extensions in use that bring something else than header fields, and what reads that. */
static const struct {
        const char *document;
        const char *brings;
} elsewhere[] = {
    {"3311", "the method UPDATE: sip_method.h"},
    {"3312", "preconditions: attributes of SDP"},
    {"3428", "the method MESSAGE: sip_method.h"},
    {"3581", "rport in Via: sip_via.h"},
    {"5627", "gr in URIs, temp-gruu and pub-gruu in Contact: sip_contact.h"},
    {"8760", "algorithms of Digest: sip_auth.h"},
    {"8787", "loc-src in Geolocation: sip_geo.h"},
    {"8946", "div PASSporTs in Identity: sip_identity.h"},
};
#define ELSEWHERE_CNT (sizeof(elsewhere) / sizeof(elsewhere[0]))

/* The next word of *list into out; false at the end. */
static bool next_word(const char **list, char *out, size_t cap)
{
        size_t n = strcspn(*list, " ");

        if (n == 0)
                return false;
        assert_true(n < cap);
        memcpy(out, *list, n);
        out[n] = '\0';
        *list += n + strspn(*list + n, " ");
        return true;
}

static void every_document(void **state)
{
        bool seen[SIP_HDR_CNT] = {false};

        (void)state;
        for (size_t d = 0; d < DOCUMENT_CNT; d++) {
                const char *list = documents[d].names;
                char word[64];

                while (next_word(&list, word, sizeof(word))) {
                        bool compact = word[1] == '=';
                        const char *name = compact ? word + 2 : word;
                        size_t n = strcspn(name, "+");
                        enum sip_hdr_id id = sip_hname_find((const uint8_t *)name, n);

                        if (id == SIP_HDR_OTHER)
                                fail_msg("%s: %s is not in the table", documents[d].document, name);
                        assert_memory_equal(sip_hname_str(id), name, n);
                        assert_int_equal(strlen(sip_hname_str(id)), n);
                        if (compact)
                                assert_int_equal(sip_hname_find((const uint8_t *)word, 1), id);
                        if (sip_hname_single(id) != (name[n] == '\0'))
                                fail_msg("%s: how often may %s occur?", documents[d].document,
                                         name);
                        seen[id] = true;
                }
        }
        for (unsigned id = 1; id < SIP_HDR_CNT; id++) {
                if (!seen[id])
                        fail_msg("%s is of no document", sip_hname_str((enum sip_hdr_id)id));
        }
}

/* A letter is a compact form only where a document says so. */
static void no_other_letter(void **state)
{
        (void)state;
        for (uint8_t letter = 'a'; letter <= 'z'; letter++) {
                enum sip_hdr_id id = sip_hname_find(&letter, 1);
                char form[4] = {' ', (char)letter, '=', '\0'};
                bool said = false;

                for (size_t d = 0; d < DOCUMENT_CNT && !said; d++)
                        said = strncmp(documents[d].names, form + 1, 2) == 0 ||
                               strstr(documents[d].names, form) != NULL;
                assert_int_equal(id != SIP_HDR_OTHER, said);
        }
}

/* The extensions that this parser sets out to know. */
static void none_missing(void **state)
{
        static const char *const in_use =
            "3261 3262 3265 6665 3311 3312 3313 3323 3325 3326 3327 3329 3428 3515 3581 3608 3841 "
            "3891 3892 3903 3911 4028 4412 4488 4538 5002 5009 7315 5393 5626 5627 5806 6050 6086 "
            "7044 7329 7433 8224 8760 8787 8946";
        const char *list = in_use;
        char word[64];

        (void)state;
        while (next_word(&list, word, sizeof(word))) {
                bool found = false;

                for (size_t d = 0; d < DOCUMENT_CNT; d++)
                        found |= strcmp(documents[d].document, word) == 0;
                for (size_t d = 0; d < ELSEWHERE_CNT; d++)
                        found |= strcmp(elsewhere[d].document, word) == 0;
                if (!found)
                        fail_msg("RFC %s is accounted for nowhere", word);
        }
        for (size_t d = 0; d < ELSEWHERE_CNT; d++)
                printf("RFC %s: no header field, but %s\n", elsewhere[d].document,
                       elsewhere[d].brings);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(every_document),
            cmocka_unit_test(no_other_letter),
            cmocka_unit_test(none_missing),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
