#include "bench/floor_account.hpp"

#include "protocol/webwx/request.hpp"

#include <boost/json/array.hpp>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <array>
#include <stdexcept>
#include <string_view>

namespace weixin::bench {

namespace {

namespace json = boost::json;

constexpr std::string_view cgi = "/cgi-bin/mmwebwx-bin/";
constexpr std::int64_t text_message = 1;
/// ClientMsgIds are 17 digits that grow.
constexpr std::uint64_t first_client_msg_id = 17'900'000'000'000'000;

std::string quoted(std::string_view text) { return json::serialize(json::value(text)); }

std::string to_query(const json::value& key_list) {
  std::string text;
  for (const auto& pair : key_list.at("List").as_array()) {
    if (!text.empty()) text += "%7C";
    text += std::to_string(pair.at("Key").as_int64()) + "_" + std::to_string(pair.at("Val").as_int64());
  }
  return text;
}

} // namespace

floor_account::floor_account(const floor_service& service, const webwx::session& s)
    : push_(service.context, service.tls, s.host.push, service.address),
      entry_(service.context, service.tls, s.host.entry, service.address), self_(s.user_name),
      base_request_(json::serialize(webwx::body_with_base_request(s).at("BaseRequest"))),
      sync_key_(json::serialize(webwx::to_json(s.keys.sync_key))), check_keys_(s.keys.sync_key.to_query()),
      last_client_msg_id_(first_client_msg_id) {
  // Requests of a kind differ in little: what stays the same is made once.
  auto skey = webwx::percent_encode(s.skey.reveal());
  auto sid = webwx::percent_encode(s.sid.reveal());
  auto ticket = webwx::percent_encode(s.pass_ticket.reveal());
  check_target_ = std::string{cgi} + "synccheck?r=1790000000000&skey=" + skey + "&sid=" + sid +
                  "&uin=" + std::to_string(s.uin) + "&deviceid=" + s.device_id + "&_=1790000000000&synckey=";
  sync_target_ =
      std::string{cgi} + "webwxsync?sid=" + sid + "&skey=" + skey + "&lang=zh_CN&pass_ticket=" + ticket;
  send_target_ = std::string{cgi} + "webwxsendmsg?lang=zh_CN&pass_ticket=" + ticket;
  check_request_ =
      to_beast(webwx::with_cookies(webwx::make_get(s.host.push, webwx::target{check_target_}, s), s.cookies));
  post_request_ =
      to_beast(webwx::with_cookies(webwx::make_json_post(s, webwx::target{sync_target_}, {}), s.cookies));
}

void floor_account::check() {
  auto request = check_request_;
  request.target(check_target_ + check_keys_);
  push_.start(std::move(request), [this](std::string& body) {
    if (body.find("retcode:\"0\"") == std::string::npos) throw std::runtime_error("the session ended");
    if (body.find("selector:\"0\"") != std::string::npos) return check();
    sync();
  });
}

void floor_account::sync() {
  queue(post(sync_target_,
             R"({"BaseRequest":)" + base_request_ + R"(,"SyncKey":)" + sync_key_ + R"(,"rr":-23072180})"),
        [this](std::string& body) { synced(body); });
}

void floor_account::synced(const std::string& body) {
  std::array<unsigned char, 16 * 1024> memory;
  json::monotonic_resource resource{memory.data(), memory.size()};
  auto answer = json::parse(body, &resource);
  if (answer.at("BaseResponse").at("Ret").as_int64() != 0) throw std::runtime_error("webwxsync was refused");
  for (const auto& message : answer.at("AddMsgList").as_array()) {
    std::string from{message.at("FromUserName").as_string()};
    if (message.at("MsgType").as_int64() == text_message && from != self_)
      send(from, std::string{message.at("Content").as_string()});
  }
  sync_key_ = json::serialize(answer.at("SyncKey"));
  check_keys_ = to_query(answer.at("SyncCheckKey"));
  if (answer.at("ContinueFlag").as_int64() != 0) return sync();
  check();
}

void floor_account::send(const std::string& to, const std::string& text) {
  auto id = std::to_string(++last_client_msg_id_);
  queue(post(send_target_, R"({"BaseRequest":)" + base_request_ + R"(,"Msg":{"Type":1,"Content":)" +
                               quoted(text) + R"(,"FromUserName":)" + quoted(self_) + R"(,"ToUserName":)" +
                               quoted(to) + R"(,"LocalID":")" + id + R"(","ClientMsgId":")" + id +
                               R"("},"Scene":0})"),
        [](std::string& body) {
          auto answer = json::parse(body);
          if (answer.at("BaseResponse").at("Ret").as_int64() != 0)
            throw std::runtime_error("webwxsendmsg was refused");
        });
}

floor_connection::request floor_account::post(const std::string& target, std::string body) const {
  auto request = post_request_;
  request.target(target);
  request.body() = std::move(body);
  return request;
}

void floor_account::queue(floor_connection::request r, floor_connection::completion done) {
  waiting_.push_back({std::move(r), std::move(done)});
  if (!busy_) next();
}

void floor_account::next() {
  busy_ = !waiting_.empty();
  if (!busy_) return;
  auto first = std::move(waiting_.front());
  waiting_.pop_front();
  entry_.start(std::move(first.request), [this, done = std::move(first.done)](std::string& body) {
    done(body);
    next();
  });
}

} // namespace weixin::bench
