/* SPDX-License-Identifier: Apache-2.0 */
/* The messages of profiles, with marks where a field is written for each that is sent. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/harness/traffic/mix.h"

#define TEXT_MAX 1500u
#define TAG      "tag=7{id}"

enum body { NO_BODY = 0, SDP, PRESENCE, WORDS };

struct shape { /* of one kind of message */
        const char *method;
        const char *status; /* "180 Ringing": a response to `method` */
        enum body body;
        bool in_dialog;
        bool answered;
        const char *more; /* header fields */
};

enum shape_id {
        S_INVITE,
        S_100,
        S_180,
        S_200_INVITE,
        S_ACK,
        S_BYE,
        S_200_BYE,
        S_REGISTER,
        S_OPTIONS,
        S_SUBSCRIBE,
        S_NOTIFY,
        S_PUBLISH,
        S_MESSAGE,
        S_SCAN,
        S_GUESS,
        S_CNT,
};

static const struct shape shapes[S_CNT] = {
    [S_INVITE] = {"INVITE", NULL, SDP, false, true, "Allow: INVITE, ACK, CANCEL, OPTIONS, BYE\r\n"},
    [S_100] = {"INVITE", "100 Trying", NO_BODY, false, false, ""},
    [S_180] = {"INVITE", "180 Ringing", NO_BODY, true, false, ""},
    [S_200_INVITE] = {"INVITE", "200 OK", SDP, true, false, "Allow: INVITE, ACK, CANCEL, BYE\r\n"},
    [S_ACK] = {"ACK", NULL, NO_BODY, true, false, ""},
    [S_BYE] = {"BYE", NULL, NO_BODY, true, true, ""},
    [S_200_BYE] = {"BYE", "200 OK", NO_BODY, true, false, ""},
    [S_REGISTER] = {"REGISTER", NULL, NO_BODY, false, true, "Expires: 3600\r\n"},
    [S_OPTIONS] = {"OPTIONS", NULL, NO_BODY, false, true, "Accept: application/sdp\r\n"},
    [S_SUBSCRIBE] = {"SUBSCRIBE", NULL, NO_BODY, false, true,
                     "Event: presence\r\nExpires: 600\r\nAccept: application/pidf+xml\r\n"},
    [S_NOTIFY] = {"NOTIFY", NULL, PRESENCE, true, true,
                  "Event: presence\r\nSubscription-State: active;expires=599\r\n"},
    [S_PUBLISH] = {"PUBLISH", NULL, PRESENCE, false, true, "Event: presence\r\nExpires: 3600\r\n"},
    [S_SCAN] = {"OPTIONS", NULL, NO_BODY, false, true,
                "User-Agent: friendly-scanner\r\nAccept: application/sdp\r\n"},
    [S_GUESS] = {"REGISTER", NULL, NO_BODY, false, true,
                 "Expires: 60\r\nAuthorization: Digest username=\"{user}\", realm=\"sip\", "
                 "nonce=\"{time}\", uri=\"sip:sip\", response=\"{id}{time}\"\r\n"},
    [S_MESSAGE] = {"MESSAGE", NULL, WORDS, false, true, ""},
};

struct part {
        enum shape_id shape;
        uint32_t weight;
        uint32_t size; /* octets to fill up to; 0: as it comes */
};

struct profile {
        const char *name;
        struct part parts[SB_IMAGES_MAX]; /* ended by weight 0 */
};

/* Weights are shares of messages; README.md says where they come from. */
static const struct profile profiles[] = {
    {"trunk",
     {{S_INVITE, 16, 1000},
      {S_100, 16, 0},
      {S_180, 16, 0},
      {S_200_INVITE, 16, 900},
      {S_ACK, 16, 0},
      {S_BYE, 10, 0},
      {S_200_BYE, 10, 0}}},
    {"enterprise",
     {{S_INVITE, 8, 1100},
      {S_100, 8, 0},
      {S_180, 8, 0},
      {S_200_INVITE, 8, 1000},
      {S_ACK, 8, 0},
      {S_BYE, 8, 0},
      {S_200_BYE, 8, 0},
      {S_REGISTER, 18, 0},
      {S_OPTIONS, 10, 0},
      {S_SUBSCRIBE, 6, 0},
      {S_NOTIFY, 8, 0},
      {S_PUBLISH, 2, 0}}},
    {"registrar", {{S_REGISTER, 80, 0}, {S_OPTIONS, 20, 0}}},
    {"presence", {{S_SUBSCRIBE, 25, 0}, {S_NOTIFY, 50, 0}, {S_PUBLISH, 20, 0}, {S_MESSAGE, 5, 0}}},
    {"avalanche", {{S_REGISTER, 1, 0}}},
    {"spec-like", {{S_INVITE, 1, 800}}},
    {"options", {{S_OPTIONS, 1, 0}}},
};

