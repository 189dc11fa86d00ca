#pragma once

#include "protocol/result.hpp"
#include "simulator/simulated_weixin.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weixin::simulator {

/// Reads the fields of a control request and remembers the first mistake, so that a caller looks once at the
/// end.
class field_reader {
public:
  explicit field_reader(const boost::json::object& o) : fields_(o) {}

  bool has(std::string_view name) const;
  std::string text(std::string_view name, std::string fallback = {});
  std::int64_t integer(std::string_view name, std::int64_t fallback, std::int64_t least, std::int64_t most);
  double number(std::string_view name, double fallback);
  bool flag(std::string_view name, bool fallback);
  boost::json::object object(std::string_view name);
  std::chrono::milliseconds milliseconds(std::string_view name, std::chrono::milliseconds fallback);

  void refuse(std::string detail);
  /// Errors: invalid_argument, with a sentence for the caller.
  result<void> verdict() const;

private:
  const boost::json::value* find(std::string_view name) const;

  const boost::json::object& fields_;
  std::optional<std::string> mistake_;
};

boost::json::object to_json(const simulator_options& o);
/// Changes the options that are named.
simulator_options with_changes(simulator_options o, field_reader& f);
people_shape read_shape(field_reader& f);

boost::json::object to_json(const phone_user& user);
/// With contacts and chatrooms.
boost::json::object to_detailed_json(const phone_user& user);
boost::json::object to_json(const login_code& code);
boost::json::object to_json(const fault_rule& rule);
boost::json::object to_json(const load_plan& plan);
boost::json::object ledger_json(const simulated_weixin& service, const moment& now);

std::optional<login_policy> login_policy_of(std::string_view name);

} // namespace weixin::simulator
