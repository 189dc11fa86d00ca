#include "admin/parameters.hpp"

#include "store/ids.hpp"

#include <boost/beast/core/string.hpp>
#include <boost/json/array.hpp>

#include <algorithm>
#include <charconv>

namespace weixin::admin {

namespace {

constexpr std::size_t longest_path = 4'000;
constexpr std::size_t longest_name = 1'000; // of a contact, in bytes

error wrong(std::string sentence) { return fail(errc::invalid_argument, std::move(sentence)); }

const std::string* find(const query_map& query, std::string_view name) {
  auto found = query.find(name);
  return found == query.end() ? nullptr : &found->second;
}

/// Digits and nothing else, without a sign.
std::optional<std::int64_t> read_number(std::string_view text) {
  std::int64_t value = 0;
  if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
  auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (ec != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool is_control(char c) {
  auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f;
}

} // namespace

result<void> check_query(const query_map& query, std::initializer_list<std::string_view> known) {
  for (const auto& entry : query) {
    if (std::find(known.begin(), known.end(), std::string_view{entry.first}) != known.end()) continue;
    std::string expected;
    for (auto name : known)
      expected += (expected.empty() ? "" : ", ") + std::string{name};
    return wrong("unknown name in the query; expected: " + expected);
  }
  return {};
}

result<std::size_t> read_limit(const query_map& query) {
  const auto* text = find(query, "limit");
  if (text == nullptr) return default_page;
  auto number = read_number(*text);
  if (!number || *number < 1 || *number > static_cast<std::int64_t>(longest_page))
    return wrong("limit must be a whole number from 1 to " + std::to_string(longest_page));
  return static_cast<std::size_t>(*number);
}

result<std::optional<std::int64_t>> read_position(const query_map& query) {
  const auto* text = find(query, "after");
  if (text == nullptr) return std::optional<std::int64_t>{};
  auto number = read_number(*text);
  if (!number) return wrong("after must be a whole number: the \"next\" of the page before");
  return number;
}

result<bool> read_newest(const query_map& query, std::initializer_list<std::string_view> others) {
  const auto* text = find(query, "newest");
  if (text == nullptr) return false;
  if (*text != "1") return wrong("newest must be 1, or be left out");
  for (auto name : others)
    if (find(query, name) != nullptr)
      return wrong("newest goes with limit only, not with " + std::string{name});
  return true;
}

result<std::string> read_send_position(const query_map& query) {
  const auto* text = find(query, "after");
  if (text == nullptr) return std::string{};
  if (!store::is_id('s', *text))
    return wrong("after must be the id of a send: the \"next\" of the page before");
  return *text;
}

result<std::optional<store::send_state>> read_state(const query_map& query) {
  const auto* text = find(query, "state");
  if (text == nullptr) return std::optional<store::send_state>{};
  auto state = store::parse_send_state(*text);
  if (!state) return wrong("state must be queued, attempting, sent, refused, unknown or expired");
  return state;
}

result<std::chrono::seconds> read_wait(const query_map& query) {
  const auto* text = find(query, "wait");
  if (text == nullptr) return std::chrono::seconds{10};
  auto number = read_number(*text);
  if (!number || *number > 25) return wrong("wait must be a whole number of seconds from 0 to 25");
  return std::chrono::seconds{*number};
}

result<std::string> read_with(const query_map& query) {
  const auto* text = find(query, "with");
  if (text == nullptr) return std::string{};
  if (text->empty() || text->size() > longest_name)
    return wrong("with must be a contact's reference, or its exact remark or nick name");
  return *text;
}

result<std::string> read_idempotency_key(const std::vector<http_header>& headers) {
  const std::string* key = nullptr;
  for (const auto& h : headers) {
    if (!boost::beast::iequals(h.name, "Idempotency-Key")) continue;
    if (key != nullptr) return wrong("there is more than one Idempotency-Key");
    key = &h.value;
  }
  if (key == nullptr) return std::string{};
  auto is_printable = [](char c) { return c >= 0x20 && c <= 0x7e; };
  if (key->empty() || key->size() > longest_key || !std::all_of(key->begin(), key->end(), is_printable))
    return wrong("Idempotency-Key must have 1 to " + std::to_string(longest_key) +
                 " printable ASCII characters");
  return *key;
}

result<std::optional<std::chrono::seconds>> read_expires_in(const boost::json::object& body) {
  const auto* value = body.if_contains("expires_in");
  if (value == nullptr) return std::optional<std::chrono::seconds>{};
  const auto* number = value->if_int64();
  if (number == nullptr || *number < 1 || *number > longest_expiry.count())
    return wrong("expires_in must be a whole number of seconds from 1 to " +
                 std::to_string(longest_expiry.count()));
  return std::optional{std::chrono::seconds{*number}};
}

result<store::unknown_policy> read_on_unknown(const boost::json::object& body) {
  const auto* value = body.if_contains("on_unknown");
  if (value == nullptr) return store::unknown_policy::report;
  const auto* text = value->if_string();
  auto policy = text == nullptr ? std::nullopt : store::parse_unknown_policy(*text);
  if (!policy) return wrong("on_unknown must be \"report\" or \"resend\"");
  return *policy;
}

result<outbox_command> read_outcome(const boost::json::object& body) {
  const auto* value = body.if_contains("outcome");
  const auto* text = value == nullptr ? nullptr : value->if_string();
  if (text != nullptr && *text == "sent") return outbox_command::settle_sent;
  if (text != nullptr && *text == "refused") return outbox_command::settle_refused;
  return wrong("outcome must be \"sent\" or \"refused\"");
}

result<std::filesystem::path> read_file(const boost::json::object& body) {
  const auto* value = body.if_contains("file");
  const auto* text = value == nullptr ? nullptr : value->if_string();
  if (text == nullptr || text->empty() || text->front() != '/' || text->size() > longest_path ||
      text->back() == '/' || std::any_of(text->begin(), text->end(), is_control))
    return wrong("file must be the absolute path of a file that does not exist yet, on the server's machine");
  return std::filesystem::path{std::string_view{*text}};
}

result<std::string> read_text(const boost::json::object& body, std::string_view key,
                              std::optional<std::string> otherwise) {
  const auto* value = body.if_contains(key);
  if (value == nullptr && otherwise) return *std::move(otherwise);
  if (value == nullptr || !value->is_string()) return wrong(std::string{key} + " is missing or not a string");
  return std::string{value->get_string()};
}

result<std::optional<bool>> read_flag(const boost::json::object& body, std::string_view key) {
  const auto* value = body.if_contains(key);
  if (value == nullptr) return std::optional<bool>{};
  if (!value->is_bool()) return wrong(std::string{key} + " must be true or false");
  return std::optional{value->get_bool()};
}

result<std::optional<std::vector<std::string>>> read_names(const boost::json::object& body,
                                                           std::string_view key) {
  const auto* value = body.if_contains(key);
  if (value == nullptr) return std::optional<std::vector<std::string>>{};
  std::vector<std::string> names;
  const auto* list = value->if_array();
  if (list == nullptr || list->size() > 100)
    return wrong(std::string{key} + " must be a list of at most 100 names");
  for (const auto& item : *list) {
    if (!item.is_string()) return wrong(std::string{key} + " must be a list of names");
    names.emplace_back(item.get_string());
  }
  return std::optional{std::move(names)};
}

result<std::optional<store::media_policy>> read_media_policy(const boost::json::object& body) {
  if (!body.contains("media")) return std::optional<store::media_policy>{};
  auto name = read_text(body, "media");
  if (!name) return name.error();
  auto policy = store::parse_media_policy(*name);
  if (!policy)
    return fail(errc::invalid_argument, R"(media must be "none", "on_demand", "images_and_voices" or "all")");
  return std::optional{*policy};
}

result<store::media_part> read_part(const query_map& query) {
  auto found = query.find("thumbnail");
  if (found == query.end() || found->second == "0") return store::media_part::whole;
  if (found->second == "1") return store::media_part::thumbnail;
  return fail(errc::invalid_argument, "thumbnail must be 0 or 1");
}

result<std::string> read_msg_id(const std::string& text) {
  constexpr std::size_t longest = 20;
  if (text.empty() || text.size() > longest || text.find_first_not_of("0123456789") != std::string::npos)
    return fail(errc::message_not_found);
  return text;
}

result<supervisor::account_change> read_account_change(const boost::json::object& body) {
  supervisor::account_change change;
  auto bots = read_names(body, "bots");
  if (!bots) return bots.error();
  change.bots = std::move(*bots);
  auto media = read_media_policy(body);
  if (!media) return media.error();
  change.media = *media;
  if (body.contains("login")) {
    auto name = read_text(body, "login");
    if (name) change.login = webwx::parse_login_choice(*name);
    if (!change.login)
      return fail(errc::invalid_argument, "login must be \"web\", \"desktop\" or \"web_then_desktop\"");
  }
  if (const auto* proxy = body.if_contains("proxy")) {
    if (!proxy->is_null() && (!proxy->is_string() || proxy->get_string().empty()))
      return fail(errc::invalid_argument, "proxy must be a URL like \"http://host:port\", or null for none");
    change.proxy = secret{proxy->is_null() ? std::string{} : std::string{proxy->get_string()}};
  }
  return change;
}

} // namespace weixin::admin