static const struct profile attacks[] = {
    {"options-flood", {{S_OPTIONS, 1, 0}}}, {"register-flood", {{S_REGISTER, 1, 0}}},
    {"invite-flood", {{S_INVITE, 1, 0}}},   {"response-flood", {{S_200_INVITE, 1, 0}}},
    {"fragments", {{S_INVITE, 1, 1000}}},   {"scan", {{S_SCAN, 1, 0}}},
    {"guess", {{S_GUESS, 1, 0}}},
};

/* Wrong in one way each, as scanners and fuzzers send them. */
static const char *const malformed[] = {
    "INVITE sip:{callee}@x SIP/2.0\r\nVia: SIP/2.0/UDP {ip}:{port};branch=z9hG4bK{time}{id}\r\n"
    "From: <sip:{user}@x>;tag=1\r\nTo: <sip:{callee}@x>\r\nCSeq: 1 INVITE\r\n\r\n",
    "INVITE sip:{callee}@x SIP/2.0\r\nVia: SIP/2.0/UDP {ip}:{port};branch=z9hG4bK{time}{id}\r\n"
    "From: <sip:{user}@x;tag=1\r\nTo: \"<sip:{callee}@x>\r\nCall-ID: {id}\r\nCSeq: 1 ACK\r\n"
    "Content-Length: 4294967297\r\n\r\n",
    "OPTIONS sip:{callee}@x SIP/7.0\r\nVia: SIP/2.0/UDP {ip}:{port};branch=z9hG4bK{time}{id}\r\n"
    "From: <sip:{user}@x>;tag=1\r\nTo: <sip:{callee}@x>\r\nCall-ID: {id}\r\nCSeq: 1 "
    "OPTIONS\r\n\r\n",
    "REGISTER sip:x SIP/2.0\r\nVia: SIP/2.0/UDP {ip}:{port};branch=z9hG4bK{time}{id}\r\n"
    "From: <sip:{user}@x>;tag=1\r\nTo: <sip:{user}@x>\r\nCall-ID: {id}\r\nCall-ID: {time}\r\n"
    "CSeq: 99999999999 REGISTER\r\nContent-Length: -1\r\n\r\n",
    "INVITE sip:{callee}@x SIP/2.0\nVia: SIP/2.0/UDP {ip}:{port}\nFrom: {user}\n",
    "SIP/2.0 999 {id}\r\nVia: SIP/2.0/UDP {ip}:{port};branch=z9hG4bK{time}{id}\r\n\r\n",
};

static const char *body_text(enum body b)
{
        switch (b) {
        case SDP:
                return "v=0\r\no=- {id} 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 "
                       "0\r\n"
                       "m=audio 49170 RTP/AVP 8 0 101\r\na=rtpmap:8 PCMA/8000\r\n"
                       "a=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
                       "a=fmtp:101 0-15\r\na=sendrecv\r\n";
        case PRESENCE:
                return "<?xml version=\"1.0\"?><presence xmlns=\"urn:ietf:params:xml:ns:pidf\" "
                       "entity=\"sip:{user}@example.com\"><tuple "
                       "id=\"a\"><status><basic>open</basic>"
                       "</status></tuple></presence>\r\n";
        case WORDS:
                return "The meeting is at {id}.\r\n";
        default:
                return "";
        }
}

static const char *type_text(enum body b)
{
        static const char *const types[] = {"", "Content-Type: application/sdp\r\n",
                                            "Content-Type: application/pidf+xml\r\n",
                                            "Content-Type: text/plain\r\n"};

        return types[b];
}

/* Octets once the marks are filled in. */
static uint32_t filled(const struct sb_mix_setup *set, const char *text)
{
        static const struct {
                const char *mark;
                uint32_t len;
        } marks[] = {{"{id}", 16}, {"{time}", 16}, {"{user}", 8}, {"{callee}", 8}, {"{port}", 5}};
        uint32_t len = (uint32_t)strlen(text), ip_len;
        char address[SB_ADDR_TEXT_MAX];
        struct sb_end from;

        sb_ident_at(set->env->local, 0, &from);
        ip_len = sb_addr_text(&from.addr, set->env->v6, true, address);
        for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
                for (const char *p = text; (p = strstr(p, marks[i].mark)) != NULL; p++)
                        len = len - (uint32_t)strlen(marks[i].mark) + marks[i].len;
        for (const char *p = text; (p = strstr(p, "{ip}")) != NULL; p++)
                len = len - 4u + ip_len;
        return len;
}

