#pragma once

#include "protocol/result.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weixin::admin {

/// Takes a multipart/form-data body (RFC 7578) apart as it comes. Pure; holds no more than a boundary and the
/// head of a part. Errors, all invalid_argument, are sentences and repeat nothing of what was sent.
class multipart_reader {
public:
  static constexpr std::size_t max_parts = 16;
  static constexpr std::size_t max_part_head_bytes = std::size_t{8} * 1024;

  /// What came, in its order: a part begins, bytes of it, it ends.
  struct event {
    enum class kind { begin, data, end };
    kind what{};
    std::string name;                     ///< of the field, at its begin
    std::optional<std::string> file_name; ///< at its begin, when it is a file
    std::string data;
  };

  /// By the value of Content-Type.
  static result<multipart_reader> make(std::string_view content_type);

  result<std::vector<event>> feed(std::string_view bytes);
  /// The end of the form was there.
  bool is_complete() const noexcept { return at_ == state::done; }

private:
  enum class state { preamble, behind_boundary, head, data, done };

  explicit multipart_reader(std::string boundary)
      : delimiter_("\r\n--" + std::move(boundary)), buffer_("\r\n") {}
  result<bool> step(std::vector<event>& events);
  result<event> read_head(std::string_view head);

  std::string delimiter_;
  std::string buffer_; ///< begins with a line break, so that the first boundary looks like all others
  state at_ = state::preamble;
  std::size_t parts_ = 0;
};

} // namespace weixin::admin
