#pragma once

#include "ctl/outcome.hpp"

#include <string>
#include <string_view>

namespace weixin::ctl {

/// A file that is there as a whole or not at all: it is written under another name beside it, and gets its
/// own name with `keep`. Readable by its owner only. Let go before that, nothing is left.
class saved_file {
public:
  /// Failure when there is a file of that name already, unless it may be replaced.
  static outcome<saved_file> begin(std::string file, bool replace);
  saved_file(saved_file&& from) noexcept;
  saved_file& operator=(saved_file&&) = delete;
  ~saved_file();

  /// False when the disk took it not; `keep` tells why.
  bool write(std::string_view piece) noexcept;
  /// Syncs the file and gives it its name. Failure also when somebody else made such a file meanwhile.
  outcome<void> keep();

private:
  saved_file() = default;
  failure refused(int reason) const;

  std::string file_;
  std::string unfinished_;
  bool replace_ = false;
  int descriptor_ = -1;
  int reason_ = 0;
};

} // namespace weixin::ctl
