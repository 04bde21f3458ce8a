/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/scan/scan.h"

#include <string.h>

#include "parser/scan/scan_class.h"

static bool is_ctl(uint8_t c)
{
        return c < 0x20 || c > 0x7e;
}

bool scan_ref(const uint8_t *buf, uint32_t len, struct scan_index *out)
{
        uint32_t limit = len < SCAN_BYTES_MAX ? len : SCAN_BYTES_MAX;
        uint32_t lines = 0, run = 0; /* control octets in succession */

        if (len < SCAN_BLOCK_BYTES)
                return false;
        memset(out->stop, 0, sizeof(out->stop));
        for (uint32_t o = 0; o < limit; o++) {
                if (buf[o] > 0x7f || !SCAN_IS_RUN(buf[o]))
                        out->stop[o / 64] |= UINT64_C(1) << o % 64;
                run = is_ctl(buf[o]) ? run + 1 : 0;
                if (run == 1)
                        out->eol[lines++] = (uint16_t)o;
                if (run < 3)
                        continue;
                if (o + 1 == limit || memcmp(buf + o - 2, "\r\n\r\n", 4) != 0)
                        return false;
                out->header_end = (uint16_t)(o + 2);
                out->line_cnt = (uint16_t)lines;
                return lines <= SCAN_LINES_MAX;
        }
        return false;
}
