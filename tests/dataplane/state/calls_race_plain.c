/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/dataplane/state/calls_race.h"

void calls_race_prepare(struct dp_calls *calls)
{
        (void)calls;
}
