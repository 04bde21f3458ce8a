/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/edge/proxy_request.h"

#include <string.h>

#include "parser/sip_option.h"
#include "parser/sip_uri_part.h"

/* What a token of ours in Route or Request-URI says; kind 0: there is none. */
struct way_back {
        struct dp_proxy_token token;
        struct sip_text text; /* it was read in this */
};

static void stop(struct dp_proxy_request *r, enum shm_reason reason, uint16_t code)
{
        bool mute = r->msg->method == SIP_METHOD_ACK; /* never answered (17.1.1.3) */

        r->next = mute ? DP_PROXY_DROP : DP_PROXY_REPLY;
        r->reason = (uint16_t)reason;
        r->code = mute ? 0 : code;
}

static bool stopped(const struct dp_proxy_request *r)
{
        return r->next == DP_PROXY_DROP || r->next == DP_PROXY_REPLY;
}

static void put_line(struct dp_proxy_request *r, const char *line)
{
        size_t len = strlen(line);

        memcpy(r->lines, line, len + 1);
}

/* What section 11.2 wants of an answer to OPTIONS, of an element that takes no part in a session.
 */
static void answer_options(struct dp_proxy_request *r)
{
        stop(r, SHM_REASON_PROXY_OPTIONS, 200);
        put_line(r, "Accept: */*\r\nSupported: path\r\n");
}

/* ---- 16.3 ---- */

/* A maddr in the client's Via would make us send the answers to somebody else (18.2.2). */
static void check_via(struct dp_proxy_request *r)
{
        const struct sip_msg *m = r->msg;
        struct shm_ip ip;

        if (m->via.maddr.len != 0 && (!dp_proxy_host_ip(m->buf, m->via.maddr, &ip) ||
                                      memcmp(&ip, &r->src.ip, sizeof(ip)) != 0)) {
                r->next = DP_PROXY_DROP;
                r->reason = SHM_REASON_VIA_MADDR;
        }
}

static void check_hops(struct dp_proxy_request *r)
{
        if (r->msg->max_forwards != 0)
                return;
        if (r->msg->method == SIP_METHOD_OPTIONS)
                answer_options(r);
        else
                stop(r, SHM_REASON_PROXY_HOPS, 483);
}

/* The value of a Max-Breadth, if it is one, is 0: there is nothing left to spend on a branch. What
 * is no number is not ours to judge. */
static void check_breadth(struct dp_proxy_request *r)
{
        const struct sip_msg *m = r->msg;
        const struct sip_hdr *h = sip_msg_first(m, SIP_HDR_MAX_BREADTH);

        if (h == NULL || h->value.len == 0)
                return;
        for (uint32_t i = 0; i < h->value.len; i++) {
                if (m->buf[h->value.off + i] != '0')
                        return;
        }
        stop(r, SHM_REASON_PROXY_BREADTH, 440);
}

/* "tag" and a comma before it if there are others; false when it does not fit. */
static bool put_tag(struct dp_proxy_request *r, size_t *len, struct sip_text tag, bool first)
{
        const size_t room = sizeof(r->lines) - *len - 3; /* CRLF and the end */

        if (tag.len + 1 > room)
                return false;
        if (!first)
                r->lines[(*len)++] = ',';
        memcpy(r->lines + *len, tag.at, tag.len);
        *len += tag.len;
        return true;
}

/* We have none of the extensions that a proxy may be asked for, so all of them are unsupported. */
static void check_require(struct dp_proxy_request *r)
{
        static const char name[] = "Unsupported: ";
        const struct sip_msg *m = r->msg;
        size_t len = sizeof(name) - 1;
        bool first = true, room = true;

        if (m->first[SIP_HDR_PROXY_REQUIRE] == SIP_HDR_NONE || m->method == SIP_METHOD_ACK ||
            m->method == SIP_METHOD_CANCEL) /* both are forwarded as their INVITE was (8.2.2.3) */
                return;
        memcpy(r->lines, name, len);
        for (uint8_t i = m->first[SIP_HDR_PROXY_REQUIRE]; i != SIP_HDR_NONE && room;
             i = m->hdrs[i].next_same) {
                struct sip_anom_set notes = {{0}};
                struct sip_span v = m->hdrs[i].value;
                struct sip_cur c = {
                    .buf = m->buf, .pos = v.off, .end = (uint32_t)v.off + v.len, .notes = &notes};
                enum sip_value more = SIP_VALUE_OK;
                struct sip_span tag;

                do {
                        tag = sip_value_token(&c);
                        if (tag.len != 0)
                                room = put_tag(r, &len, dp_proxy_text(m->buf, tag), first);
                        first = first && (tag.len == 0 || !room);
                } while (room && sip_value_more(&c, &more));
        }
        memcpy(r->lines + len, "\r\n", 3);
        if (first && room) { /* an empty list asks for nothing */
                r->lines[0] = '\0';
                return;
        }
        if (first) /* one tag alone that is too long */
                r->lines[0] = '\0';
        stop(r, SHM_REASON_PROXY_REQUIRE, 420);
}

