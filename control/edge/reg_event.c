/* SPDX-License-Identifier: Apache-2.0 */
#include "control/edge/reg_event.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "control/edge/edge_state.h"
#include "control/edge/reg_state.h"
#include "control/policy/target.h"
#include "parser/sip_event.h"
#include "parser/sip_value.h"

#define HOUR_S  3600u
#define RETRY_S 60u /* until there may be room again */

/* ---- the table ---- */

struct cp_reg_event *cp_reg_event_create(const struct cp_siphash_key *key)
{
        struct cp_reg_event *r = calloc(1, sizeof(*r));

        if (r == NULL)
                return NULL;
        r->key = *key;
        r->free = CP_REG_NO_SLOT;
        for (unsigned i = 0; i < CP_REG_BUCKETS; i++)
                r->bucket[i] = CP_REG_NO_SLOT;
        return r;
}

static uint32_t *bucket_of(struct cp_reg_event *r, uint64_t aor_hash)
{
        return &r->bucket[aor_hash % CP_REG_BUCKETS];
}

void cp_reg_end(struct cp_reg_event *r, struct cp_sub *s)
{
        uint32_t slot = (uint32_t)(s - r->sub);
        uint32_t *at = bucket_of(r, s->aor_hash);

        while (*at != slot)
                at = &r->sub[*at].next;
        *at = s->next;
        cp_reg_view_clear(&s->view);
        free(s->texts);
        memset(s, 0, sizeof(*s));
        s->next = r->free;
        r->free = slot;
        r->stats.live--;
}

void cp_reg_event_destroy(struct cp_reg_event *r)
{
        if (r == NULL)
                return;
        for (uint32_t i = 0; i < r->slots; i++) {
                if (r->sub[i].texts != NULL)
                        cp_reg_end(r, &r->sub[i]);
        }
        free(r->sub);
        free(r);
}

void cp_reg_event_stats(const struct cp_reg_event *r, struct cp_reg_stats *out)
{
        *out = r->stats;
}

/* A free slot; the table grows as it is used. NULL without memory. */
static struct cp_sub *take_slot(struct cp_reg_event *r)
{
        struct cp_sub *s;

        if (r->free == CP_REG_NO_SLOT) {
                uint32_t more = r->slots == 0 ? 16 : r->slots;

                s = realloc(r->sub, (r->slots + more) * sizeof(*s));
                if (s == NULL)
                        return NULL;
                r->sub = s;
                memset(s + r->slots, 0, more * sizeof(*s));
                for (uint32_t i = 0; i < more; i++) {
                        s[r->slots + i].next = r->free;
                        r->free = r->slots + i;
                }
                r->slots += more;
        }
        s = &r->sub[r->free];
        r->free = s->next;
        return s;
}

/* A tag of ours begins with its slot. */
static struct cp_sub *by_tag(struct cp_reg_event *r, const struct sip_msg *m, struct sip_span tag)
{
        char text[CP_REG_TAG_CHARS + 1];
        unsigned long slot;

        if (tag.len != CP_REG_TAG_CHARS)
                return NULL;
        memcpy(text, sip_span_at(m, tag), 8);
        text[8] = '\0';
        slot = strtoul(text, NULL, 16);
        if (slot >= r->slots || r->sub[slot].texts == NULL ||
            memcmp(r->sub[slot].tag, sip_span_at(m, tag), CP_REG_TAG_CHARS) != 0)
                return NULL;
        return &r->sub[slot];
}

static bool text_is(const struct cp_sub *s, enum cp_reg_text which, const struct sip_msg *m,
                    struct sip_span span)
{
        const struct cp_text t = cp_reg_text_of(s, which);

        return t.len == span.len && memcmp(t.at, sip_span_at(m, span), t.len) == 0;
}

/* The subscription that a SUBSCRIBE without a To-tag began. */
static struct cp_sub *begun_by(struct cp_reg_event *r, const struct sip_msg *m)
{
        for (uint32_t i = 0; i < r->slots; i++) {
                struct cp_sub *s = &r->sub[i];

                if (s->texts != NULL && text_is(s, CP_REG_CALL_ID, m, m->call_id) &&
                    text_is(s, CP_REG_TAG, m, m->from.tag))
                        return s;
        }
        return NULL;
}

static unsigned count_of(const struct cp_reg_event *r, const char *user)
{
        unsigned cnt = 0;

        for (uint32_t i = 0; i < r->slots; i++)
                cnt += r->sub[i].texts != NULL && strcmp(r->sub[i].user, user) == 0;
        return cnt;
}

/* ---- reading a SUBSCRIBE ---- */

