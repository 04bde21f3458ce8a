/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan.h - where the octets that give a message its structure are, as bit masks.
 *
 * One struct scan_block tells about 64 octets: bit i of a mask is octet i of the block. A kernel
 * fills ceil(len / 64) blocks; bits at and beyond len are 0.
 *
 * Promise of every kernel: masks equal those of scan_ref() for every input and length; no read
 * outside [buf, buf + len); no write past the last block; pure, thread-safe, any alignment.
 */
#ifndef SLUICE_PARSER_SCAN_SCAN_H
#define SLUICE_PARSER_SCAN_SCAN_H

#include <stddef.h>
#include <stdint.h>

#define SCAN_BLOCK_BYTES 64u

struct scan_block {
        uint64_t lf;    /* 0x0a */
        uint64_t cr;    /* 0x0d */
        uint64_t colon; /* 0x3a */
        uint64_t ctl;   /* 0x00-0x1f other than HT, LF, CR; and 0x7f */
        uint64_t high;  /* 0x80-0xff */
};

/* Blocks that a kernel writes for len octets. */
static inline size_t scan_block_cnt(size_t len)
{
        return (len + SCAN_BLOCK_BYTES - 1) / SCAN_BLOCK_BYTES;
}

/* A kernel: classify [buf, buf + len) into out[0 .. scan_block_cnt(len)). len 0 writes nothing. */
typedef void scan_fn(const uint8_t *buf, size_t len, struct scan_block *out);

/* The specification: one octet at a time, obvious rather than fast. */
scan_fn scan_ref;

#endif
