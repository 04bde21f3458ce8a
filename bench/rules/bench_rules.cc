// SPDX-License-Identifier: Apache-2.0
//
// bench_rules - what rules cost a message: rules/N/MIX, N field rules held against parsed messages
// that none of them matches, beside scan/N/MIX, one hs_scan of the whole message with the same
// patterns. Items are messages. MIX: literal, or mixed = half of them regular expressions.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "bench/parser/messages.h"
#include "bench/rules/rules_rig.h"

namespace
{

constexpr int kCounts[] = {0, 10, 100, 1000, 10000};
constexpr size_t kMessages = 1000;

void run(benchmark::State &state, int count, bool mixed, bool whole)
{
        static const Messages set = make_messages(kMessages);
        rules_rig *rig = rules_rig_create(count, mixed, whole);
        size_t i = 0;
        unsigned hits = 0;

        for (size_t m = 0; m < set.count(); m++)
                rules_rig_message(rig, set.at(m), set.length(m));
        for (auto _ : state) {
                hits += rules_rig_eval(rig, i);
                i = i + 1 == set.count() ? 0 : i + 1;
        }
        state.counters["hits"] = hits;
        state.SetItemsProcessed(state.iterations());
        rules_rig_destroy(rig);
}

}  // namespace

int main(int argc, char **argv)
{
        for (bool mixed : {false, true}) {
                for (int n : kCounts) {
                        const std::string tail =
                            std::to_string(n) + (mixed ? "/mixed" : "/literal");

                        benchmark::RegisterBenchmark(
                            ("rules/" + tail).c_str(),
                            [=](benchmark::State &s) { run(s, n, mixed, false); });
                        if (n != 0)
                                benchmark::RegisterBenchmark(
                                    ("scan/" + tail).c_str(),
                                    [=](benchmark::State &s) { run(s, n, mixed, true); });
                }
        }
        benchmark::Initialize(&argc, argv);
        benchmark::RunSpecifiedBenchmarks();
        return 0;
}
