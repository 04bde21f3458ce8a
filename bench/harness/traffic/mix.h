/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mix.h - single messages by weights: what a profile of real traffic, or of an attack, sends.
 *
 * Each kind of message is one frame made at the start; sending one is a copy and a few fields of
 * fixed width written over it. The Via branch carries the time at which the message was meant to be
 * sent, so the answer brings its own latency and nothing has to be remembered.
 */
#ifndef SLUICE_BENCH_HARNESS_TRAFFIC_MIX_H
#define SLUICE_BENCH_HARNESS_TRAFFIC_MIX_H

#include "bench/harness/engine/frame.h"
#include "bench/harness/engine/out.h"
#include "bench/harness/engine/reader.h"
#include "bench/harness/traffic/calls.h"

#define SB_IMAGES_MAX  64u
#define SB_PATCHES_MAX 24u /* of one message */
#define SB_PLACES_MAX  64u /* with those that fill up */
#define SB_IP_ROOM     48u
#define SB_FRAME_MAX   1600u
#define SB_CHOICES     1024u

enum sb_patch_kind {
        SB_PATCH_ID = 0, /* 16 hexadecimal digits: worker and number of the message */
        SB_PATCH_TIME,   /* 16 hexadecimal digits: nanoseconds at which it was meant to be sent */
        SB_PATCH_USER,   /* 8 decimal digits */
        SB_PATCH_CALLEE, /* 8 decimal digits */
        SB_PATCH_IP,     /* text of the source address */
        SB_PATCH_PORT,   /* 5 decimal digits */
        SB_PATCH_CNT,
};

struct sb_patch {
        uint16_t off; /* in the frame */
        uint8_t kind;
        uint8_t len;
};

/* One kind of message as a frame. */
struct sb_image {
        uint8_t bytes[SB_FRAME_MAX];
        uint16_t len;
        uint16_t payload_off;
        bool wants_answer;
        bool fragment; /* the first of a datagram that never gets whole */
        uint8_t patch_cnt;
        struct sb_patch patches[SB_PATCHES_MAX];
        /* The same by kind, each kind filled up to sb_mix.cnt of it with places behind the frame:
         * loops of one length for all images are loops that no branch predictor misses. */
        uint16_t places[SB_PLACES_MAX];
        uint8_t ip_len;
        /* What the octets of a field, summed up once, are multiplied by: 1 for each place at an
         * even offset, 256 for each at an odd one, where every octet is the other half of its word.
         */
        uint32_t weight[SB_PATCH_CNT];
        uint64_t sum;    /* UDP checksum over all else, with the pseudo-header but for the source */
        uint64_t ip_sum; /* IPv4: of the header but for the source and the identification */
};

struct sb_mix_setup {
        const char *profile;
        const struct sb_env *env;
        struct sb_link link;
        uint32_t size;     /* octets of the payload to fill up to; 0: the kind's own */
        uint16_t worker;   /* told apart by it */
        uint32_t user_cnt; /* identities that send, and users; at most all that env->local has */
        bool shuffle;      /* sources at random instead of one after the other */
};

struct sb_mix {
        struct sb_mix_setup set;
        struct sb_out *out;
        struct sb_hist *times;
        bool attack;
        uint64_t number;
        struct sb_ident_walk walk; /* who sends the next one, without shuffle */
        /* What the last message had as text, which the next one often has, too. */
        uint64_t last_ns;
        uint64_t last_time[2];
        uint64_t last_port_text;
        uint32_t last_port; /* 0: none yet */
        uint32_t image_cnt;
        uint8_t cnt[SB_PATCH_CNT]; /* most of each kind that an image has */
        struct sb_image images[SB_IMAGES_MAX];
        uint8_t choices[SB_CHOICES]; /* index of images, by weight, shuffled */
};

/* 0; -EINVAL when there is no such profile or its messages are not what they should be (each of a
 * profile that is no attack must be read by Sluice's parser without an anomaly), with why in error;
 * -ENOMEM. */
int sb_mix_create(struct sb_mix **out, const struct sb_mix_setup *set, struct sb_out *tx,
                  struct sb_hist *times, char error[SB_ERROR_BYTES]);
void sb_mix_destroy(struct sb_mix *m);
void sb_mix_start(struct sb_mix *m, uint64_t intended_ns, uint64_t now_ns);
/* 1 when it answers a message of ours, else 0. */
int sb_mix_receive(struct sb_mix *m, const struct sb_datagram *d, uint64_t now_ns);

/* ---- the texts, in mix_text.c ---- */

struct sb_kind {
        const char *text; /* made; freed by the mix */
        uint32_t weight;
        bool wants_answer;
        bool fragment;
};

/* The kinds of a profile; how many, or 0 when there is none of that name. Texts are malloc()ed. */
uint32_t sb_mix_kinds(const struct sb_mix_setup *set, struct sb_kind kinds[SB_IMAGES_MAX],
                      bool *attack);

#endif
