/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/scan/scan_tables.h"

#include "parser/scan/scan_class.h"

const struct scan_tables scan_tables = {
    .zero = SCAN_ALL(0),
    .one = SCAN_ALL(1),
    .half = SCAN_ALL(0x0f),
    .printable = SCAN_ALL(' ' + 1),
    .row_bit = SCAN_TWICE(1, 2, 4, 8, 16, 32, 64, 128, 0, 0, 0, 0, 0, 0, 0, 0),
    .run_rows = SCAN_TWICE(SCAN_ROWS(SCAN_IS_RUN)),
    .words = {255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
              255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255},
};
