#include "tests/support/scripted_weixin.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace weixin::testing {

namespace {

/// So long the real service holds a poll (weixin-protocol.md 1.6).
constexpr std::chrono::seconds long_poll{25};

std::string endpoint_of(const http_request& r) {
  if (r.target.empty()) return "connection"; // nothing is asked
  auto path = r.target.substr(0, r.target.find('?'));
  if (path.starts_with("/qrcode/")) return "qrcode"; // the code follows
  return path.substr(path.rfind('/') + 1);
}

/// What a source gives when it answers at once, as far as it goes: its error ends it.
result<void> read_all(transport::body_source& source, std::string& into) {
  for (auto left = source.size(); left > 0;) {
    result<std::string> piece = fail(errc::internal, "the source did not answer at once");
    source.read([&](result<std::string> r) { piece = std::move(r); });
    if (!piece) return piece.error();
    if (piece->empty() || piece->size() > left) return fail(errc::internal, "the source broke its word");
    left -= piece->size();
    into += *piece;
  }
  return {};
}

/// The number behind the first `key` in a request's body.
std::optional<std::int64_t> number_after(const std::string& body, std::string_view key) {
  auto at = body.find(key);
  if (at == std::string::npos) return std::nullopt;
  return std::stoll(body.substr(at + key.size(), 19));
}

std::string keys(std::int64_t value) {
  auto v = std::to_string(value);
  return R"({"Count":2,"List":[{"Key":1,"Val":)" + v + R"(},{"Key":2,"Val":)" + v + "}]}";
}

} // namespace

class scripted_weixin::fake_client final : public transport::http_client {
public:
  explicit fake_client(scripted_weixin& owner) : owner_(owner) {}
  void start(transport::http_call c, completion done) override {
    owner_.started(std::move(c), std::move(done));
  }
  void close() override { owner_.closed_by(this); }
  void use_proxy(std::shared_ptr<const transport::proxy> through) override {
    owner_.proxies.push_back(through ? to_display(*through) : "");
  }

private:
  scripted_weixin& owner_;
};

std::shared_ptr<transport::http_client> scripted_weixin::client() {
  return std::make_shared<fake_client>(*this);
}

void scripted_weixin::started(transport::http_call c, transport::http_client::completion done) {
  auto endpoint = endpoint_of(c.request);
  if (auto t = throwing_.find(endpoint); t != throwing_.end() && t->second > 0) {
    --t->second;
    throw std::runtime_error("a bug in an actor");
  }
  if (c.source)
    if (auto read = read_all(*c.source, c.request.body); !read) {
      auto e = read.error();
      e.request_left = true;
      ready_.emplace_back(std::move(done), e);
      return;
    }
  requests.push_back(c.request);
  auto& scripted = scripted_[endpoint];
  if (!scripted.empty()) {
    ready_.push_back(
        {std::move(done), std::move(scripted.front().what), c.sink, std::move(scripted.front().cut)});
    scripted.pop_front();
    return;
  }
  auto usual_answer = usual(endpoint, c.request);
  if (!usual_answer) {
    waiting_.push_back({endpoint, std::move(c), std::move(done), {}});
    return;
  }
  ready_.push_back({std::move(done), std::move(*usual_answer), c.sink, std::nullopt});
}

void scripted_weixin::closed_by(fake_client*) {
  ++closed;
  for (auto& w : waiting_) {
    auto e = fail(errc::cancelled, w.endpoint);
    e.request_left = true;
    ready_.push_back({std::move(w.done), e, nullptr, std::nullopt});
  }
  waiting_.clear();
}

bool scripted_weixin::deliver() {
  if (ready_.empty()) return false;
  auto a = std::move(ready_.front());
  ready_.pop_front();
  if (a.sink && a.what && a.what->status / 100 == 2) stream(a);
  a.done(std::move(a.what));
  return true;
}

/// As the transport does it, in pieces of 1,000 bytes.
void scripted_weixin::stream(ready_answer& a) {
  constexpr std::size_t piece = 1'000;
  auto body = std::exchange(a.what->body, {});
  result<void> taken;
  if (!body.empty()) taken = a.sink->begin(*a.what);
  for (std::size_t at = 0; at < body.size() && taken; at += piece)
    a.sink->write(body.substr(at, piece), [&taken](result<void> r) { taken = std::move(r); });
  if (!taken)
    a.what = taken.error();
  else if (a.cut)
    a.what = *a.cut;
}

