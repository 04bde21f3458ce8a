/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/harness/traffic/mix.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <netinet/in.h>

#include "bench/harness/engine/digits.h"
#include "dataplane/stages/inet_sum.h"
#include "parser/sip_check.h"
#include "parser/sip_parse.h"

/* What stands in a text where a patch goes, and how long the patch is. */
static const struct {
        const char *mark;
        uint8_t kind;
        uint8_t len; /* 0: of the address */
} marks[] = {{"{id}", SB_PATCH_ID, 16},    {"{time}", SB_PATCH_TIME, 16},
             {"{user}", SB_PATCH_USER, 8}, {"{callee}", SB_PATCH_CALLEE, 8},
             {"{ip}", SB_PATCH_IP, 0},     {"{port}", SB_PATCH_PORT, 5}};

static int wrong(char error[SB_ERROR_BYTES], const char *what, const char *text)
{
        snprintf(error, SB_ERROR_BYTES, "%s: \"%.*s\"", what, (int)strcspn(text, "\r\n"), text);
        return -EINVAL;
}

static uint32_t ip_text(const struct sb_mix *m, uint64_t user, char text[SB_ADDR_TEXT_MAX])
{
        struct sb_end from;

        sb_ident_at(m->set.env->local, user, &from);
        return sb_addr_text(&from.addr, m->set.env->v6, true, text);
}

/* The text with marks replaced by as many zeros as the patch has, and the patches noted. */
static int payload_build(struct sb_mix *m, struct sb_image *im, const char *text,
                         char error[SB_ERROR_BYTES])
{
        char address[SB_ADDR_TEXT_MAX];
        uint32_t ip_len = ip_text(m, 0, address), at = im->payload_off;

        im->ip_len = (uint8_t)ip_len;
        for (const char *p = text; *p != '\0';) {
                size_t i = 0;

                while (i < sizeof(marks) / sizeof(marks[0]) &&
                       strncmp(p, marks[i].mark, strlen(marks[i].mark)) != 0)
                        i++;
                uint32_t len = i == sizeof(marks) / sizeof(marks[0]) ? 1
                               : marks[i].len == 0                   ? ip_len
                                                                     : marks[i].len;

                if (at + len > SB_FRAME_MAX - 64)
                        return wrong(error, "message too long for a frame", text);
                if (len == 1) { /* no patch is so short */
                        im->bytes[at++] = (uint8_t)*p++;
                        continue;
                }
                if (im->patch_cnt == SB_PATCHES_MAX)
                        return wrong(error, "too many fields", text);
                im->patches[im->patch_cnt++] =
                    (struct sb_patch){(uint16_t)at, marks[i].kind, (uint8_t)len};
                memset(im->bytes + at, '0', len);
                at += len;
                p += strlen(marks[i].mark);
        }
        im->len = (uint16_t)at;
        return 0;
}

static void weights_make(struct sb_image *im)
{
        for (uint32_t i = 0; i < im->patch_cnt; i++)
                im->weight[im->patches[i].kind] += (im->patches[i].off & 1u) != 0 ? 256u : 1u;
}

/* Places of all images, once all are built. */
static int places_make(struct sb_mix *m, char error[SB_ERROR_BYTES])
{
        uint32_t all = 0;

        for (uint32_t i = 0; i < m->image_cnt; i++) {
                uint8_t cnt[SB_PATCH_CNT] = {0};

                for (uint32_t k = 0; k < m->images[i].patch_cnt; k++)
                        cnt[m->images[i].patches[k].kind]++;
                for (uint32_t kind = 0; kind < SB_PATCH_CNT; kind++)
                        if (cnt[kind] > m->cnt[kind])
                                m->cnt[kind] = cnt[kind];
        }
        for (uint32_t kind = 0; kind < SB_PATCH_CNT; kind++)
                all += m->cnt[kind];
        if (all > SB_PLACES_MAX)
                return wrong(error, "too many fields", m->set.profile);
        for (uint32_t i = 0; i < m->image_cnt; i++) {
                struct sb_image *im = &m->images[i];
                uint32_t at = 0;

                for (uint8_t kind = 0; kind < SB_PATCH_CNT; kind++) {
                        uint32_t end = at + m->cnt[kind];

                        for (uint32_t k = 0; k < im->patch_cnt; k++)
                                if (im->patches[k].kind == kind)
                                        im->places[at++] = im->patches[k].off;
                        while (at < end)
                                im->places[at++] = (uint16_t)(im->len + 8u);
                }
        }
        return 0;
}

