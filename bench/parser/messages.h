// SPDX-License-Identifier: Apache-2.0
//
// messages.h - the messages that the parser benchmarks run over: a seeded generator of realistic
// SIP, all different and all valid, or a file of the operator's own.
#ifndef SLUICE_BENCH_PARSER_MESSAGES_H
#define SLUICE_BENCH_PARSER_MESSAGES_H

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <string>
#include <sys/mman.h>
#include <vector>

// Messages of a set that branch predictors learn by heart, and of one that they do not.
constexpr size_t kFewMessages = 1000;
constexpr size_t kManyMessages = 15000;

// More than 256 MiB, which no cache holds.
constexpr size_t kColdMessages = 400000;

// Memory in huge pages where the kernel gives them, as a worker's packets lie in: in pages of 4 KiB
// a set that no cache holds would measure how the CPU finds its pages.
template <class T> struct HugePages {
        using value_type = T;

        HugePages() = default;
        template <class U> HugePages(const HugePages<U> &)
        {
        }
        T *allocate(size_t n)
        {
                const size_t page = size_t(2) << 20,
                             bytes = (n * sizeof(T) + page - 1) / page * page;
                void *p = std::aligned_alloc(page, bytes);

                if (!p)
                        throw std::bad_alloc();
                madvise(p, bytes, MADV_HUGEPAGE);
                return static_cast<T *>(p);
        }
        void deallocate(T *p, size_t)
        {
                std::free(p);
        }
        template <class U> bool operator==(const HugePages<U> &) const
        {
                return true;
        }
        template <class U> bool operator!=(const HugePages<U> &) const
        {
                return false;
        }
};

struct Messages {
        std::vector<uint8_t, HugePages<uint8_t>> bytes; // all messages, one after another
        // offsets in bytes; one more entry than there are messages
        std::vector<uint32_t, HugePages<uint32_t>> start;

        size_t count() const
        {
                return start.size() - 1;
        }
        const uint8_t *at(size_t i) const
        {
                return bytes.data() + start[i];
        }
        size_t length(size_t i) const
        {
                return start[i + 1] - start[i];
        }
};

// The first `count` messages of the generator's sequence; the same on every machine and run.
// With SLUICE_BENCH_CORPUS set, those of that file instead (records of u32 length, u32 kind, bytes,
// little endian), repeated when it has fewer. Ends the program when the file cannot be read.
Messages make_messages(size_t count);

// The first `count` that are wanted. Fewer, down to none, only of a file that has none.
Messages make_messages_if(size_t count, bool (*wanted)(const std::string &));

#endif
