// SPDX-License-Identifier: Apache-2.0
//
// bench_blocklist.cc - is this address on the block list? A list of a million prefixes, asked for
// 32 addresses at a time as the guard does; beside it 32 reads at random places in as much memory.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

#include <benchmark/benchmark.h>

#include "bench/dataplane/rng.h"
extern "C" {
#include "dataplane/state/blocklist.h"
}

namespace
{

constexpr size_t kPrefixes = 1000000;
constexpr uint32_t kBurst = 32;

shm_ip address(Rng &r, bool v4)
{
        uint64_t w[2] = {r.next(), r.next()};
        shm_ip ip{};

        memcpy(ip.b, w, sizeof(w));
        ip.b[0] = 0x20;
        if (!v4)
                return ip;
        memset(ip.b, 0, 10);
        ip.b[10] = ip.b[11] = 0xff;
        return ip;
}

// Lengths as feeds have them: single addresses, some networks.
dp_blocklist *list_of(bool v4)
{
        static dp_blocklist *lists[2];
        std::vector<shm_blocklist_prefix> p(kPrefixes);
        Rng r{7};
        size_t bad;

        if (lists[v4] != nullptr)
                return lists[v4];
        for (auto &one : p) {
                one.ip = address(r, v4);
                one.list = 1;
                one.prefix_len = static_cast<uint8_t>(v4 ? (r.next() % 4 == 0 ? 120 : 128)
                                                         : (r.next() % 4 == 0 ? 48 : 64));
        }
        if (dp_blocklist_create(&lists[v4], p.data(), p.size(), &bad) != 0)
                abort();
        return lists[v4];
}

void look_up(benchmark::State &state, bool v4)
{
        const dp_blocklist *list = list_of(v4);
        shm_ip ip[kBurst];
        const shm_ip *at[kBurst];
        uint16_t hit[kBurst];
        Rng r{8};

        for (uint32_t i = 0; i < kBurst; i++)
                at[i] = &ip[i];
        while (state.KeepRunningBatch(kBurst)) {
                for (auto &one : ip)
                        one = address(r, v4);
                dp_blocklist_lookup(list, at, kBurst, hit);
                benchmark::DoNotOptimize(hit[0]);
        }
        state.counters["MiB"] = static_cast<double>(dp_blocklist_bytes(list)) / (1 << 20);
}

// The same addresses, and for each a line somewhere in as much memory as the list has.
void memory(benchmark::State &state, bool v4)
{
        std::vector<uint8_t> bytes(dp_blocklist_bytes(list_of(v4)), 1);
        size_t at[kBurst];
        uint64_t sum = 0;
        Rng r{8};

        while (state.KeepRunningBatch(kBurst)) {
                for (auto &one : at) {
                        shm_ip ip = address(r, v4);
                        uint64_t w;

                        memcpy(&w, ip.b + 8, sizeof(w));
                        one = w % bytes.size();
                        __builtin_prefetch(&bytes[one]);
                }
                for (auto one : at)
                        sum += bytes[one];
        }
        benchmark::DoNotOptimize(sum);
}

BENCHMARK_CAPTURE(memory, ipv4, true);
BENCHMARK_CAPTURE(look_up, ipv4, true);
BENCHMARK_CAPTURE(memory, ipv6, false);
BENCHMARK_CAPTURE(look_up, ipv6, false);

} // namespace

BENCHMARK_MAIN();
