// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/program_file.h"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include <elf.h>
#include <sys/types.h>
#include <unistd.h>

namespace podd::plan {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

constexpr std::size_t kScriptLine = 256;  // BINPRM_BUF_SIZE
constexpr std::size_t kMaxInterpreter = 4096;
constexpr std::size_t kMaxProgramHeaders = 128;

Result<std::string> locate(const std::string& name, std::string_view search_path,
                           const ProgramFiles& files) {
    if (name.find('/') != std::string::npos) {
        const auto kind = files.kind(name);
        if (kind == FileKind::kExecutable || kind == FileKind::kUnknown) return name;
        if (kind == FileKind::kFile)
            return Error{ErrorCode::kDenied, fmt::format("program \"{}\" is not executable", name)};
        return Error{ErrorCode::kNotFound, fmt::format("program \"{}\" is missing", name)};
    }
    auto rest = search_path;
    while (!rest.empty()) {
        const auto end = std::min(rest.find(':'), rest.size());
        const auto path = fmt::format("{}/{}", rest.substr(0, end), name);
        const auto kind = path.front() == '/' ? files.kind(path) : FileKind::kMissing;
        if (kind == FileKind::kExecutable || kind == FileKind::kUnknown) return path;
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return Error{ErrorCode::kNotFound,
                 fmt::format("program \"{}\" is missing: PATH is \"{}\"", name, search_path)};
}

template <typename Header, typename ProgramHeader>
std::string elf_interpreter(int fd) {
    Header header{};
    if (::pread(fd, &header, sizeof header, 0) != sizeof header) return {};
    const std::size_t count = std::min<std::size_t>(header.e_phnum, kMaxProgramHeaders);
    for (std::size_t i = 0; i < count; ++i) {
        ProgramHeader segment{};
        const auto at = static_cast<off_t>(header.e_phoff + i * sizeof segment);
        if (::pread(fd, &segment, sizeof segment, at) != sizeof segment) return {};
        if (segment.p_type != PT_INTERP || segment.p_filesz > kMaxInterpreter) continue;
        std::string path(segment.p_filesz, '\0');
        if (::pread(fd, path.data(), path.size(), static_cast<off_t>(segment.p_offset)) < 0)
            return {};
        return path.substr(0, path.find('\0'));
    }
    return {};
}

std::string script_interpreter(std::string_view start) {
    start = start.substr(2, start.find('\n') - 2);
    const auto from = std::min(start.find_first_not_of(" \t"), start.size());
    start.remove_prefix(from);
    return std::string{start.substr(0, start.find_first_of(" \t\r"))};
}

// Empty: none is needed, or the kernel shall judge the file.
std::string interpreter(const base::UniqueFd& fd, bool& script) {
    char start[kScriptLine];
    const ssize_t n = fd ? ::pread(fd.get(), start, sizeof start, 0) : -1;
    if (n < EI_NIDENT) {
        script = n > 2 && start[0] == '#' && start[1] == '!';
        return script ? script_interpreter({start, static_cast<std::size_t>(n)}) : std::string{};
    }
    script = start[0] == '#' && start[1] == '!';
    if (script) return script_interpreter({start, static_cast<std::size_t>(n)});
    if (std::memcmp(start, ELFMAG, SELFMAG) != 0) return {};
    return start[EI_CLASS] == ELFCLASS32 ? elf_interpreter<Elf32_Ehdr, Elf32_Phdr>(fd.get())
                                         : elf_interpreter<Elf64_Ehdr, Elf64_Phdr>(fd.get());
}

}  // namespace

Result<std::string> find_program(const std::string& name, std::string_view search_path,
                                 const ProgramFiles& files) {
    auto path = TRY(locate(name, search_path, files));
    bool script = false;
    const auto needed = interpreter(files.open(path), script);
    if (!needed.empty() && files.kind(needed) == FileKind::kMissing)
        return Error{ErrorCode::kNotFound,
                     fmt::format("program \"{}\" needs {} \"{}\", which is missing", path,
                                 script ? "the interpreter" : "the ELF interpreter", needed)};
    return path;
}

}  // namespace podd::plan
