#pragma once

#include <string>
#include <string_view>

namespace weixin::bots {

/// The text without its @-mentions and without white space around it, so that a rule sees what was said and
/// not to whom. A mention is "@name" at the start of a word, ended by U+2005 (the phone puts it there), white
/// space or the end of the text (weixin-protocol.md 7.2); the "@" of a mail address is none.
///
/// Only U+2005 ends a name with spaces in it. One typed by hand loses its first word only, since nothing in
/// the text tells where such a name ends.
std::string strip_mentions(std::string_view text);

} // namespace weixin::bots
