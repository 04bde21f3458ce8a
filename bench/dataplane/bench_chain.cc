// SPDX-License-Identifier: Apache-2.0
//
// bench_chain.cc - the whole worker, resume to housekeep: TSC cycles and nanoseconds per packet.
//
// Each chain has its floor beside it: the bare loop (rx burst to tx burst) on the same devices.
#include <cstdio>
#include <string>

#include <benchmark/benchmark.h>

#include "bench/dataplane/chain_rig.h"
#include "bench/parser/messages.h"

namespace
{

using Round = rig_round (*)(chain_rig *);

void run(benchmark::State &state, chain_rig *rig, Round round)
{
        uint64_t packets = 0, cycles = 0;
        const double hz = chain_rig_tsc_hz();

        for (auto _ : state) {
                rig_round done = round(rig);

                packets += done.packets;
                cycles += done.cycles;
                state.SetIterationTime(static_cast<double>(done.cycles) / hz);
        }
        const double n = static_cast<double>(packets);

        state.counters["cycles/packet"] = static_cast<double>(cycles) / n;
        state.counters["ns/packet"] = static_cast<double>(cycles) / n / hz * 1e9;
        state.counters["Mpps"] = n / static_cast<double>(cycles) * hz / 1e6;
}

// What the packets met must be what the benchmark's name says, or the figure means nothing.
enum class Meets { kOther, kBan, kBudget, kCache };

void check(benchmark::State &state, const chain_rig *rig, Meets meets)
{
        uint64_t passed, dropped, cached;
        bool exact = chain_rig_counts(rig, &passed, &dropped, &cached);
        // the first pass over the messages warms the cache, up to a last round that was cut short
        bool as_named = meets == Meets::kBan ? passed == 0 && dropped != 0
                        : meets == Meets::kBudget
                            ? dropped != 0 && std::string("over_budget") == chain_rig_main_drop(rig)
                        : meets == Meets::kCache
                            ? dropped == 0 && cached + 2 * kManyMessages >= passed
                            : dropped == 0;
        if (exact && as_named)
                return;
        std::string what = "passed " + std::to_string(passed) + ", dropped " +
                           std::to_string(dropped) + " (" + chain_rig_main_drop(rig) +
                           "), cached " + std::to_string(cached) + (exact ? "" : ", not conserved");

        state.SkipWithError(what.c_str());
}

void bare_null(benchmark::State &state)
{
        chain_rig *rig = chain_rig_create(RIG_NULL, RIG_EVENTS_OFF);

        run(state, rig, chain_rig_round_bare);
        chain_rig_destroy(rig);
}

void chain_null(benchmark::State &state)
{
        chain_rig *rig = chain_rig_create(RIG_NULL, RIG_EVENTS_OFF);

        run(state, rig, chain_rig_round);
        check(state, rig, Meets::kOther);
        chain_rig_destroy(rig);
}

void bare_ring(benchmark::State &state)
{
        chain_rig *rig = chain_rig_create(RIG_RING, RIG_EVENTS_OFF);

        run(state, rig, chain_rig_round_bare);
        chain_rig_destroy(rig);
}

void chain_banned(benchmark::State &state)
{
        chain_rig *rig = chain_rig_create(RIG_RING, RIG_EVENTS_OFF);

        chain_rig_ban_all(rig);
        run(state, rig, chain_rig_round);
        check(state, rig, Meets::kBan);
        chain_rig_destroy(rig);
}

void rxonly_ring(benchmark::State &state)
{
        chain_rig *rig = chain_rig_create(RIG_RING, RIG_EVENTS_OFF);

        run(state, rig, chain_rig_round_rxonly);
        chain_rig_destroy(rig);
}

void chain_over_budget(benchmark::State &state)
{
        chain_rig *rig = chain_rig_create(RIG_RING, RIG_EVENTS_OFF);

        chain_rig_warm(rig);
        chain_rig_limits(rig, RIG_LIMITS_SPENT);
        for (unsigned i = 0; i < 4; i++) // every source has sent what it may
                (void)chain_rig_round(rig);
        run(state, rig, chain_rig_round);
        check(state, rig, Meets::kBudget);
        chain_rig_destroy(rig);
}

void chain_sip(benchmark::State &state, rig_events events, rig_limits limits)
{
        chain_rig *rig = chain_rig_create(RIG_RING, events);

        chain_rig_limits(rig, limits);
        chain_rig_warm(rig);
        run(state, rig, chain_rig_round);
        check(state, rig, Meets::kCache);
        chain_rig_destroy(rig);
}

BENCHMARK(bare_null)->UseManualTime();
BENCHMARK(chain_null)->UseManualTime();
BENCHMARK(bare_ring)->UseManualTime();
BENCHMARK(rxonly_ring)->UseManualTime();
BENCHMARK(chain_banned)->UseManualTime();
BENCHMARK(chain_over_budget)->UseManualTime();
BENCHMARK_CAPTURE(chain_sip, cached, RIG_EVENTS_OFF, RIG_LIMITS_NONE)->UseManualTime();
BENCHMARK_CAPTURE(chain_sip, cached_and_limited, RIG_EVENTS_OFF, RIG_LIMITS_WIDE)->UseManualTime();
BENCHMARK_CAPTURE(chain_sip, cached_and_reported, RIG_EVENTS_ALL, RIG_LIMITS_NONE)->UseManualTime();

} // namespace

int main(int argc, char **argv)
{
        benchmark::Initialize(&argc, argv);
        if (benchmark::ReportUnrecognizedArguments(argc, argv) || !chain_rig_start())
                return 1;
        Messages messages = make_messages(kManyMessages);

        for (size_t i = 0; i < messages.count(); i++)
                if (!chain_rig_load(messages.at(i), messages.length(i))) {
                        std::fprintf(stderr, "message %zu does not fit a frame\n", i);
                        return 1;
                }
        benchmark::RunSpecifiedBenchmarks();
        return 0;
}
