/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/edge/proxy_forward.h"

#include <string.h>

#include "dataplane/edge/ip_text.h"
#include "parser/sip_hname.h"
#include "parser/sip_uri.h"
#include "parser/sip_uri_part.h"

#define IP4_AND_UDP_BYTES 28u
#define IP6_AND_UDP_BYTES 48u

/* What RFC 5393 5.3.3 gives a request that has none. */
#define BREADTH_LINE "Max-Breadth: 60\r\n"

/* "Record-Route: <sip:" token "@" host ":" port ";lr>" CRLF */
#define OWN_LINE_BYTES (19u + DP_PROXY_TOKEN_CHARS_MAX + DP_PROXY_URI_BYTES + 2u)

struct dp_proxy_hop dp_proxy_hop_of(const struct dp_proxy_request *r)
{
        return (struct dp_proxy_hop){.to = r->target};
}

uint16_t dp_proxy_forward_status(enum shm_reason reason, const struct dp_proxy_hop *hop)
{
        if (reason == SHM_REASON_HOP_TRANSPORT && !hop->stream)
                return 513;
        return reason == SHM_REASON_HOP_FORBIDDEN ? 482 : 500;
}

/* ---- Request-URI and Route (steps 2 and 6) ---- */

/* A URI that may be in the message or in the decision, and whether it routes loosely. */
struct first_route {
        struct sip_text uri; /* without header part */
        bool strict;
        size_t taken; /* of a decision's values: octets up to the next one */
};

static struct sip_text without_headers(const uint8_t *buf, const struct sip_uri *u)
{
        struct sip_text t = dp_proxy_text(buf, u->all);

        if (u->headers.off != 0)
                t.len = u->headers.off - 1u - u->all.off;
        return t;
}

/* The first Route value that the request would go on with. False: there is none. */
static bool first_route(const struct dp_proxy_request *r, const struct dp_proxy_hop *hop,
                        struct first_route *out)
{
        struct sip_anom_set notes = {{0}};
        struct sip_cur c = {.buf = (const uint8_t *)hop->routes.at,
                            .end = (uint32_t)hop->routes.len,
                            .notes = &notes};
        struct sip_route route;
        enum sip_value more = SIP_VALUE_OK;

        *out = (struct first_route){.taken = 0};
        if (hop->routes.len == 0) {
                if (r->has_route)
                        *out = (struct first_route){
                            without_headers(r->msg->buf, &r->route.addr.uri), !r->route.lr, 0};
                return r->has_route;
        }
        if (sip_route_parse(&c, &route) != SIP_VALUE_OK)
                return true; /* the list of edits refuses it */
        out->uri = without_headers(c.buf, &route.addr.uri);
        out->strict = !route.lr;
        out->taken = sip_value_more(&c, &more) ? c.pos : hop->routes.len;
        return true;
}

/* Does "Route: <text>" hold Route values and nothing else? */
static bool routes_ok(struct sip_text text)
{
        struct sip_anom_set notes = {{0}};
        struct sip_cur c = {
            .buf = (const uint8_t *)text.at, .end = (uint32_t)text.len, .notes = &notes};
        enum sip_value v;
        struct sip_route route;

        if (text.len > SIP_MSG_BYTES_MAX)
                return false;
        do
                v = sip_route_parse(&c, &route);
        while (v == SIP_VALUE_OK && sip_value_more(&c, &v));
        return v == SIP_VALUE_OK && c.pos == c.end;
}

static void push_routes(struct sip_edit *e, struct sip_text text)
{
        const struct sip_msg *m = e->msg;
        uint8_t first = m->first[SIP_HDR_ROUTE];

        if (text.len == 0)
                return;
        (void)sip_edit_hdr_insert(e, first != SIP_HDR_NONE ? first : m->first[SIP_HDR_VIA] + 1u,
                                  sip_text_of("Route"), text);
}