static bool read_event(const struct sip_msg *m, struct sip_event *out)
{
        const struct sip_hdr *h = sip_msg_first(m, SIP_HDR_EVENT);
        struct sip_anom_set notes = {{0}};

        if (h == NULL)
                return false;
        struct sip_cur c = {m->buf, h->value.off, (uint32_t)h->value.off + h->value.len, &notes};

        return sip_event_parse(&c, out) == SIP_VALUE_OK;
}

bool cp_reg_is_subscribe(const struct sip_msg *m)
{
        struct sip_event e;

        return m->method == SIP_METHOD_SUBSCRIBE && read_event(m, &e) && e.package.len == 3 &&
               memcmp(sip_span_at(m, e.package), "reg", 3) == 0;
}

bool cp_reg_is_in_dialog(const struct cp_asked *q)
{
        const struct sip_msg *m = q->msg;
        struct shm_hop at;

        return m->to.tag.len != 0 && cp_target_parsed(m->buf, &m->ruri, &at) &&
               memcmp(&at.ip, &q->req->flow.dst, sizeof(at.ip)) == 0 &&
               at.port == q->req->flow.dport;
}

/* RFC 6665 4.2.1.1: without Accept it is what the package says. */
static bool accepts(const struct sip_msg *m)
{
        static const char *const good[] = {"application/reginfo+xml", "application/*", "*/*"};
        uint8_t i = m->first[SIP_HDR_ACCEPT];

        if (i == SIP_HDR_NONE)
                return true;
        for (; i != SIP_HDR_NONE; i = m->hdrs[i].next_same) {
                const char *at = (const char *)sip_span_at(m, m->hdrs[i].value);

                for (size_t off = 0; off < m->hdrs[i].value.len; off++) {
                        for (unsigned k = 0; k < sizeof(good) / sizeof(good[0]); k++) {
                                if (off + strlen(good[k]) <= m->hdrs[i].value.len &&
                                    strncasecmp(at + off, good[k], strlen(good[k])) == 0)
                                        return true;
                        }
                }
        }
        return false;
}

static uint32_t wanted_s(const struct sip_msg *m)
{
        const struct sip_hdr *h = sip_msg_first(m, SIP_HDR_EXPIRES);
        struct sip_anom_set notes = {{0}};
        uint32_t s = CP_REG_DEFAULT_S;

        if (h == NULL)
                return s;
        struct sip_cur c = {m->buf, h->value.off, (uint32_t)h->value.off + h->value.len, &notes};

        return sip_value_number(&c, SIP_VALUE_ABSENT - 1, &s) == SIP_VALUE_OK ? s
                                                                              : CP_REG_DEFAULT_S;
}

/* Record-Route values in order, joined. False: more than that are not kept. */
static bool read_routes(const struct sip_msg *m, char *out, size_t cap, size_t *len)
{
        *len = 0;
        for (uint8_t i = m->first[SIP_HDR_RECORD_ROUTE]; i != SIP_HDR_NONE;
             i = m->hdrs[i].next_same) {
                const struct sip_span v = m->hdrs[i].value;

                if (*len + v.len + 3u > cap)
                        return false;
                if (*len != 0) {
                        memcpy(out + *len, ", ", 2);
                        *len += 2;
                }
                memcpy(out + *len, sip_span_at(m, v), v.len);
                *len += v.len;
        }
        for (size_t i = 0; i < *len; i++) {
                if (out[i] == '\r' || out[i] == '\n')
                        out[i] = ' '; /* of a folded line */
        }
        out[*len] = '\0';
        return true;
}

/* Where NOTIFYs go: where the SUBSCRIBE came from; to the port of its Contact when that is there.
 */
static struct shm_hop way_of(const struct cp_asked *q)
{
        const struct sip_msg *m = q->msg;
        struct shm_hop to = {.ip = q->req->flow.src,
                             .port = q->req->flow.sport,
                             .weight = 1,
                             .ip_proto = IPPROTO_UDP};
        struct shm_hop named;

        if (m->via_cnt == 1 && cp_target_parsed(m->buf, &m->contact.uri, &named) &&
            memcmp(&named.ip, &to.ip, sizeof(to.ip)) == 0)
                to.port = named.port;
        return to;
}

#define ROUTES_BYTES 512u

