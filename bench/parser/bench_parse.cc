// SPDX-License-Identifier: Apache-2.0
//
// bench_parse - a whole message to typed fields and a verdict, beside other SIP stacks parsing the
// same messages and beside what the machine allows. Items are messages. Names:
//
//     parse/KERNEL/SET   our parser with each scan kernel that this CPU runs
//     limit/mark/SET     one pass that marks every LF and colon, with the widest registers
//     limit/memcpy/SET   a copy of the message
//     peer/NAME/SET      osip2, sofia, re: as far as they are installed
//
// SET: few = 1,000 messages, which branch predictors learn by heart; many = 15,000; cold = 256 MiB
// of different messages in no order, in huge pages where the kernel gives them; cold_prefetch = the
// same, the next message being prefetched.
//
// Work counted for us: start line, every header identified, Request-URI, all Via, From, To,
// Call-ID, CSeq, Max-Forwards, Contact, Route and Record-Route, Content-Length, the body boundary,
// and every check of sip_anomaly.def. The peers do their own whole parse and free what it made.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "bench/parser/mark.h"
#include "bench/parser/messages.h"
#include "bench/parser/peers.h"

#include "parser/scan/scan_select.h"
#include "parser/sip_check.h"
#include "parser/sip_parse.h"

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

struct Set {
        const char *name;
        size_t messages;
        bool shuffled;
        bool prefetch;
};

constexpr Set kSets[] = {{"few", kFewMessages, false, false},
                         {"many", kManyMessages, false, false},
                         {"cold", kColdMessages, true, false},
                         {"cold_prefetch", kColdMessages, true, true}};

// Made when first measured: 256 MiB take seconds. One at a time is kept.
const Messages &messages(const Set &set)
{
        static Messages made;
        static size_t count;

        if (count != set.messages) {
                made = make_messages(set.messages);
                count = set.messages;
                all_pass(made);
        }
        return made;
}

// Walks a set for ever, in order or all over the place.
class Walk
{
      public:
        Walk(const Set &set, const Messages &all)
            : all_(all), prefetch_(set.prefetch), step_(set.shuffled ? kStep : 1)
        {
        }
        size_t next()
        {
                size_t i = at_;

                at_ = behind(at_);
                if (prefetch_) {
                        // Where the one behind that lies; a worker has it in its burst.
                        __builtin_prefetch(&all_.start[behind(at_)]);
                        for (size_t o = 0; o < all_.length(at_); o += 64)
                                __builtin_prefetch(all_.at(at_) + o);
                }
                return i;
        }

      private:
        static constexpr size_t kStep = 104729; // a prime, no divisor of the count, and below it

        // No division: it takes as long as some parts of what is measured.
        size_t behind(size_t i) const
        {
                return i + step_ < all_.count() ? i + step_ : i + step_ - all_.count();
        }

        const Messages &all_;
        size_t at_ = 0;
        bool prefetch_;
        size_t step_;
};

template <class Work> void measure(benchmark::State &state, const Set *set, Work work)
{
        const Messages &all = messages(*set);
        Walk walk(*set, all);
        size_t failed = 0;

        for (auto _ : state) {
                size_t i = walk.next();

                failed += !work(all.at(i), all.length(i));
                benchmark::ClobberMemory();
        }
        state.SetItemsProcessed(static_cast<int64_t>(state.iterations()));
        state.SetBytesProcessed(static_cast<int64_t>(static_cast<size_t>(state.iterations()) *
                                                     all.bytes.size() / all.count()));
        state.counters["failed_share"] =
            static_cast<double>(failed) / static_cast<double>(state.iterations());
}

void parse(benchmark::State &state, sip_fast_fn *fast, const Set *set)
{
        static sip_msg m;

        measure(state, set, [fast](const uint8_t *p, size_t n) {
                sip_parse_with(fast, p, n, &m);
                return sip_check(&m).verdict != SIP_VERDICT_REJECT;
        });
}

void limit_memcpy(benchmark::State &state, const Set *set)
{
        static uint8_t copy[65536];

        measure(state, set, [](const uint8_t *p, size_t n) {
                std::memcpy(copy, p, n);
                benchmark::DoNotOptimize(copy);
                return true;
        });
}

void limit_mark(benchmark::State &state, const Set *set)
{
        static Marks marks;

        measure(state, set, [](const uint8_t *p, size_t n) {
                mark(p, n, &marks);
                benchmark::DoNotOptimize(marks);
                return true;
        });
}

void peer(benchmark::State &state, const Peer *p, const Set *set)
{
        measure(state, set, p->parse);
}

void add(const Set &set)
{
        auto name = [&set](const char *kind, const char *what) {
                return std::string(kind) + "/" + what + "/" + set.name;
        };

        for (unsigned i = 0; i < scan_variant_cnt(); i++) {
                scan_variant v = scan_variant_at(i);

                if (v.usable)
                        benchmark::RegisterBenchmark(name("parse", v.name).c_str(), parse, v.fast,
                                                     &set);
                else
                        std::fprintf(stderr, "%s skipped: not for this CPU\n",
                                     name("parse", v.name).c_str());
        }
        if (mark_usable())
                benchmark::RegisterBenchmark(name("limit", "mark").c_str(), limit_mark, &set);
        benchmark::RegisterBenchmark(name("limit", "memcpy").c_str(), limit_memcpy, &set);
        for (const Peer *p = peers; p->name; p++)
                benchmark::RegisterBenchmark(name("peer", p->name).c_str(), peer, p, &set);
}

} // namespace

int main(int argc, char **argv)
{
        for (const Set &set : kSets)
                add(set);
        benchmark::Initialize(&argc, argv);
        if (benchmark::ReportUnrecognizedArguments(argc, argv))
                return 1;
        benchmark::RunSpecifiedBenchmarks();
        return 0;
}
