/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/scan/scan_tables.h"

#include "parser/scan/scan_class.h"

/* A bit for the rows of an upper half that are alike: two for what can be printed, but for 0x7f,
 * and above them those for what is in a run. */
#define PRINT     0x01 /* 0x20 to 0x6f */
#define PRINT_7   0x02 /* 0x70 to 0x7e */
#define RUN       0x04 /* the lowest of the following */
#define RUN_2     0x04
#define RUN_3     0x08
#define RUN_4     0x10 /* and 0x60 to 0x6f */
#define RUN_5     0x20
#define RUN_7     0x40
#define IF(c, is) (SCAN_IS_RUN(c) ? (is) : 0)
#define LOWER(l)                                                                             \
        (PRINT | ((l) == 15 ? 0 : PRINT_7) | IF(0x20 + (l), RUN_2) | IF(0x30 + (l), RUN_3) | \
         IF(0x40 + (l), RUN_4) | IF(0x50 + (l), RUN_5) | IF(0x70 + (l), RUN_7))

const struct scan_tables scan_tables = {
    .zero = SCAN_ALL(0),
    .half = SCAN_ALL(0x0f),
    .lower = SCAN_TWICE(LOWER(0), LOWER(1), LOWER(2), LOWER(3), LOWER(4), LOWER(5), LOWER(6),
                        LOWER(7), LOWER(8), LOWER(9), LOWER(10), LOWER(11), LOWER(12), LOWER(13),
                        LOWER(14), LOWER(15)),
    .upper = SCAN_TWICE(0, 0, PRINT | RUN_2, PRINT | RUN_3, PRINT | RUN_4, PRINT | RUN_5,
                        PRINT | RUN_4, PRINT_7 | RUN_7, 0, 0, 0, 0, 0, 0, 0, 0),
    .run = SCAN_ALL(RUN),
    .words = {255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
              255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255},
};
