/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "control/contract/shm_send.h"
#include "control/edge/reg_state.h"

/* RFC 3261 17.1.2.2: timer E from T1 to T2, timer F. */
#define T1_MS      500u
#define T2_MS      4000u
#define TIMER_F_MS (64u * T1_MS)

#define LOOK_MS 5u /* so often timers are looked at */

_Static_assert(CP_REG_NOTIFY_BYTES <= SHM_SEND_MSG_MAX, "a record takes it");

/* ---- one NOTIFY ---- */

/* All but Content-Length and the body; octets, 0 when it does not fit. */
static size_t write_head(const struct cp_sub *s, uint32_t now_s, char *out, size_t cap)
{
        bool v4 = memcmp(s->from.b, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12) == 0;
        const struct cp_text route = cp_reg_text_of(s, CP_REG_ROUTE);
        const struct cp_text id = cp_reg_text_of(s, CP_REG_EVENT_ID);
        const struct cp_text call = cp_reg_text_of(s, CP_REG_CALL_ID);
        const struct cp_text ours = cp_reg_text_of(s, CP_REG_OURS);
        const struct cp_text theirs = cp_reg_text_of(s, CP_REG_THEIRS);
        const struct cp_text tag = cp_reg_text_of(s, CP_REG_TAG);
        const struct cp_text target = cp_reg_text_of(s, CP_REG_TARGET);
        char address[INET6_ADDRSTRLEN] = "";
        char self[INET6_ADDRSTRLEN + 10];
        char state[48];
        int n;

        (void)inet_ntop(v4 ? AF_INET : AF_INET6, s->from.b + (v4 ? 12 : 0), address,
                        sizeof(address));
        snprintf(self, sizeof(self), "%s%s%s:%u", v4 ? "" : "[", address, v4 ? "" : "]",
                 s->from_port);
        if (s->out.last)
                snprintf(state, sizeof(state), "terminated;reason=timeout");
        else
                snprintf(state, sizeof(state), "active;expires=%u", s->expires_s - now_s);
        n = snprintf(out, cap,
                     "NOTIFY %.*s SIP/2.0\r\n"
                     "Via: SIP/2.0/UDP %s;branch=z9hG4bK%s%08x\r\n"
                     "Max-Forwards: 70\r\n"
                     "%s%.*s%s"
                     "From: <%.*s>;tag=%s\r\n"
                     "To: <%.*s>;tag=%.*s\r\n"
                     "Call-ID: %.*s\r\n"
                     "CSeq: %u NOTIFY\r\n"
                     "Contact: <sip:%s>\r\n"
                     "Event: reg%s%.*s\r\n"
                     "Subscription-State: %s\r\n"
                     "Content-Type: application/reginfo+xml\r\n",
                     (int)target.len, target.at, self, s->tag, s->out.branch,
                     route.len != 0 ? "Route: " : "", (int)route.len, route.at,
                     route.len != 0 ? "\r\n" : "", (int)ours.len, ours.at, s->tag, (int)theirs.len,
                     theirs.at, (int)tag.len, tag.at, (int)call.len, call.at, s->our_cseq, self,
                     id.len != 0 ? ";id=" : "", (int)id.len, id.at, state);
        return n > 0 && (size_t)n < cap ? (size_t)n : 0;
}

/* The next NOTIFY into s->out; false when there is nothing to tell, or no room to. */
static bool write_notify(struct cp_reg_event *r, struct cp_sub *s, const struct cp_reg_world *w)
{
        const struct cp_text name = cp_reg_text_of(s, CP_REG_AOR);
        struct cp_reg_notify *o = &s->out;
        char body[CP_REG_NOTIFY_BYTES];
        const struct cp_reg_doc doc = {
            .key = &r->key,
            .name = name,
            .aor = cp_bindings_find(w->bindings, name),
            .now_s = w->now.s,
            .version = s->version,
            .full = s->full,
        };
        size_t head, body_len;
        bool more = false;

        o->last = s->ending || w->now.s >= s->expires_s;
        o->branch++;
        s->our_cseq++;
        head = write_head(s, w->now.s, o->text,
                          sizeof(o->text) - sizeof("Content-Length: 1300\r\n\r\n"));
        if (head == 0)
                return false;
        body_len = cp_reginfo_write(&s->view, &doc, body,
                                    sizeof(o->text) - head - sizeof("Content-Length: 1300\r\n\r\n"),
                                    &more);
        s->changed = more;
        if (body_len == 0)
                return false;
        s->full = false;
        s->version++;
        head += (size_t)snprintf(o->text + head, sizeof(o->text) - head,
                                 "Content-Length: %zu\r\n\r\n", body_len);
        memcpy(o->text + head, body, body_len);
        o->len = (uint16_t)(head + body_len);
        return true;
}

