/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rules_account.h - what became of the rule sets that control sent, for telemetry. The main lcore
 * writes, any thread reads; each number is whole, they are not of one moment.
 */
#ifndef SLUICE_DATAPLANE_RULES_ACCOUNT_H
#define SLUICE_DATAPLANE_RULES_ACCOUNT_H

#include <stdatomic.h>
#include <stdint.h>

struct dp_rules_account {
        _Atomic uint64_t generation; /* in force, 0: none */
        _Atomic uint64_t rules;      /* in it */
        _Atomic uint64_t taken;
        _Atomic uint64_t refused;
        _Atomic uint64_t ready_us;   /* to check the last one and make it ready, beside workers */
        _Atomic uint64_t publish_ns; /* to put the last one in force */
        _Atomic uint64_t publish_longest_ns; /* of all */
};

#endif
