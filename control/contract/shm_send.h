/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shm_send.h - a request of control's own, such as a NOTIFY, that the dataplane in mode edge sends
 * as a datagram from one of its addresses. Its responses come back as SHM_REC_REQUEST.
 *
 *   SHM_REC_SEND   struct shm_send + the SIP message
 *
 * Nothing answers this record: control repeats its requests itself (RFC 3261 17.1.2.2). The check
 * is that of shm_msg.h: of a private copy, pure, of form and ranges alone. Whether the message is a
 * request, and the address one of the dataplane's, the dataplane finds out.
 */
#ifndef SLUICE_CONTRACT_SHM_SEND_H
#define SLUICE_CONTRACT_SHM_SEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "control/contract/shm_forward.h"

/* What fits an Ethernet frame without fragments; a path may take less. */
#define SHM_SEND_MSG_MAX 1472u

struct shm_send {
        struct shm_hop to;  /* ip_proto IPPROTO_UDP, weight 1 */
        struct shm_ip from; /* of one host, of the family of `to` */
        uint16_t from_port; /* 1..65535, host order */
        uint16_t msg_len;   /* 1..SHM_SEND_MSG_MAX */
        uint32_t reserved;  /* zero */
};

#define SHM_SEND_BYTES_MAX (sizeof(struct shm_send) + SHM_SEND_MSG_MAX)

bool shm_send_check(const void *rec, size_t len);

#endif