void scripted_weixin::pass(std::chrono::nanoseconds d) {
  if (loses_replies) return;
  bool check_done = false, login_done = false;
  for (auto& w : waiting_) {
    w.age += d;
    check_done = check_done || (w.endpoint == "synccheck" && w.age >= long_poll);
    login_done = login_done || (w.endpoint == "login" && w.age >= long_poll);
  }
  if (check_done) answer_waiting("synccheck", ok("window.synccheck={retcode:\"0\",selector:\"0\"}"));
  if (login_done) answer_waiting("login", ok("window.code=408;"));
}

void scripted_weixin::next(const std::string& endpoint, answer a) {
  // A call that waits already is the next one.
  if (!answer_waiting(endpoint, a)) scripted_[endpoint].push_back({std::move(a), std::nullopt});
}

void scripted_weixin::next_cut(const std::string& endpoint, http_response begun, error why) {
  why.request_left = true;
  scripted_[endpoint].push_back({std::move(begun), std::move(why)});
}

void scripted_weixin::throw_at(const std::string& endpoint) { ++throwing_[endpoint]; }

void scripted_weixin::release(const std::string& endpoint) {
  held_.erase(endpoint);
  std::deque<call> waiting = std::move(waiting_);
  waiting_.clear();
  for (auto& w : waiting) {
    if (w.endpoint != endpoint) {
      waiting_.push_back(std::move(w));
      continue;
    }
    auto a = usual(endpoint, w.what.request);
    ready_.push_back({std::move(w.done), a ? std::move(*a) : answer{fail(errc::internal, "no usual answer")},
                      w.what.sink, std::nullopt});
  }
}

bool scripted_weixin::answer_waiting(const std::string& endpoint, answer a) {
  auto found =
      std::find_if(waiting_.begin(), waiting_.end(), [&](const call& c) { return c.endpoint == endpoint; });
  if (found == waiting_.end()) return false;
  ready_.push_back({std::move(found->done), std::move(a), found->what.sink, std::nullopt});
  waiting_.erase(found);
  return true;
}

void scripted_weixin::scan() {
  next("login", ok("window.code=201;window.userAvatar = 'data:img/jpg;base64,/9j/4AAQ';"));
}

void scripted_weixin::confirm() {
  next("login", ok("window.code=200;\nwindow.redirect_uri=\"https://" + redirect_host +
                   "/cgi-bin/mmwebwx-bin/webwxnewloginpage?ticket=T&uuid=U&lang=zh_CN&scan=1\";"));
}

void scripted_weixin::expire() { next("login", ok("window.code=400;")); }

void scripted_weixin::synccheck(int retcode, int selector) {
  next("synccheck", ok("window.synccheck={retcode:\"" + std::to_string(retcode) + "\",selector:\"" +
                       std::to_string(selector) + "\"}"));
}

void scripted_weixin::bring(std::vector<std::string> entries) {
  batches_.push_back({std::move(entries), 0});
  synccheck(0, 2);
}

std::size_t scripted_weixin::count(const std::string& endpoint) const {
  return static_cast<std::size_t>(std::count_if(
      requests.begin(), requests.end(), [&](const http_request& r) { return endpoint_of(r) == endpoint; }));
}

const http_request* scripted_weixin::last(const std::string& endpoint) const {
  auto found = std::find_if(requests.rbegin(), requests.rend(),
                            [&](const http_request& r) { return endpoint_of(r) == endpoint; });
  return found == requests.rend() ? nullptr : &*found;
}

std::size_t scripted_weixin::waiting(const std::string& endpoint) const {
  return static_cast<std::size_t>(
      std::count_if(waiting_.begin(), waiting_.end(), [&](const call& c) { return c.endpoint == endpoint; }));
}

std::string scripted_weixin::text_message(const std::string& msg_id, const std::string& from,
                                          const std::string& text, std::int64_t create_time) {
  return R"({"MsgId":")" + msg_id + R"(","FromUserName":")" + from + R"(","ToUserName":")" + self +
         R"(","MsgType":1,"SubMsgType":0,"AppMsgType":0,"Content":")" + text + R"(","CreateTime":)" +
         std::to_string(create_time) + R"(,"NewMsgId":)" + msg_id + "}";
}

