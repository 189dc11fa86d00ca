#include "store/directory_names.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <string_view>

namespace weixin::store {

std::vector<std::string> names_in(int at) {
  std::vector<std::string> names;
  int fd = ::openat(at, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return names;
  auto* directory = ::fdopendir(fd);
  if (!directory) {
    ::close(fd);
    return names;
  }
  while (auto* entry = ::readdir(directory)) {
    std::string_view name{entry->d_name};
    if (name != "." && name != "..") names.emplace_back(name);
  }
  ::closedir(directory);
  return names;
}

} // namespace weixin::store
