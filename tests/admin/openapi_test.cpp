// The OpenAPI document says what the routes do, no more and no less.
#include "admin/api.hpp"
#include "admin/openapi_call.hpp"
#include "openapi_document.hpp"
#include "protocol/webwx/contacts.hpp"
#include "store/memory_store.hpp"
#include "store/records.hpp"
#include "tests/support/account_tree_fixture.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace weixin::admin {
namespace {

using boost::json::object;
using names = std::set<std::string>;

constexpr std::array methods{"get", "post", "patch", "put", "delete"};

struct OpenApi : ::testing::Test {
  static const object& document() {
    static const auto parsed = boost::json::parse(openapi_document);
    return parsed.as_object();
  }
  static const object& schema(std::string_view name) {
    return document().at("components").at("schemas").at(name).as_object();
  }
  static names values_of(std::string_view of_schema, std::string_view property) {
    names found;
    for (const auto& v : schema(of_schema).at("properties").at(property).at("enum").as_array())
      found.emplace(v.as_string());
    return found;
  }
  template <class Each>
  static void for_each_operation(Each each) {
    for (const auto& [path, operations] : document().at("paths").as_object())
      for (const auto* method : methods)
        if (const auto* operation = operations.as_object().if_contains(method))
          each(std::string{path}, std::string{method}, operation->as_object());
  }
};

/// What the document says that an operation needs of its caller: "public", or a scope.
std::string need_in(const object& operation) {
  const auto& security = operation.at("security").as_array();
  if (security.empty()) return "public";
  EXPECT_EQ(security.size(), 1u);
  return std::string{security.at(0).as_object().at("token").as_array().at(0).as_string()};
}

TEST_F(OpenApi, DescribesEveryRouteWithWhatItNeedsAndNoOther) {
  weixin::testing::virtual_time time;
  weixin::testing::scripted_weixin weixin;
  std::uint64_t entropy = 1;
  auto wall = std::make_shared<manual_wall_clock>(wall_time{} + std::chrono::hours{24 * 365 * 56});
  auto service = std::make_shared<services>();
  weixin::testing::fill(*service, std::make_shared<store::memory_store>(), wall, weixin, entropy);
  supervisor::fleet fleet{time.system, service, {}};
  boost::asio::io_context listener;
  auto who_may = std::make_shared<access>(service->store, wall, [] { return std::uint64_t{1}; });
  auto routes = make_api({fleet, service->store, service->events, wall, who_may, {}, nullptr, {}}, listener);
  add_openapi_call(routes);
  names served{"post /v1/notify/test admin", "post /v1/reload admin"}; // added by the program
  for (const auto& r : routes.router().routes()) {
    auto method = r.method;
    std::transform(method.begin(), method.end(), method.begin(),
                   [](char c) { return static_cast<char>(c | 0x20); });
    served.insert(method + " " + r.pattern + " " +
                  std::string{to_string(routes.need_of(r.method, r.pattern))});
  }
  names described;
  for_each_operation([&](const std::string& path, const std::string& method, const object& operation) {
    described.insert(method + " " + path + " " + need_in(operation));
  });
  EXPECT_EQ(described, served);
  fleet.stop();
  time.settle();
}

TEST_F(OpenApi, IsOfVersion31) { EXPECT_EQ(document().at("openapi").as_string(), "3.1.0"); }

TEST_F(OpenApi, NamesEachOperationOnce) {
  names ids;
  for_each_operation([&](const std::string& path, const std::string& method, const object& operation) {
    EXPECT_TRUE(ids.emplace(operation.at("operationId").as_string()).second) << method << " " << path;
    EXPECT_FALSE(operation.at("summary").as_string().empty()) << path;
  });
}

TEST_F(OpenApi, ExplainsTheParametersOfEachPath) {
  for_each_operation([&](const std::string& path, const std::string& method, const object& operation) {
    auto wanted = std::count(path.begin(), path.end(), '{');
    std::ptrdiff_t explained = 0;
    if (const auto* list = operation.if_contains("parameters"))
      for (const auto& p : list->as_array()) {
        auto reference = std::string{p.at("$ref").as_string()};
        auto key = reference.substr(reference.rfind('/') + 1);
        const auto& parameter = document().at("components").at("parameters").at(key).as_object();
        auto name = std::string{parameter.at("name").as_string()};
        if (parameter.at("in").as_string() != "path") continue;
        ++explained;
        EXPECT_NE(path.find("{" + name + "}"), std::string::npos) << method << " " << path << " " << name;
        EXPECT_TRUE(parameter.at("required").as_bool());
      }
    EXPECT_EQ(explained, wanted) << method << " " << path;
  });
}

TEST_F(OpenApi, SaysHowEachOperationEndsWellAndBadly) {
  for_each_operation([&](const std::string& path, const std::string& method, const object& operation) {
    bool well = false, badly = false;
    for (const auto& [status, answer] : operation.at("responses").as_object()) {
      well = well || status.starts_with("2");
      badly = badly || status.starts_with("4");
    }
    EXPECT_TRUE(well && badly) << method << " " << path;
  });
}

TEST_F(OpenApi, RefersToNothingThatItDoesNotHold) {
  std::function<void(const boost::json::value&)> follow = [&](const boost::json::value& v) {
    if (const auto* list = v.if_array())
      for (const auto& entry : *list)
        follow(entry);
    const auto* o = v.if_object();
    if (o == nullptr) return;
    for (const auto& [key, value] : *o) {
      if (key == "$ref") {
        boost::json::error_code ec;
        auto pointer = std::string{value.as_string()}.substr(1);
        EXPECT_NE(boost::json::value(document()).find_pointer(pointer, ec), nullptr) << pointer;
      } else {
        follow(value);
      }
    }
  };
  follow(document());
}

TEST_F(OpenApi, NamesTheStatesThatThereAre) {
  names states, sends, logins;
  for (std::size_t i = 0; i < metrics::account_state_count; ++i)
    states.emplace(to_string(static_cast<metrics::account_state>(i)));
  EXPECT_EQ(values_of("Account", "state"), states);
  for (auto s : {store::send_state::queued, store::send_state::attempting, store::send_state::sent,
                 store::send_state::refused, store::send_state::unknown, store::send_state::expired})
    sends.emplace(store::to_string(s));
  EXPECT_EQ(values_of("Send", "state"), sends);
}

} // namespace
} // namespace weixin::admin
