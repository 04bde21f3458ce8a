// SPDX-License-Identifier: Apache-2.0
//
// bench_scan - the lines and stops of a header section: each kernel, beside what memory and
// memchr() allow for the whole message. Names: scan/KERNEL/SET, limit/NAME/SET; items are messages.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstring>

#include "bench/parser/messages.h"

#include "parser/scan/scan_select.h"

namespace
{

void scan(benchmark::State &state, scan_fn *kernel, const Messages *set)
{
        static scan_index index;
        size_t i = 0, found = 0, scanned = 0;

        for (auto _ : state) {
                found += kernel(set->at(i), static_cast<uint32_t>(set->length(i)), &index);
                scanned += index.header_end;
                benchmark::DoNotOptimize(index);
                benchmark::ClobberMemory();
                i = i + 1 < set->count() ? i + 1 : 0;
        }
        state.SetItemsProcessed(static_cast<int64_t>(state.iterations()));
        state.SetBytesProcessed(static_cast<int64_t>(scanned));
        state.counters["plain_share"] =
            static_cast<double>(found) / static_cast<double>(state.iterations());
}

void limit_memchr(benchmark::State &state, const Messages *set)
{
        size_t i = 0;

        for (auto _ : state) {
                const uint8_t *p = set->at(i);
                const uint8_t *end = p + set->length(i);
                size_t lines = 0;

                while ((p = static_cast<const uint8_t *>(
                            std::memchr(p, '\n', static_cast<size_t>(end - p))))) {
                        p++;
                        lines++;
                }
                benchmark::DoNotOptimize(lines);
                i = i + 1 < set->count() ? i + 1 : 0;
        }
        state.SetItemsProcessed(static_cast<int64_t>(state.iterations()));
}

void limit_memcpy(benchmark::State &state, const Messages *set)
{
        static uint8_t copy[65536];
        size_t i = 0;

        for (auto _ : state) {
                std::memcpy(copy, set->at(i), set->length(i));
                benchmark::DoNotOptimize(copy);
                benchmark::ClobberMemory();
                i = i + 1 < set->count() ? i + 1 : 0;
        }
        state.SetItemsProcessed(static_cast<int64_t>(state.iterations()));
}

} // namespace

int main(int argc, char **argv)
{
        static const Messages few = make_messages(kFewMessages);
        static const Messages many = make_messages(kManyMessages);
        static const struct {
                const char *name;
                const Messages *set;
        } sets[] = {{"few", &few}, {"many", &many}};

        for (const auto &s : sets) {
                std::string suffix = std::string("/") + s.name;

                for (unsigned i = 0; i < scan_variant_cnt(); i++) {
                        scan_variant v = scan_variant_at(i);

                        if (v.usable)
                                benchmark::RegisterBenchmark(
                                    ("scan/" + std::string(v.name) + suffix).c_str(), scan, v.scan,
                                    s.set);
                        else
                                std::fprintf(stderr, "scan/%s%s skipped: not for this CPU\n",
                                             v.name, suffix.c_str());
                }
                benchmark::RegisterBenchmark(("limit/memchr" + suffix).c_str(), limit_memchr,
                                             s.set);
                benchmark::RegisterBenchmark(("limit/memcpy" + suffix).c_str(), limit_memcpy,
                                             s.set);
        }
        benchmark::Initialize(&argc, argv);
        if (benchmark::ReportUnrecognizedArguments(argc, argv))
                return 1;
        benchmark::RunSpecifiedBenchmarks();
        return 0;
}
