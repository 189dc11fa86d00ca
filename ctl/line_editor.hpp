#pragma once

#include "ctl/console.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace weixin::ctl {

/// Reads lines while others are shown: what comes in between never ends up in the middle of what is typed.
class line_editor {
public:
  enum class event {
    nothing, ///< no line within the time
    line,
    end, ///< of the input: Ctrl-D, a closed pipe
  };
  /// What the word in front of the cursor may become. Called while Tab is pressed.
  using completer = std::function<std::vector<std::string>(const std::string& word)>;

  virtual ~line_editor() = default;
  /// Waits at most that long.
  virtual event read(std::chrono::milliseconds time, std::string& line) = 0;
  /// Shows text of whole lines above what is being typed.
  virtual void show(const std::string& lines) = 0;
  virtual void set_prompt(const std::string& prompt) = 0;
};

/// On a terminal with editing, history and completion (libedit, of which there is one in a process); for
/// pipes and files line by line, without a prompt. Lines longer than 64 KiB are cut there.
std::unique_ptr<line_editor> open_line_editor(console& terminal, line_editor::completer complete);

} // namespace weixin::ctl
