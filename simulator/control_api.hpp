#pragma once

#include "httpd/router.hpp"
#include "simulator/simulated_weixin.hpp"

#include <functional>

namespace weixin::simulator {

/// The control API (simulator/README.md): what people do on their phones, what operators of the service do,
/// and what can be read back, as JSON over HTTP. `settle` is called after every request that was served. The
/// service must live as long as the router.
httpd::router make_control_api(simulated_weixin& service, std::function<moment()> now,
                               std::function<void()> settle);

} // namespace weixin::simulator
