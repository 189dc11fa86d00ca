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
  case child::inbox:
    return "inbox_reader";
  case child::contacts:
    return "contact_operator";
  }
  return "login";
}

} // namespace weixin
