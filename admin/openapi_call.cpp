#include "admin/openapi_call.hpp"

#include "openapi_document.hpp"

namespace weixin::admin {

void add_openapi_call(api_routes& routes) {
  routes.add("GET", "/v1/openapi.json", need::read, [](const httpd::request&, const reply& to) {
    httpd::response answer;
    answer.content_type = "application/json";
    answer.body = openapi_document;
    to.send(std::move(answer));
  });
}

} // namespace weixin::admin
