/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/sip_class.h"

#include <string.h>

#include "parser/sip_ctype.h"

/* ---- names ---- */

static const char *const purpose_names[SIP_PURPOSE_CNT] = {
    "none",
#define X(ID, name, text) name,
#include "parser/sip_purpose.def"
#undef X
};

static const char *const purpose_texts[SIP_PURPOSE_CNT] = {
    "",
#define X(ID, name, text) text,
#include "parser/sip_purpose.def"
#undef X
};

/* A body kind; `type` is NULL for those that are not one media type. */
static const struct {
        const char *name, *type;
} bodies[SIP_CLASS_BODY_CNT] = {
    {"none", NULL},
#define X(ID, name, type) {name, type},
#include "parser/sip_class_body.def"
#undef X
    {"multipart", NULL},
    {"xml", NULL},
    {"other", NULL},
};

const char *sip_purpose_name(unsigned purpose)
{
        return purpose < SIP_PURPOSE_CNT ? purpose_names[purpose] : "unknown";
}

const char *sip_purpose_text(unsigned purpose)
{
        return purpose < SIP_PURPOSE_CNT ? purpose_texts[purpose] : "";
}

const char *sip_class_body_name(unsigned body)
{
        return body < SIP_CLASS_BODY_CNT ? bodies[body].name : "unknown";
}

/* ---- pieces of text ---- */

/* Do the first octets of [at, at + len) spell `word`, which is in lower case? */
static bool begins(const uint8_t *at, size_t len, const char *word)
{
        size_t n = strlen(word);

        if (len < n)
                return false;
        for (size_t i = 0; i < n; i++)
                if (sip_lower(at[i]) != (uint8_t)word[i])
                        return false;
        return true;
}

static bool is_word(const uint8_t *at, size_t len, const char *word)
{
        return len == strlen(word) && begins(at, len, word);
}

static bool ends(const uint8_t *at, size_t len, const char *word)
{
        size_t n = strlen(word);

        return len >= n && begins(at + len - n, n, word);
}

static bool ends_word(uint8_t c)
{
        return c == ';' || c == ',' || sip_is(c, SIP_CT_LWS);
}

/* The value of a header up to its first parameter. */
static size_t first_word(const uint8_t *at, size_t len)
{
        size_t n = 0;

        while (n < len && !ends_word(at[n]))
                n++;
        return n;
}

/* Does the header have this word in front of its parameters? */
static bool header_is(const struct sip_msg *m, enum sip_hdr_id id, const char *word)
{
        const struct sip_hdr *h = sip_msg_first(m, id);

        if (h == NULL)
                return false;
        const uint8_t *at = sip_span_at(m, h->value);

        return is_word(at, first_word(at, h->value.len), word);
}

static bool has(const struct sip_msg *m, enum sip_hdr_id id)
{
        return m->first[id] != SIP_HDR_NONE;
}

/* Is there a parameter of this name in "a;b=c;d"? A name within quotes counts: nobody quotes one.
 */
static bool has_param(const struct sip_msg *m, struct sip_span params, const char *name)
{
        const uint8_t *at = sip_span_at(m, params), *end = at + params.len;
        size_t n = strlen(name);

        while (at < end) {
                const uint8_t *semi = memchr(at, ';', (size_t)(end - at));
                const uint8_t *to = semi != NULL ? semi : end;

                while (at < to && sip_is(*at, SIP_CT_LWS))
                        at++;
                if (begins(at, (size_t)(to - at), name) &&
                    (at + n == to || at[n] == '=' || sip_is(at[n], SIP_CT_LWS)))
                        return true;
                at = to + 1;
        }
        return false;
}

/* ---- the body ---- */

static enum sip_class_body body_kind(const struct sip_msg *m)
{
        const struct sip_hdr *h = sip_msg_first(m, SIP_HDR_CONTENT_TYPE);

        if (m->body_len == 0)
                return SIP_CLASS_BODY_NONE;
        if (h == NULL)
                return SIP_CLASS_BODY_OTHER;
        static const char sdp[] = "application/sdp"; /* as nearly all write it */
        const uint8_t *at = sip_span_at(m, h->value);
        size_t n = sizeof(sdp) - 1, len = h->value.len;

