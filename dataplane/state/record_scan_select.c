/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <string.h>

#include "dataplane/state/record_scan.h"
#include "parser/scan/scan_select.h"

/* The CPU is asked by the parser alone; its kernel wants more than is needed here, and CPUs that
 * slow down for wide registers do not have that. */
const struct dp_rec_scan *dp_rec_scan_for(const char *kernel)
{
#ifdef __x86_64__
        if ((kernel == NULL || strcmp(kernel, "avx512") == 0) && scan_find("avx512").name != NULL)
                return &dp_rec_scan_avx512;
#endif
        (void)kernel;
        return &dp_rec_scan_sse2;
}
