#include "ctl/version.hpp"

namespace weixin::ctl {

const char* const version = WEIXIN_VERSION;

} // namespace weixin::ctl