/* ---- sending ---- */

static bool emit(const struct cp_sub *s, const struct cp_reg_world *w)
{
        const struct shm_send rec = {
            .to = s->to,
            .from = s->from,
            .from_port = s->from_port,
            .msg_len = s->out.len,
        };

        for (unsigned i = 0; i < w->link_cnt; i++) {
                struct shm_ring_producer *ring = &w->links[i]->rep[0];
                uint8_t *to;

                if (w->links[i] != s->link || !w->live[i])
                        continue;
                to = shm_ring_reserve(ring, SHM_REC_SEND, (uint32_t)(sizeof(rec) + s->out.len));
                if (to == NULL)
                        return false;
                memcpy(to, &rec, sizeof(rec));
                memcpy(to + sizeof(rec), s->out.text, s->out.len);
                shm_ring_commit(ring);
                return true;
        }
        return false;
}

/* One that waits for its answer: once more, or given up. What does not get out now has its next
 * turn by the same timer. */
static unsigned repeat(struct cp_reg_event *r, struct cp_sub *s, const struct cp_reg_world *w)
{
        struct cp_reg_notify *o = &s->out;

        if (w->now.ms - o->began_ms >= TIMER_F_MS) {
                r->stats.unanswered++;
                cp_reg_end(r, s);
                return 1;
        }
        if (w->now.ms < o->again_ms)
                return 0;
        o->wait_ms = o->wait_ms * 2 < T2_MS ? o->wait_ms * 2 : T2_MS;
        o->again_ms = w->now.ms + o->wait_ms;
        return emit(s, w);
}

static unsigned begin(struct cp_reg_event *r, struct cp_sub *s, const struct cp_reg_world *w)
{
        bool over = s->ending || w->now.s >= s->expires_s;

        if (!over && (!s->changed || w->now.ms < s->due_ms))
                return 0;
        s->full = s->full || over;
        if (!write_notify(r, s, w)) {
                if (over)
                        cp_reg_end(r, s);
                return 0;
        }
        s->out.began_ms = w->now.ms;
        s->out.wait_ms = T1_MS;
        s->out.again_ms = w->now.ms + T1_MS;
        s->due_ms = w->now.ms + CP_REG_PACE_MS;
        r->stats.notified++;
        (void)emit(s, w);
        return 1;
}

/* Whom the changes concern. */
static void look(struct cp_reg_event *r, const struct cp_reg_world *w)
{
        char name[CP_AOR_BYTES];
        size_t len;
        int rc = 1;

        while (r->stats.live != 0 &&
               (rc = cp_changes_next(w->changes, &r->read, name, &len)) == 1) {
                uint64_t hash = cp_siphash(&r->key, name, len);

                r->soon = true;
                for (uint32_t i = r->bucket[hash % CP_REG_BUCKETS]; i != CP_REG_NO_SLOT;
                     i = r->sub[i].next)
                        r->sub[i].changed |= r->sub[i].aor_hash == hash;
        }
        if (r->stats.live == 0)
                r->read = cp_changes_end(w->changes);
        for (uint32_t i = 0; rc < 0 && i < r->slots; i++)
                r->sub[i].changed = true;
}

unsigned cp_reg_run(struct cp_reg_event *r, const struct cp_reg_world *w)
{
        unsigned n = 0;

        look(r, w);
        if (!r->soon && w->now.ms - r->looked_ms < LOOK_MS)
                return 0;
        r->soon = false;
        r->looked_ms = w->now.ms;
        for (uint32_t i = 0; r->stats.live != 0 && i < r->slots; i++) {
                struct cp_sub *s = &r->sub[i];

                if (s->texts != NULL)
                        n += s->out.len != 0 ? repeat(r, s, w) : begin(r, s, w);
        }
        return n;
}
