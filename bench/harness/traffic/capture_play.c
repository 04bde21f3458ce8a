/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/harness/traffic/capture_play.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/capture.h"

#define FRAME_MAX (RTE_MBUF_DEFAULT_DATAROOM - 1u)

static int keep(struct sb_play *p, const struct dp_capture_frame *f, uint64_t *first_ns,
                uint64_t *used)
{
        struct sb_play_frame *frames;
        uint8_t *octets;

        if (f->len > FRAME_MAX || f->len < 14) {
                p->too_long++;
                return 0;
        }
        if ((p->frame_cnt & (p->frame_cnt - 1)) == 0) { /* room doubles */
                frames = realloc(p->frames, (p->frame_cnt * 2ul + 1) * sizeof(*frames));
                if (frames == NULL)
                        return -ENOMEM;
                p->frames = frames;
        }
        if (*used == 0 || (*used >> 20) != ((*used + f->len) >> 20)) {
                octets = realloc(p->octets, ((*used + f->len) >> 20 << 20) + (2u << 20));
                if (octets == NULL)
                        return -ENOMEM;
                p->octets = octets;
        }
        if (p->frame_cnt == 0)
                *first_ns = f->time_ns;
        p->frames[p->frame_cnt++] =
            (struct sb_play_frame){.at_ns = f->time_ns > *first_ns ? f->time_ns - *first_ns : 0,
                                   .off = *used,
                                   .len = f->len};
        memcpy(p->octets + *used, f->data, f->len);
        *used += f->len;
        return 0;
}

int sb_play_create(struct sb_play **out, const char *path, double speed, struct sb_out *tx,
                   char *error, size_t error_bytes)
{
        char why[DP_CAPTURE_ERROR_BYTES] = "";
        struct sb_play *p = calloc(1, sizeof(*p));
        struct dp_capture_frame f;
        struct dp_capture *c = NULL;
        uint64_t first_ns = 0, used = 0;
        int rc = p == NULL ? -ENOMEM : dp_capture_open(&c, path, why);

        while (rc == 0 && (rc = dp_capture_next(c, &f)) == 1)
                rc = keep(p, &f, &first_ns, &used);
        if (rc == 0 && p->frame_cnt == 0) {
                snprintf(why, sizeof(why), "no frame in it");
                rc = -EBADMSG;
        }
        if (rc != 0)
                snprintf(error, error_bytes, "%s: %s", path,
                         why[0] != '\0' ? why
                         : c != NULL    ? dp_capture_error(c)
                                        : "no memory");
        if (c != NULL)
                dp_capture_close(c);
        if (rc != 0) {
                sb_play_destroy(p);
                return rc;
        }
        p->out = tx;
        p->speed = speed;
        *out = p;
        return 0;
}

void sb_play_destroy(struct sb_play *p)
{
        if (p == NULL)
                return;
        free(p->octets);
        free(p->frames);
        free(p);
}

void sb_play_start(struct sb_play *p, uint64_t intended_ns, uint64_t now_ns)
{
        const struct sb_play_frame *f = &p->frames[p->next];
        struct rte_mbuf *m = sb_out_buffer(p->out);
        uint64_t due;

        if (p->next == 0)
                p->started_ns = intended_ns;
        due = p->started_ns + (p->speed > 0 ? (uint64_t)((double)f->at_ns / p->speed) : 0);
        sb_hist_add(&p->times[SB_TIME_LAG], p->speed > 0 && now_ns > due ? now_ns - due : 0);
        p->out->counts->starts++;
        if (m != NULL) {
                uint8_t *to = rte_pktmbuf_mtod(m, uint8_t *);

                memcpy(to, p->octets + f->off, f->len);
                memcpy(to, p->link.dst_mac, 6);
                memcpy(to + 6, p->link.src_mac, 6);
                m->data_len = (uint16_t)f->len;
                m->pkt_len = f->len;
                sb_out_send(p->out, m);
        }
        p->next++;
        if (p->next == p->frame_cnt)
                p->pace->due_ns = UINT64_MAX;
        else if (p->speed > 0)
                p->pace->due_ns =
                    p->started_ns + (uint64_t)((double)p->frames[p->next].at_ns / p->speed);
}
