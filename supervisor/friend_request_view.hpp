#pragma once

#include "store/records.hpp"

namespace weixin::supervisor {

/// Somebody who asks to be a friend, as the admin API shows it.
struct friend_request_view {
  store::friend_request_record record; ///< its ticket and UserName are for nobody else
  bool acceptable = false;             ///< it came in the present session, and so can be answered here
};

} // namespace weixin::supervisor
