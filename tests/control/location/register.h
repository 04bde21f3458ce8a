/* SPDX-License-Identifier: Apache-2.0 */
/*
 * register.h - REGISTERs for tests, made from a few words and handled.
 */
#ifndef SLUICE_TESTS_CONTROL_LOCATION_REGISTER_H
#define SLUICE_TESTS_CONTROL_LOCATION_REGISTER_H

#include "control/location/registrar.h"

struct reg {
        const char *user;     /* NULL = alice */
        const char *contacts; /* value of one Contact field, NULL = none */
        const char *expires;  /* value of Expires, NULL = none */
        const char *call_id;  /* NULL = 1@host */
        const char *extra;    /* more header lines with CRLF */
        unsigned cseq;        /* 0 = 1 */
        uint32_t now_s;
        uint16_t port; /* where it comes from; 0 = 5060, as its Via says */
};

#define REG_NOW UINT32_C(1800000000)

extern const struct cp_registrar_policy reg_policy; /* 3600 by default, 60..7200, 10 contacts */

/* "sip:USER@example.com" as a text in `buf`. */
struct cp_text reg_aor(const char *user, char buf[64]);
/* Handle it; the status. */
unsigned reg_handle(struct cp_bindings *b, const struct cp_registrar_policy *policy,
                    const struct reg *r, struct cp_register_reply *out);

#endif
