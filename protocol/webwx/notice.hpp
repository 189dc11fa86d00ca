#pragma once

#include "protocol/webwx/message_content.hpp"

#include <string>

namespace weixin::webwx {

/// What a sentence of the system tells, in Chinese or English (weixin-protocol.md 7.7). A sentence that is
/// not recognised, or is longer than 16 KiB, has the event `none`. Linear in its length for each of the known
/// forms. Whoever chooses a name with quotation marks in it can make a sentence ambiguous: what it tells is a
/// hint, no proof.
content::notice read_notice(std::string text);

} // namespace weixin::webwx