std::optional<scripted_weixin::answer> scripted_weixin::usual(const std::string& endpoint,
                                                              const http_request& request) {
  if (held_.contains(endpoint)) return std::nullopt;
  if (endpoint == "connection") return http_response{};
  if (endpoint == "jslogin")
    return ok("window.QRLogin.code = 200; window.QRLogin.uuid = \"uuid" + std::to_string(++uuid_) + "==\";");
  if (endpoint == "webwxnewloginpage") {
    auto r = ok("<error><ret>0</ret><message></message><skey>@crypt_skey</skey><wxsid>sid</wxsid><wxuin>" +
                std::to_string(uin) +
                "</wxuin><pass_ticket>ticket</pass_ticket><isgrayscale>1</isgrayscale></error>");
    r.headers = {{"Set-Cookie", "wxuin=" + std::to_string(uin) + "; Domain=wx.qq.com; Path=/"},
                 {"Set-Cookie", "wxsid=sid; Domain=wx.qq.com; Path=/"},
                 {"Set-Cookie", "webwx_data_ticket=data; Domain=.qq.com; Path=/"}};
    return r;
  }
  if (endpoint == "webwxinit")
    return ok("{" + base_response(0) +
              R"(,"Count":0,"ContactList":[],"ChatSet":"filehelper,","SKey":"@crypt_skey",)" +
              R"("InviteStartCount":40,"SyncKey":)" + keys(sync_key_) + R"(,"User":{"Uin":)" +
              std::to_string(uin_of_init.value_or(number_after(request.body, "\"Uin\":").value_or(uin))) +
              R"(,"UserName":")" + user_name + R"(","NickName":")" + nick_name + R"("}})");
  if (endpoint == "webwxgetcontact")
    return ok("{" + base_response(0) + R"(,"MemberCount":1,"Seq":0,"MemberList":[{"UserName":")" + friend_ +
              R"(","NickName":")" + friend_nick + R"(","RemarkName":"","ContactFlag":3,"VerifyFlag":0}]})");
  if (endpoint == "webwxbatchgetcontact")
    return ok("{" + base_response(0) + R"(,"Count":0,"ContactList":[]})");
  if (endpoint == "webwxsync") {
    std::string list;
    auto arrived = number_after(request.body, "\"Val\":").value_or(0);
    if (!batches_.empty() && batches_.front().key != 0 && arrived >= batches_.front().key)
      batches_.pop_front();
    if (!batches_.empty()) {
      if (batches_.front().key == 0) batches_.front().key = ++sync_key_;
      for (const auto& entry : batches_.front().entries)
        list += (list.empty() ? "" : ",") + entry;
    }
    return ok("{" + base_response(0) + R"(,"AddMsgCount":0,"AddMsgList":[)" + list +
              R"(],"ContinueFlag":0,"SKey":"","SyncKey":)" + keys(sync_key_) + R"(,"SyncCheckKey":)" +
              keys(sync_key_ + 1'000) + "}");
  }
  if (endpoint == "webwxuploadmedia")
    return ok("{" + base_response(0) + R"(,"MediaId":"@crypt_media_)" + std::to_string(++msg_id_) +
              R"(","StartPos":1})");
  if (endpoint == "webwxcheckupload")
    return ok("{" + base_response(0) + R"(,"MediaId":"","AESKey":"key","Signature":"signature"})");
  if (endpoint == "webwxrevokemsg") return ok("{" + base_response(0) + "}");
  if (endpoint == "webwxsendmsg" || endpoint == "webwxsendmsgimg" || endpoint == "webwxsendvideomsg" ||
      endpoint == "webwxsendemoticon" || endpoint == "webwxsendappmsg")
    return ok("{" + base_response(0) + R"(,"MsgID":")" + std::to_string(++msg_id_) + R"(","LocalID":"1"})");
  if (endpoint == "webwxstatusnotify") return ok("{" + base_response(0) + R"(,"MsgID":"1"})");
  if (endpoint == "webwxlogout") return http_response{301, {}, ""};
  return http_response{404, {}, ""};
}

} // namespace weixin::testing