        if (len >= n && memcmp(at, sdp, n) == 0 && (len == n || ends_word(at[n])))
                return SIP_CLASS_BODY_SDP;
        n = first_word(at, len);
        for (unsigned k = 0; k < SIP_CLASS_BODY_CNT; k++)
                if (bodies[k].type != NULL && is_word(at, n, bodies[k].type))
                        return (enum sip_class_body)k;
        if (begins(at, n, "multipart/"))
                return SIP_CLASS_BODY_MULTIPART;
        if (ends(at, n, "+xml") || ends(at, n, "/xml"))
                return SIP_CLASS_BODY_XML;
        return SIP_CLASS_BODY_OTHER;
}

/* What one section of a session description says of its streams. */
struct section {
        bool silent;  /* sendonly or inactive */
        bool nowhere; /* its address is 0.0.0.0 */
        bool refused; /* port 0 */
};

static void take_line(struct section *s, const uint8_t *line, size_t n)
{
        if (is_word(line, n, "a=sendonly") || is_word(line, n, "a=inactive"))
                s->silent = true;
        else if (is_word(line, n, "a=sendrecv") || is_word(line, n, "a=recvonly"))
                s->silent = false;
        else if (begins(line, n, "c="))
                s->nowhere = is_word(line, n, "c=in ip4 0.0.0.0");
}

static bool is_heard(const struct section *s)
{
        return !s->refused && !s->silent && !s->nowhere;
}

/* "m=audio 0 ..." */
static bool port_is_zero(const uint8_t *line, size_t n)
{
        const uint8_t *sp = memchr(line, ' ', n);
        size_t left = sp != NULL ? n - (size_t)(sp - line) : 0;

        return left >= 2 && sp[1] == '0' && (left == 2 || sp[2] == ' ');
}

bool sip_class_silent(const uint8_t *body, size_t len)
{
        struct section session = {0}, media = {0};
        const uint8_t *at = body, *end = body + len;
        bool in_media = false, stream = false;

        while (at < end) {
                const uint8_t *lf = memchr(at, '\n', (size_t)(end - at));
                const uint8_t *to = lf != NULL ? lf : end;
                size_t n = (size_t)(to - at);

                if (n > 0 && at[n - 1] == '\r')
                        n--;
                if (begins(at, n, "m=")) {
                        if (in_media && is_heard(&media))
                                return false;
                        stream |= in_media && !media.refused;
                        media = session; /* what it does not say itself */
                        media.refused = port_is_zero(at, n);
                        in_media = true;
                } else {
                        take_line(in_media ? &media : &session, at, n);
                }
                at = to + 1;
        }
        stream |= in_media && !media.refused;
        return stream && !is_heard(&media);
}

/* ---- what headers say of a message ---- */

static bool is_inside(const struct sip_msg *m)
{
        return m->to.tag.len != 0;
}

static bool is_focus(const struct sip_msg *m)
{
        return m->contact.params.len != 0 && has_param(m, m->contact.params, "isfocus");
}

/* History-Info of one entry is written by a request's first hop (RFC 7044 7.1): no diversion. */
static bool is_diverted(const struct sip_msg *m)
{
        const struct sip_hdr *h = sip_msg_first(m, SIP_HDR_HISTORY_INFO);

        return has(m, SIP_HDR_DIVERSION) ||
               (h != NULL && (h->next_same != SIP_HDR_NONE ||
                              memchr(sip_span_at(m, h->value), ',', h->value.len) != NULL));
}

static bool is_referred(const struct sip_msg *m)
{
        return has(m, SIP_HDR_REFERRED_BY) || has(m, SIP_HDR_REPLACES);
}

static unsigned flags_of(const struct sip_msg *m)
{
        return (is_inside(m) ? SIP_CLASS_IN_DIALOG : 0u) |
               (sip_msg_has_credentials(m) ? SIP_CLASS_CREDENTIALS : 0u) |
               (is_focus(m) ? SIP_CLASS_FOCUS : 0u) | (is_diverted(m) ? SIP_CLASS_DIVERTED : 0u) |
               (is_referred(m) ? SIP_CLASS_REFERRED : 0u);
}

/* ---- the purpose: only what it depends on is read of a message ---- */

struct view {
        const struct sip_msg *m;
        const struct sip_class_known *known;
        enum sip_purpose purpose;
        unsigned confidence;
};

static void say(struct view *v, enum sip_purpose p, unsigned confidence)
{
        v->purpose = p;
        v->confidence = confidence;
}

bool sip_class_is_sos(const struct sip_msg *m)
{
        static const char sos[] = "service:sos";
        const uint8_t *at = sip_span_at(m, m->ruri.host);
        size_t n = sizeof(sos) - 1, len = m->ruri.host.len;

        return m->ruri.scheme == SIP_SCHEME_URN && begins(at, len, sos) &&
               (len == n || at[n] == '.');
}

