// SPDX-License-Identifier: LGPL-2.1-or-later
#include "bpf_evaluator.h"

#include <cstring>
#include <stdexcept>
#include <vector>

#include <linux/filter.h>

namespace {

std::uint32_t load(const seccomp_data& call, std::uint32_t offset) {
    if (offset % 4 != 0 || offset + 4 > sizeof call) throw std::runtime_error{"load out of range"};
    std::uint32_t word = 0;
    std::memcpy(&word, reinterpret_cast<const char*>(&call) + offset, sizeof word);
    return word;
}

bool holds(std::uint16_t code, std::uint32_t a, std::uint32_t k) {
    switch (BPF_OP(code)) {
        case BPF_JEQ: return a == k;
        case BPF_JGT: return a > k;
        case BPF_JGE: return a >= k;
        case BPF_JSET: return (a & k) != 0;
        default: throw std::runtime_error{"unknown jump"};
    }
}

}  // namespace

std::uint32_t evaluate(std::string_view program, const seccomp_data& call) {
    std::vector<sock_filter> code(program.size() / sizeof(sock_filter));
    std::memcpy(code.data(), program.data(), code.size() * sizeof(sock_filter));
    std::uint32_t a = 0;
    for (std::size_t at = 0;; ++at) {
        const auto& step = code.at(at);
        switch (step.code) {
            case BPF_LD | BPF_W | BPF_ABS: a = load(call, step.k); break;
            case BPF_ALU | BPF_AND | BPF_K: a &= step.k; break;
            case BPF_JMP | BPF_JA: at += step.k; break;
            case BPF_RET | BPF_K: return step.k;
            default:
                if (BPF_CLASS(step.code) != BPF_JMP)
                    throw std::runtime_error{"unknown instruction"};
                at += holds(step.code, a, step.k) ? step.jt : step.jf;
        }
    }
}
