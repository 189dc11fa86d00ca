#pragma once

#include "store/media_records.hpp"

namespace weixin {

/// What is fetched for an account; see store/media_records.hpp.
using store::media_policy;

} // namespace weixin
