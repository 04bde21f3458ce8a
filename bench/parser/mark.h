// SPDX-License-Identifier: Apache-2.0
//
// mark.h - the least that a parser of lines must do: one pass that marks every LF and every colon.
#ifndef SLUICE_BENCH_PARSER_MARK_H
#define SLUICE_BENCH_PARSER_MARK_H

#include <cstddef>
#include <cstdint>

struct Marks {
        uint32_t lf[65536 / 32];
        uint32_t colon[65536 / 32];
};

// Does this CPU have the registers for it?
bool mark_usable();

// Mark [p, p + n); what is left over at the end, less than 32 octets, is not looked at.
void mark(const uint8_t *p, size_t n, Marks *out);

#endif
