#include "protocol/webwx/contacts.hpp"
#include "protocol/webwx/cookies.hpp"
#include "protocol/webwx/hosts.hpp"
#include "protocol/webwx/init.hpp"
#include "protocol/webwx/json_repair.hpp"
#include "protocol/webwx/login.hpp"
#include "protocol/webwx/push_login.hpp"
#include "protocol/webwx/real_ids.hpp"
#include "protocol/webwx/sync.hpp"
#include "tests/fuzz/targets.hpp"

#include <boost/json/serialize.hpp>

#include <string>
#include <vector>

namespace weixin::fuzz {

namespace {

http_response answer(std::string_view body) { return {200, {}, std::string{body}}; }

/// What the decision about a redirect comes to, in the simplest words.
bool begins_at_an_entry_host(std::string_view uri) {
  for (std::string host : {"wx.qq.com", "wx2.qq.com", "wx8.qq.com", "web.wechat.com", "web2.wechat.com"})
    if (uri.starts_with("https://" + host + "/") || uri.starts_with("https://" + host + ":443/")) return true;
  return false;
}

} // namespace

void sync_answer(std::string_view input) {
  auto batch = webwx::parse_sync(answer(input), "@5e1f");
  require_proper(batch);
  if (!batch) return;
  for (const auto& m : batch->messages) {
    require(m.msg_id == m.parsed.msg_id && !m.msg_id.empty());
    require(webwx::to_valid_utf8(m.raw) == m.raw);
    require(webwx::parse_json(m.raw, "fuzz").has_value());
    for (const auto& [user_name, id] : webwx::believable_real_ids(m.parsed))
      require(!user_name.empty() && !id.empty() && id.size() <= webwx::real_id::max_bytes);
  }
  for (const auto& c : batch->mod_contacts)
    require(!c.user_name.empty());
}

void contacts(std::string_view input) {
  auto page = webwx::parse_get_contact(answer(input));
  require_proper(page);
  if (page)
    for (const auto& c : page->contacts)
      require(!c.user_name.empty() && c.members.size() <= webwx::contact::max_members &&
              !webwx::display_name(c).empty());
  require_proper(webwx::parse_batch_get_contact(answer(input)));
  require_proper(webwx::parse_init(answer(input)));
}

void login(std::string_view input) {
  require_proper(webwx::parse_jslogin(answer(input)));
  auto poll = webwx::parse_login_poll(answer(input));
  require_proper(poll);
  if (poll && poll->status == webwx::login_status::confirmed) webwx::parse_redirect_uri(poll->redirect_uri);
  require(!webwx::parse_redirect_uri(input) || begins_at_an_entry_host(input));
  require_proper(webwx::parse_new_login_page(answer(input)));
  require_proper(webwx::parse_push_login(answer(input)));
  require_proper(webwx::parse_synccheck(answer(input)));
}

void cookies(std::string_view input) {
  auto next_line = [&input] {
    auto line = input.substr(0, input.find('\n'));
    input.remove_prefix(line.size() < input.size() ? line.size() + 1 : line.size());
    return line;
  };
  auto host = webwx::to_valid_utf8(next_line()); // a host is one of ours, never of an answer
  std::vector<http_header> headers;
  while (!input.empty())
    headers.push_back({"Set-Cookie", std::string{next_line()}});
  webwx::cookie_jar jar;
  jar.store(host, headers);
  jar.store("wx.qq.com", headers);
  require(jar.entries().size() <= webwx::cookie_jar::max_cookies);
  for (const char* to : {"wx.qq.com", "webpush.wx.qq.com", "example.org"})
    for (char c : jar.header_for(to, "/cgi-bin/x"))
      require(c != '\r' && c != '\n' && c != '\0');
  auto again = webwx::cookie_jar::from_json(jar.to_json());
  require(again && *again == jar);
}

void json_repair(std::string_view input) {
  auto repaired = webwx::repair_json(input);
  require(webwx::repair_json(repaired) == repaired);
  require(webwx::to_valid_utf8(repaired) == repaired);
  auto parsed = webwx::parse_json(input, "fuzz");
  require_proper(parsed);
  if (!parsed) return;
  std::string in_place{input};
  require(webwx::parse_json_in_place(in_place, "fuzz").has_value());
  require(webwx::parse_json(in_place, "fuzz").has_value());
}

} // namespace weixin::fuzz
