#include "simulator/upload_desk.hpp"

#include <algorithm>
#include <utility>

namespace weixin::simulator {

std::deque<upload_desk::pending>::iterator upload_desk::find(const upload_chunk& c) {
  return std::find_if(pending_.begin(), pending_.end(), [&](const pending& p) {
    return p.session == c.session && p.client_media_id == c.client_media_id;
  });
}

void upload_desk::forget(std::deque<pending>::iterator entry) {
  pending_bytes_ -= entry->file.size();
  pending_.erase(entry);
}

upload_desk::outcome upload_desk::take(const upload_chunk& c) {
  using kind = outcome::kind;
  auto wanted = (c.total + chunk_bytes - 1) / chunk_bytes;
  bool last = c.chunk + 1 == c.chunks;
  auto size = last ? c.total - c.chunk * chunk_bytes : chunk_bytes;
  if (c.total == 0 || c.total > max_upload_bytes || c.chunks != wanted || c.chunk >= c.chunks ||
      c.bytes.size() != size)
    return {kind::wrong_size, 0, {}};
  if (c.chunks == 1) return {kind::complete, c.total, std::string{c.bytes}};

  auto entry = find(c);
  if (c.chunk == 0) {
    // The first chunk starts anew, whatever became of an earlier try.
    if (entry != pending_.end()) forget(entry);
    pending_.push_back({c.session, c.client_media_id, c.name, c.total, c.chunks, 0, {}});
    entry = std::prev(pending_.end());
  }
  if (entry == pending_.end()) return {kind::wrong_order, 0, {}};
  if (entry->total != c.total || entry->chunks != c.chunks || entry->name != c.name)
    return {kind::changed, 0, {}};
  if (c.chunk + 1 == entry->next && c.chunk != 0) {
    if (last) return {kind::complete, entry->file.size(), entry->file};
    return {kind::more, entry->file.size(), {}};
  }
  if (c.chunk != entry->next) return {kind::wrong_order, entry->file.size(), {}};
  entry->file.append(c.bytes);
  ++entry->next;
  pending_bytes_ += c.bytes.size();
  outcome taken{kind::more, entry->file.size(), {}};
  if (last) {
    taken.what = kind::complete;
    taken.file = entry->file;
    // Kept until the session's next one is complete: the answer to the last chunk may be lost too.
    for (auto it = pending_.begin(); it != pending_.end();) {
      bool older =
          it->session == c.session && it->next == it->chunks && it->client_media_id != c.client_media_id;
      if (!older) {
        ++it;
        continue;
      }
      pending_bytes_ -= it->file.size();
      it = pending_.erase(it);
    }
  }
  while (pending_.size() > max_pending || (pending_bytes_ > max_pending_bytes && pending_.size() > 1))
    forget(pending_.begin());
  return taken;
}

} // namespace weixin::simulator
