#include "admin/share_link.hpp"

#include <gtest/gtest.h>

namespace weixin::admin {
namespace {

using namespace std::chrono_literals;

const share_claim claim{"shop-01", 1'764'000'000'000, wall_time{} + 1'764'003'600'000ms};
share_signer signer_with(char c) { return share_signer{secret{std::string(32, c)}}; }

TEST(ShareLink, SaysAgainWhatWasSigned) {
  auto signer = signer_with('k');
  auto found = signer.check(signer.sign(claim).text);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->account, "shop-01");
  EXPECT_EQ(found->created_ms, claim.created_ms);
  EXPECT_EQ(found->expires_at, claim.expires_at);
}

TEST(ShareLink, IsGoodForASignerOfTheSameKeyOnly) {
  auto text = signer_with('k').sign(claim).text;
  EXPECT_TRUE(signer_with('k').check(text)) << "over a restart";
  EXPECT_FALSE(signer_with('x').check(text));
}

TEST(ShareLink, IsAnotherOneEachTime) {
  auto signer = signer_with('k');
  auto one = signer.sign(claim), two = signer.sign(claim);
  EXPECT_NE(one.text, two.text);
  EXPECT_NE(one.id, two.id);
}

TEST(ShareLink, FitsIntoTheFragmentOfAnAddress) {
  auto text = signer_with('k').sign({std::string(63, 'a'), claim.created_ms, claim.expires_at}).text;
  EXPECT_EQ(text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."),
            std::string::npos);
  EXPECT_LT(text.size(), share_signer::longest);
}

TEST(ShareLink, IsRefusedWithAnyCharacterChanged) {
  auto signer = signer_with('k');
  auto text = signer.sign(claim).text;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto forged = text;
    forged[i] = forged[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(signer.check(forged)) << i;
  }
}

TEST(ShareLink, IsRefusedWhenItIsNone) {
  auto signer = signer_with('k');
  auto text = signer.sign(claim).text;
  auto dot = text.find('.');
  for (const std::string& bad : {std::string{}, std::string{"."}, std::string{"a.b"}, text.substr(0, dot),
                                 text.substr(0, dot + 1), text.substr(dot), text + ".", text + "=",
                                 " " + text, std::string(10'000, 'A') + "." + text.substr(dot + 1)})
    EXPECT_FALSE(signer.check(bad)) << bad.substr(0, 80);
}

} // namespace
} // namespace weixin::admin
