#pragma once

#include "tests/simulation/fault_plan.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <map>
#include <string>

namespace weixin::simulation {

/// Makes of a webwxsync answer what the real service is known to send now and then: entries that nobody can
/// read, messages twice, in another order or once more, keys that are empty or older. It takes nothing away:
/// what the client does not store it can ask for again, except after `empty_keys`, which names no keys.
class sync_spoiler {
public:
  /// The body that takes the place of `body`; the same when this fault cannot happen to it. `session` tells
  /// one session's answers from another's.
  std::string spoil(fault f, const std::string& session, const std::string& body, generator& random);
  /// Remembers an answer, for `repeated_batch` and `key_regression`.
  void remember(const std::string& session, const std::string& body);

private:
  struct past {
    boost::json::array batch;
    boost::json::object keys; ///< SyncKey and SyncCheckKey of the answer before the last
    boost::json::object last_keys;
  };
  std::map<std::string, past> past_;
};

} // namespace weixin::simulation
