/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan.h - where the lines of a plain header section end, and where its tokens do. The first pass
 * of the fast path (parser/fast/); everything that is not plain is left to the general grammar.
 *
 * Promise of every kernel: the same answer as scan_ref() for every input; no read outside
 * [buf, buf + len); no write outside *out; pure, thread-safe, any alignment.
 */
#ifndef SLUICE_PARSER_SCAN_SCAN_H
#define SLUICE_PARSER_SCAN_SCAN_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SCAN_BLOCK_BYTES 64u

/* The section must end within these. That of nearly every real message does. */
#define SCAN_BLOCKS_MAX 64u
#define SCAN_BYTES_MAX  (SCAN_BLOCKS_MAX * SCAN_BLOCK_BYTES)

/* Lines without the empty one: the start line and SIP_MSG_HDRS_MAX headers. */
#define SCAN_LINES_MAX 129u

struct scan_index {
        uint16_t header_end; /* octets up to and with the empty line's LF */
        uint16_t line_cnt;   /* lines before the empty one, 1..SCAN_LINES_MAX */
        /* Where each line ends: its control octet, in a plain section a CR. There may be as many as
         * every other octet; what is behind serves kernels that write a block's worth at a time. */
        uint16_t eol[SCAN_BYTES_MAX / 2 + SCAN_BLOCK_BYTES];
        /* Bit o % 64 of stop[o / 64] is set where octet o can not stand in each of token, word,
         * host parameter and user: it is none of letters, digits and - . ! * _ + ' ~. Defined below
         * header_end - 1. The last word only ends windows. */
        uint64_t stop[SCAN_BLOCKS_MAX + 1];
};

/*
 * A kernel. Control octets are all below 0x20 and above 0x7e. True, and *out is written, when
 * len >= SCAN_BLOCK_BYTES, the first three control octets in succession begin a CR LF CR LF that
 * ends within the first SCAN_BYTES_MAX octets, and up to there are no more than SCAN_LINES_MAX
 * control octets without another one right before them: these are eol[]. That they are CR LF the
 * reader of lines sees. Otherwise false, and nothing is known of *out.
 */
typedef bool scan_fn(const uint8_t *buf, uint32_t len, struct scan_index *out);

/* The specification: one octet after another. */
scan_fn scan_ref;

#ifdef __cplusplus
}
#endif

#endif
