#include "ctl/fleet_file.hpp"

#include "ctl/terminal_text.hpp"

#include <boost/json/object.hpp>

#include <toml++/toml.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace weixin::ctl {
namespace {

/// No key of ours has a dot. The parser makes a table of each part of a dotted name without a bound, and the
/// end of some ten thousand nested tables overflows the stack.
constexpr std::ptrdiff_t most_dots_in_a_line = 40;

fleet_file::place place_of_region(const toml::source_region& region) {
  if (region.begin.line == 0) return {};
  return {region.begin.line, region.begin.column};
}

std::string at(const std::string& file, fleet_file::place where) {
  return file + ":" + std::to_string(where.line) + ":" + std::to_string(where.column) + ": ";
}

failure wrong(const std::string& file, fleet_file::place where, const std::string& what) {
  return {exit_code::failure, at(file, where) + what, "weixind.toml(5) describes [[account]]"};
}

std::optional<std::uint32_t> line_with_many_dots(std::string_view text) {
  std::uint32_t line = 1;
  while (!text.empty()) {
    auto end = std::min(text.find('\n'), text.size());
    auto code = text.substr(0, std::min(end, text.find('#')));
    if (std::count(code.begin(), code.end(), '.') > most_dots_in_a_line) return line;
    text.remove_prefix(std::min(end + 1, text.size()));
    ++line;
  }
  return std::nullopt;
}

/// Text, truth, numbers and lists of them; everything else is told with its place.
outcome<boost::json::value> to_json(const toml::node& node, const std::string& file, bool in_list = false) {
  if (const auto* text = node.as_string()) return boost::json::value(text->get());
  if (const auto* number = node.as_integer()) return boost::json::value(number->get());
  if (const auto* number = node.as_floating_point()) return boost::json::value(number->get());
  if (const auto* truth = node.as_boolean()) return boost::json::value(truth->get());
  const auto* list = node.as_array();
  if (list == nullptr || in_list)
    return wrong(file, place_of_region(node.source()),
                 "found a table, a date or a list in a list, expected a "
                 "text, or a list of texts");
  boost::json::array items;
  for (const auto& item : *list) {
    auto made = to_json(item, file, true);
    if (!made) return made.error();
    items.push_back(std::move(*made));
  }
  return boost::json::value(std::move(items));
}

using proxy_reader = std::function<outcome<std::string>(const std::string& path)>;

outcome<void> add_account(const toml::table& table, const std::string& file, const proxy_reader& read_proxy,
                          fleet_file& into) {
  boost::json::object account;
  fleet_file::account_place places{place_of_region(table.source()), {}};
  for (const auto& [key, node] : table) {
    std::string name{key.str()};
    auto where = place_of_region(key.source());
    auto made = to_json(node, file);
    if (!made) return made.error();
    if (name == "proxy_file") {
      if (table.contains("proxy")) return wrong(file, where, "proxy_file stands beside proxy: name one");
      const auto* path = made->if_string();
      if (path == nullptr) return wrong(file, where, "proxy_file must be the path of a file");
      auto url = read_proxy(std::string{*path});
      if (!url) return failure{url.error().code, at(file, where) + url.error().text, url.error().hint};
      name = "proxy";
      *made = *url;
    } else if (name == "proxy" && made->is_string() && made->get_string().empty()) {
      *made = nullptr; // none, as in weixind's own configuration
    }
    places.keys[name] = where;
    account[name] = std::move(*made);
  }
  into.accounts.push_back(std::move(account));
  into.places.push_back(std::move(places));
  return {};
}

outcome<fleet_file> convert(const toml::table& document, const std::string& file,
                            const proxy_reader& read_proxy) {
  fleet_file read;
  for (const auto& [key, node] : document) {
    auto where = place_of_region(key.source());
    if (key.str() != "account")
      return wrong(file, where, printable(key.str()) + ": only [[account]] tables belong into this file");
    const auto* list = node.as_array();
    if (list == nullptr) return wrong(file, where, "account: expected tables, each under [[account]]");
    for (const auto& item : *list) {
      const auto* table = item.as_table();
      if (table == nullptr)
        return wrong(file, place_of_region(item.source()),
                     "account: expected tables, each under [[account]]");
      if (auto added = add_account(*table, file, read_proxy, read); !added) return added.error();
    }
  }
  return read;
}

} // namespace

std::string fleet_file::place_of(std::string_view pointer, const std::string& file) const {
  constexpr std::string_view before = "/accounts/";
  if (!pointer.starts_with(before)) return file + ": ";
  pointer.remove_prefix(before.size());
  std::size_t index = 0;
  auto [end, ec] = std::from_chars(pointer.data(), pointer.data() + pointer.size(), index);
  if (ec != std::errc{} || index >= places.size()) return file + ": ";
  pointer.remove_prefix(static_cast<std::size_t>(end - pointer.data()));
  const auto& account = places[index];
  auto key = account.keys.find(pointer.substr(std::min<std::size_t>(1, pointer.size())));
  return at(file, key == account.keys.end() ? account.where : key->second);
}

outcome<fleet_file> parse_fleet_file(std::string_view text, const std::string& file,
                                     const proxy_reader& read_proxy) {
  if (text.size() > max_fleet_file_bytes)
    return failure{exit_code::failure,
                   file + ": is larger than " + std::to_string(max_fleet_file_bytes) + " bytes"};
  if (auto line = line_with_many_dots(text)) return wrong(file, {*line, 1}, "a name of too many parts");
  try {
    return convert(toml::parse(text), file, read_proxy);
  } catch (const toml::parse_error& e) {
    return wrong(file, place_of_region(e.source()), "not TOML: " + std::string{e.description()});
  }
}

} // namespace weixin::ctl
