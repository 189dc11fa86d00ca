#include "ctl/line_editor.hpp"

#include <editline/readline.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <ostream>

#include <poll.h>
#include <unistd.h>

namespace weixin::ctl {

namespace {

constexpr std::size_t longest_line = std::size_t{64} * 1024;
constexpr int lines_remembered = 500;

constexpr int ctrl_d = 4;

/// What poll says of the input: zero when there is nothing to read and it has not ended.
int wait_for_input(std::chrono::milliseconds time) {
  pollfd input{STDIN_FILENO, POLLIN, 0};
  return ::poll(&input, 1, static_cast<int>(time.count())) > 0 ? input.revents : 0;
}

/// Input that nobody edits.
class plain_lines final : public line_editor {
public:
  explicit plain_lines(console& terminal) : terminal_(terminal) {}

  event read(std::chrono::milliseconds time, std::string& line) override {
    if (take_line(line)) return event::line;
    if (has_ended_) return event::end;
    if (wait_for_input(time) == 0) return event::nothing;
    std::array<char, 4096> buffer;
    auto n = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) return event::nothing;
    has_ended_ = n <= 0;
    if (n > 0) unread_.append(buffer.data(), static_cast<std::size_t>(n));
    if (has_ended_ && !unread_.empty()) unread_ += '\n';
    return take_line(line) ? event::line : has_ended_ ? event::end : event::nothing;
  }

  void show(const std::string& lines) override { terminal_.out << lines << std::flush; }
  void set_prompt(const std::string&) override {}

private:
  bool take_line(std::string& line) {
    auto end = unread_.find('\n');
    if (end == std::string::npos && unread_.size() < longest_line) return false;
    end = std::min({end, longest_line, unread_.size()});
    line = unread_.substr(0, end);
    unread_.erase(0, end + (end < unread_.size() && unread_[end] == '\n' ? 1 : 0));
    return true;
  }

  console& terminal_;
  std::string unread_;
  bool has_ended_ = false;
};

/// libedit keeps everything in globals, so there is one of these at a time.
class edited_lines final : public line_editor {
public:
  edited_lines(console& terminal, completer complete) : terminal_(terminal), complete_(std::move(complete)) {
    present_ = this;
    ::rl_initialize();
    ::using_history();
    ::stifle_history(lines_remembered);
    ::rl_attempted_completion_function = complete_word;
    ::rl_completion_word_break_hook = word_breaks;
    ::rl_completion_append_character = '\0';
    // With callbacks libedit reports no end of the input by itself.
    ::rl_add_defun("end-of-input", end_at_empty_line, ctrl_d);
    install();
  }
  ~edited_lines() override {
    ::rl_callback_handler_remove();
    ::clear_history();
    present_ = nullptr;
  }
  edited_lines(const edited_lines&) = delete;
  edited_lines& operator=(const edited_lines&) = delete;

  event read(std::chrono::milliseconds time, std::string& line) override {
    while (lines_.empty() && !has_ended_) {
      auto what = wait_for_input(time);
      if (what == 0) return event::nothing;
      if ((what & POLLIN) != 0) ::rl_callback_read_char();
      // libedit leaves the terminal to its own editing behind each line, where Ctrl-D would be lost.
      if (!lines_.empty()) install();
      if ((what & (POLLHUP | POLLERR | POLLNVAL)) != 0) has_ended_ = true; // the terminal is gone
    }
    if (lines_.empty()) return event::end;
    line = std::move(lines_.front());
    lines_.pop_front();
    return event::line;
  }

  void show(const std::string& lines) override {
    terminal_.out << "\r\x1b[K" << lines << std::flush;
    ::rl_on_new_line();
    ::rl_forced_update_display();
  }

  void set_prompt(const std::string& prompt) override {
    prompt_ = prompt;
    ::rl_callback_handler_remove();
    install();
  }

private:
  void install() { ::rl_callback_handler_install(prompt_.c_str(), take_line); }

  static int end_at_empty_line(int, int) {
    if (::rl_end == 0) present_->has_ended_ = true;
    return 0;
  }

  static void take_line(char* line) {
    if (line == nullptr) {
      present_->has_ended_ = true;
      return;
    }
    std::string text{line, ::strnlen(line, longest_line)};
    std::free(line);
    if (!text.empty()) ::add_history(text.c_str());
    present_->lines_.push_back(std::move(text));
  }

  /// A name may hold blanks, so behind an arrow everything is one word.
  static char* word_breaks() {
    static char behind_an_arrow[] = ">";
    static char elsewhere[] = " ";
    bool is_name = ::rl_line_buffer != nullptr && std::strstr(::rl_line_buffer, "->") != nullptr;
    return is_name ? behind_an_arrow : elsewhere;
  }

  static char** complete_word(const char* word, int, int) {
    ::rl_attempted_completion_over = 1; // file names are of no use here
    present_->found_ = present_->complete_(word);
    return present_->found_.empty() ? nullptr : ::rl_completion_matches(word, next_match);
  }
  static char* next_match(const char*, int state) {
    auto index = static_cast<std::size_t>(state);
    return index < present_->found_.size() ? ::strdup(present_->found_[index].c_str()) : nullptr;
  }

  static inline edited_lines* present_ = nullptr;

  console& terminal_;
  completer complete_;
  std::string prompt_;
  std::vector<std::string> found_;
  std::deque<std::string> lines_;
  bool has_ended_ = false;
};

} // namespace

std::unique_ptr<line_editor> open_line_editor(console& terminal, line_editor::completer complete) {
  if (terminal.in_is_terminal && terminal.out_is_terminal && !terminal.is_dumb)
    return std::make_unique<edited_lines>(terminal, std::move(complete));
  return std::make_unique<plain_lines>(terminal);
}

} // namespace weixin::ctl