/* ---- 16.4 ---- */

/* True when that is the token, the first of this message that is one. */
static bool read_token(const struct dp_proxy *px, const struct sip_msg *m, struct sip_text user,
                       struct way_back *back)
{
        if (back->token.kind != 0)
                return user.len == back->text.len && memcmp(user.at, back->text.at, user.len) == 0;
        if (!dp_proxy_token_read(px, m, user, &back->token)) {
                back->token.kind = 0;
                return false;
        }
        back->text = user;
        return true;
}

/* A strict router puts what we recorded into the Request-URI; nobody else can have our token. */
static void undo_strict(const struct dp_proxy *px, struct dp_proxy_request *r,
                        struct way_back *back)
{
        struct sip_text user = dp_proxy_text(r->msg->buf, r->ruri.user);
        struct sip_route last;

        if (!dp_proxy_token_may_be(user) || !dp_proxy_is_us(px, r->msg->buf, &r->ruri) ||
            !sip_route_last(r->msg, &last) || !read_token(px, r->msg, user, back))
                return;
        r->from_strict = true;
        r->ruri = last.addr.uri;
}

/* ---- Route values that name us ---- */

/* The URI behind "<sip:" with a user, if all behind that is as we write it for an address of ours:
 * its user part, and where the value ends. */
static bool as_we_write(const struct dp_proxy *px, const struct sip_msg *m,
                        struct sip_route_place p, struct sip_text *user, uint32_t *end)
{
        const char *at = (const char *)m->buf + p.at;
        struct sip_span field = m->hdrs[p.hdr].value;
        size_t left = (size_t)field.off + field.len - p.at, behind;
        const char *host;

        if (left < 5 || memcmp(at, "<sip:", 5) != 0)
                return false;
        left -= 5;
        at += 5;
        host =
            memchr(at, '@', left < DP_PROXY_TOKEN_CHARS_MAX ? left : DP_PROXY_TOKEN_CHARS_MAX + 1);
        if (host == NULL)
                return false;
        *user = (struct sip_text){at, (size_t)(host - at)};
        behind = left - user->len;
        for (unsigned i = 0; i < px->self_cnt; i++) {
                const struct dp_proxy_self *s = &px->self[i];

                if (behind >= s->uri_len && memcmp(host, s->uri, s->uri_len) == 0) {
                        *end = p.at + 5 + (uint32_t)user->len + s->uri_len;
                        return true;
                }
        }
        return false;
}

enum value {
        VALUE_NONE = 0, /* it can not be read */
        VALUE_OURS,
        VALUE_OTHER, /* r->route says what */
};

/* What the Route value at *p is, and go to the next one. Ours are as we wrote them, mostly, and
 * with a token that is good need no reading. */
static enum value take_value(const struct dp_proxy *px, struct dp_proxy_request *r,
                             struct sip_route_place *p, struct way_back *back)
{
        const struct sip_msg *m = r->msg;
        const struct sip_uri *uri = &r->route.addr.uri;
        struct sip_text user;
        uint32_t end;

        if (as_we_write(px, m, *p, &user, &end) && read_token(px, m, user, back) &&
            sip_route_skip(m, p, end))
                return VALUE_OURS;
        if (!sip_route_next(m, p, &r->route))
                return VALUE_NONE;
        if (!dp_proxy_is_us(px, m->buf, uri))
                return VALUE_OTHER;
        if (uri->user.len != 0)
                (void)read_token(px, m, dp_proxy_text(m->buf, uri->user), back);
        return VALUE_OURS;
}

/* Values that name us, in a row: two when the way through us has two addresses (RFC 5658). After a
 * strict router the last one is none of them but the Request-URI. */
static void skip_own_routes(const struct dp_proxy *px, struct dp_proxy_request *r,
                            struct way_back *back)
{
        struct sip_route_place next = sip_route_begin(r->msg);
        enum value v;

        for (;;) {
                r->kept = next;
                v = r->kept.hdr != SIP_HDR_NONE ? take_value(px, r, &next, back) : VALUE_NONE;
                if (v == VALUE_NONE || (r->from_strict && next.hdr == SIP_HDR_NONE))
                        return;
                if (v == VALUE_OTHER) {
                        r->has_route = true;
                        return;
                }
                if (++r->own_routes > DP_PROXY_OWN_ROUTES_MAX) {
                        stop(r, SHM_REASON_PROXY_LOOP, 482);
                        return;
                }
        }
}

static void look_at_maddr(const struct dp_proxy *px, struct dp_proxy_request *r)
{
        const uint8_t *buf = r->msg->buf;
        struct sip_uri_part part;
        struct sip_uri to = r->ruri;

        if (to.params.len == 0 || !sip_uri_param(buf, &to, "maddr", &part))
                return;
        to.host = part.value;
        if (!dp_proxy_is_us(px, buf, &to))
                return;
        r->own_maddr =
            !sip_uri_param(buf, &to, "transport", &part) || sip_span_ieq(buf, part.value, "udp", 3);
}

