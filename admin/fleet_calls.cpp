#include "admin/calls.hpp"
#include "admin/fleet_json.hpp"
#include "admin/json.hpp"
#include "admin/parameters.hpp"

namespace weixin::admin {

void apply_fleet(const context_ptr& c, const httpd::request& r, const reply& to) {
  auto body = read_object(r.body, {"accounts", "prune", "dry_run", "revision"});
  if (!body) return to.refuse(body.error());
  supervisor::fleet_wish wish;
  if (auto read = read_wanted(*body, wish); !read) return to.refuse(read.error());
  auto prune = read_flag(*body, "prune");
  if (!prune) return to.refuse(prune.error());
  wish.prune = prune->value_or(false);
  auto dry_run = read_flag(*body, "dry_run");
  if (!dry_run) return to.refuse(dry_run.error());
  auto revision = read_text(*body, "revision", "");
  if (!revision) return to.refuse(revision.error());
  wish.revision = std::move(*revision);
  bool only_plans = dry_run->value_or(false);
  to.concerns(only_plans ? "dry_run" : wish.prune ? "prune" : "");
  auto accounts = std::make_shared<const std::vector<supervisor::wanted_account>>(wish.accounts);
  c->fleet.apply(
      std::move(wish), only_plans, [to, accounts, only_plans](result<supervisor::fleet_verdict> verdict) {
        if (!verdict) return to.refuse(verdict.error());
        if (!verdict->problems.empty())
          return to.refuse(fail(errc::invalid_argument, std::to_string(verdict->problems.size()) +
                                                            " mistakes in the accounts; nothing was changed"),
                           "errors", to_json(verdict->problems, *accounts));
        auto answer = to_json(verdict->plan);
        answer["applied"] = !only_plans;
        to.send(json_response(200, answer));
      });
}

} // namespace weixin::admin
