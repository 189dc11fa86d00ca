#pragma once

#include "protocol/result.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace weixin::transport {

/// Undoes gzip piece by piece and never produces more than it may, whatever the input claims.
class gunzip {
public:
  explicit gunzip(std::size_t max_bytes);
  ~gunzip();
  gunzip(const gunzip&) = delete;
  gunzip& operator=(const gunzip&) = delete;

  /// Appends to `out`. Errors: malformed_answer (no gzip, or bytes behind its end), answer_too_large (`out`
  /// would pass the limit).
  result<void> put(std::string_view piece, std::string& out);

  /// To be asked at the end of input: malformed_answer when the gzip stream is cut short. No input at all is
  /// fine.
  result<void> finish() const;

private:
  struct stream;
  std::unique_ptr<stream> stream_;
  std::size_t max_bytes_;
  bool started_ = false;
  bool ended_ = false;
};

} // namespace weixin::transport
