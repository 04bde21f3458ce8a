// SPDX-License-Identifier: Apache-2.0
//
// bench_flood.cc - what a look-up costs in each table of the chain when a million keys were chosen
// to collide, as a ratio to a million random ones.
//
// Both tables are filled first, and looked up in turns of some thousand bursts in the same run:
// other load on the machine meets both. The ratio is that of the medians; `loss` is in per cent of
// the rate.
#include <algorithm>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "bench/dataplane/cpu_time.h"
#include "bench/dataplane/flood_rig.h"

namespace
{

constexpr uint32_t kKeys = 1000000;
constexpr unsigned kTurns = 41;
constexpr unsigned kBursts = 2000;

double turn(flood_rig *rig, uint64_t *found)
{
        const double start = cpu_ns();

        for (unsigned i = 0; i < kBursts; i++)
                *found += flood_rig_look(rig);
        return (cpu_ns() - start) / (kBursts * FLOOD_BURST);
}

double median(std::vector<double> v)
{
        std::nth_element(v.begin(), v.begin() + static_cast<long>(v.size() / 2), v.end());
        return v[v.size() / 2];
}

void flood(benchmark::State &state, flood_table table, flood_input input)
{
        flood_rig *base = flood_rig_create(table, FLOOD_RANDOM, kKeys);
        flood_rig *rig = flood_rig_create(table, input, kKeys);

        if (base == nullptr || rig == nullptr) {
                state.SkipWithError("no memory for the tables");
                return;
        }
        for (auto _ : state) {
                std::vector<double> random, hostile, ratio;
                uint64_t found_random = 0, found_hostile = 0;

                for (unsigned i = 0; i < kTurns; i++) {
                        random.push_back(turn(base, &found_random));
                        hostile.push_back(turn(rig, &found_hostile));
                        ratio.push_back(hostile.back() / random.back());
                }
                state.counters["ns/random"] = median(random);
                state.counters["ns/hostile"] = median(hostile);
                state.counters["loss%"] = 100 * (1 - 1 / median(ratio));
                state.counters["missed"] =
                    static_cast<double>(uint64_t{kTurns} * kBursts * FLOOD_BURST - found_hostile);
                state.counters["missed_random"] =
                    static_cast<double>(uint64_t{kTurns} * kBursts * FLOOD_BURST - found_random);
        }
        flood_rig_destroy(base);
        flood_rig_destroy(rig);
}

} // namespace

int main(int argc, char **argv)
{
        benchmark::Initialize(&argc, argv);
        if (benchmark::ReportUnrecognizedArguments(argc, argv))
                return 1;
        for (int t = 0; t < FLOOD_TABLES; t++)
                for (int i = FLOOD_CRC32; i < FLOOD_INPUTS; i++) {
                        const auto table = static_cast<flood_table>(t);
                        const auto input = static_cast<flood_input>(i);
                        std::string name = std::string("flood/") + flood_table_name(table) + "/" +
                                           flood_input_name(input);

                        benchmark::RegisterBenchmark(name.c_str(), flood, table, input)
                            ->Iterations(1)
                            ->Unit(benchmark::kMillisecond);
                }
        benchmark::RunSpecifiedBenchmarks();
        return 0;
}