/* What no patch changes, added up: the frame with zeros in the place of the patches. */
static void sums_make(struct sb_image *im, const struct sb_link *l, const struct sb_end ends[2])
{
        uint32_t udp = im->payload_off - 8u, len = im->len - udp;
        uint8_t frame[SB_FRAME_MAX];

        memcpy(frame, im->bytes, sizeof(frame));
        for (uint32_t i = 0; i < im->patch_cnt; i++)
                memset(frame + im->patches[i].off, 0, im->patches[i].len);
        im->sum = dp_inet_sum_pseudo(ends[0].addr.b, ends[1].addr.b, l->v6 ? 16 : 4, IPPROTO_UDP,
                                     (uint16_t)len);
        im->sum = dp_inet_sum(im->sum, frame + udp, len);
        im->ip_sum = l->v6 ? 0 : dp_inet_sum(0, frame + sb_frame_l3_off(l), 20);
}

static int image_build(struct sb_mix *m, struct sb_image *im, const struct sb_kind *kind,
                       char error[SB_ERROR_BYTES])
{
        const struct sb_link *l = &m->set.link;
        uint32_t udp = sb_frame_head_len(l) - 8u;
        struct sb_end ends[2] = {{.port = 0}, m->set.env->remote};
        int rc;

        im->payload_off = (uint16_t)(udp + 8u);
        im->wants_answer = kind->wants_answer;
        im->fragment = kind->fragment;
        rc = payload_build(m, im, kind->text, error);
        if (rc != 0)
                return rc;
        weights_make(im);
        sb_frame_head(im->bytes, l, ends, (uint16_t)(im->len - im->payload_off), 0);
        memset(im->bytes + udp, 0, 2);
        memset(im->bytes + udp + 6, 0, 2);
        if (!l->v6)
                memset(im->bytes + sb_frame_l3_off(l) + 10, 0, 2);
        if (im->fragment)
                im->bytes[sb_frame_l3_off(l) + 6] = 0x20; /* more fragments */
        sums_make(im, l, ends);
        return 0;
}

static void choices_fill(struct sb_mix *m, const struct sb_kind *kinds)
{
        uint32_t all = 0, at = 0;
        uint64_t x = 1;

        for (uint32_t i = 0; i < m->image_cnt; i++)
                all += kinds[i].weight;
        for (uint32_t i = 0, sum = 0; i < m->image_cnt; i++) {
                sum += kinds[i].weight;
                while (at < SB_CHOICES && at * all < sum * SB_CHOICES)
                        m->choices[at++] = (uint8_t)i;
        }
        for (uint32_t i = SB_CHOICES - 1; i > 0; i--) { /* the same order in every run */
                x = x * UINT64_C(6364136223846793005) + 1442695040888963407u;
                uint32_t k = (uint32_t)(x >> 33) % (i + 1);
                uint8_t keep = m->choices[i];

                m->choices[i] = m->choices[k];
                m->choices[k] = keep;
        }
}

/* All that is written over one message, made once however often it stands in it. Zeros fill up to
 * eight octets, so that sums need not look at ends. */
struct fields {
        struct sb_end from;
        uint64_t id[2];
        uint64_t time[2];
        uint64_t user;
        uint64_t callee;
        uint64_t port;
        uint64_t ip[SB_IP_ROOM / 8];
};

static inline void fields_make(struct sb_mix *m, struct fields *f, uint32_t user,
                               uint64_t intended_ns)
{
        uint64_t port;

        if (f->from.port != m->last_port) {
                m->last_port = f->from.port;
                sb_dec8((uint8_t *)&port, f->from.port);
                m->last_port_text =
                    port >> 24; /* the last five of eight, in little-endian memory */
        }
        if (intended_ns != m->last_ns) { /* without a rate a turn has one time */
                m->last_ns = intended_ns;
                sb_hex16((uint8_t *)m->last_time, intended_ns);
        }
        sb_hex16((uint8_t *)f->id, (uint64_t)m->set.worker << 48 | (m->number & 0xffffffffffffu));
        f->time[0] = m->last_time[0];
        f->time[1] = m->last_time[1];
        sb_dec8((uint8_t *)&f->user, user);
        sb_dec8((uint8_t *)&f->callee, user * 7919u + (uint32_t)m->number);
        f->port = m->last_port_text;
        if (m->set.env->v6)
                memset(f->ip, 0, sizeof(f->ip));
        else
                f->ip[0] = f->ip[1] = 0;
        (void)sb_addr_text(&f->from.addr, m->set.env->v6, true, (char *)f->ip);
}

static inline uint64_t halves(uint64_t w)
{
        return (w & UINT32_MAX) + (w >> 32);
}

