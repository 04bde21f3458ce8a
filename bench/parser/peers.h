// SPDX-License-Identifier: Apache-2.0
//
// peers.h - other SIP stacks, as far as their development packages are installed.
#ifndef SLUICE_BENCH_PARSER_PEERS_H
#define SLUICE_BENCH_PARSER_PEERS_H

#include <cstddef>
#include <cstdint>

struct Peer {
        const char *name;
        // Parse one message as the stack does, free the result; false when the stack refused it.
        bool (*parse)(const uint8_t *p, size_t n);
};

// Each in a file of its own: their headers do not bear each other.
bool peer_osip2(const uint8_t *p, size_t n);
bool peer_sofia(const uint8_t *p, size_t n);
bool peer_re(const uint8_t *p, size_t n);

// Ends with an entry whose name is null.
extern const Peer peers[];

#endif
