/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shm_attach.h - how control gets its segments: a handshake over a local SOCK_SEQPACKET socket.
 *
 *   control                                   dataplane (listens)
 *   HELLO {magic, abi, layout, pid}  ------->  checks version and SO_PEERCRED
 *                                   <-------  WELCOME {incarnation, workers} + 3 fds
 *   attaches, checks, fills its rings                (or REFUSE {errno, text}, then close)
 *   READY {incarnation}              ------->  publishes the link to the workers
 *   ... the socket stays open: its hang-up is the fastest sign of death ...
 *   BLOB {kind, generation, digest, size} + fd ->   a sealed, read-only table (rule set)
 *                                   <-------  BLOB_ACK {kind, generation, status}
 */
#ifndef SLUICE_CONTRACT_SHM_ATTACH_H
#define SLUICE_CONTRACT_SHM_ATTACH_H

#include <stddef.h>
#include <stdint.h>

#include "control/contract/shm_base.h"

enum shm_attach_type {
        SHM_ATTACH_HELLO = 1,
        SHM_ATTACH_WELCOME = 2,
        SHM_ATTACH_REFUSE = 3,
        SHM_ATTACH_READY = 4,
        SHM_ATTACH_BLOB = 5,
        SHM_ATTACH_BLOB_ACK = 6,
};

enum shm_blob_kind {
        SHM_BLOB_RULES = 1,
        SHM_BLOB_BLOCKLIST = 2, /* shm_blocklist.h */
        SHM_BLOB_KINDS,
};

#define SHM_BLOB_BYTES_MAX (UINT64_C(1) << 31)

struct shm_attach_msg {
        uint64_t magic; /* SHM_MAGIC */
        uint16_t type;  /* enum shm_attach_type */
        uint16_t abi_major;
        uint16_t abi_minor;
        uint16_t worker_cnt; /* WELCOME */
        uint64_t layout_hash;
        uint64_t incarnation; /* WELCOME, READY */
        uint64_t pid;         /* HELLO, WELCOME */
        uint64_t generation;  /* BLOB, BLOB_ACK */
        uint64_t bytes;       /* BLOB: size of the table */
        uint8_t digest[32];   /* BLOB: SHA-256 of the table */
        int32_t status;       /* REFUSE, BLOB_ACK: 0 or a negative errno */
        uint16_t blob_kind;   /* BLOB, BLOB_ACK: enum shm_blob_kind */
        uint16_t reserved;
        char text[64]; /* REFUSE: why, terminated */
};

#define SHM_ATTACH_FDS_MAX 3

/* Fill the fields that every message has; the others are zero. */
void shm_attach_msg_init(struct shm_attach_msg *m, enum shm_attach_type type);

/*
 * Send one message with fd_cnt (0..SHM_ATTACH_FDS_MAX) descriptors; the caller keeps its own.
 * Returns 0 or a negative errno (-EAGAIN on a non-blocking socket whose peer does not read).
 */
int shm_attach_send(int sock, const struct shm_attach_msg *m, const int *fds, size_t fd_cnt);

/*
 * Receive one message and its descriptors (O_CLOEXEC, owned by the caller; *fd_cnt of them).
 * Returns 0; -EAGAIN nothing there (non-blocking socket); -ECONNRESET the peer is gone; -EPROTO
 * wrong size, magic or type, a field out of range, another ABI or layout hash, or not the number of
 * descriptors of that type (WELCOME 3, BLOB 1, else 0); another negative errno of recvmsg. On
 * failure *fd_cnt is 0, all received descriptors are closed and *m is zero, with one exception: a
 * message of another version fails with -EPROTO but fills *m, so that the cause can be told. text
 * is always terminated and printable ASCII.
 */
int shm_attach_recv(int sock, struct shm_attach_msg *m, int *fds, size_t *fd_cnt);

/* Copy `bytes` (1..SHM_BLOB_BYTES_MAX) of data into a new memfd sealed against every change.
 * Returns the fd, the caller's, or -errno. */
int shm_blob_create(const char *name, const void *data, size_t bytes);
/* Map a received blob read-only after checking seals and size (not the digest: the caller has the
 * crypto library). Returns 0 and *data, to be unmapped with munmap(data, bytes); -EPERM seals
 * missing, -EBADMSG bytes is 0, above SHM_BLOB_BYTES_MAX or not the size of fd; -errno. fd stays
 * the caller's. */
int shm_blob_map(int fd, uint64_t bytes, const void **data);

#endif
