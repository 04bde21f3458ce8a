// SPDX-License-Identifier: Apache-2.0
//
// bench_proxy.cc - what the stateless proxy of edge mode costs a message, on top of having been
// parsed: 15,000 different messages, in the order of their memory. Items are messages. Names:
//
//     limit/memcpy        a copy of the message
//     request/parse_read  parsing, and reading as below: what a worker does before it decides
//     request/read        validation, loop mark, Route, where to
//     request/forward     read, and the request that goes on, written: R-URI, Max-Forwards, two
//                         Record-Routes, Route, Via with branch and mark, received and rport
//     request/dialog      the same by a token of ours in the Route, without a decision
//     response/forward    the branch checked, the way back found, written without our Via
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "bench/dataplane/proxy_rig.h"
#include "bench/parser/messages.h"

#include "parser/sip_check.h"
#include "parser/sip_parse.h"

namespace
{

struct Set {
        std::vector<std::string> text;
        std::vector<sip_msg> msg;
};

uint8_t out[65536];

bool copy(const sip_msg *m)
{
        std::memcpy(out, m->buf, m->len);
        return true;
}

std::string with(const std::string &s, const char *lines, size_t len)
{
        std::string made = s;

        return len == 0 ? "" : made.insert(s.find("\r\n") + 2, lines, len);
}

// A response with our Via on top, for a request that came from where its next Via says.
std::string with_our_via(const sip_msg &m, const std::string &s)
{
        char lines[PROXY_RIG_TEXT_BYTES];

        return with(s, lines, proxy_rig_via(&m, lines));
}

// A request of a dialog that we recorded, to an address.
std::string in_dialog(const sip_msg &m, const std::string &s)
{
        char lines[PROXY_RIG_TEXT_BYTES];
        std::string made = with(s, lines, proxy_rig_route(&m, lines));

        return made.replace(m.ruri.all.off, m.ruri.all.len, "sip:bob@192.0.2.77:5060");
}

Set make(bool (*wanted)(const sip_msg &), std::string (*made)(const sip_msg &, const std::string &))
{
        Messages all = make_messages(4 * kManyMessages);
        Set set;
        static sip_msg m;

        set.text.reserve(kManyMessages);
        for (size_t i = 0; i < all.count() && set.text.size() < kManyMessages; i++) {
                std::string s(reinterpret_cast<const char *>(all.at(i)), all.length(i));

                sip_parse(reinterpret_cast<const uint8_t *>(s.data()), s.size(), &m);
                if (m.error != SIP_ANOM_NONE || !wanted(m))
                        continue;
                s = made(m, s);
                sip_parse(reinterpret_cast<const uint8_t *>(s.data()), s.size(), &m);
                if (!s.empty() && m.error == SIP_ANOM_NONE &&
                    sip_check(&m).verdict == SIP_VERDICT_ACCEPT)
                        set.text.push_back(s);
        }
        set.msg.resize(set.text.size());
        for (size_t i = 0; i < set.text.size(); i++)
                sip_parse(reinterpret_cast<const uint8_t *>(set.text[i].data()), set.text[i].size(),
                          &set.msg[i]);
        if (set.text.size() < kFewMessages) {
                std::fprintf(stderr, "only %zu messages fit\n", set.text.size());
                std::exit(1);
        }
        return set;
}

std::string as_it_is(const sip_msg &, const std::string &s)
{
        return s;
}

bool is_new(const sip_msg &m)
{
        return m.kind == SIP_KIND_REQUEST && proxy_rig_read(&m);
}

bool is_response(const sip_msg &m)
{
        return m.kind == SIP_KIND_RESPONSE;
}

const Set &requests()
{
        static const Set set = make(is_new, as_it_is);

        return set;
}

const Set &dialogs()
{
        static const Set set = make(is_new, in_dialog);

        return set;
}

const Set &responses()
{
        static const Set set = make(is_response, with_our_via);

        return set;
}

void measure(benchmark::State &state, const Set &(*of)(), bool (*work)(const sip_msg *))
{
        const Set &set = of();
        size_t failed = 0, i = 0;

        for (auto _ : state) {
                failed += !work(&set.msg[i]);
                benchmark::ClobberMemory();
                i = i + 1 < set.msg.size() ? i + 1 : 0;
        }
        if (failed != 0)
                state.SkipWithError("a message was not forwarded");
        state.SetItemsProcessed(static_cast<int64_t>(state.iterations()));
}

} // namespace

int main(int argc, char **argv)
{
        static const struct {
                const char *name;
                const Set &(*of)();
                bool (*work)(const sip_msg *);
        } rows[] = {
            {"limit/memcpy", requests, copy},
            {"request/parse_read", requests, proxy_rig_parse_read},
            {"request/read", requests, proxy_rig_read},
            {"request/forward", requests, proxy_rig_forward},
            {"request/dialog", dialogs, proxy_rig_dialog},
            {"response/forward", responses, proxy_rig_respond},
        };

        if (!proxy_rig_start())
                return 1;
        benchmark::Initialize(&argc, argv);
        for (const auto &row : rows)
                benchmark::RegisterBenchmark(row.name, measure, row.of, row.work);
        if (benchmark::ReportUnrecognizedArguments(argc, argv))
                return 1;
        benchmark::RunSpecifiedBenchmarks();
        return 0;
}
