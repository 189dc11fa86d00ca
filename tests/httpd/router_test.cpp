#include "httpd/router.hpp"

#include "tests/httpd/server_fixture.hpp"

#include <gmock/gmock.h>

namespace weixin::httpd::test {
namespace {

using testing::HasSubstr;

class Router : public server_test {
protected:
  static handler named(std::string name) {
    return [name](request r, responder respond) {
      response answer;
      answer.body = name;
      for (const auto& [key, value] : r.params)
        answer.body += " " + key + "=" + value;
      respond.send(std::move(answer));
    };
  }
  void SetUp() override {
    routes.add("GET", "/v1/accounts", named("list"));
    routes.add("POST", "/v1/accounts", named("add"));
    routes.add("GET", "/v1/accounts/{name}", named("show"));
    routes.add("DELETE", "/v1/accounts/{name}", named("remove"));
    routes.add("GET", "/v1/accounts/{name}/outbox/{id}", named("outbox"));
    start(routes);
  }
  std::string ask(const std::string& method, const std::string& target) {
    return exchange(method + " " + target + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  }
  router routes;
};

TEST_F(Router, FindsTheHandlerByMethodAndPath) {
  EXPECT_EQ(body_of(ask("GET", "/v1/accounts?x=y")), "list");
  EXPECT_EQ(body_of(ask("POST", "/v1/accounts")), "add");
}

TEST_F(Router, FillsInParameters) {
  EXPECT_EQ(body_of(ask("DELETE", "/v1/accounts/shop-01")), "remove name=shop-01");
  EXPECT_EQ(body_of(ask("GET", "/v1/accounts/a/outbox/b%20c")), "outbox id=b c name=a");
}

TEST_F(Router, KeepsAnEscapedSlashInsideAParameter) {
  EXPECT_EQ(body_of(ask("GET", "/v1/accounts/a%2Foutbox%2Fb")), "show name=a/outbox/b");
}

TEST_F(Router, ServesHeadByGet) {
  auto answer = ask("HEAD", "/v1/accounts");
  EXPECT_THAT(answer, HasSubstr("Content-Length: 4\r\n"));
  EXPECT_EQ(body_of(answer), "");
}

TEST_F(Router, Answers404WhereNothingIs) {
  for (std::string path :
       {"/", "/v1", "/v1/accounts/", "/v1/accounts//outbox/x", "/v1/accounts/a/b", "/V1/accounts", "*"}) {
    auto answer = ask("GET", path);
    EXPECT_EQ(status_of(answer), 404) << path;
    EXPECT_THAT(answer, HasSubstr(R"("code":"not_found")"));
  }
}

TEST_F(Router, NamesTheMethodsThatAPathTakes) {
  auto answer = ask("PUT", "/v1/accounts/a");
  EXPECT_EQ(status_of(answer), 405);
  EXPECT_THAT(answer, HasSubstr("Allow: DELETE, GET, HEAD\r\n"));
  EXPECT_THAT(answer, HasSubstr(R"("code":"method_not_allowed")"));
}

TEST_F(Router, GivesPathsALabelFromAClosedSet) {
  EXPECT_EQ(routes.pattern_of("/v1/accounts/a/outbox/s-1"), "/v1/accounts/{name}/outbox/{id}");
  EXPECT_EQ(routes.pattern_of("/v1/accounts"), "/v1/accounts");
  EXPECT_EQ(routes.pattern_of("/etc/passwd"), "unmatched");
  EXPECT_EQ(routes.pattern_of("/%"), "unmatched");
}

} // namespace
} // namespace weixin::httpd::test
