#pragma once

#include "tests/protocol/wire_capture.hpp"

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace weixin::webwx {

/// A file of captured requests held against ours.
struct wire_comparison {
  std::vector<std::string> differences;                ///< "<client> <endpoint>: <what>"
  std::map<std::string, std::size_t> compared;         ///< requests by endpoint
  std::vector<std::string> not_compared;               ///< "<client> <endpoint>" without a builder
  std::map<std::string, std::set<std::string>> theirs; ///< names of parameters and fields by endpoint
  std::map<std::string, std::set<std::string>> ours;

  /// What we send and none of them does: "<endpoint> <name>".
  std::vector<std::string> ours_alone() const;
};

/// Adds every line of a file. False when it cannot be read or a line is no JSON object.
bool compare_file(const std::string& path, wire_comparison& sum);

} // namespace weixin::webwx
