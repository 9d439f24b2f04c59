#include <algorithm>
#include <new>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "annals/catalog/kind.h"
#include "annals/engine/handles/secret_mask_internal.h"
#include "annals/schemas/status.h"

namespace annals {
namespace {

bool IsWordAt(std::string_view text, size_t at) {
  return at < text.size() && absl::ascii_isalnum(static_cast<unsigned char>(text[at]));
}

bool StandsAlone(std::string_view text, size_t begin, size_t end) {
  return (begin == 0 || !IsWordAt(text, begin - 1)) && !IsWordAt(text, end);
}

// Sets what `value` takes of `text` in `hidden`.
void Hide(std::string_view value, std::string_view text, std::vector<bool>& hidden) {
  size_t done = 0;
  for (size_t at = text.find(value); at != std::string_view::npos; at = text.find(value, at + 1)) {
    const size_t end = at + value.size();
    if (value.size() < SecretMask::kShort && !StandsAlone(text, at, end)) continue;
    for (size_t i = std::max(at, done); i < end; ++i) hidden[i] = true;
    done = end;
  }
}

}  // namespace

void SecretMask::Add(std::string_view value) {
  if (!value.empty()) values_.emplace(value);
}

void SecretMask::Add(const SecretMask& others) {
  values_.insert(others.values_.begin(), others.values_.end());
}

absl::Status SecretMask::Masked(const absl::Status& status) const try {
  if (status.ok() || values_.empty()) return status;
  const std::string_view text = ToStd(status.message());
  std::vector<bool> hidden(text.size());
  for (const std::string& value : values_) Hide(value, text, hidden);
  std::string message;
  for (size_t i = 0; i < text.size(); ++i) {
    if (!hidden[i]) {
      message.push_back(text[i]);
    } else if (i == 0 || !hidden[i - 1]) {
      message.append(kMasked);
    }
  }
  return {status.code(), message};
} catch (const std::bad_alloc&) {
  return {status.code(), {}};
}

}  // namespace annals
