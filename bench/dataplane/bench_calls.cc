// SPDX-License-Identifier: Apache-2.0
//
// bench_calls.cc - the tables that workers share of calls, with a million live entries each:
// nanoseconds per look-up and insertion, and beside them a read somewhere in as much memory.
//
// Keys are ready: what hashing a message costs is in bench_chain. `ahead` asks for the memory of 32
// keys before the first is looked up, as a worker does with a burst.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include <benchmark/benchmark.h>

#include "bench/dataplane/rng.h"
extern "C" {
#include "dataplane/state/dialogs.h"
#include "dataplane/state/transactions.h"
}

namespace
{

constexpr uint32_t kLive = 1000000;
constexpr uint64_t kNow = UINT64_C(1790000000) * UINT64_C(1000000000);
constexpr unsigned kBurst = 32;

dp_trans_id trans_of(uint64_t n)
{
        Rng r{n};
        dp_trans_id id{};

        id.key.w[0] = r.next();
        id.key.w[1] = r.next();
        id.ident = n;
        id.target = n | 1;
        return id;
}

dp_dialog_id dialog_of(uint64_t n)
{
        Rng r{~n};
        dp_dialog_id id{};

        id.key.w[0] = r.next();
        id.key.w[1] = r.next();
        id.from = n;
        id.to = n + 1;
        return id;
}

dp_calls *filled()
{
        static dp_calls *calls = nullptr;
        dp_calls_change change{};

        if (calls != nullptr)
                return calls;
        if (dp_calls_create(&calls, kLive, kLive) != 0)
                abort();
        for (uint64_t n = 0; n < kLive; n++) {
                dp_trans_id id = trans_of(n);
                dp_dialog_id dialog = dialog_of(n);
                dp_transaction tx{};
                dp_dialog_news news{};

                tx.src = 11;
                dp_trans_add(calls, &id, true, kNow, &tx, &change);
                news.state = DP_DIALOG_CONFIRMED;
                news.life_ns = UINT64_C(3600000000000);
                news.from_addr = 11;
                news.kept = true;
                dp_dialog_learn(calls, &dialog, kNow, &news, &change);
        }
        std::fprintf(stderr, "%u entries added of %u, %lu MiB a table\n", change.added, 2 * kLive,
                     static_cast<unsigned long>(dp_rec_bytes(calls->dialogs) >> 20));
        return calls;
}

// The floor: one dependent read of a line somewhere in as much memory as a table has.
void memory_random_read(benchmark::State &state)
{
        std::vector<uint64_t> memory(dp_rec_bytes(filled()->dialogs) / sizeof(uint64_t));
        Rng r{1};
        uint64_t sum = 0;

        for (auto &word : memory)
                word = 1;
        for (auto _ : state)
                sum += memory[(r.next() + sum) % memory.size()];
        benchmark::DoNotOptimize(sum);
}

void look(benchmark::State &state, bool hit, bool ahead)
{
        dp_calls *calls = filled();
        dp_trans_id id[kBurst];
        uint64_t found = 0, looked = 0;
        Rng r{2};

        while (state.KeepRunningBatch(kBurst)) {
                for (auto &one : id) {
                        one = trans_of(hit ? r.next() % kLive : r.next() | UINT64_C(1) << 63);
                        if (ahead)
                                dp_rec_prefetch(calls->transactions, &one.key);
                }
                for (const auto &one : id) {
                        dp_transaction tx;

                        found += dp_trans_look(calls, &one, 11, kNow, &tx) == DP_TRANS_REPEAT;
                        looked++;
                }
        }
        if (hit ? found < looked * 99 / 100 : found != 0)
                state.SkipWithError("not what was to be found");
}

void dialog_find(benchmark::State &state, bool ahead)
{
        dp_calls *calls = filled();
        dp_dialog_id id[kBurst];
        uint64_t found = 0, looked = 0;
        Rng r{3};

        while (state.KeepRunningBatch(kBurst)) {
                for (auto &one : id) {
                        one = dialog_of(r.next() % kLive);
                        if (ahead)
                                dp_rec_prefetch(calls->dialogs, &one.key);
                }
                for (const auto &one : id) {
                        dp_dialog d;

                        found += dp_dialog_find(calls, &one, 11, kNow, &d) && d.known;
                        looked++;
                }
        }
        if (found < looked * 99 / 100)
                state.SkipWithError("not what was to be found");
}

// A flood of new requests into a table of their own kind that is full: each evicts another.
void transaction_add(benchmark::State &state)
{
        static dp_calls *calls = nullptr;
        static uint64_t n = 0;
        dp_calls_change change{};

        if (calls == nullptr && dp_calls_create(&calls, kLive, 1) != 0)
                abort();
        auto add = [&] {
                dp_trans_id id = trans_of(n++);
                dp_transaction tx{};

                if (dp_trans_look(calls, &id, 11, kNow, &tx) != DP_TRANS_NEW ||
                    !dp_trans_add(calls, &id, false, kNow, &tx, &change))
                        state.SkipWithError("no room");
        };

        while (n < 2 * kLive)
                add();
        for (auto _ : state)
                add();
}

BENCHMARK(memory_random_read);
BENCHMARK_CAPTURE(look, transaction_hit, true, false);
BENCHMARK_CAPTURE(look, transaction_hit_ahead, true, true);
BENCHMARK_CAPTURE(look, transaction_miss, false, false);
BENCHMARK_CAPTURE(look, transaction_miss_ahead, false, true);
BENCHMARK(transaction_add);
BENCHMARK_CAPTURE(dialog_find, hit, false);
BENCHMARK_CAPTURE(dialog_find, hit_ahead, true);

} // namespace

BENCHMARK_MAIN();
