#include "actors/inbound.hpp"

namespace weixin {

std::string_view to_string(inbound_kind kind) noexcept {
  switch (kind) {
  case inbound_kind::text:
    return "text";
  case inbound_kind::image:
    return "image";
  case inbound_kind::system:
    return "system";
  case inbound_kind::unsupported:
    break;
  }
  return "unsupported";
}

std::optional<inbound_kind> parse_inbound_kind(std::string_view name) noexcept {
  for (auto kind : {inbound_kind::text, inbound_kind::image, inbound_kind::system, inbound_kind::unsupported})
    if (to_string(kind) == name) return kind;
  return std::nullopt;
}

} // namespace weixin
