#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weixin::simulator {

/// `& < > " '` as entities.
std::string xml_escape(std::string_view text);
/// `<name>text</name>`, escaped.
std::string xml_element(std::string_view name, std::string_view text);
std::string xml_element(std::string_view name, std::int64_t number);
/// `<![CDATA[text]]>`; a `]]>` inside is taken apart.
std::string xml_cdata(std::string_view text);

/// The value of the first such attribute anywhere in the text, whatever stands around it; empty when there is
/// none.
std::string_view attribute_in(std::string_view text, std::string_view name);

/// The appmsg of webwxsendappmsg (weixin-protocol.md 6).
struct app_message {
  bool wrapped = false; ///< inside a `msg`, as received ones are
  std::int64_t type = 0;
  std::string title;
  std::string attach_id;
  std::string extension;
  std::uint64_t total_bytes = 0;
};
/// Nothing unless the text is one well-formed `appmsg` element, alone or in a `msg`, with a number as its
/// type: clients must escape the title themselves (1.5). At most 64 KiB.
std::optional<app_message> read_app_message(std::string_view xml);

/// The MsgSource of a text that mentions people (weixin-protocol.md 6).
struct mention_source {
  std::vector<std::string> user_names;
  std::string chatroom;
};
/// Nothing unless the text is one well-formed `msgsource` element with exactly `atusername`, names with
/// commas between them, and `atchatroomname`. At most 64 KiB.
std::optional<mention_source> read_mention_source(std::string_view xml);

} // namespace weixin::simulator
