/* SPDX-License-Identifier: Apache-2.0 */
/*
 * engine_names.h - gateways' names while they are in force: looked up again every
 * `gateway-lookup-s`, and new addresses put in force without a reload. A name that can not be
 * looked up keeps the addresses of before; that is counted, and told once.
 *
 * Thread: the owner of the engine.
 */
#ifndef SLUICE_CONTROL_ENGINE_NAMES_H
#define SLUICE_CONTROL_ENGINE_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "control/names.h"

struct cp_engine;

/* X(field, what) */
#define CP_NAME_COUNTERS(X)                                             \
        X(gateway_lookups, "names of gateways looked up again")         \
        X(gateway_lookups_failed, "of these, those that had no answer") \
        X(gateway_changes, "gateways whose names led to other addresses")

struct cp_name_watch {
        struct cp_names *names; /* NULL until there is a name */
        uint64_t asked_ns;      /* CLOCK_MONOTONIC; 0 = never */
        uint64_t flushes;       /* behind decide_gate: decisions that became wrong */
#define X(field, what) uint64_t field;
        CP_NAME_COUNTERS(X)
#undef X
};

/* Once a second: take answers, ask when it is time. now_ns: CLOCK_MONOTONIC. True when something
 * was put in force. */
bool cp_engine_names_run(struct cp_engine *e, uint64_t now_ns);
/* It is time to ask, whatever was asked last. */
void cp_engine_names_soon(struct cp_engine *e);
void cp_engine_names_fini(struct cp_engine *e);

#endif
