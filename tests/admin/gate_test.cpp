// What a request by TCP has to pass.
#include "admin/gate.hpp"
#include "store/memory_store.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

namespace weixin::admin {
namespace {

using namespace std::chrono_literals;
using store::token_scope;

struct Gate : ::testing::Test {
  std::shared_ptr<manual_wall_clock> clock =
      std::make_shared<manual_wall_clock>(wall_time{} + std::chrono::hours{24 * 365 * 56});
  std::shared_ptr<store::memory_store> kept = std::make_shared<store::memory_store>();
  std::uint64_t entropy = 1;
  std::shared_ptr<access> who_may = std::make_shared<access>(kept, clock, [this] { return entropy++; });
  std::shared_ptr<api_routes> routes =
      std::make_shared<api_routes>(who_may, std::make_shared<audit_trail>(kept, clock));
  std::optional<gate> door;

  Gate() {
    auto nothing = [](const httpd::request&, const reply&) {};
    routes->add("GET", "/v1/shared", need::anyone, nothing);
    routes->add("GET", "/console/{file}", need::anyone, nothing);
    routes->add("GET", "/v1/accounts", need::read, nothing);
    routes->add("GET", "/v1/accounts/{name}", need::read, nothing);
    routes->add("GET", "/v1/accounts/{name}/qr", need::operate, nothing);
    routes->add("DELETE", "/v1/accounts/{name}", need::administer, nothing);
    routes->add("POST", "/v1/tokens", need::administer, nothing);
    set_up({.listen = "127.0.0.1:9463"});
  }
  void set_up(gate_options options) { door.emplace(std::move(options), routes); }