/* The UDP checksum: every field summed up once, times where it stands. */
static inline uint64_t fields_sum(const struct sb_mix *m, const struct sb_image *im,
                                  const struct fields *f)
{
        const uint32_t *w = im->weight;
        uint64_t ip = halves(f->ip[0]) + halves(f->ip[1]);

        for (uint32_t i = 2; m->set.env->v6 && i < SB_IP_ROOM / 8; i++)
                ip += halves(f->ip[i]);
        return (halves(f->id[0]) + halves(f->id[1])) * w[SB_PATCH_ID] +
               (halves(f->time[0]) + halves(f->time[1])) * w[SB_PATCH_TIME] +
               halves(f->user) * w[SB_PATCH_USER] + halves(f->callee) * w[SB_PATCH_CALLEE] +
               halves(f->port) * w[SB_PATCH_PORT] + ip * w[SB_PATCH_IP];
}

/* Seven octets or more, by words that may overlap; what stands behind `from` is never read. */
static inline void copy_some(uint8_t *to, const uint8_t *from, uint32_t len)
{
        if (len < 8) {
                memcpy(to, from, 4);
                memcpy(to + len - 4, from + len - 4, 4);
                return;
        }
        for (uint32_t i = 0; i + 8 < len; i += 8)
                memcpy(to + i, from + i, 8);
        memcpy(to + len - 8, from + len - 8, 8);
}

static inline void patch(const struct sb_mix *m, const struct sb_image *im, const struct fields *f,
                         uint8_t *frame)
{
        const uint16_t *p = im->places, *end = p;

        for (end += m->cnt[SB_PATCH_ID]; p < end; p++)
                memcpy(frame + *p, f->id, 16);
        for (end += m->cnt[SB_PATCH_TIME]; p < end; p++)
                memcpy(frame + *p, f->time, 16);
        for (end += m->cnt[SB_PATCH_USER]; p < end; p++)
                memcpy(frame + *p, &f->user, 8);
        for (end += m->cnt[SB_PATCH_CALLEE]; p < end; p++)
                memcpy(frame + *p, &f->callee, 8);
        for (end += m->cnt[SB_PATCH_IP]; p < end; p++)
                copy_some(frame + *p, (const uint8_t *)f->ip, im->ip_len);
        for (end += m->cnt[SB_PATCH_PORT]; p < end; p++) {
                memcpy(frame + *p, &f->port, 4);
                frame[*p + 4] = (uint8_t)(f->port >> 32);
        }
}

static void finish(const struct sb_mix *m, const struct sb_image *im, uint8_t *frame,
                   const struct fields *f)
{
        const bool v6 = m->set.link.v6;
        uint8_t *udp = frame + im->payload_off - 8;
        uint8_t *ip = frame + sb_frame_l3_off(&m->set.link);
        uint16_t port = htons(f->from.port), stored, id = 0;
        uint64_t sum = im->sum + fields_sum(m, im, f) + port;
        uint32_t addr;

        if (v6) {
                memcpy(ip + 8, f->from.addr.b, 16);
                sum = dp_inet_sum(sum, f->from.addr.b, 16);
        } else {
                memcpy(&addr, f->from.addr.b, 4);
                memcpy(ip + 12, &addr, 4);
                sum += addr;
                if (im->fragment) {
                        id = (uint16_t)m->number;
                        memcpy(ip + 4, &id, 2);
                }
                stored = (uint16_t)~dp_inet_fold(im->ip_sum + addr + id);
                memcpy(ip + 10, &stored, 2);
        }
        memcpy(udp, &port, 2);
        stored = (uint16_t)~dp_inet_fold(sum);
        if (stored == 0)
                stored = 0xffff;
        memcpy(udp + 6, &stored, 2);
}

/* Who sends; with shuffle by splitmix64, in no order that a filter could learn. */
static uint32_t sender(struct sb_mix *m, struct sb_end *from)
{
        const struct sb_ident *all = m->set.env->local;
        uint64_t x = m->number;
        uint32_t user;

        if (!m->set.shuffle)
                return sb_ident_walk(all, &m->walk, m->set.user_cnt, from);
        x += UINT64_C(0x9e3779b97f4a7c15);
        x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
        x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
        x ^= x >> 31;
        user = (uint32_t)(((x >> 32) * m->set.user_cnt) >> 32);
        sb_ident_at(all, user, from);
        return user;
}

