#pragma once

#include "ctl/outcome.hpp"

#include <boost/json/array.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace weixin::ctl {

/// A file of `[[account]]` tables, as the admin API takes them; what their values mean is the server's to
/// judge.
struct fleet_file {
  struct place {
    std::uint32_t line = 1; ///< from 1 on
    std::uint32_t column = 1;
  };
  struct account_place {
    place where;
    std::map<std::string, place, std::less<>> keys;
  };

  boost::json::array accounts;
  std::vector<account_place> places; ///< of `accounts`

  /// "FILE:3:1: " for a pointer into the request, such as "/accounts/2/bots"; the file alone for any other.
  std::string place_of(std::string_view pointer, const std::string& file) const;
};

inline constexpr std::size_t max_fleet_file_bytes = 1024 * 1024;

/// Reads the text (TOML 1.0). `read_proxy` gives the first line of a `proxy_file`. Failures name the line.
outcome<fleet_file>
parse_fleet_file(std::string_view text, const std::string& file,
                 const std::function<outcome<std::string>(const std::string& path)>& read_proxy);

} // namespace weixin::ctl
