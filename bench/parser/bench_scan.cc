// SPDX-License-Identifier: Apache-2.0
//
// bench_scan - marking the structure of a message: each kernel, beside what memory and memchr()
// allow. Names: scan/KERNEL/SET, limit/NAME/SET; items are messages.
#include <benchmark/benchmark.h>

#include <cstring>

#include "bench/parser/messages.h"

#include "parser/scan/scan_select.h"

namespace
{

uint32_t mapped(size_t n)
{
        return static_cast<uint32_t>(n < SCAN_MAP_BYTES ? n : SCAN_MAP_BYTES);
}

void scan(benchmark::State &state, scan_fn *kernel, const Messages *set)
{
        static scan_map map;
        size_t i = 0;

        for (auto _ : state) {
                kernel(set->at(i), 0, mapped(set->length(i)), &map);
                benchmark::DoNotOptimize(map);
                benchmark::ClobberMemory();
                i = i + 1 < set->count() ? i + 1 : 0;
        }
        state.SetItemsProcessed(static_cast<int64_t>(state.iterations()));
        state.SetBytesProcessed(
            static_cast<int64_t>(state.iterations() * set->bytes.size() / set->count()));
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
                                    ("scan/" + std::string(v.name) + suffix).c_str(), scan, v.fn,
                                    s.set);
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
