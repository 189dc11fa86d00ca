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

std::string_view to_string(action_result r) noexcept {
  switch (r) {
  case action_result::done:
    return "done";
  case action_result::refused:
    return "refused";
  case action_result::unknown:
    return "unknown";
  }
  return "unknown";
}

} // namespace weixin
