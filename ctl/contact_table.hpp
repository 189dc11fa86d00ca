#pragma once

#include "ctl/table.hpp"

#include <boost/json/array.hpp>

namespace weixin::ctl {

/// Contacts as the admin API lists them: REF KIND DISPLAY REMARK NICK. `wide` cuts no name off.
table contact_table(const boost::json::array& contacts, bool wide = false);

} // namespace weixin::ctl
