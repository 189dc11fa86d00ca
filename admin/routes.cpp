#include "admin/routes.hpp"

namespace weixin::admin {

void api_routes::add(const std::string& method, const std::string& pattern, need what, handler h) {
  needs_.push_back(what);
  router_.add(method, pattern,
              [who_may = access_, trail = trail_, pattern, what,
               h = std::move(h)](const httpd::request& r, const httpd::responder& respond) {
                reply to{respond, r, pattern, who_may->identify(r), trail};
                if (auto no = to.who().refusal(what, r.params)) return to.refuse(*no);
                h(r, to);
              });
}

api_routes::destination api_routes::find(std::string_view method, std::string_view target) const {
  destination at;
  if (auto matched = router_.find(method, target)) {
    at.pattern = router_.routes()[matched->index].pattern;
    at.what = needs_[matched->index];
    at.params = std::move(matched->params);
  }
  return at;
}

need api_routes::need_of(std::string_view method, std::string_view pattern) const {
  const auto& routes = router_.routes();
  for (std::size_t i = 0; i < routes.size(); ++i)
    if (routes[i].method == method && routes[i].pattern == pattern) return needs_[i];
  return need::administer;
}

} // namespace weixin::admin
