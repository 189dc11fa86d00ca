#include "store/data_directory.hpp"

#include "store/system_failure.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace weixin::store {

namespace {

constexpr mode_t for_others = S_IRWXG | S_IRWXO;

/// `at` is only read; its offset does not matter because a new description is opened.
result<bool> is_empty(int at, const std::string& name) {
  struct closer {
    void operator()(DIR* d) const { ::closedir(d); }
  };
  int fd = ::openat(at, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    return system_failure(errc::store_failed, name, errno, "make it readable for the server's user");
  std::unique_ptr<DIR, closer> directory{::fdopendir(fd)};
  if (!directory) {
    auto code = errno;
    ::close(fd);
    return system_failure(errc::store_failed, name, code);
  }
  while (auto* entry = ::readdir(directory.get())) {
    std::string_view entry_name{entry->d_name};
    if (entry_name != "." && entry_name != "..") return false;
  }
  return true;
}

result<void> make_private(int fd, const std::string& name) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) return system_failure(errc::store_failed, name, errno);
  if (status.st_uid != ::geteuid())
    return fail(errc::store_failed, name + ": belongs to user id " + std::to_string(status.st_uid) +
                                        "; run the server as that user or choose another data_dir");
  if ((status.st_mode & for_others) == 0) return {};
  auto empty = is_empty(fd, name);
  if (!empty) return empty.error();
  if (!*empty) {
    std::array<char, 8> mode{};
    std::snprintf(mode.data(), mode.size(), "%04o", status.st_mode & 07777u);
    return fail(errc::store_failed, name + ": is in use and open to others (mode " + mode.data() +
                                        "); check what is in it, then chmod 700 it");
  }
  if (::fchmod(fd, S_IRWXU) != 0)
    return system_failure(errc::store_failed, name, errno, "make its mode 0700");
  return {};
}

std::string owner_of(int lock) {
  std::array<char, 24> text{};
  auto length = ::pread(lock, text.data(), text.size() - 1, 0);
  std::string pid{text.data(), length > 0 ? static_cast<std::size_t>(length) : 0};
  pid.resize(std::min(pid.find_first_not_of("0123456789"), pid.size()));
  return pid.empty() ? "another process" : "process " + pid;
}

} // namespace

data_directory::data_directory(std::filesystem::path path, owned_fd directory, owned_fd lock)
    : path_(std::move(path)), directory_(std::move(directory)), lock_(std::move(lock)) {}

data_directory::~data_directory() {
  // The pid must not outlive its process: the number may be another one's tomorrow.
  if (lock_ && ::ftruncate(lock_.get(), 0) != 0) return;
}

result<data_directory> data_directory::open(const std::filesystem::path& path) {
  auto name = path.string();
  if (name.empty()) return fail(errc::store_failed, "data_dir is empty");
  if (::mkdir(name.c_str(), S_IRWXU) != 0 && errno != EEXIST)
    return system_failure(errc::store_failed, name, errno,
                          "create its parent directory, or choose another data_dir");
  owned_fd directory{::open(name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!directory)
    return system_failure(errc::store_failed, name, errno,
                          "data_dir must be a directory the server's user can read");
  if (auto made = make_private(directory.get(), name); !made) return made.error();

  owned_fd lock{
      ::openat(directory.get(), "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR)};
  if (!lock)
    return system_failure(errc::store_failed, name + "/lock", errno,
                          "make the directory writable for the server's user");
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK)
      return system_failure(errc::store_failed, name + "/lock", errno, "data_dir must support file locks");
    return fail(errc::data_dir_in_use, name + " is in use by " + owner_of(lock.get()));
  }
  auto pid = std::to_string(::getpid()) + "\n";
  if (::ftruncate(lock.get(), 0) != 0 ||
      ::pwrite(lock.get(), pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size()))
    return system_failure(errc::store_failed, name + "/lock", errno);
  return data_directory{path, std::move(directory), std::move(lock)};
}

} // namespace weixin::store