/* The maddr that was us, and with it what is not default (16.4). */
static void strip_maddr(const struct dp_proxy_request *r, struct sip_edit *e)
{
        const uint8_t *buf = r->msg->buf;
        struct sip_span rest = r->ruri.params;
        uint32_t host_end = (uint32_t)r->ruri.host.off + r->ruri.host.len;
        struct sip_uri_part part;

        if (r->ruri.port != 0)
                (void)sip_edit_splice(e, host_end, rest.off - 1u - host_end, sip_text_of(""));
        while (sip_uri_part_next(buf, &rest, ';', &part)) {
                uint32_t end = part.value.off != 0 ? (uint32_t)part.value.off + part.value.len
                                                   : (uint32_t)part.name.off + part.name.len;

                if (sip_span_ieq(buf, part.name, "maddr", 5) ||
                    sip_span_ieq(buf, part.name, "transport", 9))
                        (void)sip_edit_splice(e, part.name.off - 1u, end - part.name.off + 1u,
                                              sip_text_of(""));
        }
}

/*
 * The Request-URI is the decision's, which has been read, or what 16.4 made of it; and a next hop
 * that routes strictly gets its own URI there and the other one as the last Route value.
 */
static bool address(const struct dp_proxy_request *r, const struct dp_proxy_hop *hop,
                    struct sip_edit *e)
{
        struct sip_text ruri =
            hop->ruri.len != 0 ? hop->ruri : without_headers(r->msg->buf, &r->ruri);
        struct sip_text routes = hop->routes;
        uint32_t front = r->own_routes;
        struct first_route first;
        bool strict;

        if (routes.len != 0 && !routes_ok(routes))
                return false;
        strict = first_route(r, hop, &first) && first.strict;
        if (strict && routes.len != 0) {
                routes.at += first.taken;
                routes.len -= first.taken;
        } else if (strict) {
                front++;
        }
        if (strict || r->from_strict)
                (void)sip_edit_route_trim(e, front, r->from_strict);
        else if (front != 0)
                (void)sip_edit_route_keep(e, r->kept);
        push_routes(e, routes);
        if (strict) {
                (void)sip_edit_route_append(e, ruri);
                (void)sip_edit_ruri(e, first.uri);
        } else if (hop->ruri.len != 0) {
                (void)sip_edit_ruri_known(e, ruri);
        } else if (r->from_strict) {
                (void)sip_edit_ruri(e, ruri);
        } else if (r->own_maddr) {
                strip_maddr(r, e);
        }
        return e->status == SIP_EDIT_OK;
}

/* ---- Record-Route and Path (step 4) ---- */

struct own_lines {
        char at[2 * OWN_LINE_BYTES];
        size_t len;
        uint8_t cnt;
};

/* A field that has one value, ourselves, after what `out` holds already. */
static void put_own(struct sip_text name, const struct dp_proxy_self *self, struct sip_text token,
                    struct own_lines *out)
{
        char *at = out->at + out->len;

        memcpy(at, name.at, name.len);
        at += name.len;
        memcpy(at, ": <sip:", 7);
        memcpy(at + 7, token.at, token.len);
        at += 7 + token.len;
        memcpy(at, self->uri, self->uri_len);
        at += self->uri_len;
        memcpy(at, "\r\n", 2);
        out->len = (size_t)(at + 2 - out->at);
        out->cnt++;
}

static void insert_own(struct sip_edit *e, enum sip_hdr_id id, const struct own_lines *own)
{
        const struct sip_edit_lines lines = {{own->at, own->len}, own->cnt, 0};

        (void)sip_edit_lines_known(e, sip_edit_place(e->msg, id), &lines);
}

/* Does this URI lead there? */
static bool leads_to(const uint8_t *buf, const struct sip_uri *u, const struct dp_proxy_addr *to)
{
        struct dp_proxy_addr said;

        return dp_proxy_uri_way(buf, u, &said) == DP_PROXY_WAY_UDP &&
               dp_proxy_addr_equal(&said, to);
}

/*
 * Is the sender a user agent behind a NAT: the first to send it, from where its Contact does not
 * lead? It asks for rport, so it listens where it sends from (RFC 3581 5).
 */
static bool caller_is_natted(const struct dp_proxy_request *r)
{
        const struct sip_msg *m = r->msg;

        return m->via_cnt == 1 && m->via.has_rport && m->contact.all.len != 0 &&
               !leads_to(m->buf, &m->contact.uri, &r->src);
}

/* Control has said both a Contact, which `ruri` is, and another address to send to: so it
 * registered. */
