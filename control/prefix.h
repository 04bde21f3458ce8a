/* SPDX-License-Identifier: Apache-2.0 */
/*
 * prefix.h - IPv4 and IPv6 prefixes as text and as octets.
 *
 * All addresses are 16 octets, IPv4 as ::ffff:a.b.c.d (shm_base.h), so 192.0.2.0/24 has length 120.
 * An IPv6 prefix that happens to cover ::ffff:0:0/96 (as ::/0 does) does not mean IPv4: it never
 * matches an IPv4 address here, and cp_prefix_split() says the same to a table that can not know.
 * Pure; any thread.
 */
#ifndef SLUICE_CONTROL_PREFIX_H
#define SLUICE_CONTROL_PREFIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "control/contract/shm_base.h"

struct cp_prefix {
        struct shm_ip ip; /* bits behind `len` are zero */
        uint8_t len;      /* 0..128 */
        uint16_t port;    /* of a single address (len 128): its port alone, 0 = all */
};

/* Longest text of a prefix with its terminator: 39 for IPv6 (45 mapped), "/128" or "[]:65535". */
#define CP_PREFIX_TEXT_BYTES 56u

/* Parse "192.0.2.7", "192.0.2.0/24", "2001:db8::/32". Bits behind the length are cleared.
 * Returns 0, or -EINVAL (then *out is untouched). */
int cp_prefix_parse(const char *text, struct cp_prefix *out);
/* The same, or one port of an address: "192.0.2.7:5062", "[2001:db8::7]:5062". */
int cp_endpoint_parse(const char *text, struct cp_prefix *out);
/* Print, without "/len" for a single address. Returns buf. */
const char *cp_prefix_print(const struct cp_prefix *p, char buf[CP_PREFIX_TEXT_BYTES]);
/* Print an address. */
const char *cp_ip_print(const struct shm_ip *ip, char buf[CP_PREFIX_TEXT_BYTES]);

bool cp_ip_is_v4(const struct shm_ip *ip);
/* Whether the address is in p, whatever its port. */
bool cp_prefix_match(const struct cp_prefix *p, const struct shm_ip *ip);
/* True when every address of b, with every port that b names, is one of a. */
bool cp_prefix_covers(const struct cp_prefix *a, const struct cp_prefix *b);
/* Clear the bits of ip behind len (0..128). */
void cp_ip_mask(struct shm_ip *ip, unsigned len);

/* Prefixes that together are p without IPv4: p itself, or up to 96 when p covers ::ffff:0:0/96.
 * Writes at most 96 to out and returns how many. */
size_t cp_prefix_split(const struct cp_prefix *p, struct cp_prefix out[96]);

/* Prefixes that together are the addresses low..high, the fewest there are, ports none. Writes at
 * most CP_PREFIX_RANGE_MAX to out and returns how many; 0: high is below low, or of another family.
 */
#define CP_PREFIX_RANGE_MAX 254u
size_t cp_prefix_range(const struct shm_ip *low, const struct shm_ip *high,
                       struct cp_prefix out[CP_PREFIX_RANGE_MAX]);

#endif
