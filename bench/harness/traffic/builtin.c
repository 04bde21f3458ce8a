/* SPDX-License-Identifier: Apache-2.0 */
/* Scenarios for those who have none: `--scenario uac` and its like. Written as a user would. */
#include <string.h>

#include "bench/harness/traffic/scenario.h"

#define HEAD(method, cseq)                                                          \
        method " sip:[service]@[remote_ip]:[remote_port] SIP/2.0\n"                 \
               "Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]\n" \
               "From: <sip:u[user]@[local_ip]:[local_port]>;tag=[call_number]\n"    \
               "To: <sip:[service]@[remote_ip]:[remote_port]>[peer_tag_param]\n"    \
               "Call-ID: [call_id]\n"                                               \
               "CSeq: " cseq " " method "\n"                                        \
               "Max-Forwards: 70\n"

/* Inside the dialog: to the peer's Contact, by the route set (RFC 3261 12.2.1.1). */
#define INSIDE(method, cseq)                                                        \
        method " [next_url] SIP/2.0\n"                                              \
               "Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]\n" \
               "[routes]\n"                                                         \
               "From: <sip:u[user]@[local_ip]:[local_port]>;tag=[call_number]\n"    \
               "To: <sip:[service]@[remote_ip]:[remote_port]>[peer_tag_param]\n"    \
               "Call-ID: [call_id]\n"                                               \
               "CSeq: " cseq " " method "\n"                                        \
               "Max-Forwards: 70\n"

#define CONTACT "Contact: <sip:u[user]@[local_ip]:[local_port]>\n"

#define SDP                                         \
        "Content-Type: application/sdp\n"           \
        "Content-Length: [len]\n\n"                 \
        "v=0\n"                                     \
        "o=- 1 1 IN IP[local_ip_type] [media_ip]\n" \
        "s=-\n"                                     \
        "c=IN IP[media_ip_type] [media_ip]\n"       \
        "t=0 0\n"                                   \
        "m=audio [media_port] RTP/AVP 8 0 101\n"    \
        "a=rtpmap:8 PCMA/8000\n"                    \
        "a=rtpmap:0 PCMU/8000\n"                    \
        "a=rtpmap:101 telephone-event/8000\n"

#define NO_BODY "Content-Length: 0\n"

#define SEND(text)       "<send><![CDATA[\n" text "]]></send>\n"
#define SEND_AGAIN(text) "<send retrans=\"500\"><![CDATA[\n" text "]]></send>\n"

#define ANSWER(line)             \
        "SIP/2.0 " line "\n"     \
        "[last_Via:]\n"          \
        "[last_Record-Route:]\n" \
        "[last_From:]\n"         \
        "[last_To:]"

#define ANSWER_REST         \
        "\n"                \
        "[last_Call-ID:]\n" \
        "[last_CSeq:]\n"

#define PROVISIONAL                                    \
        "<recv response=\"100\" optional=\"true\"/>\n" \
        "<recv response=\"180\" optional=\"true\"/>\n" \
        "<recv response=\"183\" optional=\"true\"/>\n"

/* The ACK of a 2xx is a request of the dialog (RFC 3261 13.2.2.4): it takes the route set too. */
static const char uac[] =
    "<scenario name=\"Calls: INVITE, ACK, BYE\">\n" SEND_AGAIN(HEAD("INVITE", "1") CONTACT SDP)
        PROVISIONAL "<recv response=\"200\" rrs=\"true\" rtd=\"true\"/>\n" SEND(INSIDE(
            "ACK", "1") NO_BODY) "<pause/>\n" SEND_AGAIN(INSIDE("BYE", "2")
                                                             NO_BODY) "<recv response=\"200\"/>\n"
                                                                      "</scenario>\n";

static const char uas[] =
    "<scenario name=\"Answers calls\">\n"
    "<recv request=\"INVITE\"/>\n" SEND(
        ANSWER("180 Ringing") ";tag=[call_number]" ANSWER_REST NO_BODY)
        SEND_AGAIN(ANSWER("200 OK") ";tag=[call_number]" ANSWER_REST "Contact: "
                                    "<sip:[service]@[local_ip]:[local_port]>"
                                    "\n" SDP) "<recv request=\"ACK\" "
                                              "optional=\"true\"/>\n" /* it may
                                                                         be lost,
                                                                         or come
                                                                         behind
                                                                         the BYE
                                                                       */
                                              "<recv request=\"BYE\"/>\n" SEND(ANSWER(
                                                  "200 OK") ANSWER_REST NO_BODY) "<timewait/"
                                                                                 ">\n" /* for a
                                                                                          BYE
                                                                                          that
                                                                                          is
                                                                                          sent
                                                                                          again,
                                                                                          its
                                                                                          answer
                                                                                          being
                                                                                          lost
                                                                                        */
                                                                                 "</"
                                                                                 "scenario>\n";

#define REGISTER(cseq, auth)                                                 \
        "REGISTER sip:[remote_ip]:[remote_port] SIP/2.0\n"                   \
        "Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]\n" \
        "From: <sip:u[user]@[remote_ip]:[remote_port]>;tag=[call_number]\n"  \
        "To: <sip:u[user]@[remote_ip]:[remote_port]>\n"                      \
        "Call-ID: [call_id]\n"                                               \
        "CSeq: " cseq " REGISTER\n"                                          \
        "Max-Forwards: 70\n" CONTACT "Expires: 3600\n" auth NO_BODY

static const char registration[] =
    "<scenario name=\"Registers, with Digest where it is asked for\">\n" SEND_AGAIN(REGISTER(
        "1",
        "")) "<recv response=\"100\" optional=\"true\"/>\n"
             "<recv response=\"200\" optional=\"true\" next=\"done\" rtd=\"true\"/>\n"
             "<recv response=\"401\" auth=\"true\"/>\n" SEND_AGAIN(REGISTER(
                 "2",
                 "[authentication username=u[user]]\n")) "<recv response=\"100\" "
                                                         "optional=\"true\"/>\n"
                                                         "<recv response=\"200\" rtd=\"true\"/>\n"
                                                         "<label id=\"done\"/>\n"
                                                         "</scenario>\n";

static const char options[] = "<scenario name=\"OPTIONS\">\n" SEND_AGAIN(HEAD(
    "OPTIONS", "1") "Accept: application/sdp\n" NO_BODY) "<recv response=\"200\" rtd=\"true\"/>\n"
                                                         "</scenario>\n";

const char *sb_scenario_builtin(const char *name)
{
        static const struct {
                const char *name;
                const char *xml;
        } table[] = {{"uac", uac}, {"uas", uas}, {"register", registration}, {"options", options}};

        for (uint32_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
                if (strcmp(table[i].name, name) == 0)
                        return table[i].xml;
        return NULL;
}
