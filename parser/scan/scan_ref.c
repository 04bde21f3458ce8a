/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/scan/scan.h"

void scan_ref(const uint8_t *buf, size_t len, struct scan_block *out)
{
        for (size_t base = 0; base < len; base += SCAN_BLOCK_BYTES) {
                size_t n = len - base < SCAN_BLOCK_BYTES ? len - base : SCAN_BLOCK_BYTES;
                struct scan_block b = {0};

                for (size_t i = 0; i < n; i++) {
                        uint8_t c = buf[base + i];

                        b.lf |= (uint64_t)(c == '\n') << i;
                        b.cr |= (uint64_t)(c == '\r') << i;
                        b.colon |= (uint64_t)(c == ':') << i;
                        b.ctl |= (uint64_t)((c < 0x20 && c != '\t' && c != '\n' && c != '\r') ||
                                            c == 0x7f)
                                 << i;
                        b.high |= (uint64_t)(c >= 0x80) << i;
                }
                *out++ = b;
        }
}