/* An INVITE outside a dialog. What brought it here counts more than that it opens a call. */
static void new_call(struct view *v)
{
        if (v->known->emergency || sip_class_is_sos(v->m))
                say(v, SIP_PURPOSE_EMERGENCY, 100);
        else if (has(v->m, SIP_HDR_JOIN) || is_focus(v->m))
                say(v, SIP_PURPOSE_CONFERENCE, 100);
        else if (is_referred(v->m)) /* a pick-up replaces a call too (RFC 3891 1) */
                say(v, SIP_PURPOSE_TRANSFER, has(v->m, SIP_HDR_REFERRED_BY) ? 100 : 70);
        else if (is_diverted(v->m))
                say(v, SIP_PURPOSE_FORWARDING, 90);
        else
                say(v, SIP_PURPOSE_CALL_SETUP, 100);
}

/* An INVITE or UPDATE within a dialog. */
static void changed_call(struct view *v)
{
        const struct sip_msg *m = v->m;
        enum sip_class_body body = body_kind(m);

        if (body != SIP_CLASS_BODY_SDP) {
                bool timer = has(m, SIP_HDR_SESSION_EXPIRES) && body == SIP_CLASS_BODY_NONE;

                say(v, timer ? SIP_PURPOSE_SESSION_REFRESH : SIP_PURPOSE_CALL_CHANGE, 70);
        } else if (sip_class_silent(m->buf + m->body_off, m->body_len)) {
                say(v, SIP_PURPOSE_HOLD, 90);
        } else if (v->known->held) {
                say(v, SIP_PURPOSE_RESUME, 90);
        } else {
                say(v, is_focus(v->m) ? SIP_PURPOSE_CONFERENCE : SIP_PURPOSE_CALL_CHANGE, 70);
        }
}

/* RFC 3261 10.2: without Contact it asks; "*" or a life of zero takes away. */
static void registration(struct view *v)
{
        const struct sip_msg *m = v->m;
        struct sip_span p = m->contact.params;
        const struct sip_hdr *e = sip_msg_first(m, SIP_HDR_EXPIRES);
        bool none = e != NULL && e->value.len == 1 && *sip_span_at(m, e->value) == '0';
        const uint8_t *at = sip_span_at(m, p);

        if (has_param(m, p, "expires")) {
                static const char zero[] = "expires=0";
                size_t n = sizeof(zero) - 1;

                none = false;
                for (size_t i = 0; i + n <= p.len && !none; i++)
                        none = begins(at + i, p.len - i, zero) &&
                               (i + n == p.len || !sip_is(at[i + n], SIP_CT_DIGIT));
        }
        if (m->contact.star)
                say(v, SIP_PURPOSE_UNREGISTER, 100);
        else if (m->contact.all.len == 0)
                say(v, SIP_PURPOSE_FETCH, 100);
        else if (none)
                say(v, SIP_PURPOSE_UNREGISTER, 100);
        else if (v->known->bound)
                say(v, SIP_PURPOSE_REFRESH, 100);
        else
                say(v, SIP_PURPOSE_REGISTRATION, 70);
}

static void notification(struct view *v)
{
        if (header_is(v->m, SIP_HDR_EVENT, "refer"))
                say(v, SIP_PURPOSE_TRANSFER, 100);
        else if (header_is(v->m, SIP_HDR_EVENT, "conference"))
                say(v, SIP_PURPOSE_CONFERENCE, 100);
        else
                say(v, SIP_PURPOSE_NOTIFICATION, 100);
}

