#pragma once

#include "ctl/moment.hpp"
#include "ctl/session.hpp"
#include "ctl/table.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <optional>
#include <string>

namespace weixin::ctl {

/// What weixind is to do with friends or groups, or ask: what Weixin may take, refuse or ignore.
struct wanted_operation {
  std::string name; ///< the account
  std::string method;
  std::string path; ///< below the account
  boost::json::value body;
  bool no_wait = false;
};

/// Has it done, waits for its outcome unless that is not wanted, and writes it as "ID STATE", as JSON, or as
/// its id alone. A failure when it was refused, expired or nobody knows.
outcome<exit_code> run_operation(session& s, const wanted_operation& o);

/// Writes one as "ID STATE" with what came of it, as JSON, or as its id alone.
void write_operation(session& s, const boost::json::value& operation);

/// What its state means and what to do about it; empty for `confirmed` and for a question that was answered.
std::string advice_for_operation(const boost::json::object& operation);

/// ID OPERATION STATE TO UPDATED NOT-BEFORE ERROR; `wide` adds CREATED, RET and WAY. CREATED and UPDATED are
/// ages at `now`; without it they are points in time.
table operation_table(const boost::json::array& operations, std::optional<moment> now, bool wide);

/// All of one operation, a line to a fact.
std::string operation_details(const boost::json::object& operation, std::optional<moment> now, bool colour);

} // namespace weixin::ctl
