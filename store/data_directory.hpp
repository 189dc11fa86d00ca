#pragma once

#include "protocol/result.hpp"
#include "store/owned_fd.hpp"

#include <filesystem>

namespace weixin::store {

/// The server's data directory, held by this process alone as long as this object lives.
class data_directory {
public:
  /// Creates the directory with mode 0700 (its parent must exist), or takes an existing one that belongs to
  /// this user: an empty one that others may enter is tightened to 0700, a used one is refused. Then locks
  /// `<path>/lock`, which holds the process id of its owner; the lock ends with the process, the file stays.
  ///
  /// Errors: data_dir_in_use (the context names the process that has it), store_failed (the context says what
  /// the system said, and what to do).
  static result<data_directory> open(const std::filesystem::path& path);

  data_directory(data_directory&&) = default;
  data_directory& operator=(data_directory&&) = default;
  ~data_directory();

  const std::filesystem::path& path() const noexcept { return path_; }
  int fd() const noexcept { return directory_.get(); }

private:
  data_directory(std::filesystem::path path, owned_fd directory, owned_fd lock);

  std::filesystem::path path_;
  owned_fd directory_;
  owned_fd lock_;
};

} // namespace weixin::store
