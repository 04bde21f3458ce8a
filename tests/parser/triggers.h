/* SPDX-License-Identifier: Apache-2.0 */
/*
 * triggers.h - one message for each anomaly that there is: a plain OPTIONS with one thing wrong.
 */
#ifndef SLUICE_TESTS_PARSER_TRIGGERS_H
#define SLUICE_TESTS_PARSER_TRIGGERS_H

#include <stddef.h>
#include <stdint.h>

#include "parser/sip_msg.h"

#define TRIGGER_BYTES_MAX 70000u

struct trigger {
        enum sip_anomaly anomaly; /* that the profile strict, at least, finds */
        const char *start;        /* start line; NULL: that of an OPTIONS */
        const char *without;      /* first letters of mandatory headers left out: V F T I C M */
        const char *with;         /* header lines put in their place, each with its line end */
        const char *end;          /* NULL: an empty line and no body */
        unsigned long_cnt;        /* so many of ... */
        const char *long_text;    /* ...these where '@@' stands in start, with or end */
};

extern const struct trigger triggers[];
extern const size_t trigger_cnt;

/* The message of a row, at most TRIGGER_BYTES_MAX octets. A "@0" in it stands for a NUL. */
size_t trigger_write(const struct trigger *t, uint8_t *out);

#endif