static void request(struct view *v)
{
        bool inside = is_inside(v->m);

        switch (v->m->method) {
        case SIP_METHOD_INVITE:
                inside ? changed_call(v) : new_call(v);
                break;
        case SIP_METHOD_UPDATE:
                changed_call(v);
                break;
        case SIP_METHOD_BYE:
        case SIP_METHOD_CANCEL:
                say(v, SIP_PURPOSE_TEARDOWN, 100);
                break;
        case SIP_METHOD_REGISTER:
                registration(v);
                break;
        case SIP_METHOD_OPTIONS:
                say(v, inside ? SIP_PURPOSE_IN_DIALOG : SIP_PURPOSE_PROBE, 100);
                break;
        case SIP_METHOD_SUBSCRIBE:
                say(v, SIP_PURPOSE_SUBSCRIPTION, 100);
                break;
        case SIP_METHOD_NOTIFY:
                notification(v);
                break;
        case SIP_METHOD_PUBLISH:
                say(v, SIP_PURPOSE_PUBLICATION, 100);
                break;
        case SIP_METHOD_MESSAGE:
                say(v,
                    v->known->emergency || sip_class_is_sos(v->m) ? SIP_PURPOSE_EMERGENCY
                                                                  : SIP_PURPOSE_MESSAGE,
                    100);
                break;
        case SIP_METHOD_REFER: /* outside a dialog it may be a click to dial (RFC 5359 2.18) */
                say(v, SIP_PURPOSE_TRANSFER, inside || has(v->m, SIP_HDR_TARGET_DIALOG) ? 100 : 60);
                break;
        case SIP_METHOD_ACK:
        case SIP_METHOD_PRACK:
        case SIP_METHOD_INFO:
                say(v, SIP_PURPOSE_IN_DIALOG, 100);
                break;
        default:
                say(v, SIP_PURPOSE_OTHER, 100);
                break;
        }
}

/* To an INVITE. Its To-tag does not tell whether the INVITE had one. */
static void invite_response(struct view *v)
{
        unsigned status = v->m->status;

        if (status == 181)
                say(v, SIP_PURPOSE_FORWARDING, 100);
        else if (status > 100 && status < 200 && body_kind(v->m) == SIP_CLASS_BODY_SDP)
                say(v, SIP_PURPOSE_EARLY_MEDIA, 90);
        else if (is_focus(v->m))
                say(v, SIP_PURPOSE_CONFERENCE, 90);
        else
                say(v, SIP_PURPOSE_CALL_SETUP, status < 200 ? 90 : 70);
}

static void response(struct view *v)
{
        static const uint8_t of_method[SIP_METHOD_CNT] = {
            [SIP_METHOD_OTHER] = SIP_PURPOSE_OTHER,
            [SIP_METHOD_ACK] = SIP_PURPOSE_OTHER, /* there is no response to one */
            [SIP_METHOD_BYE] = SIP_PURPOSE_TEARDOWN,
            [SIP_METHOD_CANCEL] = SIP_PURPOSE_TEARDOWN,
            [SIP_METHOD_REGISTER] = SIP_PURPOSE_REGISTRATION,
            [SIP_METHOD_OPTIONS] = SIP_PURPOSE_PROBE,
            [SIP_METHOD_PRACK] = SIP_PURPOSE_IN_DIALOG,
            [SIP_METHOD_SUBSCRIBE] = SIP_PURPOSE_SUBSCRIPTION,
            [SIP_METHOD_NOTIFY] = SIP_PURPOSE_NOTIFICATION,
            [SIP_METHOD_PUBLISH] = SIP_PURPOSE_PUBLICATION,
            [SIP_METHOD_INFO] = SIP_PURPOSE_IN_DIALOG,
            [SIP_METHOD_REFER] = SIP_PURPOSE_TRANSFER,
            [SIP_METHOD_MESSAGE] = SIP_PURPOSE_MESSAGE,
            [SIP_METHOD_UPDATE] = SIP_PURPOSE_CALL_CHANGE,
        };

        if (v->m->status / 100 == 3)
                say(v, SIP_PURPOSE_REDIRECT, 100);
        else if (v->m->cseq.method == SIP_METHOD_INVITE)
                invite_response(v);
        else
                say(v, (enum sip_purpose)of_method[v->m->cseq.method], 70);
}

static struct view view_of(const struct sip_msg *m, const struct sip_class_known *known)
{
        struct view v = {.m = m, .known = known};

        if (m->kind == SIP_KIND_REQUEST)
                request(&v);
        else if (m->kind == SIP_KIND_RESPONSE)
                response(&v);
        return v;
}

enum sip_purpose sip_class_purpose(const struct sip_msg *m, const struct sip_class_known *known)
{
        return view_of(m, known).purpose;
}

void sip_classify(const struct sip_msg *m, const struct sip_class_known *known,
                  struct sip_class *out)
{
        const struct view v = view_of(m, known);

        *out =
            (struct sip_class){.purpose = (uint8_t)v.purpose, .confidence = (uint8_t)v.confidence};
        if (m->kind == SIP_KIND_NONE)
                return;
        out->body = (uint8_t)body_kind(m);
        out->flags = (uint8_t)flags_of(m);
}
