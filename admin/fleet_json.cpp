#include "admin/fleet_json.hpp"

#include "admin/parameters.hpp"
#include "supervisor/fleet.hpp"
#include "transport/proxy.hpp"

#include <algorithm>
#include <array>

namespace weixin::admin {

namespace {

using boost::json::value;
using store::account_record;

value shown_bots(const account_record& a) {
  boost::json::array list;
  for (const auto& bot : a.bots)
    list.emplace_back(bot);
  return list;
}

value shown_proxy(const account_record& a) {
  if (a.settings.proxy.empty()) return nullptr;
  auto parsed = transport::parse_proxy(a.settings.proxy.reveal());
  return parsed ? value(to_display(*parsed)) : value("unreadable");
}

struct field {
  std::string_view name;
  value (*shown)(const account_record& a);
};

/// What an operator sets of an account. Media of null are those of `defaults.media`.
constexpr auto fields = std::to_array<field>({
    {"desired",
     [](const account_record& a) -> value {
       return value(a.desired == store::desired_state::running ? "running" : "paused");
     }},
    {"bots", shown_bots},
    {"media",
     [](const account_record& a) -> value { return a.media ? value(to_string(*a.media)) : value(nullptr); }},
    {"login", [](const account_record& a) -> value { return value(to_string(a.settings.login)); }},
    {"proxy", shown_proxy},
});

boost::json::object to_json(const supervisor::planned_change& c) {
  boost::json::array changed;
  for (const auto& f : fields) {
    if (!c.after) break;
    auto before = c.before ? f.shown(*c.before) : value(nullptr);
    auto after = f.shown(*c.after);
    // Other credentials of the same proxy look the same.
    bool is_hidden = f.name == "proxy" && c.before && !(c.before->settings.proxy == c.after->settings.proxy);
    if (c.before && before == after && !is_hidden) continue;
    changed.push_back({{"field", f.name}, {"before", std::move(before)}, {"after", std::move(after)}});
  }
  return {{"action", !c.before ? "add"
                     : c.after ? "change"
                               : "remove"},
          {"name", c.name()},
          {"fields", std::move(changed)}};
}

supervisor::wanted_account read_one(const value& given, std::size_t index,
                                    std::vector<supervisor::fleet_problem>& problems) {
  supervisor::wanted_account wanted;
  auto wrong = [&](std::string_view key, std::string what) {
    problems.push_back({index, std::string{key}, std::move(what)});
  };
  const auto* o = given.if_object();
  if (o == nullptr) {
    // What has no name is looked at no further.
    wrong("name", "must be an object with a name");
    return wanted;
  }
  auto name = read_text(*o, "name");
  if (name)
    wanted.name = std::move(*name);
  else
    wrong("name", name.error().context);
  for (const auto& [key, member] : *o) {
    std::string_view field{key.data(), key.size()};
    const boost::json::object alone{{key, member}};
    if (field == "name") continue;
    if (field == "kind") {
      if (auto kind = read_text(alone, "kind"))
        wanted.kind = kind->empty() ? "\"\"" : *kind;
      else
        wrong(field, kind.error().context);
    } else if (field == "desired") {
      auto desired = read_text(alone, "desired");
      if (desired && (*desired == "running" || *desired == "paused"))
        wanted.desired = *desired == "running" ? store::desired_state::running : store::desired_state::paused;
      else
        wrong(field, R"(desired must be "running" or "paused")");
    } else if (field == "bots" || field == "media" || field == "login" || field == "proxy") {
      auto what = read_account_change(alone);
      if (!what) {
        wrong(field, what.error().context);
        continue;
      }
      if (what->bots) wanted.what.bots = std::move(what->bots);
      if (what->media) wanted.what.media = what->media;
      if (what->login) wanted.what.login = what->login;
      if (what->proxy) wanted.what.proxy = std::move(what->proxy);
    } else {
      wrong("", "unknown key; expected: name, kind, bots, media, login, proxy, desired");
    }
  }
  return wanted;
}

} // namespace

boost::json::object to_json(const supervisor::fleet_plan& plan) {
  boost::json::array changes;
  for (const auto& c : plan.changes)
    changes.push_back(to_json(c));
  return {{"changes", std::move(changes)}, {"unchanged", plan.unchanged}, {"revision", plan.revision}};
}

boost::json::array to_json(const std::vector<supervisor::fleet_problem>& problems,
                           const std::vector<supervisor::wanted_account>& accounts) {
  boost::json::array list;
  for (std::size_t i = 0; i < problems.size() && i < max_problems; ++i) {
    const auto& p = problems[i];
    auto pointer = "/accounts/" + std::to_string(p.index) + (p.field.empty() ? "" : "/" + p.field);
    value account = nullptr;
    if (p.index < accounts.size() && supervisor::is_valid_account_name(accounts[p.index].name))
      account = accounts[p.index].name;
    list.push_back({{"pointer", pointer}, {"account", std::move(account)}, {"detail", p.detail}});
  }
  return list;
}

result<void> read_wanted(const boost::json::object& body, supervisor::fleet_wish& wish) {
  const auto* given = body.if_contains("accounts");
  const auto* list = given == nullptr ? nullptr : given->if_array();
  if (list == nullptr || list->size() > max_wanted)
    return fail(errc::invalid_argument,
                "accounts must be a list of at most " + std::to_string(max_wanted) + " objects");
  for (std::size_t i = 0; i < list->size(); ++i)
    wish.accounts.push_back(read_one((*list)[i], i, wish.problems));
  return {};
}

} // namespace weixin::admin
