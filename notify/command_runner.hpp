#pragma once

#include "notify/retry.hpp"
#include "notify/stop_signal.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace weixin::notify {

/// Runs a program without a shell, in a process group of its own, with `input` as a file at its standard
/// input, its output discarded, no other descriptor of ours, and an environment of PATH and LANG alone.
/// Blocks for at most `timeout`; then, or when `stop` is set, the whole group is killed.
///
/// Exit code 0 is delivered; 75 (EX_TEMPFAIL) asks to try again, and so does a lack of processes or memory;
/// everything else is refused: what a program did before it failed cannot be known.
attempt run_command(const std::vector<std::string>& words, std::string_view input,
                    std::chrono::milliseconds timeout, const stop_signal& stop);

} // namespace weixin::notify