static bool callee_is_natted(const struct dp_proxy_request *r, const struct dp_proxy_hop *hop,
                             const struct sip_uri *ruri)
{
        const uint8_t *buf = (const uint8_t *)hop->ruri.at;
        struct dp_proxy_addr said;

        if (hop->ruri.len == 0 || hop->routes.len != 0 || r->has_route)
                return false;
        if (dp_proxy_uri_way(buf, ruri, &said) == DP_PROXY_WAY_UDP)
                return !dp_proxy_addr_equal(&said, &hop->to);
        return dp_proxy_host_ip(buf, ruri->host, &said.ip);
}

/* What we shall have to know of a dialog: where they are who can not be found by their Contacts. */
static struct dp_proxy_token dialog_of(const struct dp_proxy_request *r,
                                       const struct dp_proxy_hop *hop, const struct sip_uri *ruri)
{
        unsigned natted = (caller_is_natted(r) ? 1u << DP_PROXY_CALLER : 0) |
                          (callee_is_natted(r, hop, ruri) ? 1u << DP_PROXY_CALLEE : 0);

        return (struct dp_proxy_token){
            .kind = DP_PROXY_TOKEN_DIALOG,
            .present = (uint8_t)natted,
            .addr = {[DP_PROXY_CALLER] = r->src, [DP_PROXY_CALLEE] = hop->to}};
}

static void record_route(const struct dp_proxy *px, const struct sip_msg *m,
                         const struct dp_proxy_token *dialog, const struct dp_proxy_sides *sides,
                         struct sip_edit *e)
{
        static const struct sip_text name = {"Record-Route", 12};
        char token[DP_PROXY_TOKEN_CHARS_MAX];
        struct sip_text text = {token, dp_proxy_token_write(px, m, dialog, token)};
        struct own_lines own;

        own.len = own.cnt = 0;
        put_own(name, sides->out, text, &own);
        if (sides->in != sides->out)
                put_own(name, sides->in, text, &own);
        insert_own(e, SIP_HDR_RECORD_ROUTE, &own);
}

static void path(const struct dp_proxy *px, const struct dp_proxy_request *r,
                 const struct dp_proxy_self *out, struct sip_edit *e)
{
        static const struct sip_text name = {"Path", 4};
        const struct dp_proxy_token t = {.kind = DP_PROXY_TOKEN_PATH,
                                         .present = 1u << DP_PROXY_CALLER,
                                         .addr = {[DP_PROXY_CALLER] = r->src}};
        char token[DP_PROXY_TOKEN_CHARS_MAX];
        struct sip_text text = {token, dp_proxy_token_write(px, r->msg, &t, token)};
        struct own_lines own;

        own.len = own.cnt = 0;
        put_own(name, out, text, &own);
        insert_own(e, SIP_HDR_PATH, &own);
}

/* A dialog has one route set, made when it begins (12.1.1); these make no dialog. */
static bool records(const struct dp_proxy_request *r, const struct dp_proxy_hop *hop)
{
        uint8_t method = r->msg->method;

        return hop->record_route && !r->in_dialog && method != SIP_METHOD_REGISTER &&
               method != SIP_METHOD_ACK && method != SIP_METHOD_CANCEL;
}

/* ---- header lines (step 5) ---- */

static uint32_t place_of(const struct sip_msg *m, enum sip_hdr_id id)
{
        uint8_t i = m->first[id];

        if (i == SIP_HDR_NONE)
                return m->hdr_cnt;
        if (id != SIP_HDR_HISTORY_INFO)
                return i;
        while (m->hdrs[i].next_same != SIP_HDR_NONE)
                i = m->hdrs[i].next_same;
        return i + 1u;
}

static bool insert_lines(struct sip_edit *e, struct sip_text lines)
{
        const char *at, *end;

        if (lines.len == 0) /* then lines.at may be NULL, to which nothing can be added */
                return true;
        at = lines.at;
        end = at + lines.len;
        while (at < end) {
                const char *eol = memchr(at, '\r', (size_t)(end - at));
                const char *colon = eol != NULL ? memchr(at, ':', (size_t)(eol - at)) : NULL;
                const char *value;

                if (colon == NULL || end - eol < 2 || eol[1] != '\n')
                        return false;
                value = colon + 1;
                while (value < eol && (*value == ' ' || *value == '\t'))
                        value++;
                (void)sip_edit_hdr_insert(
                    e, place_of(e->msg, sip_hname_find((const uint8_t *)at, (size_t)(colon - at))),
                    (struct sip_text){at, (size_t)(colon - at)},
                    (struct sip_text){value, (size_t)(eol - value)});
                at = eol + 2;
        }
        return true;
}

