#pragma once

#include <boost/json/object.hpp>

#include <cstddef>
#include <string>

namespace weixin::ctl {

/// What an answer of POST /v1/apply plans or did, for a terminal: one line an account, "+ NAME", "~ NAME" or
/// "- NAME", with what is set or changes.
std::string plan_lines(const boost::json::object& plan, bool colour);

struct plan_counts {
  std::size_t added = 0;
  std::size_t changed = 0;
  std::size_t removed = 0;
  std::size_t unchanged = 0;

  std::size_t changes() const { return added + changed + removed; }
};
plan_counts count_changes(const boost::json::object& plan);

} // namespace weixin::ctl
