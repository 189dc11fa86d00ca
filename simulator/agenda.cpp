#include "simulator/agenda.hpp"

namespace weixin::simulator {

agenda::entry_id agenda::at(steady_time when, action what) {
  auto id = ++last_id_;
  entries_.emplace(key{when, id}, std::move(what));
  times_.emplace(id, when);
  return id;
}

void agenda::cancel(entry_id id) {
  auto found = times_.find(id);
  if (found == times_.end()) return;
  entries_.erase({found->second, id});
  times_.erase(found);
}

void agenda::run_due(steady_time now) {
  auto newest = last_id_;
  // Looked up anew each time: an action may cancel its neighbours.
  for (auto it = entries_.begin(); it != entries_.end() && it->first.first <= now;) {
    if (it->first.second > newest) {
      ++it;
      continue;
    }
    auto what = std::move(it->second);
    times_.erase(it->first.second);
    entries_.erase(it);
    what();
    it = entries_.begin();
  }
}

std::optional<steady_time> agenda::next() const {
  if (entries_.empty()) return std::nullopt;
  return entries_.begin()->first.first;
}

} // namespace weixin::simulator