/* ---- Via (step 8) ---- */

static void via(const struct dp_proxy *px, const struct dp_proxy_request *r,
                const struct dp_proxy_self *out, struct sip_edit *e)
{
        char line[DP_PROXY_VIA_BYTES + DP_PROXY_BRANCH_CHARS + 6u + DP_PROXY_MARK_CHARS + 2u];
        char src[DP_IP_TEXT_CHARS_MAX];
        struct sip_edit_lines lines = {{line, 0}, 1, 1};
        char *at = line;

        memcpy(at, out->via, out->via_len);
        at += out->via_len;
        dp_proxy_branch(px, r->msg, &r->src.ip, at);
        at += DP_PROXY_BRANCH_CHARS;
        memcpy(at, ";loop=", 6);
        memcpy(at + 6, r->mark, DP_PROXY_MARK_CHARS);
        memcpy(at + 6 + DP_PROXY_MARK_CHARS, "\r\n", 2);
        lines.text.len = (size_t)(at + 6 + DP_PROXY_MARK_CHARS + 2 - line);
        (void)sip_edit_lines_known(e, r->msg->first[SIP_HDR_VIA], &lines);
        (void)sip_edit_via_received(e, (struct sip_text){src, dp_ip_text(&r->src.ip, src)},
                                    r->src.port);
}

/* Every request but those that are forwarded as their INVITE was. */
static void breadth(struct sip_edit *e)
{
        static const struct sip_edit_lines line = {{BREADTH_LINE, sizeof(BREADTH_LINE) - 1}, 1, 0};
        const struct sip_msg *m = e->msg;

        if (m->first[SIP_HDR_MAX_BREADTH] == SIP_HDR_NONE && m->method != SIP_METHOD_ACK &&
            m->method != SIP_METHOD_CANCEL)
                (void)sip_edit_lines_known(e, m->first[SIP_HDR_VIA] + 1u, &line);
}

/* ---- all of it ---- */

static bool fits_udp(const struct dp_proxy *px, const struct dp_proxy_hop *hop, uint32_t mtu,
                     size_t size)
{
        size_t overhead = dp_ip_is_v4(&hop->to.ip) ? IP4_AND_UDP_BYTES : IP6_AND_UDP_BYTES;

        return size + overhead + px->mtu_margin <= mtu;
}

enum shm_reason dp_proxy_forward(const struct dp_proxy *px, const struct dp_proxy_request *r,
                                 const struct dp_proxy_hop *hop, const struct dp_proxy_sides *sides,
                                 struct sip_edit *e)
{
        struct dp_proxy_token dialog;
        struct sip_uri ruri;
        size_t size;

        if (hop->stream)
                return SHM_REASON_HOP_TRANSPORT;
        if (dp_proxy_self_of(px, &hop->to) != NULL)
                return SHM_REASON_HOP_FORBIDDEN;
        if (hop->ruri.len != 0 && !sip_edit_uri_read(hop->ruri, &ruri))
                return SHM_REASON_CANNOT_REWRITE;
        via(px, r, sides->out, e);
        (void)sip_edit_max_forwards(e);
        breadth(e);
        if (records(r, hop)) {
                dialog = dialog_of(r, hop, &ruri);
                record_route(px, r->msg, &dialog, sides, e);
        }
        if (hop->path && r->msg->method == SIP_METHOD_REGISTER)
                path(px, r, sides->out, e);
        if (!address(r, hop, e) || !insert_lines(e, hop->lines))
                return SHM_REASON_CANNOT_REWRITE;
        if (r->msg->content_length == SIP_CONTENT_LENGTH_ABSENT)
                (void)sip_edit_content_length(e, r->msg->body_len);
        if (sip_edit_size(e, &size) != SIP_EDIT_OK)
                return SHM_REASON_CANNOT_REWRITE;
        return fits_udp(px, hop, sides->mtu, size) ? SHM_REASON_PROXIED : SHM_REASON_HOP_TRANSPORT;
}
