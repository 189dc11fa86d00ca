#include "admin/openapi_call.hpp"

#include "openapi_document.hpp"

namespace weixin::admin {

void add_openapi_call(httpd::router& routes) {
  routes.add("GET", "/v1/openapi.json", [](const httpd::request&, const httpd::responder& respond) {
    httpd::response answer;
    answer.content_type = "application/json";
    answer.body = openapi_document;
    respond.send(std::move(answer));
  });
}

} // namespace weixin::admin
