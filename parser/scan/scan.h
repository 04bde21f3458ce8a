/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan.h - what each octet of a message is to the grammar, as bit masks: one row of bits for each
 * class, so that the end of a line, a token or a host name is found by counting zeros.
 *
 * Promise of every kernel: the same bits as scan_ref() for every input; no read outside
 * [buf + from, buf + to); no write outside the words it is asked for and the one behind them;
 * pure, thread-safe, any alignment.
 */
#ifndef SLUICE_PARSER_SCAN_SCAN_H
#define SLUICE_PARSER_SCAN_SCAN_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SCAN_BLOCK_BYTES 64u

/* Octets that one map describes. The header section of nearly every real message ends before. */
#define SCAN_MAP_BLOCKS 64u
#define SCAN_MAP_BYTES  (SCAN_MAP_BLOCKS * SCAN_BLOCK_BYTES)

/* What a bit that is set says of its octet. Those from SCAN_ODD on are "not in this class". */
enum scan_class {
        SCAN_LF = 0,    /* 0x0a */
        SCAN_CR,        /* 0x0d */
        SCAN_GT,        /* > */
        SCAN_SEP,       /* . - */
        SCAN_QUOTE,     /* " \ */
        SCAN_ODD,       /* neither printable ASCII nor SP, HT, CR, LF */
        SCAN_NOT_TOKEN, /* this and the next four as in sip_ctype.h */
        SCAN_NOT_WORD,
        SCAN_NOT_PVAL,
        SCAN_NOT_USER,
        SCAN_NOT_PARAM,
        SCAN_NOT_NAME, /* letters, digits, . - (host names without the oddity _) */
        SCAN_CLASS_CNT
};

/* Bit o % 64 of row[c][o / 64] is about octet o. The last word of a row only ends windows. */
struct scan_map {
        uint64_t row[SCAN_CLASS_CNT][SCAN_MAP_BLOCKS + 1];
};

/*
 * A kernel: classify buf[from .. to) into the words from / 64 up to (to - 1) / 64 of each row; bits
 * from `to` on are those of NUL octets. The word behind them becomes all ones, so that a look
 * across the end finds defined bits. from is a multiple of 64; from <= to <= SCAN_MAP_BYTES.
 */
typedef void scan_fn(const uint8_t *buf, uint32_t from, uint32_t to, struct scan_map *out);

/* The specification: from a table, one octet after another. */
scan_fn scan_ref;

#ifdef __cplusplus
}
#endif

#endif
