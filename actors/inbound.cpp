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

} // namespace weixin
