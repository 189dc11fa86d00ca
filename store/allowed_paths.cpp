#include "store/allowed_paths.hpp"

#include "store/system_failure.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <optional>

namespace weixin::store {

namespace {

namespace fs = std::filesystem;

error not_allowed(const char* why) { return fail(errc::path_not_allowed, why); }

/// What of `file` is below `directory`, part by part; nothing when it is not.
std::optional<std::vector<std::string>> parts_below(const fs::path& directory, const fs::path& file) {
  auto at = file.begin();
  for (const auto& part : directory) {
    if (part.empty()) continue; // after a final slash
    if (at == file.end() || *at != part) return std::nullopt;
    ++at;
  }
  std::vector<std::string> parts;
  for (; at != file.end(); ++at)
    parts.push_back(at->string());
  if (parts.empty()) return std::nullopt;
  return parts;
}

bool is_plain_name(const std::string& part) { return !part.empty() && part != "." && part != ".."; }

/// The error of one part that could not be opened.
error refused(int code) {
  if (code == ENOENT) return fail(errc::file_gone, "there is no such file");
  if (code == ELOOP || code == ENOTDIR) return not_allowed("the path leads over a link or a file");
  if (code == EACCES || code == EPERM) return not_allowed("weixind may not read it");
  return system_failure(errc::io_failed, "a file to send", code);
}

result<owned_fd> open_below(const fs::path& directory, const std::vector<std::string>& parts) {
  owned_fd at{::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!at) return refused(errno);
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    owned_fd next{::openat(at.get(), parts[i].c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
    if (!next) return refused(errno);
    at = std::move(next);
  }
  // Without waiting: what looks like a file may be a pipe that nobody writes.
  owned_fd file{
      ::openat(at.get(), parts.back().c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)};
  if (!file) return refused(errno);
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return system_failure(errc::io_failed, "a file to send", errno);
  if (!S_ISREG(status.st_mode)) return not_allowed("it is not a regular file");
  return file;
}

} // namespace

result<owned_fd> open_allowed(const std::vector<fs::path>& allowed, const fs::path& file) {
  if (allowed.empty())
    return not_allowed(
        "sends.allowed_paths names no directory: set it in weixind's configuration, or send the "
        "file's bytes as multipart/form-data");
  if (!file.is_absolute()) return not_allowed("the path is not absolute");
  for (const auto& directory : allowed) {
    auto parts = parts_below(directory, file);
    if (!parts) continue;
    if (!std::all_of(parts->begin(), parts->end(), is_plain_name))
      return not_allowed("the path holds \".\" or \"..\", or ends with a slash");
    return open_below(directory, *parts);
  }
  return not_allowed("the path is in none of the directories of sends.allowed_paths");
}

} // namespace weixin::store
