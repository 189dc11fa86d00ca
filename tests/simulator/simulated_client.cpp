#include "tests/simulator/simulated_client.hpp"

#include "httpd/request_target.hpp"
#include "simulator/wire_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace weixin::simulator {
namespace {

namespace json = boost::json;

constexpr std::string_view cgi = "/cgi-bin/mmwebwx-bin/";

std::string between(std::string_view text, std::string_view start, std::string_view end) {
  auto from = text.find(start);
  if (from == std::string_view::npos) return {};
  from += start.size();
  return std::string{text.substr(from, text.find(end, from) - from)};
}

std::string text_at(const json::object& o, std::string_view name) { return text_of(o, name); }

} // namespace

simulated_service::simulated_service(simulator_options options, std::size_t users, people_shape shape)
    : core(std::move(options)) {
  EXPECT_TRUE(core.add_users(users, shape, now));
}

exchange_id simulated_service::ask(const httpd::request& r) {
  auto id = ++last_id_;
  if (auto a = core.handle(id, r, now)) answers_.emplace(id, std::move(*a));
  collect();
  return id;
}

void simulated_service::collect() {
  for (auto& [id, a] : core.take_released())
    answers_.emplace(id, std::move(a));
}

std::optional<answer> simulated_service::answered(exchange_id id) {
  collect();
  auto found = answers_.find(id);
  if (found == answers_.end()) return std::nullopt;
  auto a = std::move(found->second);
  answers_.erase(found);
  return a;
}

void simulated_service::advance(std::chrono::milliseconds by) {
  auto end = now.steady + by;
  for (auto next = core.next_event(); next && *next <= end; next = core.next_event()) {
    auto step = std::max(*next, now.steady) - now.steady;
    now.steady += step;
    now.wall += std::chrono::duration_cast<wall_time::duration>(step);
    core.advance(now);
    collect();
  }
  now.wall += std::chrono::duration_cast<wall_time::duration>(end - now.steady);
  now.steady = end;
}

std::string encode(std::string_view text) { return percent_encode(text); }

json::object json_of(const answer& a) {
  boost::system::error_code ec;
  auto value = json::parse(a.response.body, ec);
  EXPECT_FALSE(ec) << a.response.body;
  return value.is_object() ? value.get_object() : json::object{};
}

int ret_of(const answer& a) {
  auto o = json_of(a);
  const auto* base = object_of(o, "BaseResponse");
  return base == nullptr ? -9'999 : static_cast<int>(integer_of(*base, "Ret").value_or(-9'999));
}

std::int64_t key_value(const json::object& sync_key, std::int64_t key) {
  for (const auto& pair : sync_key.at("List").as_array())
    if (pair.as_object().at("Key").as_int64() == key) return pair.as_object().at("Val").as_int64();
  return 0;
}

std::vector<std::string> headers_of(const answer& a, std::string_view name) {
  std::vector<std::string> values;
  for (const auto& h : a.response.headers)
    if (h.name == name) values.push_back(h.value);
  return values;
}

httpd::request simulated_client::make(std::string method, std::string host, std::string path_and_query,
                                      std::string body) const {
  httpd::request r;
  r.method = std::move(method);
  r.target = std::move(path_and_query);
  auto parsed = httpd::parse_target(r.target);
  EXPECT_TRUE(parsed) << r.target;
  if (parsed) {
    r.path = parsed->path;
    r.query = parsed->query;
  }
  r.headers = {{"Host", std::move(host)}, {"User-Agent", "Mozilla/5.0 (X11; Linux x86_64)"}};
  std::string cookie;
  for (const auto& [name, value] : cookies)
    cookie += (cookie.empty() ? "" : "; ") + name + "=" + value;
  if (!cookie.empty()) r.headers.push_back({"Cookie", cookie});
  if (!body.empty()) r.headers.push_back({"Content-Type", "application/json; charset=UTF-8"});
  r.body = std::move(body);
  return r;
}

exchange_id simulated_client::send(std::string method, std::string host, std::string path_and_query,
                                   std::string body) {
  return service->ask(make(std::move(method), std::move(host), std::move(path_and_query), std::move(body)));
}

answer simulated_client::call(std::string method, std::string host, std::string path_and_query,
                              std::string body) {
  auto a =
      service->answered(send(std::move(method), std::move(host), std::move(path_and_query), std::move(body)));
  EXPECT_TRUE(a) << "held instead of answered";
  if (!a) return {};
  for (const auto& line : headers_of(*a, "Set-Cookie"))
    cookies[line.substr(0, line.find('='))] = between(line, "=", ";");
  return *a;
}

