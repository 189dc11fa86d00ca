#pragma once

#include "simulator/message_kinds.hpp"

#include <span>
#include <string>
#include <string_view>

namespace weixin::simulator {

/// What the makers of the kinds work with.
struct making {
  world& w;
  const message_place& where;
  const kind_details& wanted;

  std::string id_of_peer() const; ///< lasting
  /// What is asked for, or made up.
  std::string title(std::string_view fallback) const;
  std::string url(std::string_view fallback) const;
  std::string text(std::string_view fallback) const;
};

struct named_kind {
  std::string_view name;
  result<message_content> (*make)(const making&);
};

/// Messages of apps (weixin-protocol.md 7.6).
std::span<const named_kind> app_kinds();

message_content plain(int type, std::string text);
media_item make_item(const making& m, media_kind kind, std::string name, std::size_t default_bytes);
result<message_content> media_message(const making& m, media_kind kind, std::string name, std::size_t bytes);
/// The contact that the message is about: by default the first friend. Errors: invalid_argument.
result<std::size_t> somebody(const making& m);

} // namespace weixin::simulator
