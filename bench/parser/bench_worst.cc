// SPDX-License-Identifier: Apache-2.0
//
// bench_worst - inputs made to be slow, beside plain messages: what an octet costs at two lengths.
// Names: worst/CLASS NAME/OCTETS, plain/many; bytes_per_second is the figure. tests/parser/cost
// counts the same in instructions and judges it.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "bench/parser/messages.h"
#include "parser/sip_check.h"
#include "parser/sip_parse.h"
#include "bench/parser/cost_inputs.h"

namespace
{

void worst(benchmark::State &state, const cost_input *in)
{
        std::vector<uint8_t> buf(COST_BYTES_MAX);
        const size_t n = cost_make(in, buf.data(), static_cast<size_t>(state.range(0)));

        for (auto _ : state) {
                cost_read(in->reader, buf.data(), n);
                benchmark::ClobberMemory();
        }
        state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * n));
}

void plain(benchmark::State &state, const Messages *set)
{
        static sip_msg msg;
        size_t i = 0, octets = 0;

        for (auto _ : state) {
                sip_parse(set->at(i), set->length(i), &msg);
                benchmark::DoNotOptimize(sip_check(&msg));
                octets += set->length(i);
                i = i + 1 < set->count() ? i + 1 : 0;
        }
        state.SetBytesProcessed(static_cast<int64_t>(octets));
}

} // namespace

int main(int argc, char **argv)
{
        const Messages many = make_messages(kManyMessages);

        benchmark::RegisterBenchmark("plain/many", plain, &many);
        for (size_t i = 0; i < cost_input_cnt; i++)
                benchmark::RegisterBenchmark((std::string("worst/") + cost_inputs[i].name).c_str(),
                                             worst, &cost_inputs[i])
                    ->Arg(COST_BYTES_MAX / 2)
                    ->Arg(COST_BYTES_MAX);
        benchmark::Initialize(&argc, argv);
        if (benchmark::ReportUnrecognizedArguments(argc, argv))
                return 1;
        benchmark::RunSpecifiedBenchmarks();
        return 0;
}
