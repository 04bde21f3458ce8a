/* SPDX-License-Identifier: Apache-2.0 */
/*
 * eve_class.h - the part of an EVE line that says what a message is for and who sent it.
 */
#ifndef SLUICE_CONTROL_API_EVE_CLASS_H
#define SLUICE_CONTROL_API_EVE_CLASS_H

#include "control/api/json_out.h"
#include "control/contract/shm_msg.h"
#include "parser/sip_class_memory.h"

/* Call-IDs that are remembered; 1 MiB. */
#define CP_EVE_CALLS 65536u

struct cp_eve_class {
        struct sip_class_call calls[CP_EVE_CALLS];
        uint64_t seed;         /* random; 0 will do in tests */
        struct sip_class last; /* of the message written last */
};

/*
 * Write the keys purpose, confidence, body, direction, device, header_order and, where addresses
 * contradict each other, alg. Messages are to come in the order of their arrival. One thread.
 */
void cp_eve_class_write(struct cp_eve_class *self, struct cp_json *j, const struct shm_event *ev,
                        const struct sip_msg *m);

#endif
