#pragma once

#include "protocol/webwx/message_content.hpp"

#include <cstdint>
#include <string>

namespace weixin::webwx {

/// A message as text, for bots and terminals: what was written, and for all else a few words such as
/// "[Voice 3 s]" or "[File] report.pdf (12 KB)". Control characters of names and titles are left in: who
/// shows it on a terminal takes care of them. Empty for what is never shown.
std::string plain_text(const message_content& c);

/// "12 KB": bytes below 1,024, then KB, MB and GB of 1,024 each, rounded down, at least 1.
std::string size_text(std::int64_t bytes);

} // namespace weixin::webwx
