#include "simulator/operation_limit.hpp"

#include "simulator/wire_text.hpp"

namespace weixin::simulator {

bool is_over_operation_limit(world& w, web_session& s) {
  using namespace std::chrono_literals;
  if (w.options.operations_per_minute == 0) return false;
  auto& recent = s.recent_operations;
  while (!recent.empty() && w.now.steady - recent.front() > 60s)
    recent.pop_front();
  if (recent.size() >= w.options.operations_per_minute) return true;
  recent.push_back(w.now.steady);
  return false;
}

std::string clip_words(std::string_view words) { return clip(words, 1'024); }

} // namespace weixin::simulator
