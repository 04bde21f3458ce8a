/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/sip_reply.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "parser/sip_via_source.h"

#define STATUS_MIN 200u
#define STATUS_MAX 699u

static const struct {
        uint16_t status;
        const char *phrase;
} phrases[] = {
    {100, "Trying"},
    {180, "Ringing"},
    {181, "Call Is Being Forwarded"},
    {182, "Queued"},
    {183, "Session Progress"},
    {200, "OK"},
    {202, "Accepted"},
    {204, "No Notification"},
    {300, "Multiple Choices"},
    {301, "Moved Permanently"},
    {302, "Moved Temporarily"},
    {305, "Use Proxy"},
    {380, "Alternative Service"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {402, "Payment Required"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {407, "Proxy Authentication Required"},
    {408, "Request Timeout"},
    {410, "Gone"},
    {412, "Conditional Request Failed"},
    {413, "Request Entity Too Large"},
    {414, "Request-URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Unsupported URI Scheme"},
    {420, "Bad Extension"},
    {421, "Extension Required"},
    {422, "Session Interval Too Small"},
    {423, "Interval Too Brief"},
    {428, "Use Identity Header"},
    {429, "Provide Referrer Identity"},
    {433, "Anonymity Disallowed"},
    {436, "Bad Identity Info"},
    {437, "Unsupported Credential"},
    {438, "Invalid Identity Header"},
    {440, "Max-Breadth Exceeded"},
    {469, "Bad Info Package"},
    {470, "Consent Needed"},
    {480, "Temporarily Unavailable"},
    {481, "Call/Transaction Does Not Exist"},
    {482, "Loop Detected"},
    {483, "Too Many Hops"},
    {484, "Address Incomplete"},
    {485, "Ambiguous"},
    {486, "Busy Here"},
    {487, "Request Terminated"},
    {488, "Not Acceptable Here"},
    {489, "Bad Event"},
    {491, "Request Pending"},
    {493, "Undecipherable"},
    {494, "Security Agreement Required"},
    {500, "Server Internal Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Server Time-out"},
    {505, "Version Not Supported"},
    {513, "Message Too Large"},
    {580, "Precondition Failure"},
    {600, "Busy Everywhere"},
    {603, "Decline"},
    {604, "Does Not Exist Anywhere"},
    {606, "Not Acceptable"},
    {607, "Unwanted"},
    {608, "Rejected"},
};

/* A status that nobody named has the meaning of its class's x00 (RFC 3261 8.1.3.2). */
static const char *const class_phrases[] = {
    "Provisional", "Success", "Redirection", "Client Error", "Server Error", "Global Failure",
};

const char *sip_status_phrase(unsigned status)
{
        if (status < 100 || status > STATUS_MAX)
                return "";
        for (size_t i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++)
                if (phrases[i].status == status)
                        return phrases[i].phrase;
        return class_phrases[status / 100 - 1];
}

/* Counts everything and writes what it may: with cap 0 it only measures. */
struct sink {
        uint8_t *out;
        size_t cap;
        size_t len;
};

static void put_octet(struct sink *s, uint8_t octet)
{
        if (s->len < s->cap)
                s->out[s->len] = octet;
        s->len++;
}

/* Foreign octets: no control octet but HT goes through. */
static void put(struct sink *s, const void *data, size_t bytes)
{
        const uint8_t *p = data;

        for (size_t i = 0; i < bytes; i++)
                put_octet(s, (p[i] < 0x20 && p[i] != '\t') || p[i] == 0x7f ? ' ' : p[i]);
}

static void put_text(struct sink *s, const char *text)
{
        put(s, text, strlen(text));
}

/* What the caller wrote: line ends stay. */
static void put_own(struct sink *s, const char *text)
{
        for (; *text != '\0'; text++)
                put_octet(s, (uint8_t)*text);
}

static void put_number(struct sink *s, uint32_t n)
{
        char digits[10]; /* 2^32 - 1 has ten */
        size_t at = sizeof(digits);

        do {
                digits[--at] = (char)('0' + n % 10);
                n /= 10;
        } while (n != 0);
        put(s, digits + at, sizeof(digits) - at);
}

static void end_line(struct sink *s)
{
        put_octet(s, '\r');
        put_octet(s, '\n');
}

/* RFC 3261 18.2.1 and RFC 3581 4. */
static void put_top_via(struct sink *s, const struct sip_msg *req,
                        const struct sip_reply_args *args)
{
        const uint8_t *p = sip_span_at(req, req->via.all);
        size_t bytes = req->via.all.len;
        size_t at = sip_via_param_end(p, 0, bytes);

        put(s, p, at);
        while (at < bytes) {
                size_t end = sip_via_param_end(p, at + 1, bytes);

                if (!sip_via_param_is_source(p + at + 1, end - at - 1))
                        put(s, p + at, end - at);
                at = end;
        }
        if (req->via.has_rport || !sip_via_is_from(req, args->src, args->src_len)) {
                put_text(s, ";received=");
                put(s, args->src, args->src_len);
        }
        if (req->via.has_rport) {
                put_text(s, ";rport=");
                put_number(s, args->src_port);
        }
}

static void put_vias(struct sink *s, const struct sip_msg *req, const struct sip_reply_args *args)
{
        uint8_t i = req->first[SIP_HDR_VIA];
        bool top = true;

        for (; i != SIP_HDR_NONE; i = req->hdrs[i].next_same) {
                struct sip_span v = req->hdrs[i].value;

                put_text(s, "Via: ");
                if (top) {
                        /* the topmost value, then what shares its header field */
                        size_t rest = (size_t)req->via.all.off + req->via.all.len;

                        put_top_via(s, req, args);
                        put(s, req->buf + rest, (size_t)v.off + v.len - rest);
                } else {
                        put(s, sip_span_at(req, v), v.len);
                }
                end_line(s);
                top = false;
        }
}

static void put_copy(struct sink *s, const struct sip_msg *req, const char *name,
                     enum sip_hdr_id id)
{
        struct sip_span v = sip_msg_first(req, id)->value;

        put_text(s, name);
        put(s, sip_span_at(req, v), v.len);
}

static void put_reply(struct sink *s, const struct sip_msg *req, const struct sip_reply_args *args)
{
        put_text(s, "SIP/2.0 ");
        put_number(s, args->status);
        put_octet(s, ' ');
        put_text(s, args->phrase != NULL ? args->phrase : sip_status_phrase(args->status));
        end_line(s);
        put_vias(s, req, args);
        put_copy(s, req, "From: ", SIP_HDR_FROM);
        end_line(s);
        put_copy(s, req, "To: ", SIP_HDR_TO);
        if (req->to.tag.off == 0) {
                put_text(s, ";tag=");
                put(s, args->to_tag, args->tag_len);
        }
        end_line(s);
        put_copy(s, req, "Call-ID: ", SIP_HDR_CALL_ID);
        end_line(s);
        put_copy(s, req, "CSeq: ", SIP_HDR_CSEQ);
        end_line(s);
        if (args->headers != NULL)
                put_own(s, args->headers);
        if (args->retry_after_s != 0) {
                put_text(s, "Retry-After: ");
                put_number(s, args->retry_after_s);
                end_line(s);
        }
        put_text(s, "Content-Length: 0");
        end_line(s);
        end_line(s);
}

/* The topmost Via was read to the end of its sent-by, and lies inside the first Via header. */
static bool has_top_via(const struct sip_msg *req)
{
        const struct sip_hdr *h = sip_msg_first(req, SIP_HDR_VIA);

        return h != NULL && req->via.host.len != 0 && req->via.all.off >= h->value.off &&
               req->via.all.off + req->via.all.len <= h->value.off + h->value.len;
}

static bool is_answerable(const struct sip_msg *req, const struct sip_reply_args *args)
{
        return req->kind == SIP_KIND_REQUEST && req->method != SIP_METHOD_ACK && has_top_via(req) &&
               sip_msg_first(req, SIP_HDR_FROM) != NULL && sip_msg_first(req, SIP_HDR_TO) != NULL &&
               sip_msg_first(req, SIP_HDR_CALL_ID) != NULL &&
               sip_msg_first(req, SIP_HDR_CSEQ) != NULL && args->status >= STATUS_MIN &&
               args->status <= STATUS_MAX && args->src_len != 0 && args->tag_len != 0;
}

int sip_reply_size(const struct sip_msg *req, const struct sip_reply_args *args, size_t *bytes)
{
        struct sink s = {0};

        if (!is_answerable(req, args))
                return -EINVAL;
        put_reply(&s, req, args);
        *bytes = s.len;
        return 0;
}

int sip_reply_build(const struct sip_msg *req, const struct sip_reply_args *args, uint8_t *out,
                    size_t cap, size_t *len)
{
        struct sink s = {.out = out, .cap = cap};
        size_t bytes;
        int rc = sip_reply_size(req, args, &bytes);

        if (rc != 0)
                return rc;
        if (bytes > cap)
                return -ENOSPC;
        put_reply(&s, req, args);
        *len = s.len;
        return 0;
}