  std::string token(token_scope scope, std::vector<std::string> accounts = {}) {
    std::string text;
    who_may->create({"x", scope, std::move(accounts), {}}, {.peer = httpd::peer_credentials{}},
                    [&](result<made_access> m) { text = m->text.reveal(); });
    return text;
  }
  httpd::request request(const std::string& method, const std::string& target,
                         const std::string& token = {}) {
    httpd::request r;
    r.method = method;
    r.target = r.path = target;
    r.peer_address = from;
    r.headers = {{"Host", "127.0.0.1:9463"}};
    if (!token.empty()) r.headers.push_back({"Authorization", "Bearer " + token});
    return r;
  }
  /// "200" for what passes, else the status and code of the problem.
  std::string answer(const httpd::request& r) {
    auto refused = door->refuse(r);
    if (!refused) return "200";
    return std::to_string(refused->status) + " " +
           std::string{boost::json::parse(refused->body).at("code").as_string()};
  }
  std::string from = "192.0.2.1"; ///< the peer of the next requests
  std::string answer(const std::string& method, const std::string& target, const std::string& t = {}) {
    return answer(request(method, target, t));
  }
  std::vector<store::audit_record> audit() {
    std::vector<store::audit_record> rows;
    kept->read_audit(0, 1'000, [&](result<std::vector<store::audit_record>> r) { rows = *r; });
    return rows;
  }
};

TEST_F(Gate, LetsATokenThroughToWhatItAllows) {
  auto read = token(token_scope::read);
  auto operate = token(token_scope::operate);
  auto admin = token(token_scope::administer);
  EXPECT_EQ(answer("GET", "/v1/accounts", read), "200");
  EXPECT_EQ(answer("HEAD", "/v1/accounts", read), "200");
  EXPECT_EQ(answer("GET", "/v1/accounts/shop-01/qr", read), "403 forbidden_scope");
  EXPECT_EQ(answer("GET", "/v1/accounts/shop-01/qr", operate), "200");
  EXPECT_EQ(answer("DELETE", "/v1/accounts/shop-01", operate), "403 forbidden_scope");
  EXPECT_EQ(answer("DELETE", "/v1/accounts/shop-01", admin), "200");
  EXPECT_EQ(answer("POST", "/v1/tokens", admin), "200");
}

TEST_F(Gate, AsksForATokenEverywhereButWhereNoneIsNeeded) {
  EXPECT_EQ(answer("GET", "/v1/shared"), "200");
  // Each from another address: one that fails too often has to wait.
  for (const char* path : {"/v1/accounts", "/v1/accounts/shop-01", "/", "/v1/nothing", "/v1/%61ccounts",
                           "/v1/shared/", "/v1/shared/../accounts", "*"}) {
    from += "1";
    EXPECT_EQ(answer("GET", path), "401 unauthorized") << path;
  }
  EXPECT_EQ(answer("OPTIONS", "/v1/accounts"), "401 unauthorized");
  EXPECT_EQ(answer("POST", "/v1/shared"), "401 unauthorized") << "another method is another route";
}

TEST_F(Gate, SaysHowATokenIsShown) {
  auto refused = door->refuse(request("GET", "/v1/accounts"));
  ASSERT_TRUE(refused);
  auto challenge = std::find_if(refused->headers.begin(), refused->headers.end(),
                                [](const http_header& h) { return h.name == "WWW-Authenticate"; });
  ASSERT_NE(challenge, refused->headers.end());
  EXPECT_EQ(challenge->value, "Bearer");
}

TEST_F(Gate, DoesNotTellWhetherAnAccountOfOthersExists) {
  auto t = token(token_scope::administer, {"shop-01"});
  EXPECT_EQ(answer("GET", "/v1/accounts/shop-01", t), "200");
  EXPECT_EQ(answer("GET", "/v1/accounts/shop-02", t), "404 account_not_found");
  EXPECT_EQ(answer("GET", "/v1/accounts/shop%2d01", t), "200") << "names are compared as they are meant";
  EXPECT_EQ(answer("POST", "/v1/tokens", t), "403 forbidden_scope");
}

TEST_F(Gate, KnowsOnlyItsOwnNames) {
  auto t = token(token_scope::read);
  auto of_host = [&](const std::string& host) {
    auto r = request("GET", "/v1/accounts", t);
    r.headers[0].value = host;
    return answer(r);
  };
  for (const char* good : {"127.0.0.1:9463", "127.0.0.1", "localhost:1", "LOCALHOST", "[::1]:9463"})
    EXPECT_EQ(of_host(good), "200") << good;
  for (const char* bad : {"evil.example", "evil.example:9463", "127.0.0.1.evil.example",
                          "localhost.evil.example", "", "192.0.2.7", "0.0.0.0"})
    EXPECT_EQ(of_host(bad), "421 unknown_host") << bad;
  set_up({.listen = "192.0.2.7:9463", .hosts = {"Console.example.com", "[2001:db8::1]"}});
  for (const char* good :
       {"192.0.2.7:9463", "console.example.com", "console.example.com:443", "[2001:db8::1]"})
    EXPECT_EQ(of_host(good), "200") << good;
  EXPECT_EQ(of_host("example.com"), "421 unknown_host");
}

TEST_F(Gate, RefusesPagesOfOtherServers) {
  auto t = token(token_scope::read);
  auto of_origin = [&](const std::string& origin) {
    auto r = request("GET", "/v1/accounts", t);
    r.headers.push_back({"Origin", origin});
    return answer(r);
  };
  EXPECT_EQ(of_origin("http://127.0.0.1:9463"), "200");
  for (const char* foreign :
       {"http://evil.example", "null", "https://127.0.0.1:9463", "http://127.0.0.1", "http://localhost:9463"})
    EXPECT_EQ(of_origin(foreign), "403 foreign_origin") << foreign;
  auto r = request("GET", "/v1/shared");
  r.headers.push_back({"Origin", "http://evil.example"});
  EXPECT_EQ(answer(r), "403 foreign_origin") << "also where no token is needed";
}

TEST_F(Gate, ReadsLittleOfWhoShowsNoToken) {
  auto with = [&](const std::string& name, const std::string& value) {
    auto r = request("GET", "/v1/shared");
    r.headers.push_back({name, value});
    return answer(r);
  };
  EXPECT_EQ(with("Content-Length", "4096"), "200");
  EXPECT_EQ(with("Content-Length", "4097"), "413 body_too_large");
  EXPECT_EQ(with("Transfer-Encoding", "chunked"), "413 body_too_large");
}

TEST_F(Gate, BoundsTheRequestsOfAToken) {
  set_up({.listen = "127.0.0.1:9463", .requests_per_second = 3});
  auto often = token(token_scope::read);
  auto other = token(token_scope::read);
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(answer("GET", "/v1/accounts", often), "200");
  EXPECT_EQ(answer("GET", "/v1/accounts", often), "429 too_many_requests");
  EXPECT_EQ(answer("GET", "/v1/accounts", other), "200");
}

TEST_F(Gate, BoundsWhatAnAddressAsksWithoutATokenButNotTheFilesOfAPage) {
  set_up({.listen = "127.0.0.1:9463", .requests_per_second = 3});
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(answer("GET", "/v1/shared"), "200");
  EXPECT_EQ(answer("GET", "/v1/shared"), "429 too_many_requests");
  for (int i = 0; i < 30; ++i)
    EXPECT_EQ(answer("GET", "/console/main.js"), "200");
}

TEST_F(Gate, BoundsAttemptsWithoutAGoodTokenButNotThoseWithOne) {
  auto good = token(token_scope::read);
  int refused = 0;
  for (int i = 0; i < 50; ++i)
    if (answer("GET", "/v1/accounts", "wrong") == "429 too_many_requests") ++refused;
  EXPECT_GT(refused, 30);
  EXPECT_EQ(answer("GET", "/v1/accounts", good), "200") << "from the same address";
}

TEST_F(Gate, TellsTheAuditWhomItRefused) {
  auto t = token(token_scope::read);
  answer("DELETE", "/v1/accounts/shop-01", t);
  answer("GET", "/v1/accounts/shop-01", "wxd_" + std::string(43, 'a'));
  auto rows = audit();
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].who, "token");
  EXPECT_EQ(rows[0].name, "x");
  EXPECT_EQ(rows[0].call, "DELETE /v1/accounts/{name}");
  EXPECT_EQ(rows[0].account, "shop-01");
  EXPECT_EQ(rows[0].status, 403);
  EXPECT_EQ(rows[0].code, "forbidden_scope");
  EXPECT_EQ(rows[0].from, "192.0.2.1");
  EXPECT_TRUE(rows[0].refused);
  EXPECT_EQ(rows[1].who, "nobody");
  EXPECT_EQ(rows[1].code, "unauthorized");
}

TEST_F(Gate, TellsTheAuditNoWordsOfStrangers) {
  auto r = request("EVIL\x1b[31m", "/v1/accounts/someone%20secret?token=abc");
  answer(r);
  answer("GET", "/v1/accounts/Secret-Words");
  for (const auto& row : audit()) {
    EXPECT_TRUE(row.call == "other unmatched" || row.call == "GET /v1/accounts/{name}") << row.call;
    EXPECT_EQ(row.account, "");
  }
}

TEST_F(Gate, FillsTheAuditAtABoundedRate) {
  for (int i = 0; i < 1'000; ++i)
    answer("GET", "/v1/accounts");
  EXPECT_LT(audit().size(), 60u);
}

} // namespace
} // namespace weixin::admin
