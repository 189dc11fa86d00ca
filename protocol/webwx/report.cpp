#include "protocol/webwx/report.hpp"

#include "protocol/webwx/answer.hpp"
#include "protocol/webwx/json_repair.hpp"
#include "protocol/webwx/request.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

namespace weixin::webwx {

namespace {

constexpr int type_action = 1;
constexpr std::size_t max_location_bytes = 8192;

} // namespace

http_request make_stat_report(const session& s, const std::vector<reported_action>& actions) {
  boost::json::array list;
  for (const auto& a : actions) {
    if (list.size() == max_reported_actions) break;
    list.push_back(
        boost::json::object{{"type", "click"}, {"action", to_valid_utf8(a.what)}, {"time", a.at_ms}});
  }
  boost::json::object record{{"type", "[action-record]"}, {"data", {{"actions", std::move(list)}}}};
  boost::json::object entry{{"Text", boost::json::serialize(record)}, {"Type", type_action}};
  boost::json::array entries;
  entries.push_back(std::move(entry));
  auto body = body_with_base_request(s);
  // The one call whose BaseRequest has no key (weixin-protocol.md 8.1).
  body["BaseRequest"].as_object().erase("Skey");
  body["Count"] = entries.size();
  body["List"] = std::move(entries);
  target t{endpoint::webwxstatreport};
  t.add("fun", "new").add_common(s);
  return make_json_post(s, std::move(t), body);
}

result<void> parse_stat_report(const http_response& answer) {
  auto opened = json_answer::open(answer, endpoint::webwxstatreport);
  if (!opened) return opened.error();
  return {};
}

http_request make_check_url(const session& s, std::string_view url) {
  target t{endpoint::webwxcheckurl};
  t.add("requrl", url).add("skey", s.skey.reveal()).add("deviceid", s.device_id);
  t.add("pass_ticket", s.pass_ticket.reveal()).add("opcode", "2").add("scene", "1");
  t.add("username", s.user_name);
  return make_get(s.host.entry, std::move(t), s);
}

result<std::string> parse_check_url(const http_response& answer) {
  constexpr auto e = endpoint::webwxcheckurl;
  if (answer.status < 200 || answer.status >= 400)
    return answer_error(errc::http_status, to_string(e), {}, answer.status);
  // Who refuses the session answers as the other calls do.
  if (answer.status == 200 && answer.body.starts_with('{'))
    if (auto opened = json_answer::open(answer, e); !opened) return opened.error();
  auto location = find_header(answer.headers, "Location");
  if (location.size() > max_location_bytes)
    return answer_error(errc::malformed_answer, to_string(e), "Location too long");
  return std::string{location};
}

} // namespace weixin::webwx
