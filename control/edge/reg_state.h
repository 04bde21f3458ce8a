/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reg_state.h - what the files of the notifier share; private to this folder.
 *
 * Thread: as reg_event.h.
 */
#ifndef SLUICE_CONTROL_EDGE_REG_STATE_H
#define SLUICE_CONTROL_EDGE_REG_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "control/edge/reg_event.h"
#include "control/edge/reginfo.h"

#define CP_REG_TAG_CHARS 24u /* slot 8, random 16 */
#define CP_REG_BUCKETS   1024u
#define CP_REG_NO_SLOT   UINT32_MAX

/* Texts of a dialog, one behind the other in one allocation. */
enum cp_reg_text {
        CP_REG_AOR = 0, /* canonical */
        CP_REG_OURS,    /* URI of the SUBSCRIBE's To */
        CP_REG_THEIRS,  /* URI of its From */
        CP_REG_TAG,     /* of its From */
        CP_REG_CALL_ID,
        CP_REG_TARGET,   /* URI of its Contact */
        CP_REG_ROUTE,    /* its Record-Route values, joined; empty: none */
        CP_REG_EVENT_ID, /* empty: none */
        CP_REG_TEXTS,
};

/* A NOTIFY that waits for its answer. */
struct cp_reg_notify {
        uint64_t began_ms;
        uint64_t again_ms; /* when it is repeated next */
        uint32_t wait_ms;  /* timer E now */
        uint32_t branch;   /* counts */
        uint16_t len;      /* 0 = none waits */
        bool last;         /* it says "terminated" */
        char text[CP_REG_NOTIFY_BYTES];
};

struct cp_sub {
        char *texts; /* NULL = the slot is free */
        uint16_t len[CP_REG_TEXTS];
        char tag[CP_REG_TAG_CHARS + 1]; /* ours */
        char user[CP_USER_NAME_BYTES];  /* who subscribed */
        uint32_t next;                  /* slot of the same bucket, or free one */
        uint64_t aor_hash;
        const struct cp_link *link; /* compared, never followed */
        struct shm_hop to;
        struct shm_ip from;
        uint16_t from_port;
        uint32_t expires_s; /* seconds since the epoch */
        uint32_t their_cseq;
        uint32_t our_cseq;
        uint32_t version;
        uint64_t due_ms; /* no NOTIFY before that */
        bool full;       /* the next document tells everything */
        bool changed;    /* there may be something to tell */
        bool ending;     /* the next NOTIFY is the last */
        struct cp_reg_view view;
        struct cp_reg_notify out;
};

struct cp_reg_event {
        struct cp_siphash_key key;
        struct cp_reg_stats stats;
        uint64_t read;      /* changes */
        uint64_t tags;      /* made */
        uint64_t looked_ms; /* when all were looked at last */
        bool soon;          /* something is due by an event, not by the clock */
        uint32_t bucket[CP_REG_BUCKETS];
        uint32_t slots; /* of sub */
        uint32_t free;
        struct cp_sub *sub;
};

static inline struct cp_text cp_reg_text_of(const struct cp_sub *s, enum cp_reg_text which)
{
        struct cp_text t = {s->texts, s->len[which]};

        for (unsigned i = 0; i < which; i++)
                t.at += s->len[i];
        return t;
}

/* reg_event.c: it is over; the slot is free. */
void cp_reg_end(struct cp_reg_event *r, struct cp_sub *s);

#endif
