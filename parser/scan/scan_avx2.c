/* SPDX-License-Identifier: Apache-2.0 */
/* Two registers of 32 octets a block; this file alone is built for AVX2, BMI1 and BMI2. */
#include "parser/scan/scan_driver.h"
#include "parser/scan/scan_select.h"
#include "parser/scan/scan_vec_avx2.h"

#include "parser/scan/scan_halves.h"

#include "parser/fast/fast_msg.h" /* needs the above */

bool scan_avx2(const uint8_t *buf, uint32_t len, struct scan_index *out)
{
        return scan_drive(buf, len, out);
}

bool fast_avx2(const uint8_t *buf, uint32_t len, struct sip_msg *m)
{
        return fast_msg(buf, len, m);
}
