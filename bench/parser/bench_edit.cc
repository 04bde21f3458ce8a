// SPDX-License-Identifier: Apache-2.0
//
// bench_edit - what a message costs that is changed, on top of having been parsed. Items are
// messages; each is changed to an output buffer, so the limit is a copy of it. Names:
//
//     limit/memcpy       a copy of the message as it is
//     edit/via_push      a Via on top
//     edit/proxy         what a stateless proxy does: received/rport, Via, Max-Forwards,
//                        Request-URI, first Route value out
//     edit/proxy_list    the same without writing it out: the list, and the size of the result
//     normalise/clean    finding out that nothing is to be put right
//     normalise/folded   two folded header fields
//     normalise/lf_only  every line end of the header section a bare LF
//
// 1,000 requests, parsed before, with a Route in front: the list is what is measured, not the
// memory that 15,000 parse results take.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "bench/parser/messages.h"

#include "parser/sip_check.h"
#include "parser/sip_normalise.h"
#include "parser/sip_parse.h"

namespace
{

struct Set {
        std::vector<std::string> text;
        std::vector<sip_msg> msg;
        size_t bytes = 0;
};

enum class Spelling { plain, folded, lf_only };

std::string spelt(std::string s, Spelling how)
{
        size_t line = s.find("\r\n") + 2;

        s.insert(line, "Route: <sip:192.0.2.1;lr>,<sip:next.example.com;lr>\r\n");
        if (how == Spelling::folded) {
                s.insert(line, "X-Folded: a line\r\n that goes on\r\n\tand on\r\n");
                s.insert(s.find(";tag="), "\r\n ");
        }
        if (how == Spelling::lf_only) {
                size_t end = s.find("\r\n\r\n") + 2;

                for (size_t at = s.find('\r'); at != std::string::npos && at <= end;
                     at = s.find('\r', at)) {
                        s.erase(at, 1);
                        end--;
                }
        }
        return s;
}

Set make(Spelling how)
{
        Messages all = make_messages(4 * kFewMessages);
        sip_verdict want = how == Spelling::plain ? SIP_VERDICT_ACCEPT : SIP_VERDICT_NORMALISE;
        Set set;
        static sip_msg m;

        set.text.reserve(kFewMessages);
        for (size_t i = 0; i < all.count() && set.text.size() < kFewMessages; i++) {
                std::string s(reinterpret_cast<const char *>(all.at(i)), all.length(i));

                s = spelt(s, how);
                sip_parse(reinterpret_cast<const uint8_t *>(s.data()), s.size(), &m);
                if (m.kind != SIP_KIND_REQUEST || sip_check(&m).verdict != want)
                        continue;
                set.text.push_back(s);
                set.bytes += s.size();
        }
        if (set.text.size() < kFewMessages) {
                std::fprintf(stderr, "only %zu messages fit\n", set.text.size());
                std::exit(1);
        }
        set.msg.resize(kFewMessages);
        for (size_t i = 0; i < kFewMessages; i++)
                sip_parse(reinterpret_cast<const uint8_t *>(set.text[i].data()), set.text[i].size(),
                          &set.msg[i]);
        return set;
}

const Set &plain()
{
        static const Set set = make(Spelling::plain);

        return set;
}

const Set &folded()
{
        static const Set set = make(Spelling::folded);

        return set;
}

const Set &lf_only()
{
        static const Set set = make(Spelling::lf_only);

        return set;
}

uint8_t out[65536];
sip_splice splices[256];
uint8_t text[SIP_EDIT_TEXT_BYTES_USUAL];

sip_edit list(const sip_msg &m)
{
        sip_edit e = {};

        e.splices = splices;
        e.text = text;
        e.splice_cap = sizeof(splices) / sizeof(splices[0]);
        e.text_cap = sizeof(text);
        sip_edit_init(&e, &m);
        return e;
}

bool write(const sip_edit &e)
{
        size_t size, len;

        return sip_edit_size(&e, &size) == SIP_EDIT_OK &&
               sip_edit_apply(&e, out, sizeof(out), &len) == SIP_EDIT_OK && len == size;
}

const sip_edit_via kVia = {{"UDP", 3}, {"192.0.2.1", 9}, 5060, {"z9hG4bK7c1d33f0a9e2b845", 23}, {"", 0}};

bool via_push(const sip_msg &m)
{
        sip_edit e = list(m);

        (void)sip_edit_via_push(&e, &kVia);
        return write(e);
}

sip_edit proxied(const sip_msg &m)
{
        sip_edit e = list(m);

        (void)sip_edit_ruri(&e, sip_text_of("sip:bob@198.51.100.7:5060"));
        (void)sip_edit_via_push(&e, &kVia);
        (void)sip_edit_via_received(&e, sip_text_of("203.0.113.9"), 5062);
        (void)sip_edit_max_forwards(&e);
        (void)sip_edit_route_pop(&e);
        return e;
}

bool proxy(const sip_msg &m)
{
        return write(proxied(m));
}

bool proxy_list(const sip_msg &m)
{
        sip_edit e = proxied(m);
        size_t size;

        return sip_edit_size(&e, &size) == SIP_EDIT_OK;
}

bool normalise_clean(const sip_msg &m)
{
        sip_edit e = list(m);

        return sip_normalise(&e) == SIP_EDIT_OK && e.splice_cnt == 0;
}

bool normalise(const sip_msg &m)
{
        sip_edit e = list(m);

        return sip_normalise(&e) == SIP_EDIT_OK && e.splice_cnt != 0 && write(e);
}

bool copy(const sip_msg &m)
{
        std::memcpy(out, m.buf, m.len);
        return true;
}

void measure(benchmark::State &state, const Set &(*of)(), bool (*work)(const sip_msg &))
{
        const Set &set = of();
        size_t failed = 0;
        size_t i = 0;

        for (auto _ : state) {
                failed += !work(set.msg[i]);
                benchmark::ClobberMemory();
                i = i + 1 < set.msg.size() ? i + 1 : 0;
        }
        if (failed != 0)
                state.SkipWithError("an edit was refused");
        state.SetItemsProcessed(static_cast<int64_t>(state.iterations()));
        state.SetBytesProcessed(static_cast<int64_t>(static_cast<size_t>(state.iterations()) *
                                                     set.bytes / set.msg.size()));
}

} // namespace

int main(int argc, char **argv)
{
        static const struct {
                const char *name;
                const Set &(*of)();
                bool (*work)(const sip_msg &);
        } rows[] = {
            {"limit/memcpy", plain, copy},
            {"edit/via_push", plain, via_push},
            {"edit/proxy", plain, proxy},
            {"edit/proxy_list", plain, proxy_list},
            {"normalise/clean", plain, normalise_clean},
            {"normalise/folded", folded, normalise},
            {"normalise/lf_only", lf_only, normalise},
        };

        benchmark::Initialize(&argc, argv);
        for (const auto &row : rows)
                benchmark::RegisterBenchmark(row.name, measure, row.of, row.work);
        if (benchmark::ReportUnrecognizedArguments(argc, argv))
                return 1;
        benchmark::RunSpecifiedBenchmarks();
        return 0;
}
