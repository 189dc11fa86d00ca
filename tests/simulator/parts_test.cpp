#include "simulator/agenda.hpp"
#include "simulator/certificates.hpp"
#include "simulator/host_roles.hpp"
#include "simulator/ledger.hpp"
#include "simulator/picture.hpp"
#include "simulator/ring.hpp"
#include "simulator/sync_keys.hpp"
#include "simulator/wire_text.hpp"

#include <gmock/gmock.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <memory>

namespace weixin::simulator {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

const steady_time start{};

TEST(Agenda, RunsWhatIsDueInItsOrder) {
  agenda plan;
  std::vector<int> ran;
  plan.at(start + 2s, [&] { ran.push_back(2); });
  plan.at(start + 1s, [&] { ran.push_back(1); });
  plan.at(start + 1s, [&] { ran.push_back(11); });
  plan.run_due(start + 1s);
  EXPECT_THAT(ran, ElementsAre(1, 11));
  EXPECT_EQ(plan.next(), start + 2s);
}

TEST(Agenda, LetsAnActionCancelItsNeighbour) {
  agenda plan;
  int ran = 0;
  agenda::entry_id second = 0;
  plan.at(start, [&] { plan.cancel(second); });
  second = plan.at(start, [&] { ++ran; });
  plan.run_due(start);
  EXPECT_EQ(ran, 0);
  EXPECT_FALSE(plan.next());
}

TEST(Agenda, LeavesWhatAnActionAddsToTheNextTime) {
  agenda plan;
  int ran = 0;
  std::function<void()> again = [&] {
    ++ran;
    plan.at(start, again);
  };
  plan.at(start, again);
  plan.run_due(start);
  EXPECT_EQ(ran, 1);
  plan.run_due(start);
  EXPECT_EQ(ran, 2);
}

TEST(Ring, NumbersItsEntriesAndForgetsTheOldest) {
  ring<int> r{3};
  for (int i = 1; i <= 5; ++i)
    EXPECT_EQ(r.add(i * 10), static_cast<std::uint64_t>(i));
  std::vector<std::uint64_t> seen;
  r.visit_after(0, 10, [&](std::uint64_t n, int v) {
    EXPECT_EQ(v, static_cast<int>(n) * 10);
    seen.push_back(n);
  });
  EXPECT_THAT(seen, ElementsAre(3, 4, 5));
  seen.clear();
  r.visit_after(3, 1, [&](std::uint64_t n, int) { seen.push_back(n); });
  EXPECT_THAT(seen, ElementsAre(4));
  r.visit_after(99, 10, [&](std::uint64_t, int) { ADD_FAILURE(); });
  r.clear();
  EXPECT_EQ(r.add(60), 6U);
}

TEST(HostRoles, FollowTheTable) {
  EXPECT_EQ(role_of("wx.qq.com").kind, host_kind::entry);
  EXPECT_EQ(role_of("WX2.QQ.COM:443").entry, "wx2.qq.com");
  EXPECT_EQ(role_of("webpush.web2.wechat.com").kind, host_kind::push);
  EXPECT_EQ(role_of("login.weixin.qq.com").kind, host_kind::login);
  EXPECT_EQ(role_of("evil.wx.qq.com").kind, host_kind::unknown);
  EXPECT_EQ(role_of("").kind, host_kind::unknown);
}

TEST(WireText, EncodesOnlyWhatTheServiceEncodes) {
  EXPECT_EQ(to_wire_text("a&b\n\"<'>"), "a&amp;b<br/>&quot;&lt;&#39;&gt;");
  EXPECT_EQ(to_wire_text("\U0001F1E8 汉 \u2764"), "<span class=\"emoji emoji1f1e8\"></span> 汉 \u2764");
  EXPECT_EQ(to_wire_text("\xf0\x9f"), "\xf0\x9f") << "a torn character stays";
}

TEST(WireText, DecodesPercentsOnce) {
  EXPECT_EQ(percent_decode("%252B%zz%4"), "%2B%zz%4");
  EXPECT_EQ(percent_decode(percent_encode("a+b/ö =")), "a+b/ö =");
}

TEST(WireText, ClipsBeforeACharacter) {
  EXPECT_EQ(clip("汉字", 5), "汉");
  EXPECT_EQ(clip("abc", 5), "abc");
}

TEST(SyncKeys, TellTheTwoListsApart) {
  auto sync = read_sync_key(make_sync_key(1'000, {5, false}, key_purpose::sync)).value();
  auto check = read_sync_key(make_sync_key(1'000, {5, false}, key_purpose::check)).value();
  EXPECT_EQ(judge_sync_key(sync, 1'000, key_purpose::sync).what, key_verdict::kind::good);
  EXPECT_EQ(judge_sync_key(check, 1'000, key_purpose::check).events, 5U);
  EXPECT_EQ(judge_sync_key(check, 1'000, key_purpose::sync).what, key_verdict::kind::wrong_list);
  EXPECT_EQ(judge_sync_key(sync, 1'000, key_purpose::check).events, 4U) << "one behind, for ever";
  EXPECT_EQ(judge_sync_key(sync, 2'000, key_purpose::sync).what, key_verdict::kind::foreign);
}

TEST(SyncKeys, TakeNoNumberBeyondReason) {
  auto keys = read_sync_key(make_sync_key(1'000, {5, false}, key_purpose::sync)).value();
  keys[1].second = INT64_MAX;
  EXPECT_EQ(judge_sync_key(keys, 1'000, key_purpose::sync).what, key_verdict::kind::foreign);
}

TEST(SyncKeys, ReadTheTextOfSynccheck) {
  EXPECT_EQ(read_sync_check_text("1_10|2_-3").value(), (key_list{{1, 10}, {2, -3}}));
  for (std::string_view bad : {"", "1", "1_", "_1", "1_2|", "1_2,3_4", "a_b"})
    EXPECT_EQ(read_sync_check_text(bad).has_value(), bad == "1_2|") << bad;
}

TEST(Ledger, ForgetsTheOldestEntriesAndKeepsTheTotals) {
  ledger book{7};
  std::string first = "{token}";
  book.open(1, "peer", first, false, start);
  for (std::size_t i = 0; i < ledger::max_entries; ++i) {
    std::string text = "{token}";
    book.open(1, "peer", text, false, start);
  }
  EXPECT_FALSE(book.replied(1, "peer", first, start)) << "its entry is gone";
  auto t = book.summary();
  EXPECT_EQ(t.injected, ledger::max_entries + 1);
  EXPECT_EQ(t.forgotten, 1U);
}

TEST(Ledger, TakesNoForgedToken) {
  ledger book{7};
  std::string text = "{token}";
  book.open(1, "peer", text, false, start);
  auto forged = text.substr(0, text.size() - 4) + "0000";
  EXPECT_FALSE(book.replied(1, "peer", forged, start));
  EXPECT_TRUE(book.replied(1, "peer", "msg- msg-x " + text, start));
}

TEST(Ledger, NamesTheUnanswered) {
  ledger book{7};
  std::string one = "{token}";
  std::string two = "{token}";
  book.open(1, "peer", one, false, start);
  auto second = book.open(1, "peer", two, false, start);
  (void)book.replied(1, "peer", one, start);
  EXPECT_THAT(book.unanswered(10), ElementsAre(second));
}

TEST(Pictures, AreJpegsOfAtLeastTheSizeAskedFor) {
  for (std::size_t size : {std::size_t{0}, std::size_t{300}, std::size_t{70'000}, std::size_t{200'000}}) {
    auto bytes = make_jpeg(size, 3);
    EXPECT_GE(bytes.size(), size);
    EXPECT_EQ(bytes.substr(0, 2), "\xff\xd8");
    EXPECT_EQ(bytes.substr(bytes.size() - 2), "\xff\xd9");
  }
  EXPECT_NE(make_jpeg(300, 1), make_jpeg(300, 2));
}

struct x509_deleter {
  void operator()(X509* p) const { X509_free(p); }
  void operator()(X509_STORE* p) const { X509_STORE_free(p); }
  void operator()(X509_STORE_CTX* p) const { X509_STORE_CTX_free(p); }
  void operator()(BIO* p) const { BIO_free(p); }
};

std::unique_ptr<X509, x509_deleter> read_certificate(const std::string& pem) {
  std::unique_ptr<BIO, x509_deleter> bio{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
  return std::unique_ptr<X509, x509_deleter>{PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)};
}

TEST(Certificates, AreSignedByTheirAuthorityForEveryHost) {
  system_wall_clock clock;
  auto set = make_certificates(all_hosts(), clock.now());
  ASSERT_TRUE(set);
  auto ca = read_certificate(set->ca_pem);
  auto leaf = read_certificate(set->chain_pem);
  ASSERT_TRUE(ca && leaf);
  std::unique_ptr<X509_STORE, x509_deleter> store{X509_STORE_new()};
  X509_STORE_add_cert(store.get(), ca.get());
  for (auto host : all_hosts()) {
    std::unique_ptr<X509_STORE_CTX, x509_deleter> check{X509_STORE_CTX_new()};
    X509_STORE_CTX_init(check.get(), store.get(), leaf.get(), nullptr);
    auto* rules = X509_STORE_CTX_get0_param(check.get());
    X509_VERIFY_PARAM_set1_host(rules, host.data(), host.size());
    X509_VERIFY_PARAM_set_purpose(rules, X509_PURPOSE_SSL_SERVER);
    EXPECT_EQ(X509_verify_cert(check.get()), 1) << host;
  }
  EXPECT_NE(X509_check_host(leaf.get(), "example.org", 0, 0, nullptr), 1);
}

TEST(Certificates, NeedNames) {
  system_wall_clock clock;
  EXPECT_FALSE(make_certificates({}, clock.now()));
}

} // namespace
} // namespace weixin::simulator
