/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/dataplane/state/calls_race.h"

#include <stdio.h>

#include "dataplane/state/record_scan.h"

void calls_race_prepare(struct dp_calls *calls)
{
        const struct dp_rec_scan *best = dp_rec_scan_for(NULL);

        printf("%s\n", best->name);
        dp_rec_use(calls->transactions, best);
        dp_rec_use(calls->dialogs, best);
}
