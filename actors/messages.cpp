#include "actors/messages.hpp"

namespace weixin {

std::string_view to_string(child c) noexcept {
  switch (c) {
  case child::login:
    return "login";
  case child::poller:
    return "sync_poller";
  case child::sender:
    return "sender";
  case child::media:
    return "media_fetcher";
  }
  return "login";
}

} // namespace weixin