static bool fill(struct cp_sub *s, const struct cp_asked *q, struct cp_text aor)
{
        const struct sip_msg *m = q->msg;
        struct sip_event event = {.id = {0, 0}};
        char routes[ROUTES_BYTES];
        size_t routes_len, all = 0;
        char *at;

        if (!read_routes(m, routes, sizeof(routes), &routes_len) || !read_event(m, &event))
                return false;
        const struct cp_text text[CP_REG_TEXTS] = {
            [CP_REG_AOR] = aor,
            [CP_REG_OURS] = {(const char *)sip_span_at(m, m->to.uri.all), m->to.uri.all.len},
            [CP_REG_THEIRS] = {(const char *)sip_span_at(m, m->from.uri.all), m->from.uri.all.len},
            [CP_REG_TAG] = {(const char *)sip_span_at(m, m->from.tag), m->from.tag.len},
            [CP_REG_CALL_ID] = {(const char *)sip_span_at(m, m->call_id), m->call_id.len},
            [CP_REG_TARGET] = {(const char *)sip_span_at(m, m->contact.uri.all),
                               m->contact.uri.all.len},
            [CP_REG_ROUTE] = {routes, routes_len},
            [CP_REG_EVENT_ID] = {(const char *)sip_span_at(m, event.id), event.id.len},
        };

        for (unsigned i = 0; i < CP_REG_TEXTS; i++)
                all += text[i].len;
        /* the rest of a NOTIFY and a document need their room too */
        if (all > CP_REG_NOTIFY_BYTES / 2)
                return false;
        at = malloc(all + 1);
        if (at == NULL)
                return false;
        free(s->texts);
        s->texts = at;
        for (unsigned i = 0; i < CP_REG_TEXTS; i++) {
                memcpy(at, text[i].at, text[i].len);
                at += text[i].len;
                s->len[i] = (uint16_t)text[i].len;
        }
        s->to = way_of(q);
        s->from = q->req->flow.dst;
        s->from_port = q->req->flow.dport;
        s->link = q->link;
        return true;
}

/* ---- answering it ---- */

static void refuse(struct cp_answer *a, uint16_t code, const char *lines)
{
        cp_edge_reply(a, code, SHM_REASON_SUBSCRIPTION);
        a->reply.proven = 1;
        a->reply.headers_len = (uint16_t)snprintf(a->headers, sizeof(a->headers), "%s", lines);
}

static void accept_it(const struct cp_sub *s, const struct cp_asked *q, uint32_t expires_s,
                      struct cp_answer *a)
{
        const struct cp_text routes = cp_reg_text_of(s, CP_REG_ROUTE);
        bool v4 = memcmp(s->from.b, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12) == 0;
        char host[INET6_ADDRSTRLEN] = "";
        int n;

        (void)inet_ntop(v4 ? AF_INET : AF_INET6, s->from.b + (v4 ? 12 : 0), host, sizeof(host));
        cp_edge_reply(a, 200, SHM_REASON_SUBSCRIPTION);
        a->reply.proven = 1;
        n = snprintf(a->headers, sizeof(a->headers), "Expires: %u\r\nContact: <sip:%s%s%s:%u>\r\n",
                     expires_s, v4 ? "" : "[", host, v4 ? "" : "]", s->from_port);
        if (routes.len != 0 && q->msg->to.tag.len == 0) /* 12.1.1 */
                n += snprintf(a->headers + n, sizeof(a->headers) - (size_t)n,
                              "Record-Route: %.*s\r\n", (int)routes.len, routes.at);
        a->reply.headers_len = (uint16_t)n;
        a->reply.tag_len = CP_REG_TAG_CHARS;
        memcpy(a->tag, s->tag, CP_REG_TAG_CHARS);
}

/* A subscription that begins; NULL, and the refusal in *a, when it can not. */
static struct cp_sub *begin(struct cp_reg_event *r, const struct cp_reg_policy *policy,
                            const struct cp_asked *q, const struct cp_reg_request *who,
                            struct cp_answer *a)
{
        struct cp_sub *s;
        uint32_t *first;

        if (r->stats.live >= policy->subscriptions_max ||
            count_of(r, who->user->name) >= CP_REG_EACH_MAX || (s = take_slot(r)) == NULL) {
                refuse(a, 503, "");
                a->reply.retry_after_s = RETRY_S;
                return NULL;
        }
        if (!fill(s, q, who->aor)) {
                s->next = r->free;
                r->free = (uint32_t)(s - r->sub);
                refuse(a, 513, "");
                return NULL;
        }
        snprintf(s->user, sizeof(s->user), "%s", who->user->name);
        s->aor_hash = cp_siphash(&r->key, who->aor.at, who->aor.len);
        r->tags++;
        snprintf(
            s->tag, sizeof(s->tag), "%08x%016llx", (unsigned)(s - r->sub),
            (unsigned long long)cp_siphash_chain(&r->key, s->aor_hash, &r->tags, sizeof(r->tags)));
        first = bucket_of(r, s->aor_hash);
        s->next = *first;
        *first = (uint32_t)(s - r->sub);
        r->stats.live++;
        r->stats.subscribed++;
        return s;
}