/* ---- 16.5 ---- */

static bool is_one_host(const struct shm_ip *ip)
{
        static const uint8_t nothing[15];
        const uint8_t *v4 = ip->b + 12;

        if (dp_ip_is_v4(ip))
                return v4[0] != 0 && v4[0] != 127 && v4[0] < 224;
        return ip->b[0] != 0xff &&
               !(memcmp(ip->b, nothing, sizeof(nothing)) == 0 && ip->b[15] <= 1);
}

static void go(const struct dp_proxy *px, struct dp_proxy_request *r)
{
        if (dp_proxy_self_of(px, &r->target) != NULL || !is_one_host(&r->target.ip)) {
                stop(r, SHM_REASON_HOP_FORBIDDEN, 482);
                return;
        }
        r->next = DP_PROXY_FORWARD;
        r->reason = SHM_REASON_PROXIED;
}

static void find_target(const struct dp_proxy *px, struct dp_proxy_request *r,
                        const struct dp_proxy_token *t)
{
        unsigned party = t->sender == DP_PROXY_CALLER ? DP_PROXY_CALLEE : DP_PROXY_CALLER;
        enum dp_proxy_way way;

        if (t->kind == DP_PROXY_TOKEN_PATH)
                party = DP_PROXY_CALLER;
        if (t->kind == 0 || (t->kind == DP_PROXY_TOKEN_PATH && r->has_route) || r->own_maddr)
                return;
        if (!r->has_route && (t->present & 1u << party) != 0) {
                r->target = t->addr[party];
                go(px, r);
                return;
        }
        if (t->kind == DP_PROXY_TOKEN_PATH)
                return;
        way =
            dp_proxy_uri_way(r->msg->buf, r->has_route ? &r->route.addr.uri : &r->ruri, &r->target);
        if (way == DP_PROXY_WAY_UDP)
                go(px, r);
        else if (way == DP_PROXY_WAY_STREAM)
                stop(r, SHM_REASON_HOP_TRANSPORT, 500);
}

static bool is_for_us(const struct dp_proxy *px, const struct dp_proxy_request *r)
{
        return !r->has_route && r->ruri.user.len == 0 && dp_proxy_is_us(px, r->msg->buf, &r->ruri);
}

static void preprocess(const struct dp_proxy *px, struct dp_proxy_request *r, bool known,
                       struct way_back *back)
{
        undo_strict(px, r, back);
        skip_own_routes(px, r, back);
        if (stopped(r))
                return;
        look_at_maddr(px, r);
        if (known && back->token.kind == 0)
                back->token = (struct dp_proxy_token){.kind = DP_PROXY_TOKEN_DIALOG};
        r->in_dialog = back->token.kind == DP_PROXY_TOKEN_DIALOG;
}

static void validate(struct dp_proxy_request *r)
{
        check_via(r);
        if (!stopped(r))
                check_hops(r);
        if (!stopped(r) && dp_proxy_mark_seen(r->msg, r->mark))
                stop(r, SHM_REASON_PROXY_LOOP, 482);
        if (!stopped(r))
                check_require(r);
        if (!stopped(r))
                check_breadth(r);
}

void dp_proxy_request_read(const struct dp_proxy *px, const struct sip_msg *m,
                           const struct dp_proxy_addr *src, bool known, struct dp_proxy_request *r)
{
        struct way_back back = {.token = {.kind = 0}};

        r->msg = m;
        r->src = *src;
        r->next = DP_PROXY_ASK;
        r->reason = SHM_REASON_NONE;
        r->code = 0;
        r->in_dialog = r->from_strict = r->own_maddr = r->has_route = false;
        r->own_routes = 0;
        r->ruri = m->ruri;
        r->lines[0] = '\0';
        dp_proxy_mark(px, m, &src->ip, r->mark);
        validate(r);
        if (stopped(r))
                return;
        preprocess(px, r, known, &back);
        if (stopped(r))
                return;
        if (r->ruri.scheme == SIP_SCHEME_OTHER || r->ruri.scheme == SIP_SCHEME_NONE)
                stop(r, SHM_REASON_PROXY_SCHEME, 416);
        else if (m->method == SIP_METHOD_OPTIONS && is_for_us(px, r))
                answer_options(r);
        else
                find_target(px, r, &back.token);
}

bool dp_proxy_is_recorded(const struct dp_proxy *px, const struct sip_msg *m)
{
        struct dp_proxy_token t;
        struct sip_route first;

        return (dp_proxy_is_us(px, m->buf, &m->ruri) &&
                dp_proxy_token_read(px, m, dp_proxy_text(m->buf, m->ruri.user), &t)) ||
               (m->first[SIP_HDR_ROUTE] != SIP_HDR_NONE && sip_route_first(m, &first) &&
                dp_proxy_is_us(px, m->buf, &first.addr.uri) &&
                dp_proxy_token_read(px, m, dp_proxy_text(m->buf, first.addr.uri.user), &t));
}
