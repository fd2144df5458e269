// Signed notes. The known key and note are those of the Go implementation's
// documentation (golang.org/x/mod/sumdb/note), which other verifiers share.
#include "audit/base64.hpp"
#include "audit/note.hpp"

#include <gtest/gtest.h>

namespace stoplog::audit {
namespace {

constexpr const char* known_private = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
constexpr const char* known_public = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
constexpr const char* known_text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
constexpr const char* known_signature =
    "\xE2\x80\x94 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

TEST(note, agrees_with_other_implementations) {
  const auto signer = note_signer::parse(known_private);
  ASSERT_TRUE(signer);
  EXPECT_EQ(signer->public_text(), known_public);
  EXPECT_EQ(signer->private_text(), known_private);
  const std::string note = signer->sign(known_text);
  EXPECT_EQ(note, std::string(known_text) + '\n' + known_signature);
  EXPECT_EQ(note_verifier::parse(known_public)->open(note), known_text);
}

TEST(note, a_new_key_signs_what_its_public_half_opens) {
  const auto signer = note_signer::make("stoplog.test/audit");
  ASSERT_TRUE(signer);
  const auto again = note_signer::parse(signer->private_text());
  ASSERT_TRUE(again);
  const auto key = note_verifier::parse(again->public_text());
  ASSERT_TRUE(key);
  EXPECT_EQ(key->open(again->sign("hello\n")), "hello\n");
  EXPECT_FALSE(note_verifier::parse(known_public)->open(again->sign("hello\n")));
  EXPECT_NE(note_signer::make("stoplog.test/audit")->public_text(), signer->public_text());
}

TEST(note, every_changed_byte_of_a_note_is_seen) {
  const std::string note = note_signer::parse(known_private)->sign(known_text);
  const auto key = note_verifier::parse(known_public);
  int tried = 0;
  for (std::size_t i = 0; i < note.size(); ++i) {
    std::string changed = note;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(key->open(changed)) << i;
    ++tried;
  }
  for (std::size_t i = 0; i < note.size(); ++i) EXPECT_FALSE(key->open(note.substr(0, i))) << i;
  EXPECT_GT(tried, 200);
}

TEST(note, keys_that_are_none_are_refused) {
  int cases = 0;
  for (const std::string& text : {std::string(), std::string("PeterNeumann"), std::string("PeterNeumann+c74f20a3+"),
                                  std::string("PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"),
                                  std::string("Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"),
                                  std::string("PeterNeumann+c74f20a3+AhpC2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")}) {
    EXPECT_FALSE(note_verifier::parse(text)) << text;
    EXPECT_FALSE(note_signer::parse("PRIVATE+KEY+" + text)) << text;
    ++cases;
  }
  EXPECT_EQ(cases, 6);
}

TEST(note, a_checkpoint_is_read_as_it_is_written) {
  checkpoint_text c{"stoplog.test/audit", 4711, {}};
  c.root[0] = 7;
  const auto read = parse_checkpoint(to_text(c) + "an extension\n");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->origin, c.origin);
  EXPECT_EQ(read->size, c.size);
  EXPECT_EQ(read->root, c.root);
  for (const char* text : {"", "o\n", "o\n1\n", "o\n01\nAAAA\n", "o\n-1\nAAAA\n", "o\n1\nAAAA\n"}) EXPECT_FALSE(parse_checkpoint(text)) << text;
}

TEST(base64, has_one_form) {
  for (const std::string bytes : {"", "f", "fo", "foo", "foob", "fooba", "foobar"}) EXPECT_EQ(from_base64(to_base64(bytes)), bytes);
  EXPECT_EQ(to_base64(std::string_view("foob")), "Zm9vYg==");
  for (const char* text : {"Zg", "Zg=", "Zh==", "Z g=", " Zg==", "Zg==\n", "====", "Zm9v!m9v"}) EXPECT_FALSE(from_base64(text)) << text;
}

}  // namespace
}  // namespace stoplog::audit
