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
        uint32_t lines = 0;

        if (len < SCAN_BLOCK_BYTES)
                return false;
        memset(out->stop, 0, sizeof(out->stop));
        for (uint32_t o = 0; o < len && o < SCAN_BYTES_MAX; o++) {
                uint8_t c = buf[o];
                bool after_ctl = o > 0 && is_ctl(buf[o - 1]) && buf[o - 1] != '\n';

                if (c > 0x7f || !SCAN_IS_RUN(c))
                        out->stop[o / 64] |= UINT64_C(1) << o % 64;
                if (after_ctl != (c == '\n'))
                        return false;
                if (c != '\n')
                        continue;
                if (lines > SCAN_LINES_MAX)
                        return false;
                out->eol[lines++] = (uint16_t)o;
                if (o >= 2 && buf[o - 2] == '\n') {
                        out->header_end = (uint16_t)(o + 1);
                        out->line_cnt = (uint16_t)(lines - 1);
                        return true;
                }
        }
        return false;
}
