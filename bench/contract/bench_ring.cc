// SPDX-License-Identifier: Apache-2.0
//
// bench_ring - what a decision costs before anybody decides: the way to control and back.
//
//   round_trip   one question at a time, answer waited for: the latency of a decision
//   pipelined    32 questions under way: decisions per second
//   one_way      events, nothing comes back: ns per message
//   memcpy       the same octets copied in and out of one buffer by one core: the memory's share
//   line_bounce  one word to the other core and back: the floor of any round trip
//
// Arguments: octets of the SIP message; 0 for a peer thread, 1 for a peer process. Targets with
// both sides on cores of their own: p50 <= 2 us, p99 <= 10 us, >= 2 M decisions/s.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

#include "bench/contract/ring_rig.h"

namespace
{

struct RigCloser {
        void operator()(struct rig *r) const
        {
                rig_destroy(r);
        }
};
using Rig = std::unique_ptr<struct rig, RigCloser>;

Rig rig_for(benchmark::State &state)
{
        Rig rig(rig_create(state.range(1) != 0, static_cast<uint32_t>(state.range(0))));

        if (!rig) {
                state.SkipWithError("no rig: two cores and memfd are needed");
        } else if (!rig_run(rig.get(), 10000, 32)) { // warm, and proof that it works
                state.SkipWithError("wrong answer");
        }
        return rig;
}

double quantile(const std::vector<uint64_t> &sorted, double q)
{
        return static_cast<double>(sorted[static_cast<size_t>(q * (sorted.size() - 1))]);
}

void round_trip(benchmark::State &state)
{
        Rig rig = rig_for(state);
        std::vector<uint64_t> ns;

        ns.reserve(1 << 22);
        for (auto _ : state) {
                uint64_t one = rig_ping(rig.get());

                if (one == UINT64_MAX) {
                        state.SkipWithError("wrong answer");
                        return;
                }
                if (ns.size() < ns.capacity())
                        ns.push_back(one);
        }
        if (ns.empty())
                return;
        std::sort(ns.begin(), ns.end());
        state.counters["p50_ns"] = quantile(ns, 0.5);
        state.counters["p99_ns"] = quantile(ns, 0.99);
        state.counters["p999_ns"] = quantile(ns, 0.999);
        state.counters["max_ns"] = static_cast<double>(ns.back());
}

constexpr uint64_t kBatch = 4096;

void pipelined(benchmark::State &state)
{
        Rig rig = rig_for(state);

        for (auto _ : state) {
                if (!rig_run(rig.get(), kBatch, 32)) {
                        state.SkipWithError("wrong answer");
                        return;
                }
        }
        state.SetItemsProcessed(static_cast<int64_t>(state.iterations() * kBatch));
        state.counters["per_decision"] =
            benchmark::Counter(static_cast<double>(state.iterations() * kBatch),
                               benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void one_way(benchmark::State &state)
{
        Rig rig = rig_for(state);

        for (auto _ : state) {
                if (!rig_stream(rig.get(), kBatch)) {
                        state.SkipWithError("an event was lost");
                        return;
                }
        }
        state.SetItemsProcessed(static_cast<int64_t>(state.iterations() * kBatch));
        state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * kBatch) * state.range(0));
        state.counters["per_message"] =
            benchmark::Counter(static_cast<double>(state.iterations() * kBatch),
                               benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

// As many octets as one decision copies, through memory as large as the ring.
void copy_limit(benchmark::State &state)
{
        const size_t octets = static_cast<size_t>(state.range(0)) + 64 + 24;
        std::vector<char> ring(1 << 20), in(octets), out(octets);
        size_t at = 0;

        for (auto _ : state) {
                std::memcpy(&ring[at], in.data(), octets);
                benchmark::DoNotOptimize(ring.data());
                benchmark::ClobberMemory();
                std::memcpy(out.data(), &ring[at], octets);
                benchmark::DoNotOptimize(out.data());
                benchmark::ClobberMemory();
                at += (octets + 63) / 64 * 64;
                if (at + octets > ring.size())
                        at = 0;
        }
        state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * octets * 2));
}

void line_bounce(benchmark::State &state)
{
        for (auto _ : state) {
                if (!rig_bounce(kBatch * 16)) {
                        state.SkipWithError("two cores are needed");
                        return;
                }
        }
        state.SetItemsProcessed(static_cast<int64_t>(state.iterations() * kBatch * 16));
        state.counters["per_round_trip"] =
            benchmark::Counter(static_cast<double>(state.iterations() * kBatch * 16),
                               benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void peers(benchmark::internal::Benchmark *b)
{
        b->ArgNames({"msg", "process"});
        for (int process : {0, 1}) {
                for (int msg : {200, 700, 1400})
                        b->Args({msg, process});
        }
        b->UseRealTime();
}

} // namespace

BENCHMARK(round_trip)->Apply(peers);
BENCHMARK(pipelined)->Apply(peers);
BENCHMARK(one_way)->Apply(peers);
BENCHMARK(copy_limit)->Name("memcpy")->ArgName("msg")->Arg(200)->Arg(700)->Arg(1400);
BENCHMARK(line_bounce)->UseRealTime();

BENCHMARK_MAIN();
