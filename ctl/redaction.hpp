#pragma once

#include <boost/json/object.hpp>

#include <map>
#include <string>
#include <string_view>

namespace weixin::ctl {

/// Puts names that mean nothing in the place of those that an operator chose, the same one each time:
/// "account-001" for the first account. Kept names are given back as they are.
class pseudonyms {
public:
  explicit pseudonyms(bool keep_names) : keep_(keep_names) {}

  /// `kind` is account, bot or target.
  std::string of(std::string_view kind, std::string_view name);
  /// Replaces every name that was met so far where it stands as a word of its own.
  std::string in_text(std::string_view text) const;

private:
  bool keep_;
  std::map<std::string, std::string, std::less<>> known_; ///< by the real name
  std::map<std::string, std::size_t, std::less<>> counts_;
};

// What of the admin API's answers goes into a report. Only what is named here does: a member that a later
// server adds is left out.

/// Version, readiness, the store's health and how many accounts are in which state.
boost::json::object report_status(const boost::json::object& status);
/// State, times, counters and pacing; of a proxy only whether there is one and whether it works. Nick names,
/// addresses and bots' names are left out.
boost::json::object report_account(const boost::json::object& account, pseudonyms& names);
/// One change of an account's state.
boost::json::object report_change(const boost::json::object& change);
/// Prometheus' text form; values of the labels account, bot and target are replaced.
std::string report_metrics(std::string_view text, pseudonyms& names);
/// The last `most` lines of weixind's log.
std::string report_log(std::string_view text, std::size_t most, const pseudonyms& names);

} // namespace weixin::ctl
