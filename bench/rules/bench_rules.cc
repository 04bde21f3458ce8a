// SPDX-License-Identifier: Apache-2.0
//
// bench_rules - what rules cost a message: rules/N/MIX, N field rules held against INVITEs of 700
// to 900 octets that none of them matches, beside scan/N/MIX, one hs_scan of the whole message with
// the same patterns. Time and items are messages; as in a worker 32 are parsed, which is not
// counted, and then judged; median_ns is that of all bursts, for a message. MIX: see enum
// rules_mix.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "bench/parser/messages.h"
#include "bench/rules/rules_rig.h"

namespace
{

constexpr int kCounts[] = {0, 10, 100, 1000, 10000};
constexpr size_t kInvites = 512;
// Fixed, as each run compiles its rules anew.
constexpr int kBursts = 4000;

struct Mix {
        rules_mix mix;
        const char *name;
};
constexpr Mix kMixes[] = {
    {RULES_LITERAL, "literal"}, {RULES_MIXED, "mixed"}, {RULES_WIDE, "wide"}, {RULES_OPEN, "open"}};

struct Invites {
        Messages all = make_messages(20000);
        std::vector<size_t> index;

        Invites()
        {
                for (size_t i = 0; i < all.count() && index.size() < kInvites; i++) {
                        if (all.length(i) >= 700 && all.length(i) <= 900 &&
                            memcmp(all.at(i), "INVITE ", 7) == 0)
                                index.push_back(i);
                }
                if (index.size() < kInvites) {
                        fprintf(stderr, "bench_rules: too few INVITEs of 700 to 900 octets\n");
                        exit(1);
                }
        }
};

void run(benchmark::State &state, int count, rules_mix mix, bool whole)
{
        static const Invites invites;
        rules_rig *rig = rules_rig_create(count, mix, whole);
        size_t next = 0;
        std::vector<double> bursts;
        unsigned hits = 0;

        for (auto _ : state) {
                for (size_t k = 0; k < RULES_RIG_BURST; k++) {
                        const size_t i = invites.index[(next + k) % kInvites];

                        rules_rig_message(rig, k, invites.all.at(i), invites.all.length(i));
                }
                const auto start = std::chrono::steady_clock::now();

                for (size_t k = 0; k < RULES_RIG_BURST; k++)
                        hits += rules_rig_eval(rig, k);
                const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;

                state.SetIterationTime(took.count() / RULES_RIG_BURST);
                bursts.push_back(took.count() * 1e9 / RULES_RIG_BURST);
                next += RULES_RIG_BURST;
        }
        std::nth_element(bursts.begin(), bursts.begin() + bursts.size() / 2, bursts.end());
        state.counters["hits"] = hits;
        state.counters["median_ns"] = bursts[bursts.size() / 2];
        rules_rig_destroy(rig);
}

void add(int count, const Mix &mix, bool whole)
{
        const std::string name =
            std::string(whole ? "scan/" : "rules/") + std::to_string(count) + "/" + mix.name;

        benchmark::RegisterBenchmark(name.c_str(),
                                     [=](benchmark::State &s) { run(s, count, mix.mix, whole); })
            ->Iterations(kBursts)
            ->UseManualTime();
}

} // namespace

int main(int argc, char **argv)
{
        for (const Mix &mix : kMixes) {
                for (int n : kCounts) {
                        add(n, mix, false);
                        if (n != 0)
                                add(n, mix, true);
                }
        }
        benchmark::Initialize(&argc, argv);
        benchmark::RunSpecifiedBenchmarks();
        return 0;
}
