#include "ctl/commands.hpp"
#include "ctl/json_text.hpp"
#include "ctl/table.hpp"
#include "ctl/terminal_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <ostream>

namespace weixin::ctl {

outcome<exit_code> execute(session& s, const notify_test& c) {
  boost::json::object body;
  if (!c.target.empty()) body["target"] = c.target;
  auto a = s.server.post("/v1/notify/test", body);
  if (!a) return a.error();
  const auto& targets = list_of(object_of(a->body), "targets");
  std::size_t failed = 0;
  table t({{"TARGET"}, {"RESULT"}, {"DETAIL"}});
  for (const auto& one : targets) {
    const auto& o = object_of(one);
    bool ok = is_true(o, "ok");
    if (!ok) ++failed;
    t.add({{text_of(o, "target")},
           {ok ? "ok" : "failed", ok ? tone::good : tone::bad},
           {text_of(o, "detail")}});
  }
  if (s.wants_json())
    s.terminal.out << to_json_text(a->body) << '\n';
  else if (!targets.empty())
    s.terminal.out << t.to_text(s.terminal.colours_on_out());
  if (targets.empty())
    return failure{exit_code::failure, "no target is configured",
                   "add [[notify.targets]] to weixind.toml, and "
                   "start weixind again"};
  if (failed > 0)
    return failure{exit_code::failure, std::to_string(failed) + " of " + std::to_string(targets.size()) +
                                           " targets did not take it"};
  return exit_code::ok;
}

} // namespace weixin::ctl
