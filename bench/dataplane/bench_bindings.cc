// SPDX-License-Identifier: Apache-2.0
//
// bench_bindings.cc - where a user is, looked up by a worker among 1 million users, each look-up in
// memory that no cache has; beside two reads of random cache lines of bare memory of the same size,
// the least that such a look-up does. And what a new binding costs the worker that writes.
#include <benchmark/benchmark.h>

#include "bench/dataplane/cpu_time.h"
#include "bench/dataplane/bindings_rig.h"

namespace
{

bindings_rig *rig_of(uint32_t users)
{
        static bindings_rig *rig = bindings_rig_create(users);

        return rig;
}

template <typename Burst> void run(benchmark::State &state, const char *per, Burst burst)
{
        bindings_rig *rig = rig_of(static_cast<uint32_t>(state.range(0)));

        if (rig == nullptr) {
                state.SkipWithError("no memory for the table");
                return;
        }
        const double start = cpu_ns();

        for (auto _ : state)
                if (!burst(rig)) {
                        state.SkipWithError("a user was not found, or found no room");
                        return;
                }
        state.counters[per] =
            (cpu_ns() - start) / (static_cast<double>(state.iterations()) * BINDINGS_RIG_BURST);
        state.SetItemsProcessed(static_cast<int64_t>(state.iterations() * BINDINGS_RIG_BURST));
        state.counters["octets/user"] =
            static_cast<double>(bindings_rig_bytes(rig)) / static_cast<double>(state.range(0));
}

void find(benchmark::State &state, bool ahead)
{
        run(state, "ns/find",
            [ahead](bindings_rig *r) { return bindings_rig_find(r, ahead) == BINDINGS_RIG_BURST; });
}

void refresh(benchmark::State &state)
{
        run(state, "ns/binding",
            [](bindings_rig *r) { return bindings_rig_refresh(r) == BINDINGS_RIG_BURST; });
}

void memory(benchmark::State &state)
{
        run(state, "ns/2 reads", [](bindings_rig *r) {
                benchmark::DoNotOptimize(bindings_rig_read(r));
                return true;
        });
}

BENCHMARK(memory)->Arg(1000000);
BENCHMARK_CAPTURE(find, one_by_one, false)->Arg(1000000);
BENCHMARK_CAPTURE(find, burst, true)->Arg(1000000);
BENCHMARK(refresh)->Arg(1000000);

} // namespace

BENCHMARK_MAIN();
