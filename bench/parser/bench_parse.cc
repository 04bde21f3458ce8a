// SPDX-License-Identifier: Apache-2.0
//
// bench_parse - a whole message to typed fields and a verdict, beside other SIP stacks parsing the
// same messages. Names: parse/KERNEL/SET, peer/NAME/SET; items are messages.
//
// Work counted for us: start line, every header identified, Request-URI, all Via, From, To,
// Call-ID, CSeq, Max-Forwards, Contact, Route and Record-Route, Content-Length, the body boundary,
// and every check of sip_anomaly.def. The peers do their own whole parse and free what it made.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>

#include "bench/parser/messages.h"
#include "bench/parser/peers.h"

// The parser is C11; this is the one word of it that C++ spells otherwise.
#define _Static_assert static_assert

extern "C" {
#include "parser/scan/scan_select.h"
#include "parser/sip_check.h"
#include "parser/sip_parse.h"
}

namespace
{

// A benchmark of refusals would flatter: every message must be let through.
void all_pass(const Messages &set)
{
        static sip_msg m;

        for (size_t i = 0; i < set.count(); i++) {
                sip_parse(set.at(i), set.length(i), &m);
                if (sip_check(&m).verdict == SIP_VERDICT_REJECT) {
                        std::fprintf(stderr, "message %zu is rejected: %s\n%.*s", i,
                                     sip_anomaly_name(sip_check(&m).reason),
                                     static_cast<int>(set.length(i)),
                                     reinterpret_cast<const char *>(set.at(i)));
                        std::exit(1);
                }
        }
}

void parse(benchmark::State &state, scan_fn *kernel, const Messages *set)
{
        static sip_msg m;
        size_t i = 0;

        for (auto _ : state) {
                sip_parse_with(kernel, set->at(i), set->length(i), &m);
                sip_judgement j = sip_check(&m);
                benchmark::DoNotOptimize(j);
                benchmark::ClobberMemory();
                i = i + 1 < set->count() ? i + 1 : 0;
        }
        state.SetItemsProcessed(static_cast<int64_t>(state.iterations()));
        state.SetBytesProcessed(
            static_cast<int64_t>(state.iterations() * set->bytes.size() / set->count()));
        // As for the peers, since the CSV reporter wants the same columns; all_pass() saw to it.
        state.counters["failed_share"] = 0;
}

void peer(benchmark::State &state, const Peer *p, const Messages *set)
{
        size_t i = 0, failed = 0;

        for (auto _ : state) {
                failed += !p->parse(set->at(i), set->length(i));
                i = i + 1 < set->count() ? i + 1 : 0;
        }
        state.SetItemsProcessed(static_cast<int64_t>(state.iterations()));
        state.counters["failed_share"] =
            static_cast<double>(failed) / static_cast<double>(state.iterations());
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

        all_pass(many);
        std::printf("%zu messages, %.1f octets each on average\n", many.count(),
                    static_cast<double>(many.bytes.size()) / static_cast<double>(many.count()));
        for (const auto &s : sets) {
                std::string suffix = std::string("/") + s.name;

                for (unsigned i = 0; i < scan_variant_cnt(); i++) {
                        scan_variant v = scan_variant_at(i);

                        if (v.usable)
                                benchmark::RegisterBenchmark(
                                    ("parse/" + std::string(v.name) + suffix).c_str(), parse, v.fn,
                                    s.set);
                }
                for (const Peer *p = peers; p->name; p++)
                        benchmark::RegisterBenchmark(
                            ("peer/" + std::string(p->name) + suffix).c_str(), peer, p, s.set);
        }
        benchmark::Initialize(&argc, argv);
        if (benchmark::ReportUnrecognizedArguments(argc, argv))
                return 1;
        benchmark::RunSpecifiedBenchmarks();
        return 0;
}
