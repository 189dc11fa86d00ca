#include "ctl/saved_file.hpp"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace weixin::ctl {

namespace {

failure exists(const std::string& file) {
  return {exit_code::failure, file + " exists already", "--force replaces it"};
}

} // namespace

failure saved_file::refused(int reason) const {
  return {exit_code::failure, file_ + ": " + std::generic_category().message(reason)};
}

outcome<saved_file> saved_file::begin(std::string file, bool replace) {
  struct stat status {};
  if (!replace && ::lstat(file.c_str(), &status) == 0) return exists(file);
  saved_file f;
  f.file_ = std::move(file);
  f.replace_ = replace;
  f.unfinished_ = f.file_ + ".part-XXXXXX";
  f.descriptor_ = ::mkostemp(f.unfinished_.data(), O_CLOEXEC); // mode 0600
  if (f.descriptor_ >= 0) return f;
  auto reason = errno;
  f.unfinished_.clear();
  return f.refused(reason);
}

saved_file::saved_file(saved_file&& from) noexcept
    : file_(std::move(from.file_)), unfinished_(std::exchange(from.unfinished_, {})), replace_(from.replace_),
      descriptor_(std::exchange(from.descriptor_, -1)), reason_(from.reason_) {}

saved_file::~saved_file() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!unfinished_.empty()) ::unlink(unfinished_.c_str());
}

bool saved_file::write(std::string_view piece) noexcept {
  while (!piece.empty() && reason_ == 0) {
    auto written = ::write(descriptor_, piece.data(), piece.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0)
      reason_ = errno;
    else
      piece.remove_prefix(static_cast<std::size_t>(written));
  }
  return reason_ == 0;
}

outcome<void> saved_file::keep() {
  if (reason_ == 0 && ::fsync(descriptor_) != 0) reason_ = errno;
  if (::close(std::exchange(descriptor_, -1)) != 0 && reason_ == 0) reason_ = errno;
  if (reason_ != 0) return refused(reason_);
  auto flags = replace_ ? 0U : static_cast<unsigned>(RENAME_NOREPLACE);
  if (::renameat2(AT_FDCWD, unfinished_.c_str(), AT_FDCWD, file_.c_str(), flags) != 0) {
    // Not every file system knows how to rename without replacing; all know that a link never replaces.
    if (errno == EINVAL && !replace_ && ::link(unfinished_.c_str(), file_.c_str()) == 0) return {};
    return errno == EEXIST ? exists(file_) : refused(errno);
  }
  unfinished_.clear();
  return {};
}

} // namespace weixin::ctl
