// SPDX-License-Identifier: Apache-2.0
//
// bench_chain.cc - the whole worker, resume to housekeep: TSC cycles and nanoseconds per packet.
//
// Each chain has its floor beside it: the bare loop (rx burst to tx burst) on the same devices.
// Those of SIP show two parts of the whole in every row: what the device takes and what the parser
// does.
#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "bench/dataplane/chain_rig.h"
#include "bench/parser/messages.h"

namespace
{

using Round = rig_round (*)(chain_rig *);

// One part of the whole by itself: a round now and then between the others, so that both meet the
// same minute of this machine; the median of all.
class Part
{
      public:
        explicit Part(Round round) : round_(round)
        {
        }

        void measure(chain_rig *rig)
        {
                rig_round done = round_(rig);

                cycles_.push_back(static_cast<double>(done.cycles) /
                                  static_cast<double>(done.packets));
        }

        double cycles()
        {
                auto middle = cycles_.begin() + static_cast<std::ptrdiff_t>(cycles_.size() / 2);

                std::nth_element(cycles_.begin(), middle, cycles_.end());
                return *middle;
        }

      private:
        Round round_;
        std::vector<double> cycles_;
};

void run(benchmark::State &state, chain_rig *rig, Round round, bool in_parts = false)
{
        constexpr unsigned kEvery = 16; // rounds of the whole
        uint64_t packets = 0, cycles = 0, rounds = 0;
        const double ns = 1e9 / chain_rig_tsc_hz();
        Part device(chain_rig_round_bare), parser(chain_rig_round_parse);

        for (auto _ : state) {
                rig_round done = round(rig);

                packets += done.packets;
                cycles += done.cycles;
                state.SetIterationTime(static_cast<double>(done.cycles) * ns / 1e9);
                if (in_parts && rounds++ % kEvery == 0) {
                        device.measure(rig);
                        parser.measure(rig);
                }
        }
        const double whole = static_cast<double>(cycles) / static_cast<double>(packets);

        state.counters["cycles/packet"] = whole;
        state.counters["ns/packet"] = whole * ns;
        state.counters["Mpps"] = 1e3 / (whole * ns);
        if (!in_parts)
                return;
        state.counters["ns/packet_device"] = device.cycles() * ns;
        state.counters["ns/packet_parser"] = parser.cycles() * ns;
        state.counters["Mpps_but_device"] = 1e3 / ((whole - device.cycles()) * ns);
}

// What the packets met must be what the benchmark's name says, or the figure means nothing.
enum class Meets { kOther, kBan, kBudget, kCache };

void check(benchmark::State &state, const chain_rig *rig, Meets meets)
{
        uint64_t passed, dropped, cached;
        bool exact = chain_rig_counts(rig, &passed, &dropped, &cached);
        // a device that always has packets gives four turns' worth before the bans are in force
        constexpr uint64_t kBeforeBans = 4 * 32;
        // the tables' key is another in each run, and by chance a set of the limits' is full
        bool clean = dropped == 0 || (dropped * 1000 <= passed &&
                                      std::string("limit_full") == chain_rig_main_drop(rig));
        // the first pass over the messages warms the cache, up to a last round that was cut short
        bool as_named = meets == Meets::kBan ? passed <= kBeforeBans && dropped > 100 * passed
                        : meets == Meets::kBudget
                            ? dropped != 0 && std::string("over_budget") == chain_rig_main_drop(rig)
                        : meets == Meets::kCache ? clean && cached + 2 * kManyMessages >= passed
                                                 : clean;
        if (exact && as_named)
                return;
        std::string what = "passed " + std::to_string(passed) + ", dropped " +
                           std::to_string(dropped) + " (" + chain_rig_main_drop(rig) +
                           "), cached " + std::to_string(cached) + (exact ? "" : ", not conserved");

        state.SkipWithError(what.c_str());
}

void bare_null(benchmark::State &state)
{
        chain_rig *rig = chain_rig_create(RIG_NULL, RIG_EVENTS_OFF);

        run(state, rig, chain_rig_round_bare);
        chain_rig_destroy(rig);
}

void chain_null(benchmark::State &state)
{
        chain_rig *rig = chain_rig_create(RIG_NULL, RIG_EVENTS_OFF);

        run(state, rig, chain_rig_round);
        check(state, rig, Meets::kOther);
        chain_rig_destroy(rig);
}

void bare_ring(benchmark::State &state)
{
        chain_rig *rig = chain_rig_create(RIG_RING, RIG_EVENTS_OFF);

        run(state, rig, chain_rig_round_bare);
        chain_rig_destroy(rig);
}

void rxonly(benchmark::State &state, rig_device device)
{
        chain_rig *rig = chain_rig_create(device, RIG_EVENTS_OFF);

        run(state, rig, chain_rig_round_rxonly);
        chain_rig_destroy(rig);
}

void chain_banned(benchmark::State &state, rig_device device)
{
        chain_rig *rig = chain_rig_create(device, RIG_EVENTS_OFF);

        chain_rig_ban_all(rig);
        run(state, rig, chain_rig_round);
        check(state, rig, Meets::kBan);
        chain_rig_destroy(rig);
}

void chain_over_budget(benchmark::State &state)
{
        chain_rig *rig = chain_rig_create(RIG_RING, RIG_EVENTS_OFF);

        chain_rig_warm(rig);
        chain_rig_limits(rig, RIG_LIMITS_SPENT);
        for (unsigned i = 0; i < 4; i++) // every source has sent what it may
                (void)chain_rig_round(rig);
        run(state, rig, chain_rig_round);
        check(state, rig, Meets::kBudget);
        chain_rig_destroy(rig);
}

void chain_sip(benchmark::State &state, rig_set set, rig_events events, rig_limits limits)
{
        if (chain_rig_loaded(set) == 0) {
                state.SkipWithError("the corpus has no such message");
                return;
        }
        chain_rig *rig = chain_rig_create(RIG_RING, events);

        chain_rig_use(rig, set);
        chain_rig_limits(rig, limits);
        chain_rig_warm(rig);
        run(state, rig, chain_rig_round, true);
        check(state, rig, Meets::kCache);
        chain_rig_destroy(rig);
}

void chain_invite(benchmark::State &state, rig_set set, rig_events events, rig_limits limits)
{
        chain_sip(state, set, events, limits);
}

BENCHMARK(bare_null)->UseManualTime();
BENCHMARK(chain_null)->UseManualTime();
BENCHMARK(bare_ring)->UseManualTime();
BENCHMARK_CAPTURE(rxonly, null, RIG_NULL_SIP)->UseManualTime();
BENCHMARK_CAPTURE(chain_banned, null, RIG_NULL_SIP)->UseManualTime();
BENCHMARK_CAPTURE(rxonly, ring, RIG_RING)->UseManualTime();
BENCHMARK_CAPTURE(chain_banned, ring, RIG_RING)->UseManualTime();
BENCHMARK(chain_over_budget)->UseManualTime();
BENCHMARK_CAPTURE(chain_sip, cached, RIG_SET_MIX, RIG_EVENTS_OFF, RIG_LIMITS_NONE)->UseManualTime();
BENCHMARK_CAPTURE(chain_sip, cached_and_limited, RIG_SET_MIX, RIG_EVENTS_OFF, RIG_LIMITS_WIDE)
    ->UseManualTime();
BENCHMARK_CAPTURE(chain_sip, cached_and_reported, RIG_SET_MIX, RIG_EVENTS_ALL, RIG_LIMITS_NONE)
    ->UseManualTime();
BENCHMARK_CAPTURE(chain_invite, firewall, RIG_SET_INVITE, RIG_EVENTS_OFF, RIG_LIMITS_WIDE)
    ->UseManualTime();
BENCHMARK_CAPTURE(chain_invite, firewall_few, RIG_SET_INVITE_FEW, RIG_EVENTS_OFF, RIG_LIMITS_WIDE)
    ->UseManualTime();

// An INVITE of about 800 octets that begins a call.
bool is_invite(const std::string &text)
{
        size_t to = std::min(text.find("\r\nTo"), text.find("\r\nt"));
        size_t tag = text.find(";tag=", to);

        return text.compare(0, 7, "INVITE ") == 0 && text.size() >= 700 && text.size() <= 900 &&
               (tag == std::string::npos || tag > text.find("\r\n", to + 2));
}

// The first `count` of these messages as a set.
void load(rig_set set, const Messages &messages, size_t count)
{
        for (size_t i = 0; i < count && i < messages.count(); i++)
                if (!chain_rig_load(set, messages.at(i), messages.length(i)))
                        std::fprintf(stderr, "message %zu does not fit a frame\n", i);
}

} // namespace

int main(int argc, char **argv)
{
        benchmark::Initialize(&argc, argv);
        if (benchmark::ReportUnrecognizedArguments(argc, argv) || !chain_rig_start())
                return 1;
        Messages invites = make_messages_if(kManyMessages, is_invite);

        load(RIG_SET_MIX, make_messages(kManyMessages), kManyMessages);
        load(RIG_SET_INVITE, invites, kManyMessages);
        load(RIG_SET_INVITE_FEW, invites, kFewMessages / 2);
        benchmark::RunSpecifiedBenchmarks();
        return 0;
}