static int message(const struct sb_mix_setup *set, const struct shape *s, uint32_t fill,
                   char out[TEXT_MAX])
{
        const char *body = body_text(s->body);
        char remote[SB_ADDR_TEXT_MAX], start[256], subject[TEXT_MAX] = "";
        bool request = s->status == NULL, reg = strcmp(s->method, "REGISTER") == 0;

        (void)sb_addr_text(&set->env->remote.addr, set->env->v6, true, remote);
        if (request)
                snprintf(start, sizeof(start), "%s sip:%s%s:%u SIP/2.0", s->method,
                         reg ? "" : "{callee}@", remote, set->env->remote.port);
        else
                snprintf(start, sizeof(start), "SIP/2.0 %s", s->status);
        if (fill > 11) {
                memcpy(subject, "Subject: ", 9);
                memset(subject + 9, 'x', fill - 11);
                memcpy(subject + fill - 2, "\r\n", 3);
        }
        return snprintf(out, TEXT_MAX,
                        "%s\r\n"
                        "Via: SIP/2.0/UDP {ip}:{port};branch=z9hG4bK{time}{id}\r\n"
                        "From: <sip:{user}@%s>;" TAG "\r\n"
                        "To: <sip:%s@%s>%s\r\n"
                        "Call-ID: {id}@{ip}\r\n"
                        "CSeq: 1 %s\r\n"
                        "%s%s%s%s%s"
                        "Content-Length: %u\r\n\r\n%s",
                        start, remote, reg ? "{user}" : "{callee}", remote,
                        s->in_dialog ? ";tag=8{id}" : "", s->method,
                        request ? "Max-Forwards: 70\r\n" : "",
                        strcmp(s->method, "ACK") == 0 || strcmp(s->method, "BYE") == 0 ||
                                (s->status != NULL && s->status[0] == '1' && s->status[1] == '0')
                            ? ""
                            : "Contact: <sip:{user}@{ip}:{port}>\r\n",
                        s->more, subject, type_text(s->body), filled(set, body), body);
}

static char *shape_text(const struct sb_mix_setup *set, const struct part *part)
{
        uint32_t want = set->size != 0 ? set->size : part->size, have;
        char text[TEXT_MAX];
        int n = message(set, &shapes[part->shape], 0, text);

        if (n < 0 || n >= (int)TEXT_MAX)
                return NULL;
        have = filled(set, text);
        if (want > have + 11 && want < TEXT_MAX) {
                n = message(set, &shapes[part->shape], want - have, text);
                if (n < 0 || n >= (int)TEXT_MAX)
                        return NULL;
        }
        return strdup(text);
}

static const struct profile *find(const struct profile *table, size_t cnt, const char *name)
{
        for (size_t i = 0; i < cnt; i++)
                if (strcmp(table[i].name, name) == 0)
                        return &table[i];
        return NULL;
}

/* Files of a directory, as they are. What does not fit a frame, or holds a NUL or a mark, is left
 * out; directories have no order, so the names are sorted. */
static uint32_t files_of(const char *path, struct sb_kind *kinds)
{
        struct dirent **names = NULL;
        int n = scandir(path, &names, NULL, alphasort);
        uint32_t cnt = 0;

        for (int i = 0; i < n; i++) {
                char file[4096], text[TEXT_MAX];
                size_t len = 0;
                FILE *f;

                snprintf(file, sizeof(file), "%s/%s", path, names[i]->d_name);
                free(names[i]);
                f = cnt == SB_IMAGES_MAX ? NULL : fopen(file, "re");
                if (f == NULL)
                        continue;
                len = fread(text, 1, sizeof(text) - 1, f);
                fclose(f);
                text[len] = '\0';
                if (len > 0 && len < sizeof(text) - 1 && strlen(text) == len)
                        kinds[cnt++] = (struct sb_kind){.text = strdup(text), .weight = 1};
        }
        free(names);
        return cnt;
}

static uint32_t texts_of(const char *const *texts, uint32_t cnt, struct sb_kind *kinds)
{
        for (uint32_t i = 0; i < cnt; i++)
                kinds[i] = (struct sb_kind){.text = strdup(texts[i]), .weight = 1};
        return cnt;
}

uint32_t sb_mix_kinds(const struct sb_mix_setup *set, struct sb_kind kinds[SB_IMAGES_MAX],
                      bool *attack)
{
        static const char *const crlf[] = {"\r\n\r\n"};
        const struct profile *p =
            find(profiles, sizeof(profiles) / sizeof(profiles[0]), set->profile);
        uint32_t cnt = 0;

        *attack = p == NULL;
        if (strncmp(set->profile, "files:", 6) == 0)
                return files_of(set->profile + 6, kinds);
        if (strcmp(set->profile, "malformed") == 0)
                return texts_of(malformed, sizeof(malformed) / sizeof(malformed[0]), kinds);
        if (strcmp(set->profile, "crlf") == 0)
                return texts_of(crlf, 1, kinds);
        if (p == NULL)
                p = find(attacks, sizeof(attacks) / sizeof(attacks[0]), set->profile);
        for (; p != NULL && cnt < SB_IMAGES_MAX && p->parts[cnt].weight != 0; cnt++)
                kinds[cnt] = (struct sb_kind){
                    .text = shape_text(set, &p->parts[cnt]),
                    .weight = p->parts[cnt].weight,
                    .wants_answer = shapes[p->parts[cnt].shape].answered,
                    .fragment = strcmp(set->profile, "fragments") == 0,
                };
        for (uint32_t i = 0; i < cnt; i++)
                if (kinds[i].text == NULL)
                        kinds[i].text = strdup("");
        return cnt;
}
