/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cost_inputs.h - inputs of any length that made other parsers slow (BAD-INPUT classes B11 to B17),
 * and the readers that they are meant for.
 */
#ifndef SLUICE_BENCH_PARSER_COST_INPUTS_H
#define SLUICE_BENCH_PARSER_COST_INPUTS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define COST_BYTES_MAX 65000u

enum cost_reader {
        COST_MSG, /* sip_parse() and sip_check() */
        COST_FRAME,
        COST_SDP,
        COST_BODY, /* Content-Type, a line feed, the body */
        COST_AUTH, /* challenges */
        COST_IDENTITY,
        COST_VIA,
        COST_URI,
};

struct cost_input {
        const char *name; /* begins with its class */
        enum cost_reader reader;
        const char *head; /* once; what is no message has an octet in front that is not read */
        const char *unit; /* as often as it fits */
};

extern const struct cost_input cost_inputs[];
extern const size_t cost_input_cnt;

/* At most n octets to buf, and whole units; n is above the head's length. Returns how many. */
size_t cost_make(const struct cost_input *in, uint8_t *buf, size_t n);

/* Have them read. */
void cost_read(enum cost_reader reader, const uint8_t *p, size_t n);

#ifdef __cplusplus
}
#endif

#endif
