/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sip_class_memory.h - what sip_classify() can not know from one message: which request a response
 * answers, whether a call is on hold, whether a REGISTER refreshes a binding. By Call-ID, in a
 * table of fixed size that forgets the older of two; who makes Call-IDs collide spoils the classes
 * of his own messages and nothing else.
 *
 * The table is the caller's memory. One thread at a time.
 */
#ifndef SLUICE_PARSER_SIP_CLASS_MEMORY_H
#define SLUICE_PARSER_SIP_CLASS_MEMORY_H

#include "parser/sip_class.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One Call-ID. All zero: free. */
struct sip_class_call {
        uint64_t key;
        uint32_t cseq;   /* of the request seen last */
        uint16_t holder; /* who put the call on hold, by From-tag; 0: it is not on hold */
        uint8_t purpose; /* of that request */
        uint8_t bound;   /* REGISTER: answered with 2xx before */
};

struct sip_class_memory {
        struct sip_class_call *calls; /* cleared by the caller before first use */
        uint32_t mask;                /* entries - 1; entries is a power of two, at least 2 */
        uint64_t seed;                /* random */
};

/* Classify the next message of a stream of messages in the order of their arrival, and remember
 * it. `emergency` as in struct sip_class_known. */
void sip_classify_next(struct sip_class_memory *memory, const struct sip_msg *m, bool emergency,
                       struct sip_class *out);

#ifdef __cplusplus
}
#endif

#endif
