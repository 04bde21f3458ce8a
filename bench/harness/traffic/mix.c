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

        for (const char *p = text; *p != '\0';) {
                size_t i = 0;

                while (i < sizeof(marks) / sizeof(marks[0]) &&
                       strncmp(p, marks[i].mark, strlen(marks[i].mark)) != 0)
                        i++;
                uint32_t len = i == sizeof(marks) / sizeof(marks[0]) ? 1
                               : marks[i].len == 0                   ? ip_len
                                                                     : marks[i].len;

                if (at + len > SB_FRAME_MAX - 8)
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

/* Eight octets from the UDP header on that any patch touches, each once, in order. The first eight
 * are the UDP header itself, whose source port changes. */
static int words_find(struct sb_image *im, uint32_t udp)
{
        for (uint32_t w = udp; w < im->len; w += 8) {
                bool touched = w == udp;

                for (uint32_t i = 0; i < im->patch_cnt; i++)
                        touched = touched || (im->patches[i].off < w + 8 &&
                                              im->patches[i].off + im->patches[i].len > w);
                if (!touched)
                        continue;
                if (im->word_cnt == SB_WORDS_MAX)
                        return -EINVAL;
                im->words[im->word_cnt++] = (uint16_t)w;
        }
        return 0;
}

static int image_build(struct sb_mix *m, struct sb_image *im, const struct sb_kind *kind,
                       char error[SB_ERROR_BYTES])
{
        const struct sb_link *l = &m->set.link;
        uint32_t udp = sb_frame_head_len(l) - 8u, payload_len, word = 0;
        struct sb_end ends[2] = {{.port = 0}, m->set.env->remote};
        int rc;

        im->payload_off = (uint16_t)(udp + 8u);
        im->wants_answer = kind->wants_answer;
        im->fragment = kind->fragment;
        rc = payload_build(m, im, kind->text, error);
        if (rc == 0 && words_find(im, udp) != 0)
                rc = wrong(error, "too many fields", kind->text);
        if (rc != 0)
                return rc;
        payload_len = (uint32_t)im->len - im->payload_off;
        sb_frame_head(im->bytes, l, ends, (uint16_t)payload_len, 0);
        memset(im->bytes + udp, 0, 2);
        memset(im->bytes + udp + 6, 0, 2);
        if (im->fragment)
                im->bytes[sb_frame_l3_off(l) + 6] = 0x20; /* more fragments */
        im->sum = dp_inet_sum_pseudo(ends[0].addr.b, ends[1].addr.b, l->v6 ? 16 : 4, IPPROTO_UDP,
                                     (uint16_t)(payload_len + 8));
        for (uint32_t w = udp; w < im->len; w += 8) {
                if (word < im->word_cnt && im->words[word] == w)
                        word++;
                else
                        im->sum = dp_inet_sum(im->sum, im->bytes + w, 8);
        }
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

/* All that is written over one message, made once however often it stands in it. */
struct fields {
        struct sb_end from;
        uint8_t id[16];
        uint8_t time[16];
        uint8_t user[8];
        uint8_t callee[8];
        uint8_t port[8]; /* the last five */
        char ip[SB_ADDR_TEXT_MAX];
};

static inline void fields_make(const struct sb_mix *m, struct fields *f, uint32_t user,
                               uint64_t intended_ns)
{
        sb_ident_at(m->set.env->local, user, &f->from);
        sb_hex16(f->id, (uint64_t)m->set.worker << 48 | (m->number & 0xffffffffffffu));
        sb_hex16(f->time, intended_ns);
        sb_dec8(f->user, user);
        sb_dec8(f->callee, user * 7919u + (uint32_t)m->number);
        sb_dec8(f->port, f->from.port);
        (void)sb_addr_text(&f->from.addr, m->set.env->v6, true, f->ip);
}

static inline void patch(const struct fields *f, uint8_t *to, const struct sb_patch *p)
{
        switch (p->kind) {
        case SB_PATCH_ID:
                memcpy(to, f->id, 16);
                break;
        case SB_PATCH_TIME:
                memcpy(to, f->time, 16);
                break;
        case SB_PATCH_USER:
                memcpy(to, f->user, 8);
                break;
        case SB_PATCH_CALLEE:
                memcpy(to, f->callee, 8);
                break;
        case SB_PATCH_PORT:
                memcpy(to, f->port + 3, 5);
                break;
        default:
                memcpy(to, f->ip, p->len);
                break;
        }
}

static void finish(const struct sb_mix *m, const struct sb_image *im, uint8_t *frame,
                   const struct sb_end *from)
{
        const bool v6 = m->set.link.v6;
        uint8_t *udp = frame + im->payload_off - 8;
        uint8_t *ip = frame + sb_frame_l3_off(&m->set.link);
        uint64_t sum = im->sum;
        uint16_t stored;

        memcpy(ip + (v6 ? 8 : 12), from->addr.b, v6 ? 16 : 4);
        if (!v6) {
                memset(ip + 10, 0, 2);
                if (im->fragment)
                        memcpy(ip + 4, &m->number, 2);
                stored = (uint16_t)~dp_inet_fold(dp_inet_sum(0, ip, 20));
                memcpy(ip + 10, &stored, 2);
        }
        udp[0] = (uint8_t)(from->port >> 8);
        udp[1] = (uint8_t)from->port;
        for (uint32_t i = 0; i < im->word_cnt; i++) {
                uint64_t w;

                memcpy(&w, frame + im->words[i], sizeof(w));
                sum += (w & UINT32_MAX) + (w >> 32);
        }
        sum = dp_inet_sum(sum, from->addr.b, v6 ? 16 : 4);
        stored = (uint16_t)~dp_inet_fold(sum);
        if (stored == 0)
                stored = 0xffff;
        memcpy(udp + 6, &stored, 2);
}

static void write_one(struct sb_mix *m, const struct sb_image *im, uint8_t *frame,
                      uint64_t intended_ns)
{
        uint64_t user = m->number;
        struct fields f;

        if (m->set.shuffle) { /* splitmix64: no order that a filter could learn */
                user += UINT64_C(0x9e3779b97f4a7c15);
                user = (user ^ (user >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
                user = (user ^ (user >> 27)) * UINT64_C(0x94d049bb133111eb);
                user ^= user >> 31;
        }
        fields_make(m, &f,
                    user <= UINT32_MAX ? (uint32_t)user % m->set.user_cnt
                                       : (uint32_t)(user % m->set.user_cnt),
                    intended_ns);
        memcpy(frame, im->bytes, (im->len + 7u) & ~7u);
        for (uint32_t i = 0; i < im->patch_cnt; i++)
                patch(&f, frame + im->patches[i].off, &im->patches[i]);
        finish(m, im, frame, &f.from);
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
        m->image_cnt = sb_mix_kinds(set, kinds, &m->attack);
        if (m->image_cnt == 0) {
                snprintf(error, SB_ERROR_BYTES, "no profile \"%s\"", set->profile);
                rc = -EINVAL;
        }
        for (uint32_t i = 0; i < m->image_cnt; i++) {
                if (rc == 0)
                        rc = image_build(m, &m->images[i], &kinds[i], error);
        }
        choices_fill(m, kinds);
        for (uint32_t i = 0; i < m->image_cnt; i++)
                free((void *)(uintptr_t)kinds[i].text);
        if (rc == 0)
                rc = images_check(m, error);
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
