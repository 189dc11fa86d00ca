// Locations, in the form of MsgType 1 and of MsgType 48 (weixin-protocol.md 7.5).
#include "protocol/webwx/message_entry.hpp"
#include "protocol/webwx/text.hpp"
#include "protocol/webwx/xml_tree.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace weixin::webwx {

namespace {

constexpr std::string_view what = "webwxsync";
constexpr std::string_view map_picture = "/cgi-bin/mmwebwx-bin/webwxgetpubliclinkimg";
constexpr std::string_view separator = ":<br/>";

/// A number of degrees within `limit`, digits and a point only: no exponent, no infinity.
std::optional<double> degrees(std::string_view text, double limit) {
  auto is_digit_like = [](char c) { return (c >= '0' && c <= '9') || c == '.' || c == '-'; };
  if (text.empty() || text.size() > 32 || !std::all_of(text.begin(), text.end(), is_digit_like))
    return std::nullopt;
  double value = 0;
  auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc{} || end != text.data() + text.size() || value < -limit || value > limit)
    return std::nullopt;
  return value;
}

void set_coordinates(content::location& c, std::string_view latitude, std::string_view longitude) {
  auto lat = degrees(latitude, 90);
  auto lng = degrees(longitude, 180);
  if (!lat || !lng) return;
  c.latitude = lat;
  c.longitude = lng;
}

/// `...?coord=<lat>,<lng>`
void read_coordinates(content::location& c, std::string_view url) {
  constexpr std::string_view key = "coord=";
  auto at = url.find(key);
  if (at == std::string_view::npos) return;
  auto pair = url.substr(at + key.size());
  pair = pair.substr(0, pair.find('&'));
  auto comma = pair.find(',');
  if (comma == std::string_view::npos) return;
  set_coordinates(c, pair.substr(0, comma), pair.substr(comma + 1));
}

/// `<msg><location x="lat" y="lng" label="" poiname=""/></msg>`. False when it is XML and cannot be read.
bool read_xml(content::location& c, std::string_view xml) {
  if (xml.find('<') == std::string_view::npos) return true;
  pugi::xml_document tree;
  if (!load_xml(tree, xml, what)) return false;
  auto location = find_element(tree, "location");
  if (!location) return true;
  if (!c.latitude)
    set_coordinates(c, attribute_text(location, "x", longest_name),
                    attribute_text(location, "y", longest_name));
  c.label = attribute_text(location, "label", longest_text);
  if (c.place.empty()) c.place = attribute_text(location, "poiname", longest_name);
  return true;
}

} // namespace

std::size_t place_length(std::string_view content) noexcept {
  auto at = content.find(separator);
  if (at == std::string_view::npos || !content.substr(at + separator.size()).starts_with(map_picture))
    return std::string_view::npos;
  return at;
}

entry_content read_location(const message_entry& e) {
  content::location c;
  if (auto place = place_length(e.content); place != std::string_view::npos) {
    c.place = clipped(decode_text(e.content.substr(0, place)), longest_name);
    auto path = decode_entities(e.content.substr(place + separator.size()));
    auto is_visible = [](char letter) { return letter > ' ' && letter < '\x7f'; };
    if (path.size() <= longest_url && std::all_of(path.begin(), path.end(), is_visible))
      c.map_path = std::move(path);
  }
  c.url = bounded_field(e.fields, "Url", longest_url);
  read_coordinates(c, c.url);
  // An older form: a link and nothing else.
  if (c.url.empty() && e.content.starts_with("http"))
    c.url = clipped(decode_entities(e.content.substr(0, e.content.find('<'))), longest_url);
  constexpr int type_location = 48;
  bool is_whole = read_xml(c, e.msg_type == type_location ? std::string{e.xml}
                                                          : content_xml(text_field(e.fields, "OriContent")));
  return {std::move(c), !is_whole};
}

} // namespace weixin::webwx
