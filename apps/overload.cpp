#include "apps/overload.hpp"

namespace weixin {

std::optional<httpd::response> refuse_for_memory(const httpd::request& r, runtime::memory_pressure level) {
  if (level < runtime::memory_pressure::critical || r.method != "POST") return std::nullopt;
  if (!r.path.ends_with("/messages") && r.path != "/v1/accounts" && r.path != "/v1/apply")
    return std::nullopt;
  auto answer = httpd::problem(503, "overloaded",
                               "The server is short of memory and takes no new work: try again later.");
  answer.headers.push_back({"Retry-After", "10"});
  return answer;
}

} // namespace weixin
