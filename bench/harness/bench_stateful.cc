// SPDX-License-Identifier: Apache-2.0
//
// bench_stateful.cc - what a call costs sluice-bench: INVITE, 180, 200, ACK, BYE, 200 over a pair
// of rings.
//
// Both sides are driven by one thread, turn about, and timed apart, so that the figures are those
// of a core that each side has to itself. `calls/s` is of the dearer side: the rate that two such
// cores sustain.
#include <algorithm>
#include <cstdio>

#include <benchmark/benchmark.h>

#include "bench/dataplane/cpu_time.h"
#include "bench/harness/calls_rig.h"

namespace
{

void calls(benchmark::State &state)
{
        calls_rig *rig = calls_rig_create(static_cast<uint32_t>(state.range(0)));
        calls_cost before, after;

        if (rig == nullptr) {
                state.SkipWithError("no memory for the calls");
                return;
        }
        calls_rig_round(rig, 1000);
        calls_rig_cost(rig, &before);
        const double began = cpu_ns();

        for (auto _ : state)
                calls_rig_round(rig, 64);
        const double taken = cpu_ns() - began;

        calls_rig_cost(rig, &after);
        const double n = std::max(1.0, static_cast<double>(after.calls - before.calls));
        const double caller = static_cast<double>(after.caller_cycles - before.caller_cycles);
        const double answer = static_cast<double>(after.answer_cycles - before.answer_cycles);
        const double share = caller / (caller + answer);

        // Cycles say how the time is shared, CPU time how much of it there was: others on the
        // machine do not count.
        state.counters["caller_ns/call"] = taken * share / n;
        state.counters["answer_ns/call"] = taken * (1.0 - share) / n;
        state.counters["calls/s"] = 1e9 / (taken * std::max(share, 1.0 - share) / n);
        state.counters["messages/call"] = static_cast<double>(after.frames - before.frames) / n;
        if (after.failed != before.failed || after.calls == before.calls)
                state.SkipWithError("calls failed");
        state.SetItemsProcessed(static_cast<int64_t>(after.calls - before.calls));
        calls_rig_destroy(rig);
}

BENCHMARK(calls)->ArgName("live")->Arg(64)->Arg(1024)->Arg(4096)->Unit(benchmark::kMicrosecond);

} // namespace

int main(int argc, char **argv)
{
        benchmark::Initialize(&argc, argv);
        if (benchmark::ReportUnrecognizedArguments(argc, argv))
                return 1;
        if (!calls_rig_start()) {
                std::fputs("bench_stateful: no EAL, pool or rings\n", stderr);
                return 1;
        }
        benchmark::RunSpecifiedBenchmarks();
        benchmark::Shutdown();
        return 0;
}
