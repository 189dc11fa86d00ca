#pragma once

#include "protocol/result.hpp"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

namespace weixin::ctl {

/// A file of this machine that is sent while it is read. Nobody gets half of it, or a mixture: when it grows,
/// shrinks, is written, replaced or removed before its last byte was read, reading it fails.
class source_file {
public:
  static constexpr std::size_t max_piece = std::size_t{64} * 1024;

  /// Errors: invalid_argument (the context says why it cannot be read), file_gone, file_empty.
  static result<source_file> open(const std::string& path);

  std::uint64_t bytes() const noexcept { return bytes_; }
  std::uint64_t left() const noexcept { return left_; } ///< bytes that were not read so far
  /// The next bytes, at most `max_piece`; the last ones only of a file that is still what it was. Error:
  /// file_changed.
  result<std::string> next();

private:
  source_file() = default;
  bool is_unchanged() const;

  std::filesystem::path path_;
  std::uint64_t bytes_ = 0;
  std::uint64_t left_ = 0;
  std::filesystem::file_time_type modified_{};
  std::ifstream in_;
};

} // namespace weixin::ctl
