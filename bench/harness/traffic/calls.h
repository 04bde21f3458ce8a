/* SPDX-License-Identifier: Apache-2.0 */
/*
 * calls.h - the calls of one worker: state machines over one scenario.
 *
 * Fixed memory, made at the start; nothing is allocated per call. One thread. Time is the caller's:
 * nanoseconds that never go back, real or virtual.
 */
#ifndef SLUICE_BENCH_HARNESS_TRAFFIC_CALLS_H
#define SLUICE_BENCH_HARNESS_TRAFFIC_CALLS_H

#include <stdio.h>

#include "bench/harness/engine/frame.h"
#include "bench/harness/engine/out.h"
#include "bench/harness/engine/reader.h"
#include "bench/harness/engine/wheel.h"
#include "bench/harness/traffic/scenario.h"

#define SB_CALL_ID_MAX  160u
#define SB_TAG_MAX      160u /* with ";tag=" */
#define SB_ROUTES_MAX   1024u
#define SB_URL_MAX      256u
#define SB_VAR_MAX      512u
/* Octets of a message that is sent: with the longest head it fits a buffer of DPDK's default size.
 */
#define SB_MESSAGE_MAX  1944u
#define SB_MESSAGE_ROOM (SB_MESSAGE_MAX + SB_LITERAL_PAD)

struct sb_var {
        bool set;
        double number;
        uint16_t len;
        char text[SB_VAR_MAX];
};

enum sb_session {
        SB_SESSION_NONE = 0,
        SB_SESSION_ASKED,
        SB_SESSION_UP,
        SB_SESSION_ENDING,
        SB_SESSION_OVER,
};

struct sb_call {
        uint64_t number; /* of this worker, from 0 */
        uint64_t began_ns;
        uint64_t intended_ns; /* when what is sent now was meant to be sent */
        uint64_t
            request_ns; /* the same of the request that waits for its final response; 0: none */
        uint64_t retrans_at_ns;
        uint64_t give_up_ns;
        uint64_t pause_until_ns;
        uint64_t seen_key;  /* of the newest message received */
        uint64_t again_key; /* a message that was answered by step again_step */
        uint64_t id_hash;
        uint64_t rtd_ns[SB_RTDS_MAX];
        struct rte_mbuf *last; /* the newest message received, when the scenario needs it */
        uint32_t last_off;
        uint32_t last_len;
        uint32_t gen; /* how often the slot was used */
        uint32_t step;
        uint32_t sent_step; /* of the message that retrans_at_ns is about */
        uint32_t again_step;
        uint32_t retrans_ms;
        uint32_t cseq;
        uint32_t hash_next;
        uint16_t sent_method;
        uint64_t up_ns; /* RFC 6076: when the session was, when it was ended */
        uint64_t bye_ns;
        uint64_t register_ns; /* of the first REGISTER, and one; 0: none */
        uint8_t session;      /* enum sb_session */
        bool registered;      /* or refused */
        bool live;
        bool hashed; /* in the table of Call-IDs */
        bool setup_seen;
        struct sb_end local;
        struct sb_end remote;
        uint8_t remote_mac[6];
};

/* Texts that a call's messages have in common. Copied by SB_LITERAL_PAD octets at a time: what is
 * read behind one of them is the next one. */
struct sb_call_text {
        uint16_t len[SB_TEXT_CNT]; /* that of SB_TEXT_NUMBER is 0 until all are written */
        uint16_t routes_len;
        char number[24];
        char number_hex[16];
        char user[8];
        char port[8];
        char ip[SB_ADDR_TEXT_MAX];
        char id[SB_CALL_ID_MAX];
        char tag[SB_TAG_MAX];
        char routes[SB_ROUTES_MAX];
        char url[SB_URL_MAX];
};

struct sb_calls_setup {
        const struct sb_scenario *scenario;
        const struct sb_env *env;
        struct sb_link link; /* dst_mac: of the peer or the next hop */
        uint32_t slot_cnt;
        uint64_t first_number;   /* calls of several workers are numbered apart */
        uint64_t hold_ns;        /* pauses without a time */
        uint64_t linger_ns;      /* timewaits without a time */
        uint64_t t1_override_ms; /* 0: what the scenario says */
        uint64_t t2_ms;
        uint64_t wait_ns; /* for a response; requests are waited for an hour */
        bool no_retrans;
        FILE *log; /* of <log>; NULL: nowhere */
        const char *user;
        const char *password;
};

