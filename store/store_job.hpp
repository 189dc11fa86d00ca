/// The calls of the store as they wait for the thread that owns the database.
#pragma once

#include "store/engine.hpp"
#include "store/store.hpp"

#include <memory>
#include <optional>
#include <utility>

namespace weixin::store {

/// What a call asks of the store thread.
enum class call_kind {
  reads,
  writes,
  grows, ///< writes, and is refused before it is tried when room is short
};

/// One call, carried out on the store thread: `work` inside a transaction, `finish` once that is on disk.
class job {
public:
  explicit job(call_kind kind) : kind_(kind) {}
  virtual ~job() = default;
  job(const job&) = delete;
  job& operator=(const job&) = delete;

  call_kind kind() const noexcept { return kind_; }
  /// May be called twice: a transaction that fails is undone, and each of its jobs is tried alone.
  virtual void work(engine& e) = 0;
  /// True when the job has more to do: then it waits in the queue once more.
  virtual bool finish() = 0;
  virtual void fail_with(const error& e) = 0;

private:
  const call_kind kind_;
};

template <class T, class Work>
class call final : public job {
public:
  call(call_kind kind, store::callback<T> done, Work work)
      : job(kind), done_(std::move(done)), work_(std::move(work)) {}

  void work(engine& e) override { answer_.emplace(work_(e)); }
  bool finish() override {
    done_(std::move(*answer_));
    return false;
  }
  void fail_with(const error& e) override { done_(e); }

private:
  store::callback<T> done_;
  Work work_;
  std::optional<result<T>> answer_;
};

/// Work that is too long for one turn: `step` does a bounded part, and answers whether there is more. What it
/// changes in the progress counts only once the part is committed.
template <class Progress, class Step, class Done>
class long_call final : public job {
public:
  long_call(Progress progress, Step step, Done done)
      : job(call_kind::writes), progress_(std::move(progress)), step_(std::move(step)),
        done_(std::move(done)) {}

  void work(engine& e) override {
    next_ = progress_;
    more_ = step_(e, *next_);
  }
  bool finish() override {
    progress_ = std::move(*next_);
    if (!more_) done_(result<Progress>{std::move(progress_)});
    return more_;
  }
  void fail_with(const error& e) override { done_(result<Progress>{e}); }

private:
  Progress progress_;
  std::optional<Progress> next_;
  Step step_;
  Done done_;
  bool more_ = false;
};

template <class T, class Work>
std::unique_ptr<job> make_call(call_kind kind, store::callback<T> done, Work work) {
  return std::make_unique<call<T, Work>>(kind, std::move(done), std::move(work));
}

template <class Progress, class Step, class Done>
std::unique_ptr<job> make_long_call(Progress progress, Step step, Done done) {
  return std::make_unique<long_call<Progress, Step, Done>>(std::move(progress), std::move(step),
                                                           std::move(done));
}

} // namespace weixin::store