json::object simulated_client::base_request() const {
  return {{"Uin", std::stoll(uin)}, {"Sid", sid}, {"Skey", skey}, {"DeviceID", "e123456789012345"}};
}

std::string simulated_client::target(std::string_view name, std::string_view query) const {
  return std::string{cgi}.append(name).append("?").append(query);
}

answer simulated_client::post(std::string name, json::object body, std::string more_query) {
  if (!body.contains("BaseRequest")) body["BaseRequest"] = base_request();
  return call("POST", entry, target(name, "lang=zh_CN&pass_ticket=" + encode(pass_ticket) + more_query),
              json::serialize(body));
}

std::string simulated_client::jslogin(std::string_view more) {
  auto a = call("GET", "login.wx.qq.com",
                "/jslogin?appid=wx782c26e4c19acffb&fun=new&lang=zh_CN&_=1" + std::string{more});
  uuid = between(a.response.body, "uuid = \"", "\"");
  return uuid;
}

exchange_id simulated_client::poll_login(int tip) {
  return send(
      "GET", "login.wx.qq.com",
      target("login", "loginicon=true&uuid=" + encode(uuid) + "&tip=" + std::to_string(tip) + "&r=-1&_=1"));
}

answer simulated_client::exchange(std::string query_end) {
  auto path = redirect.substr(std::string{"https://"}.size() + entry.size());
  auto a = call("GET", entry, path + query_end);
  skey = between(a.response.body, "<skey>", "</skey>");
  sid = between(a.response.body, "<wxsid>", "</wxsid>");
  uin = between(a.response.body, "<wxuin>", "</wxuin>");
  pass_ticket = between(a.response.body, "<pass_ticket>", "</pass_ticket>");
  return a;
}

void simulated_client::log_in(std::size_t user) {
  jslogin();
  ASSERT_TRUE(service->core.scan(uuid, user, service->now));
  ASSERT_TRUE(service->core.confirm(uuid, service->now));
  auto a = service->answered(poll_login(0));
  ASSERT_TRUE(a);
  redirect = between(a->response.body, "redirect_uri=\"", "\"");
  entry = between(redirect, "https://", "/");
  exchange();
}

void simulated_client::go_online(std::size_t user) {
  log_in(user);
  init();
  ASSERT_EQ(ret_of(post("webwxstatusnotify",
                        {{"Code", 3}, {"FromUserName", self}, {"ToUserName", self}, {"ClientMsgId", 1}})),
            0);
}

json::object simulated_client::init() {
  auto o = json_of(post("webwxinit", {}, "&r=-1"));
  self = text_at(o.at("User").as_object(), "UserName");
  sync_key = o.at("SyncKey").as_object();
  sync_check_key = sync_key;
  return o;
}

exchange_id simulated_client::check() {
  std::string keys;
  for (const auto& pair : sync_check_key.at("List").as_array())
    keys +=
        (keys.empty() ? "" : "|") + text_at(pair.as_object(), "Key") + "_" + text_at(pair.as_object(), "Val");
  return send("GET", "webpush." + entry,
              target("synccheck", "r=1&skey=" + encode(skey) + "&sid=" + encode(sid) + "&uin=" + uin +
                                      "&deviceid=e123456789012345&synckey=" + encode(keys) + "&_=1"));
}

std::string simulated_client::check_now() {
  auto a = service->answered(check());
  return a ? a->response.body : "held";
}

json::object simulated_client::sync() {
  auto o = json_of(post("webwxsync", {{"SyncKey", sync_key}, {"rr", -1}},
                        "&sid=" + encode(sid) + "&skey=" + encode(skey)));
  if (!o.contains("SyncKey")) return o;
  sync_key = o.at("SyncKey").as_object();
  sync_check_key = o.at("SyncCheckKey").as_object();
  if (auto newest = text_at(o, "SKey"); !newest.empty()) skey = newest;
  return o;
}

json::object simulated_client::send_text(std::string_view to, std::string_view text) {
  auto id = std::to_string(++client_msg_id);
  json::object msg{{"Type", 1},        {"Content", text}, {"FromUserName", self},
                   {"ToUserName", to}, {"LocalID", id},   {"ClientMsgId", id}};
  return json_of(post("webwxsendmsg", {{"Msg", std::move(msg)}, {"Scene", 0}}));
}

std::string simulated_client::name_of(const peer_ref& who) const {
  for (const auto& [sid_of, s] : service->core.state().sessions)
    if (sid_of == sid) return s->names.of(who);
  return {};
}

} // namespace weixin::simulator