struct sb_calls {
        struct sb_calls_setup set;
        struct sb_out *out;
        struct sb_counts *counts;
        struct sb_hist *times; /* SB_TIME_CNT */
        struct sb_step_counts *steps;
        struct sb_call *calls;
        struct sb_call_text *texts;
        struct sb_var *vars;    /* slot_cnt * var_cnt */
        struct sb_var *globals; /* var_cnt */
        uint32_t *free_slots;
        uint32_t free_cnt;
        uint32_t *hash; /* Call-ID → slot, chained by hash_next */
        uint32_t hash_mask;
        struct sb_wheel *wheel;
        uint64_t next_number;
        uint64_t hash_seed;
        uint32_t live;
        uint32_t live_peak;
        bool stop_soon; /* the scenario wants no further calls */
        bool stop_now;
        uint32_t random;
        char id_tail[80]; /* "-PID@ADDRESS", behind the sixteen digits of a call's own Call-ID */
        uint32_t id_tail_len;
        const struct rte_mbuf *current; /* the message that is being received */
        const struct sb_rx *current_rx;
        struct sb_rx scratch; /* the last message of a call, read again */
};

/* A datagram that came in. */
struct sb_datagram {
        struct rte_mbuf *m;
        const uint8_t *payload;
        const uint8_t *src_mac;
        struct sb_end src;
        struct sb_end dst;
        struct sb_rx *rx;
};

/* 0 or -ENOMEM. */
int sb_calls_create(struct sb_calls **out, const struct sb_calls_setup *set, struct sb_out *tx,
                    struct sb_hist *times, uint64_t now_ns);
void sb_calls_destroy(struct sb_calls *c);

/* One call, meant to begin at intended_ns. */
void sb_calls_start(struct sb_calls *c, uint64_t intended_ns, uint64_t now_ns);
/* Give a message to its call. 0: no call of this worker; 1: taken; 2: taken, and the buffer kept.
 */
int sb_calls_receive(struct sb_calls *c, const struct sb_datagram *d, uint64_t now_ns);
/* Brings near what sb_calls_receive() of this message will want. */
void sb_calls_prefetch(const struct sb_calls *c, const struct sb_rx *rx);
/* Deadlines up to now. */
void sb_calls_timers(struct sb_calls *c, uint64_t now_ns);
/* Ends what still goes on, as failed if they are calls of ours. */
void sb_calls_stop(struct sb_calls *c);

/* ---- between the files of this part ---- */

/* The message of step s at `to` (SB_MESSAGE_ROOM octets of room); its length, 0 when it cannot be
 * built. */
uint32_t sb_call_render(struct sb_calls *c, uint32_t slot, const struct sb_template *t, uint8_t *to,
                        uint64_t now_ns);
/* Actions of a step. Returns SB_FAIL_CNT, or why the call fails; *jump: a step, or SB_STEP_NONE. */
enum sb_failure sb_call_actions(struct sb_calls *c, uint32_t slot, const struct sb_action *a,
                                const struct sb_rx *rx, uint32_t *jump, uint64_t now_ns);
struct sb_var *sb_call_var(struct sb_calls *c, uint32_t slot, uint32_t var);
/* The newest message of the call, or NULL. */
const struct sb_rx *sb_call_last(struct sb_calls *c, uint32_t slot);
uint32_t sb_call_slot_take(struct sb_calls *c); /* SB_STEP_NONE: none free */
void sb_call_slot_give(struct sb_calls *c, uint32_t slot);
void sb_call_hash_add(struct sb_calls *c, uint32_t slot, const uint8_t *id, uint32_t len);
/* By Call-ID; SB_STEP_NONE. *own: it is of our making, but of a call that is over. */
uint32_t sb_call_find(struct sb_calls *c, const uint8_t *id, uint32_t len, bool *own);

#endif
