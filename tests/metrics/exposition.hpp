#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weixin::metrics {

struct series {
  std::string family; ///< without _bucket, _sum and _count
  std::string name;
  std::map<std::string, std::string> labels;
  double value = 0;
};

struct family_head {
  std::string type;
  std::string help;
};

/// The text exposition, read by other code than wrote it. `mistakes` holds every line that is not as the
/// format wants it: a sample before its HELP and TYPE, a repeated series, a value that is no number.
struct exposition {
  std::map<std::string, family_head> families;
  std::vector<series> all;
  std::vector<std::string> mistakes;

  /// All series of that name whose labels include the given ones.
  std::vector<series> find(std::string_view name,
                           const std::map<std::string, std::string>& labels = {}) const;
  /// The value of the one such series; NaN when there is none or several.
  double value(std::string_view name, const std::map<std::string, std::string>& labels = {}) const;
  std::vector<series> with_label(const std::string& name, const std::string& label_value) const;
};

exposition parse_exposition(const std::string& text);

} // namespace weixin::metrics
