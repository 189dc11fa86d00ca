#pragma once

#include "protocol/secret.hpp"
#include "protocol/webwx/login_choice.hpp"
#include "store/media_records.hpp"

#include <optional>
#include <string>
#include <vector>

namespace weixin::supervisor {

/// What an operator wants of an account; what is not named stays as it is, or becomes the default.
struct account_change {
  std::optional<std::vector<std::string>> bots{};
  /// What is fetched from now on; what waits already is not forgotten.
  std::optional<store::media_policy> media{};
  /// How it logs in; the present session is not touched.
  std::optional<webwx::login_choice> login{};
  /// A proxy's URL (`transport::parse_proxy`), through which all further connections go; empty: none.
  std::optional<secret> proxy{};

  friend bool operator==(const account_change&, const account_change&) = default;
};

} // namespace weixin::supervisor
