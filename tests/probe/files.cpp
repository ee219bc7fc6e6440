// SPDX-License-Identifier: LGPL-2.1-or-later
#include "files.h"

#include <algorithm>

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

namespace probe {

std::string read_link(const std::string& path) {
    char text[4096];
    const ssize_t n = ::readlink(path.c_str(), text, sizeof text);
    return n < 0 ? std::string{} : std::string(text, static_cast<std::size_t>(n));
}

std::string read_text(const std::string& path) {
    std::string text(std::size_t{128} * 1024, '\0');
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return {};
    std::size_t size = 0;  // files of the kernel come by the page
    for (ssize_t n = 1; n > 0 && size < text.size();
         size += n > 0 ? static_cast<std::size_t>(n) : 0)
        n = ::read(fd, text.data() + size, text.size() - size);
    (void)::close(fd);
    text.resize(size);
    return text;
}

std::vector<std::string> names_in(const std::string& path) {
    std::vector<std::string> names;
    DIR* dir = ::opendir(path.c_str());
    for (;;) {
        // NOLINTNEXTLINE(concurrency-mt-unsafe): own stream
        const dirent* entry = dir == nullptr ? nullptr : ::readdir(dir);
        if (entry == nullptr) break;
        const std::string name{static_cast<const char*>(entry->d_name)};
        if (!name.starts_with('.')) names.push_back(name);
    }
    if (dir != nullptr) (void)::closedir(dir);
    std::sort(names.begin(), names.end());
    return names;
}

std::string own_status(const std::string& name) {
    const auto text = read_text("/proc/self/status");
    const auto at = text.find("\n" + name + ":");
    if (at == std::string::npos) return {};
    const auto begin = text.find_first_not_of("\t ", at + name.size() + 2);
    return text.substr(begin, text.find('\n', begin) - begin);
}

}  // namespace probe