static void write_one(struct sb_mix *m, const struct sb_image *im, uint8_t *frame,
                      uint64_t intended_ns)
{
        struct fields f;
        uint32_t user = sender(m, &f.from);

        fields_make(m, &f, user, intended_ns);
        memcpy(frame, im->bytes, (im->len + 31u) & ~31u);
        patch(m, im, &f, frame);
        finish(m, im, frame, &f);
}

/* What goes out must be in order, unless its being out of order is the point. */
static int images_check(struct sb_mix *m, char error[SB_ERROR_BYTES])
{
        struct sip_msg *msg = malloc(sizeof(*msg));
        uint8_t frame[SB_FRAME_MAX];
        int rc = 0;

        if (msg == NULL)
                return -ENOMEM;
        for (uint32_t i = 0; rc == 0 && i < m->image_cnt && !m->attack; i++) {
                const struct sb_image *im = &m->images[i];

                write_one(m, im, frame, 0);
                (void)sip_parse(frame + im->payload_off, (size_t)(im->len - im->payload_off), msg);
                for (int a = 1; a < SIP_ANOM_CNT && rc == 0; a++)
                        if (sip_anom_has(&msg->anomalies, (enum sip_anomaly)a)) {
                                snprintf(error, SB_ERROR_BYTES, "profile %s, message %u: %s",
                                         m->set.profile, i, sip_anomaly_name((enum sip_anomaly)a));
                                rc = -EINVAL;
                        }
        }
        free(msg);
        return rc;
}

int sb_mix_create(struct sb_mix **out, const struct sb_mix_setup *set, struct sb_out *tx,
                  struct sb_hist *times, char error[SB_ERROR_BYTES])
{
        struct sb_mix *m = aligned_alloc(64, (sizeof(*m) + 63) / 64 * 64);
        struct sb_kind kinds[SB_IMAGES_MAX];
        int rc = 0;

        if (m == NULL)
                return -ENOMEM;
        memset(m, 0, sizeof(*m));
        m->set = *set;
        m->out = tx;
        m->times = times;
        sb_hex16((uint8_t *)m->last_time, m->last_ns);
        m->image_cnt = sb_mix_kinds(set, kinds, &m->attack);
        if (m->image_cnt == 0) {
                snprintf(error, SB_ERROR_BYTES, "no profile \"%s\"", set->profile);
                rc = -EINVAL;
        }
        for (uint32_t i = 0; i < m->image_cnt; i++) {
                if (rc == 0)
                        rc = image_build(m, &m->images[i], &kinds[i], error);
        }
        if (rc == 0)
                rc = places_make(m, error);
        choices_fill(m, kinds);
        for (uint32_t i = 0; i < m->image_cnt; i++)
                free((void *)(uintptr_t)kinds[i].text);
        if (rc == 0)
                rc = images_check(m, error);
        m->walk = (struct sb_ident_walk){0};
        if (rc != 0) {
                free(m);
                return rc;
        }
        *out = m;
        return 0;
}

void sb_mix_destroy(struct sb_mix *m)
{
        free(m);
}

void sb_mix_start(struct sb_mix *m, uint64_t intended_ns, uint64_t now_ns)
{
        const struct sb_image *im = &m->images[m->choices[m->number % SB_CHOICES]];
        struct rte_mbuf *buf = sb_out_buffer(m->out);
        struct sb_counts *c = m->out->counts;

        sb_hist_add(&m->times[SB_TIME_LAG], now_ns > intended_ns ? now_ns - intended_ns : 0);
        if (buf == NULL)
                return;
        write_one(m, im, rte_pktmbuf_mtod(buf, uint8_t *), intended_ns);
        m->number++;
        buf->data_len = im->len;
        buf->pkt_len = im->len;
        if (m->attack) {
                c->attack_frames++;
        } else {
                c->starts++;
                c->requests_open += im->wants_answer;
        }
        sb_out_send(m->out, buf);
}

int sb_mix_receive(struct sb_mix *m, const struct sb_datagram *d, uint64_t now_ns)
{
        const struct sb_rx *rx = d->rx;
        const uint8_t *branch = rx->buf + rx->branch.off;
        uint64_t intended_ns, id;

        if (rx->status == 0 || rx->branch.len != 7 + 32 ||
            !sb_unhex(branch + 7, 16, &intended_ns) || !sb_unhex(branch + 23, 16, &id) ||
            id >> 48 != m->set.worker)
                return 0;
        if (rx->status < 200)
                return 1;
        if (!m->attack) {
                m->out->counts->requests_answered++;
                sb_hist_add(&m->times[SB_TIME_RESPONSE],
                            now_ns > intended_ns ? now_ns - intended_ns : 0);
        }
        return 1;
}
