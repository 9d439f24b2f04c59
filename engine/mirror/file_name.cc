#include <xxhash.h>

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "annals/catalog/kind.h"
#include "annals/engine/mirror/file_name_internal.h"
#include "annals/schemas/status.h"
#include "annals/schemas/unicode.h"

namespace annals::mirror {
namespace {

// File systems take 255 bytes, of which some are for the extension.
constexpr size_t kLongestStem = 200;
constexpr size_t kKeptOfLong = 120;

void AppendEscaped(std::string_view bytes, std::string& text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += '%';
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
}

bool IsSafe(char32_t character, bool first, bool folds_case) {
  if (character >= 0x80) return !IsUnseen(character);
  const char c = static_cast<char>(character);
  if (absl::ascii_islower(static_cast<unsigned char>(c))) return !folds_case;
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' || (c == '-' && !first);
}

// Names that open a device, whatever the extension, where DOS has left its mark.
bool IsDevice(std::string_view name) {
  static constexpr std::array<std::string_view, 4> kDevices = {"CON", "PRN", "AUX", "NUL"};
  const std::string upper = absl::AsciiStrToUpper(ToAbsl(name));
  if (std::find(kDevices.begin(), kDevices.end(), upper) != kDevices.end()) return true;
  return upper.size() == 4 && absl::ascii_isdigit(static_cast<unsigned char>(upper[3])) &&
         (upper.starts_with("COM") || upper.starts_with("LPT"));
}

std::string HashText(std::string_view text) {
  const XXH128_hash_t hash = XXH3_128bits(text.data(), text.size());
  return absl::StrCat(absl::Hex(hash.high64, absl::kZeroPad16),
                      absl::Hex(hash.low64, absl::kZeroPad16));
}

// At most `size` bytes of `text`, and no part of a character.
std::string_view Beginning(std::string_view text, size_t size) {
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) --size;
  return text.substr(0, size);
}

}  // namespace

std::string EscapedName(std::string_view name, bool folds_case) {
  std::string text;
  for (std::string_view rest = name; !rest.empty();) {
    const std::string_view before = rest;
    const auto character = TakeCharacter(rest);
    if (!character) rest.remove_prefix(1);
    const std::string_view bytes = before.substr(0, before.size() - rest.size());
    if (character && IsSafe(*character, text.empty(), folds_case)) {
      text += bytes;
    } else {
      AppendEscaped(bytes, text);
    }
  }
  if (!IsDevice(text)) return text;
  std::string escaped;
  AppendEscaped(text.substr(0, 1), escaped);
  return escaped + text.substr(1);
}

std::optional<std::string> UnescapedName(std::string_view escaped) {
  std::string name;
  for (size_t at = 0; at < escaped.size(); ++at) {
    if (escaped[at] != '%') {
      name += escaped[at];
      continue;
    }
    const std::string_view digits = escaped.substr(at + 1, 2);
    const auto is_digit = [](unsigned char c) { return absl::ascii_isxdigit(c); };
    if (digits.size() < 2 || !std::all_of(digits.begin(), digits.end(), is_digit)) {
      return std::nullopt;
    }
    name += absl::HexStringToBytes(ToAbsl(digits));
    at += 2;
  }
  if (name.empty()) return std::nullopt;
  return name;
}

FileStem FileStemOf(ObjectKind kind, std::string_view schema, std::string_view name,
                    bool folds_case) {
  std::string stem = EscapedName(name, folds_case);
  if (!schema.empty()) {
    stem = absl::StrCat(EscapedName(schema, folds_case), ".", stem);
  } else if (kind != ObjectKind::kCatalog) {
    const KindDefinition* const definition = FindKind(kind);
    stem = absl::StrCat(definition == nullptr ? "" : EscapedName(definition->name), "@", stem);
  }
  if (stem.size() <= kLongestStem) return {std::move(stem)};
  return {absl::StrCat(ToAbsl(Beginning(stem, kKeptOfLong)), "~", HashText(stem)), false};
}

std::optional<NamedFile> ReadFileStem(std::string_view stem) {
  NamedFile file;
  if (stem.find('~') != std::string_view::npos) {
    file.tells_name = false;
    return file;
  }
  if (const size_t at = stem.find('@'); at != std::string_view::npos) {
    const auto kind = UnescapedName(stem.substr(0, at));
    if (!kind) return std::nullopt;
    file.kind = *kind;
    stem.remove_prefix(at + 1);
  }
  auto parts = PartsOf(stem);
  if (!parts || parts->size() > 2) return std::nullopt;
  file.name = std::move(parts->back());
  if (parts->size() == 2) file.schema = std::move(parts->front());
  return file;
}

std::string QualifiedText(std::string_view schema, std::string_view name) {
  return schema.empty() ? EscapedName(name)
                        : absl::StrCat(EscapedName(schema), ".", EscapedName(name));
}

std::optional<std::vector<std::string>> PartsOf(std::string_view text) {
  std::vector<std::string> parts;
  for (const absl::string_view part : absl::StrSplit(ToAbsl(text), '.')) {
    auto name = UnescapedName(ToStd(part));
    if (!name) return std::nullopt;
    parts.push_back(*std::move(name));
  }
  return parts;
}

}  // namespace annals::mirror
