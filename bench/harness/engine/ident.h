/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ident.h - who sends: up to millions of addresses, ports and users, all by arithmetic.
 *
 * Identity i has address i mod addr_cnt, port (i / addr_cnt) mod port_cnt, user i. Addresses are
 * made so that all have the same number of characters, which lets a message be patched instead of
 * printed: with more than one IPv4 address the last octets run from 100 to 255 (156, 24,336 or
 * 3,796,416 addresses); with more than one IPv6 address the last two groups are four digits each.
 */
#ifndef SLUICE_BENCH_HARNESS_ENGINE_IDENT_H
#define SLUICE_BENCH_HARNESS_ENGINE_IDENT_H

#include <stdbool.h>
#include <stdint.h>

#define SB_ADDR_TEXT_MAX 48u /* an IPv6 address in brackets, and the NUL */

/* An address: IPv4 in the first four octets. Network order. */
struct sb_addr {
        uint8_t b[16];
};

struct sb_end {
        struct sb_addr addr;
        uint16_t port;
};

struct sb_ident {
        struct sb_addr base;
        bool v6;
        uint32_t addr_cnt;  /* >= 1 */
        uint16_t port;      /* the first */
        uint32_t port_cnt;  /* >= 1; port + port_cnt <= 65536 */
        uint8_t octets_cnt; /* derived: octets or, for IPv6, octets that vary; 0..4 */
};

/*
 * addr: "198.51.100.10" or "fd00:5::10". addr_cnt up to 3,796,416 for IPv4, 2^32 - 1 for IPv6.
 * 0; -EINVAL when it is no address, -ERANGE when a number does not fit.
 */
int sb_ident_init(struct sb_ident *s, const char *addr, uint32_t addr_cnt, uint16_t port,
                  uint32_t port_cnt);

void sb_ident_at(const struct sb_ident *s, uint64_t i, struct sb_end *out);

/* Identities one after the other, as sb_ident_at() numbers them, with no division. Begins zeroed.
 */
struct sb_ident_walk {
        uint32_t i; /* of the next identity */
        uint32_t addr;
        uint32_t port;
};

/* The next of the first cnt identities, from 0 on and round again; its number is returned. */
uint32_t sb_ident_walk(const struct sb_ident *s, struct sb_ident_walk *w, uint32_t cnt,
                       struct sb_end *out);
/* Is this address one of them? */
bool sb_ident_owns(const struct sb_ident *s, const struct sb_addr *a);

/* Text of an address, NUL-terminated; IPv6 in brackets when asked. Returns its length. */
uint32_t sb_addr_text(const struct sb_addr *a, bool v6, bool brackets, char out[SB_ADDR_TEXT_MAX]);
/* 0 or -EINVAL; *v6 says which. */
int sb_addr_parse(const char *text, struct sb_addr *out, bool *v6);

#endif
