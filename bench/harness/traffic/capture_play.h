/* SPDX-License-Identifier: Apache-2.0 */
/*
 * capture_play.h - the frames of a capture, sent again in their own rhythm or faster.
 *
 * The whole capture is in memory before the first frame is sent. MAC addresses become those of the
 * link; all else stays as it was caught.
 */
#ifndef SLUICE_BENCH_HARNESS_TRAFFIC_CAPTURE_PLAY_H
#define SLUICE_BENCH_HARNESS_TRAFFIC_CAPTURE_PLAY_H

#include "bench/harness/engine/frame.h"
#include "bench/harness/engine/out.h"
#include "bench/harness/engine/pace.h"

struct sb_play_frame {
        uint64_t at_ns; /* since the first one */
        uint64_t off;
        uint32_t len;
};

struct sb_play {
        struct sb_out *out;
        struct sb_hist *times;
        struct sb_pace *pace; /* its due_ns is set here, frame by frame */
        struct sb_link link;
        double speed; /* 0: as fast as it goes */
        uint8_t *octets;
        struct sb_play_frame *frames;
        uint32_t frame_cnt;
        uint32_t next;
        uint32_t too_long; /* left out: longer than a buffer */
        uint64_t started_ns;
};

/* 0; -EBADMSG or -ENOMEM with why in error. */
int sb_play_create(struct sb_play **out, const char *path, double speed, struct sb_out *tx,
                   char *error, size_t error_bytes);
void sb_play_destroy(struct sb_play *p);
void sb_play_start(struct sb_play *p, uint64_t intended_ns, uint64_t now_ns);

#endif
