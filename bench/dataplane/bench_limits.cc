// SPDX-License-Identifier: Apache-2.0
//
// bench_limits.cc - what it costs to count an event against a limit, with 1 and 10 million live
// keys, beside reads of random cache lines in bare memory of the same size: the limit of any such
// table.
#include <benchmark/benchmark.h>

#include "bench/dataplane/cpu_time.h"
#include "bench/dataplane/limits_rig.h"

namespace
{

// Ten million keys take seconds to make: kept until another number is asked for.
limits_rig *rig_of(uint32_t keys)
{
        static limits_rig *rig;
        static uint32_t made_for;

        if (rig != nullptr && made_for == keys)
                return rig;
        if (rig != nullptr)
                limits_rig_destroy(rig);
        rig = limits_rig_create(keys);
        made_for = keys;
        return rig;
}

template <typename Burst> void run(benchmark::State &state, const char *per, Burst burst)
{
        limits_rig *rig = rig_of(static_cast<uint32_t>(state.range(0)));

        if (rig == nullptr) {
                state.SkipWithError("no memory for the table");
                return;
        }
        const double start = cpu_ns();

        for (auto _ : state)
                if (!burst(rig)) {
                        state.SkipWithError("charges were refused");
                        return;
                }
        state.counters[per] =
            (cpu_ns() - start) / (static_cast<double>(state.iterations()) * LIMITS_RIG_BURST);
        state.SetItemsProcessed(static_cast<int64_t>(state.iterations() * LIMITS_RIG_BURST));
}

void charge(benchmark::State &state, bool ahead)
{
        run(state, "ns/check",
            [ahead](limits_rig *r) { // of ten million keys some ten have found their set full
                    return limits_rig_charge(r, ahead) + 1 >= LIMITS_RIG_BURST;
            });
}

void memory(benchmark::State &state, bool ahead)
{
        run(state, "ns/read", [ahead](limits_rig *r) {
                benchmark::DoNotOptimize(limits_rig_read(r, ahead));
                return true;
        });
}

void keys(benchmark::State &state)
{
        run(state, "ns/source", [](limits_rig *r) {
                benchmark::DoNotOptimize(limits_rig_keys(r));
                return true;
        });
}

BENCHMARK(keys)->Arg(1000);
BENCHMARK_CAPTURE(memory, one_by_one, false)->Arg(1000000);
BENCHMARK_CAPTURE(charge, one_by_one, false)->Arg(1000000);
BENCHMARK_CAPTURE(memory, burst, true)->Arg(1000000);
BENCHMARK_CAPTURE(charge, burst, true)->Arg(1000000);
BENCHMARK_CAPTURE(memory, one_by_one, false)->Arg(10000000);
BENCHMARK_CAPTURE(charge, one_by_one, false)->Arg(10000000);
BENCHMARK_CAPTURE(memory, burst, true)->Arg(10000000);
BENCHMARK_CAPTURE(charge, burst, true)->Arg(10000000);

} // namespace

BENCHMARK_MAIN();
