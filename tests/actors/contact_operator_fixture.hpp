#pragma once

#include "actors/contact_operator.hpp"
#include "tests/actors/actors_fixture.hpp"

namespace weixin::testing {

inline constexpr const char* group_name = "@@chess";
inline constexpr const char* stranger = "@stranger";

/// The contact operator of an account with friends, a stranger and a group.
struct contact_operator_fixture : actors_fixture {
  using told = std::shared_ptr<std::optional<result<contact_operation>>>;

  ~contact_operator_fixture() override {
    if (context) context->contact_operator = nullptr;
  }

  void start() {
    begin_session();
    for (auto [user_name, nick] : {std::pair{"@mia", "Mia"}, std::pair{"@zoe", "Zoe"}})
      put(user_name, nick, webwx::contact_kind::friend_);
    put(stranger, "Somebody", webwx::contact_kind::stranger);
    put_group({scripted_weixin::self, scripted_weixin::friend_, "@pawn"});
    start_operator();
  }
  void start_operator() { context->contact_operator = start_child<contact_operator>(); }
  void put(const std::string& user_name, const std::string& nick, webwx::contact_kind what) {
    webwx::contact c;
    c.user_name = user_name;
    c.nick_name = nick;
    c.kind = what;
    context->contacts.put(c);
  }
  void put_group(const std::vector<std::string>& members, const std::string& topic = "Chess club") {
    webwx::contact c;
    c.user_name = group_name;
    c.nick_name = topic;
    c.kind = webwx::contact_kind::group;
    for (const auto& m : members)
      c.members.push_back({m, "nick of " + m.substr(1), ""});
    context->contacts.put(c);
  }

  contact_operation_request wish(contact_operation_kind k, const std::string& to = "",
                                 const std::string& text = "") {
    contact_operation_request r;
    r.kind = k;
    r.to = to;
    r.text = text;
    return r;
  }
  told submit_wish(contact_operation_request what) {
    auto answer = std::make_shared<std::optional<result<contact_operation>>>();
    caf::anon_send(context->contact_operator,
                   submit_operation{std::move(what), [answer](auto r) { *answer = std::move(r); }});
    time.settle();
    return answer;
  }
  /// The operation as its caller saw it in the end.
  contact_operation outcome(contact_operation_request what) {
    auto answer = submit_wish(std::move(what));
    pass(30s);
    if (!*answer || !**answer) {
      ADD_FAILURE() << (*answer ? to_string((*answer)->error()) : "no answer");
      return {};
    }
    return ***answer;
  }
  errc refusal(contact_operation_request what) {
    auto answer = submit_wish(std::move(what));
    if (!*answer || **answer) return errc::internal;
    return (*answer)->error().code;
  }

  void says_yes(const std::string& endpoint) { weixin.next(endpoint, ret(0)); }
  /// What webwxbatchgetcontact tells the next time.
  void shows(const std::string& contact) {
    weixin.next("webwxbatchgetcontact",
                scripted_weixin::ok("{" + scripted_weixin::base_response(0) +
                                    R"(,"Count":1,"ContactList":[)" + contact + "]}"));
  }
  static std::string friend_json(const std::string& user_name, const std::string& nick, int flags = 3,
                                 const std::string& remark = "") {
    return R"({"UserName":")" + user_name + R"(","NickName":")" + nick + R"(","RemarkName":")" + remark +
           R"(","ContactFlag":)" + std::to_string(flags) + "}";
  }
  static std::string group_json(const std::vector<std::string>& members,
                                const std::string& user_name = group_name,
                                const std::string& topic = "Chess club") {
    std::string list;
    for (const auto& m : members)
      list += (list.empty() ? "" : ",") + (R"({"UserName":")" + m + R"(","NickName":"n"})");
    return R"({"UserName":")" + user_name + R"(","NickName":")" + topic + R"(","MemberList":[)" + list + "]}";
  }
  std::string body_of(const std::string& endpoint) {
    const auto* r = weixin.last(endpoint);
    return r == nullptr ? "" : r->body;
  }
  std::string target_of(const std::string& endpoint) {
    const auto* r = weixin.last(endpoint);
    return r == nullptr ? "" : r->target;
  }
  std::size_t operation_events() {
    return static_cast<std::size_t>(
        std::count_if(events.begin(), events.end(), [](const auto& e) { return e.first == "operation"; }));
  }

  std::string delays() const { return measured(R"(weixin_pacing_delay_seconds_count{operation="friends"})"); }

  /// Somebody asked to be a friend, in the session of that self.
  void was_asked(const std::string& id, const std::string& session = scripted_weixin::self) {
    store::sync_commit sync;
    sync.account = "shop-01";
    sync.at = wall->now();
    sync.messages = {{id, "c-1", wall->now(), "{}", "{}"}};
    sync.friend_requests = {
        {id, wall->now(), session, stranger, secret{"v2_ticket"}, "Somebody", "", "hello", "", "", 0, 30}};
    memory->commit(sync, [](auto) {});
  }
  std::size_t waiting_requests() {
    std::size_t n = 0;
    memory->load_friend_requests("shop-01", [&](auto r) { n = r->size(); });
    return n;
  }
};

} // namespace weixin::testing
