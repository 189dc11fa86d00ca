#pragma once

#include "ctl/table.hpp"

#include <boost/json/array.hpp>

namespace weixin::ctl {

/// Contacts as the admin API lists them: REF KIND DISPLAY REMARK NICK CONFIDENCE. `wide` cuts no name off,
/// and has BASIS and LIKELY, the reference of an earlier session that likely is the same contact.
table contact_table(const boost::json::array& contacts, bool wide = false);

} // namespace weixin::ctl