/* The dialog that a SUBSCRIBE with a To-tag speaks of; NULL: 481, also to whom it is not. */
static struct cp_sub *continued(struct cp_reg_event *r, const struct cp_asked *q,
                                const struct cp_reg_request *who, struct cp_answer *a)
{
        const struct sip_msg *m = q->msg;
        struct cp_sub *s = by_tag(r, m, m->to.tag);

        if (s == NULL || s->ending || strcmp(s->user, who->user->name) != 0 ||
            !text_is(s, CP_REG_CALL_ID, m, m->call_id) || !text_is(s, CP_REG_TAG, m, m->from.tag)) {
                refuse(a, 481, "");
                return NULL;
        }
        if (m->cseq.number <= s->their_cseq) {
                refuse(a, 500, ""); /* 12.2.2 */
                return NULL;
        }
        return s;
}

static void told_before(struct cp_reg_event *r, const struct cp_asked *q, struct cp_answer *a)
{
        const struct sip_msg *m = q->msg;
        struct cp_sub *s = m->to.tag.len != 0 ? by_tag(r, m, m->to.tag) : begun_by(r, m);

        if (s == NULL)
                refuse(a, 481, "");
        else
                accept_it(s, q, s->ending ? 0 : s->expires_s - q->now_s, a);
}

/* What is wrong with it, whoever asks. */
static bool is_well(const struct cp_reg_policy *policy, const struct cp_asked *q,
                    const struct cp_reg_request *who, struct cp_answer *a)
{
        uint32_t want_s = wanted_s(q->msg);
        struct sip_event e;
        char line[40];

        if (!read_event(q->msg, &e) || e.type.len != e.package.len) {
                refuse(a, 489, "Allow-Events: reg\r\n");
        } else if (!accepts(q->msg)) {
                refuse(a, 406, "Accept: application/reginfo+xml\r\n");
        } else if (q->msg->to.tag.len == 0 && !who->own && !policy->of_all) {
                refuse(a, 403, "");
        } else if (want_s != 0 && want_s < policy->min_expires_s && want_s < HOUR_S) {
                snprintf(line, sizeof(line), "Min-Expires: %u\r\n", policy->min_expires_s);
                refuse(a, 423, line);
        } else if (q->msg->contact.uri.all.len == 0 || q->msg->from.tag.len == 0) {
                refuse(a, 400, "");
        } else {
                return true;
        }
        return false;
}

void cp_reg_subscribe(struct cp_reg_event *r, const struct cp_reg_policy *policy,
                      const struct cp_asked *q, const struct cp_reg_request *who,
                      struct cp_answer *a)
{
        uint32_t want_s = wanted_s(q->msg);
        struct cp_sub *s;

        if (who->again) {
                told_before(r, q, a);
                return;
        }
        if (!is_well(policy, q, who, a))
                return;
        s = q->msg->to.tag.len != 0 ? continued(r, q, who, a) : begin(r, policy, q, who, a);
        if (s == NULL)
                return;
        if (want_s > policy->max_expires_s)
                want_s = policy->max_expires_s;
        if (q->msg->to.tag.len != 0) { /* 12.2.2: the target may be another now */
                const struct cp_text kept = cp_reg_text_of(s, CP_REG_AOR);
                char aor[CP_AOR_BYTES];

                memcpy(aor, kept.at, kept.len);
                (void)fill(s, q, (struct cp_text){aor, kept.len});
        }
        s->their_cseq = q->msg->cseq.number;
        s->expires_s = q->now_s + want_s;
        s->ending = want_s == 0;
        s->full = true;
        s->changed = true;
        s->due_ms = 0;
        r->soon = true;
        accept_it(s, q, want_s, a);
}

/* ---- the answers to NOTIFYs ---- */

bool cp_reg_response(struct cp_reg_event *r, const struct cp_asked *q, struct cp_answer *a)
{
        const struct sip_msg *m = q->msg;
        struct cp_sub *s = m->cseq.method == SIP_METHOD_NOTIFY ? by_tag(r, m, m->from.tag) : NULL;

        if (s == NULL || !text_is(s, CP_REG_CALL_ID, m, m->call_id))
                return false;
        a->reply = (struct shm_reply){
            .id = a->reply.id, .action = SHM_ACTION_DROP, .reason = SHM_REASON_RESPONSE_OURS};
        if (s->out.len == 0 || m->cseq.number != s->our_cseq)
                return true; /* the same once more */
        if (m->status < 200) {
                s->out.wait_ms = 4000; /* 17.1.2.2: T2 while it is proceeding */
                return true;
        }
        s->out.len = 0;
        r->soon = true;
        r->stats.unanswered += m->status >= 300;
        if (s->out.last || m->status >= 300)
                cp_reg_end(r, s);
        return true;
}
