#include "admin/console_files.hpp"

#include "console_table.hpp"

#include <algorithm>
#include <iterator>

namespace weixin::admin {

namespace {

using httpd::request;

/// Nothing but the files themselves and the API beside them; no frame, no form that goes elsewhere, and no
/// text that becomes a script or a page. QR codes and faces are blobs, since they need the token.
constexpr std::string_view policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
    "trusted-types 'none'";

std::string_view type_of(std::string_view name) {
  if (name.ends_with(".html")) return "text/html; charset=utf-8";
  if (name.ends_with(".css")) return "text/css; charset=utf-8";
  if (name.ends_with(".js")) return "text/javascript; charset=utf-8";
  if (name.ends_with(".svg")) return "image/svg+xml";
  return "application/octet-stream";
}

/// One of the tags that the header lists, or all of them (RFC 9110, 13.1.2).
bool has_already(std::string_view if_none_match, std::string_view tag) {
  return if_none_match == "*" || if_none_match.find(tag) != std::string_view::npos;
}

void answer(const console_file& file, const request& r, const reply& to) {
  auto tag = "\"" + std::string{file.hash} + "\"";
  httpd::response answer;
  answer.headers = {{"Content-Security-Policy", std::string{policy}},
                    {"X-Content-Type-Options", "nosniff"},
                    {"X-Frame-Options", "DENY"},
                    {"Referrer-Policy", "no-referrer"},
                    {"Cross-Origin-Opener-Policy", "same-origin"},
                    {"Cross-Origin-Resource-Policy", "same-origin"},
                    // A new version of the server is not to be met with the old one's scripts.
                    {"Cache-Control", "no-cache"},
                    {"ETag", tag}};
  if (has_already(r.header("If-None-Match"), tag)) {
    answer.status = 304;
    answer.content_type.clear();
  } else {
    answer.content_type = type_of(file.name);
    answer.body = file.text;
  }
  to.send(std::move(answer));
}

void answer_named(std::string_view name, const request& r, const reply& to) {
  const auto* found = std::find_if(std::begin(console_table), std::end(console_table),
                                   [&](const console_file& f) { return f.name == name; });
  if (found == std::end(console_table))
    return to.send(httpd::problem(404, "not_found", "The console has no such file: it begins at /console/."));
  answer(*found, r, to);
}

} // namespace

void add_console_files(api_routes& routes) {
  auto to_the_console = [](const request&, const reply& to) {
    httpd::response answer;
    answer.status = 302;
    answer.content_type.clear();
    answer.headers.push_back({"Location", "/console/"});
    to.send(std::move(answer));
  };
  routes.add("GET", "/", need::anyone, to_the_console);
  routes.add("GET", "/console", need::anyone, to_the_console);
  routes.add("GET", "/console/", need::anyone,
             [](const request& r, const reply& to) { answer_named("index.html", r, to); });
  routes.add("GET", "/console/{file}", need::anyone,
             [](const request& r, const reply& to) { answer_named(r.params.at("file"), r, to); });
}

} // namespace weixin::admin
