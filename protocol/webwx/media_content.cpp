// Pictures, voices, videos and emoticons (weixin-protocol.md 7.5).
#include "protocol/webwx/message_entry.hpp"
#include "protocol/webwx/xml_tree.hpp"

#include <algorithm>
#include <limits>

namespace weixin::webwx {

namespace {

constexpr std::string_view what = "webwxsync";
constexpr std::int64_t longest_play_seconds = 24 * 3600;

int to_small(std::int64_t number) noexcept {
  return number > std::numeric_limits<int>::max() ? 0 : static_cast<int>(number);
}

int small_field(const message_entry& e, std::string_view key) {
  return std::max(int_field(e.fields, key).value_or(0), 0);
}

/// The XML of a kind that is known without it; Weixin also sends an opaque name in its place
/// (weixin-protocol.md 7.3).
struct optional_xml {
  pugi::xml_document tree;
  bool is_broken = false;

  explicit optional_xml(std::string_view xml) {
    if (xml.find('<') == std::string_view::npos) return;
    is_broken = !load_xml(tree, xml, what);
    if (is_broken) tree.reset(); // what was read up to the fault is not told as if it were all
  }
};

} // namespace

entry_content read_image(const message_entry& e) {
  optional_xml xml{e.xml};
  auto img = find_element(xml.tree, "img");
  content::image c;
  c.width = small_field(e, "ImgWidth");
  c.height = small_field(e, "ImgHeight");
  c.bytes = attribute_number(img, "hdlength");
  if (c.bytes == 0) c.bytes = attribute_number(img, "length");
  c.md5 = attribute_text(img, "md5", longest_name);
  return {std::move(c), xml.is_broken};
}

entry_content read_voice(const message_entry& e) {
  optional_xml xml{e.xml};
  auto voice = find_element(xml.tree, "voicemsg");
  content::voice c;
  auto ms = std::max<std::int64_t>(int64_field(e.fields, "VoiceLength").value_or(0), 0);
  if (ms == 0) ms = attribute_number(voice, "voicelength");
  c.duration = std::chrono::milliseconds{ms <= longest_play_seconds * 1000 ? ms : 0};
  c.bytes = attribute_number(voice, "length");
  c.format = to_small(attribute_number(voice, "voiceformat"));
  return {std::move(c), xml.is_broken};
}

entry_content read_video(const message_entry& e) {
  constexpr int micro_video = 62;
  optional_xml xml{e.xml};
  auto video = find_element(xml.tree, "videomsg");
  content::video c;
  std::int64_t seconds = small_field(e, "PlayLength");
  if (seconds == 0) seconds = attribute_number(video, "playlength");
  c.duration = std::chrono::seconds{seconds <= longest_play_seconds ? seconds : 0};
  c.bytes = attribute_number(video, "length");
  c.width = small_field(e, "ImgWidth");
  if (c.width == 0) c.width = to_small(attribute_number(video, "cdnthumbwidth"));
  c.height = small_field(e, "ImgHeight");
  if (c.height == 0) c.height = to_small(attribute_number(video, "cdnthumbheight"));
  c.md5 = attribute_text(video, "md5", longest_name);
  c.is_micro = e.msg_type == micro_video;
  return {std::move(c), xml.is_broken};
}

entry_content read_emoticon(const message_entry& e) {
  using game = content::emoticon::game;
  constexpr std::int64_t type_hands = 1;
  constexpr std::int64_t type_dice = 2;
  optional_xml xml{e.xml};
  auto emoji = find_element(xml.tree, "emoji");
  auto played = find_element(xml.tree, "gameext");
  content::emoticon c;
  c.md5 = attribute_text(emoji, "md5", longest_name);
  c.cdn_url = attribute_text(emoji, "cdnurl", longest_url);
  c.encrypted_url = attribute_text(emoji, "encrypturl", longest_url);
  c.aes_key = attribute_text(emoji, "aeskey", longest_name);
  c.thumb_url = attribute_text(emoji, "thumburl", longest_url);
  c.bytes = attribute_number(emoji, "len");
  c.width = to_small(attribute_number(emoji, "width"));
  c.height = to_small(attribute_number(emoji, "height"));
  switch (attribute_number(played, "type")) {
  case type_hands:
    c.played = game::rock_paper_scissors;
    break;
  case type_dice:
    c.played = game::dice;
    break;
  default:
    break;
  }
  if (c.played != game::none) c.game_result = to_small(attribute_number(played, "content"));
  c.is_from_shop = int64_field(e.fields, "HasProductId").value_or(0) != 0 || e.content.empty();
  return {std::move(c), xml.is_broken};
}

} // namespace weixin::webwx
