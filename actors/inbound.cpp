#include "actors/inbound.hpp"

#include <algorithm>
#include <array>

namespace weixin {

namespace {

constexpr auto names = std::to_array<std::string_view>({"text",
                                                        "image",
                                                        "voice",
                                                        "video",
                                                        "emoticon",
                                                        "location",
                                                        "card",
                                                        "link",
                                                        "music",
                                                        "file",
                                                        "mini_program",
                                                        "quote",
                                                        "chat_record",
                                                        "transfer",
                                                        "red_packet",
                                                        "channels",
                                                        "group_invitation",
                                                        "app",
                                                        "friend_request",
                                                        "possible_friend",
                                                        "call",
                                                        "news",
                                                        "recalled",
                                                        "pat",
                                                        "system",
                                                        "unsupported"});
static_assert(names.size() == inbound_kind_count);

} // namespace

std::string_view to_string(inbound_kind kind) noexcept { return names[static_cast<std::size_t>(kind)]; }

std::optional<inbound_kind> parse_inbound_kind(std::string_view name) noexcept {
  auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<inbound_kind>(found - names.begin());
}

} // namespace weixin
