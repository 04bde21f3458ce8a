/* SPDX-License-Identifier: Apache-2.0 */
/*
 * observe.h - an event and its message, reduced to what detections ask about. Pure.
 */
#ifndef SLUICE_CONTROL_DETECT_OBSERVE_H
#define SLUICE_CONTROL_DETECT_OBSERVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "control/contract/shm_msg.h"
#include "parser/sip_msg.h"

#define CP_OBSERVE_TEXT_MAX 256u
#define CP_DIAL_DIGITS_MAX  40u

struct cp_observed_text {
        size_t len;
        char at[CP_OBSERVE_TEXT_MAX];
};

/* A number as it was dialled: digits, a leading + kept, separators left out. */
struct cp_dialled {
        uint8_t len; /* 0: not a number */
        char at[CP_DIAL_DIGITS_MAX];
};

struct cp_observation {
        const struct shm_event *ev;
        const struct sip_msg *msg;
        const struct shm_ip *outside; /* who is there, source or destination */
        uint16_t port;                /* of outside */
        const struct shm_ip *inside;
        bool from_outside;
        bool request;
        bool passed;
        bool begins;                  /* a request without To-tag that is neither ACK nor CANCEL */
        bool credentials;             /* Authorization or Proxy-Authorization */
        uint8_t method;               /* enum sip_method; of a response the one in CSeq */
        struct cp_observed_text to;   /* AoR */
        struct cp_observed_text from; /* AoR */
        struct cp_observed_text account; /* who logs in: To of REGISTER, else From */
        struct cp_dialled dialled;       /* INVITE: the Request-URI's user; else To's */
};

/* False when the message could not be read far enough to say anything of it but its sender. */
bool cp_observe(const struct shm_event *ev, const struct sip_msg *msg, struct cp_observation *out);
/* Digits of a user part. */
void cp_dialled_read(const uint8_t *user, size_t len, struct cp_dialled *out);

#endif
