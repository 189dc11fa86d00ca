#include "store/packing.hpp"
#include "store/seal.hpp"
#include "tests/store/support.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

namespace weixin::store {
namespace {

namespace fs = std::filesystem;

constexpr sealed_place place{"outbox", "shop-01", "s-1"};

TEST(Sealer, OpensWhatItSealed) {
  sealer seal{seal_key::random()};
  for (const std::string& plain : {std::string{}, std::string{"a\0b", 3}, std::string(100'000, 'x')}) {
    auto sealed = seal.seal(place, plain);
    EXPECT_EQ(sealed.size(), plain.size() + sealer::overhead);
    auto opened = seal.open(place, sealed);
    ASSERT_TRUE(opened);
    EXPECT_EQ(*opened, plain);
  }
}

TEST(Sealer, OpensWithTheSameKeyOnly) {
  auto key = seal_key::random();
  auto sealed = sealer{key}.seal(place, "text");
  EXPECT_TRUE(sealer{key}.open(place, sealed));
  auto opened = sealer{seal_key::random()}.open(place, sealed);
  EXPECT_EQ(code_of(opened), errc::store_corrupt);
}

TEST(Sealer, OpensOnlyAtThePlaceItWasSealedFor) {
  sealer seal{seal_key::random()};
  auto sealed = seal.seal(place, "text");
  EXPECT_FALSE(seal.open({"inbox", "shop-01", "s-1"}, sealed));
  EXPECT_FALSE(seal.open({"outbox", "shop-02", "s-1"}, sealed));
  EXPECT_FALSE(seal.open({"outbox", "shop-01", "s-2"}, sealed));
  EXPECT_FALSE(seal.open({"outbox", "shop-01s", "-1"}, sealed)) << "where a name ends is part of it";
}

TEST(Sealer, NoticesEveryChange) {
  sealer seal{seal_key::random()};
  auto sealed = seal.seal(place, "text");
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    auto changed = sealed;
    changed[i] ^= 1;
    EXPECT_FALSE(seal.open(place, changed)) << "byte " << i;
    EXPECT_FALSE(seal.open(place, sealed.substr(0, i))) << "cut to " << i;
  }
}

TEST(Sealer, NeverSealsTheSameTwice) {
  sealer seal{seal_key::random()};
  std::string all;
  for (int i = 0; i < 200; ++i) {
    auto sealed = seal.seal(place, "text");
    EXPECT_EQ(all.find(sealed.substr(1, 24)), std::string::npos) << "a nonce was used before";
    all += sealed;
  }
}

TEST(Sealer, SharesNoNonceWithItsCopy) {
  sealer seal{seal_key::random()};
  seal.seal(place, "text"); // has nonces in stock from now on
  sealer copy{seal};
  EXPECT_NE(seal.seal(place, "text"), copy.seal(place, "text"));
  EXPECT_TRUE(seal.open(place, copy.seal(place, "text")));
}

TEST(Sealer, HashesEqualPartsEqually) {
  auto key = seal_key::random();
  sealer seal{key};
  EXPECT_EQ(seal.hash({"a", "b"}).size(), 32u);
  EXPECT_EQ(seal.hash({"a", "b"}), sealer{key}.hash({"a", "b"}));
  EXPECT_NE(seal.hash({"a", "b"}), seal.hash({"ab", ""}));
  EXPECT_NE(seal.hash({"a", "b"}), sealer{seal_key::random()}.hash({"a", "b"}));
}

TEST(Sealer, DerivesAKeyOfItsOwnForEachPurpose) {
  auto key = seal_key::random();
  auto derived = sealer{key}.derived_key("a");
  EXPECT_EQ(derived.reveal().size(), 32u);
  EXPECT_EQ(derived, sealer{key}.derived_key("a")) << "over restarts";
  EXPECT_NE(derived, sealer{key}.derived_key("b"));
  EXPECT_NE(derived, sealer{seal_key::random()}.derived_key("a"));
}

// -- packing
// ------------------------------------------------------------------------------------------------------

TEST(Packing, TakesApartWhatWasPacked) {
  packer packed;
  packed.number(-1).text(std::string_view{"a\0b", 3}).text("").number(7);
  unpacker rest{packed.bytes()};
  EXPECT_EQ(rest.number(), -1);
  EXPECT_FALSE(rest.whole());
  EXPECT_EQ(rest.text(), (std::string{"a\0b", 3}));
  EXPECT_EQ(rest.text(), "");
  EXPECT_EQ(rest.number_to(7), 7);
  EXPECT_TRUE(rest.whole());
}

TEST(Packing, RefusesWhatDoesNotFit) {
  packer packed;
  packed.text("text").number(7);
  for (std::size_t length = 0; length < packed.bytes().size(); ++length) {
    unpacker cut{std::string_view{packed.bytes()}.substr(0, length)};
    cut.text();
    cut.number();
    EXPECT_FALSE(cut.whole()) << length;
  }
  unpacker too_much{packed.bytes()};
  too_much.text();
  EXPECT_EQ(too_much.number_to(6), 0);
  EXPECT_FALSE(too_much.whole());
  packer negative_size;
  negative_size.number(-5);
  unpacker negative{negative_size.bytes()};
  EXPECT_EQ(negative.text(), "");
  EXPECT_FALSE(negative.whole());
}

// -- key file
// -----------------------------------------------------------------------------------------------------

struct KeyFile : testing::Test {
  temporary_directory directory;
  fs::path data = directory.path() / "data";
  fs::path credentials = directory.path() / "credentials";

  KeyFile() { ::unsetenv("CREDENTIALS_DIRECTORY"); }
  ~KeyFile() override { ::unsetenv("CREDENTIALS_DIRECTORY"); }

  result<seal_key> load(missing_key what = missing_key::make) {
    auto opened = data_directory::open(data);
    EXPECT_TRUE(opened);
    return load_key(*opened, what);
  }

  void give_credential(const std::string& content, mode_t mode = 0400) {
    // One that nobody may write to could be given anew by root only.
    fs::remove(credentials / "weixind-key");
    fs::create_directory(credentials);
    write_file(credentials / "weixind-key", content);
    ::chmod((credentials / "weixind-key").c_str(), mode);
    ::setenv("CREDENTIALS_DIRECTORY", credentials.c_str(), 1);
  }
};

TEST_F(KeyFile, IsMadeOnceAndKeptFromOthers) {
  auto before = ::umask(0);
  auto made = load();
  ::umask(before);
  ASSERT_TRUE(made) << to_string(made.error());
  EXPECT_EQ(mode_of(data / "key"), 0600u);
  EXPECT_EQ(read_file(data / "key").size(), 32u);
  EXPECT_EQ(load()->bytes, made->bytes);
  EXPECT_EQ(load(missing_key::refuse)->bytes, made->bytes);
  EXPECT_NE(made->bytes, seal_key{}.bytes);
}

TEST_F(KeyFile, IsNotMadeWhereOneIsNeeded) {
  auto missing = load(missing_key::refuse);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, errc::store_corrupt);
  EXPECT_NE(missing.error().context.find("put back the key"), std::string::npos) << missing.error().context;
  EXPECT_FALSE(fs::exists(data / "key"));
}

TEST_F(KeyFile, IsRefusedWhenOthersCanReadIt) {
  ASSERT_TRUE(load());
  ::chmod((data / "key").c_str(), 0640);
  auto open_to_others = load();
  EXPECT_EQ(code_of(open_to_others), errc::store_failed);
  EXPECT_NE(open_to_others.error().context.find("chmod 600"), std::string::npos);
}

TEST_F(KeyFile, IsRefusedWhenItIsNoKey) {
  for (const std::string& content : {std::string{}, std::string(31, 'k'), std::string(33, 'k')}) {
    fs::create_directory(data);
    ::chmod(data.c_str(), 0700);
    write_file(data / "key", content);
    ::chmod((data / "key").c_str(), 0600);
    EXPECT_EQ(code_of(load()), errc::store_corrupt) << content.size();
    EXPECT_EQ(read_file(data / "key"), content);
  }
}

TEST_F(KeyFile, IsNotFollowedWhenItIsALink) {
  ASSERT_TRUE(load());
  fs::rename(data / "key", directory.path() / "elsewhere");
  fs::create_symlink(directory.path() / "elsewhere", data / "key");
  EXPECT_EQ(code_of(load()), errc::store_failed);
}

TEST_F(KeyFile, GivesWayToASystemdCredential) {
  ASSERT_TRUE(load());
  give_credential(std::string(32, 'c'), 0440);
  auto key = load();
  ASSERT_TRUE(key) << to_string(key.error());
  EXPECT_EQ(key->bytes[0], 'c');
  ::chmod((credentials / "weixind-key").c_str(), 0444);
  EXPECT_EQ(code_of(load()), errc::store_failed);
  give_credential("short");
  EXPECT_EQ(code_of(load()), errc::store_corrupt);
  fs::remove(credentials / "weixind-key");
  EXPECT_NE(load()->bytes[0], 'c') << "systemd gave other credentials only";
}

} // namespace
} // namespace weixin::store
