#include "annals/catalog/constant_text.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "annals/schemas/status.h"

namespace annals {
namespace {

using Text = std::optional<std::string>;

// --- Numbers.

// Exactly: `whole` has no leading zeros, `fraction` no trailing ones.
struct Number {
  bool negative = false;
  std::string whole;
  std::string fraction;

  bool IsZero() const { return whole.empty() && fraction.empty(); }
  std::string ToText() const {
    return absl::StrCat(negative ? "-" : "", whole.empty() ? "0" : whole,
                        fraction.empty() ? "" : ".", fraction);
  }
};

std::string_view TakeDigits(std::string_view& text) {
  const size_t end = std::min(text.find_first_not_of("0123456789"), text.size());
  const std::string_view digits = text.substr(0, end);
  text.remove_prefix(end);
  return digits;
}

bool TakeChar(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text[0]) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

// An exponent that no type has room for is nothing.
std::optional<int> TakeExponent(std::string_view& text) {
  constexpr size_t kMaxDigits = 5;
  if (!TakeChar(text, "eE")) return 0;
  const bool negative = text.starts_with('-');
  TakeChar(text, "+-");
  std::string_view digits = TakeDigits(text);
  if (digits.empty()) return std::nullopt;
  while (digits.size() > 1 && digits[0] == '0') digits.remove_prefix(1);
  if (digits.size() > kMaxDigits) return std::nullopt;
  int exponent = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
  return negative ? -exponent : exponent;
}

// Moves the decimal point by `exponent` digits to the right.
void Shift(Number& number, int exponent) {
  std::string& from = exponent > 0 ? number.fraction : number.whole;
  const auto count = static_cast<size_t>(std::abs(exponent));
  if (exponent > 0) {
    from.resize(std::max(from.size(), count), '0');
    number.whole += from.substr(0, count);
    from.erase(0, count);
  } else {
    if (from.size() < count) from.insert(0, count - from.size(), '0');
    number.fraction.insert(0, from.substr(from.size() - count));
    from.erase(from.size() - count);
  }
}

std::optional<Number> ParseNumber(std::string_view text) {
  Number number;
  number.negative = text.starts_with('-');
  TakeChar(text, "+-");
  number.whole = TakeDigits(text);
  if (TakeChar(text, ".")) number.fraction = TakeDigits(text);
  if (number.IsZero()) return std::nullopt;  // No digits at all.
  const std::optional<int> exponent = TakeExponent(text);
  if (!exponent || !text.empty()) return std::nullopt;
  Shift(number, *exponent);
  number.whole.erase(0, std::min(number.whole.find_first_not_of('0'), number.whole.size()));
  number.fraction.erase(number.fraction.find_last_not_of('0') + 1);
  if (number.IsZero()) number.negative = false;
  return number;
}

Text AsInteger(const Number& number, TypeId type) {
  if (!number.fraction.empty()) return std::nullopt;
  const IntegerRange range = RangeOf(type);
  const std::string_view limit = number.negative ? range.least.substr(1) : range.most;
  const std::string& digits = number.whole;
  if (digits.size() > limit.size() || (digits.size() == limit.size() && digits > limit)) {
    return std::nullopt;
  }
  return number.ToText();
}

Text AsDecimal(const Number& number, const Column& column) {
  if (number.fraction.size() > column.scale) return std::nullopt;
  // The digits of the value counted in units of the last place.
  std::string digits = number.whole + number.fraction;
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
  const size_t zeros = digits.empty() ? 0 : column.scale - number.fraction.size();
  if (digits.size() + zeros > column.precision) return std::nullopt;
  return number.ToText();
}

template <typename Real>
Text AsReal(const Number& number) {
  std::string text = number.ToText();
  Real value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return text;
}

Text AsNumber(std::string_view text, const Column& column) {
  const std::optional<Number> number = ParseNumber(text);
  if (!number) return std::nullopt;
  if (column.type == TypeId::kDecimal) return AsDecimal(*number, column);
  if (column.type == TypeId::kFloat) return AsReal<float>(*number);
  if (column.type == TypeId::kDouble) return AsReal<double>(*number);
  return AsInteger(*number, column.type);
}

// --- Times.

// A number of exactly `width` digits, from `least` to `most`.
std::optional<int> TakeField(std::string_view& text, size_t width, int least, int most) {
  const std::string_view digits = text.substr(0, width);
  int value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  const bool negative = text.starts_with('-');
  if (digits.size() < width || negative || error != std::errc() || end != digits.data() + width ||
      value < least || value > most) {
    return std::nullopt;
  }
  text.remove_prefix(width);
  return value;
}

Text TakeDate(std::string_view& text) {
  const std::string_view whole = text;
  const auto year = TakeField(text, 4, 1, 9999);
  if (!year || !TakeChar(text, "-")) return std::nullopt;
  const auto month = TakeField(text, 2, 1, 12);
  if (!month || !TakeChar(text, "-")) return std::nullopt;
  const auto day = TakeField(text, 2, 1, 31);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day)));
  if (!date.ok()) return std::nullopt;
  return std::string(whole.substr(0, 10));
}

// Seconds may be left out, and their fraction.
Text TakeTime(std::string_view& text, uint32_t precision) {
  const std::string_view whole = text;
  if (!TakeField(text, 2, 0, 23) || !TakeChar(text, ":") || !TakeField(text, 2, 0, 59)) {
    return std::nullopt;
  }
  std::string time(whole.substr(0, 5));
  if (!TakeChar(text, ":")) return time + ":00";
  if (!TakeField(text, 2, 0, 59)) return std::nullopt;
  time = whole.substr(0, 8);
  if (!TakeChar(text, ".")) return time;
  std::string_view fraction = TakeDigits(text);
  if (fraction.empty()) return std::nullopt;
  fraction = fraction.substr(0, fraction.find_last_not_of('0') + 1);
  if (fraction.size() > precision) return std::nullopt;
  return fraction.empty() ? time : absl::StrCat(time, ".", ToAbsl(fraction));
}

Text AsDate(std::string_view text) {
  const Text date = TakeDate(text);
  return text.empty() ? date : std::nullopt;
}

Text AsTime(std::string_view text, uint32_t precision) {
  const Text time = TakeTime(text, precision);
  return text.empty() ? time : std::nullopt;
}

Text AsMoment(std::string_view text, const Column& column) {
  const Text date = TakeDate(text);
  if (!date) return std::nullopt;
  if (text.empty()) return *date + " 00:00:00";
  if (!TakeChar(text, " Tt")) return std::nullopt;
  const Text time = TakeTime(text, column.precision);
  if (!time) return std::nullopt;
  const bool utc = column.type == TypeId::kTimestamp && TakeChar(text, "Zz");
  if (!text.empty()) return std::nullopt;
  return absl::StrCat(*date, " ", *time, utc ? "Z" : "");
}

// --- The rest.

bool IsHex(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return absl::ascii_isxdigit(static_cast<unsigned char>(c)); });
}

Text AsUuid(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !IsHex(text.substr(i, 1))) return std::nullopt;
  }
  return absl::AsciiStrToLower(ToAbsl(text));
}

Text AsBytes(std::string_view hex, uint32_t length) {
  if (hex.size() % 2 != 0 || hex.size() / 2 > length || !IsHex(hex)) return std::nullopt;
  return absl::AsciiStrToLower(ToAbsl(hex));
}

Text AsBoolean(std::string_view text) {
  if (absl::EqualsIgnoreCase(ToAbsl(text), "TRUE")) return "TRUE";
  if (absl::EqualsIgnoreCase(ToAbsl(text), "FALSE")) return "FALSE";
  return std::nullopt;
}

}  // namespace

IntegerRange RangeOf(TypeId type) {
  if (type == TypeId::kInt8) return {"-128", "127"};
  if (type == TypeId::kInt16) return {"-32768", "32767"};
  if (type == TypeId::kInt32) return {"-2147483648", "2147483647"};
  return {"-9223372036854775808", "9223372036854775807"};
}

std::optional<std::string> CanonicalConstant(std::string_view text, const Column& column) {
  switch (column.type) {
    case TypeId::kBoolean:
      return AsBoolean(text);
    case TypeId::kInt8:
    case TypeId::kInt16:
    case TypeId::kInt32:
    case TypeId::kInt64:
    case TypeId::kFloat:
    case TypeId::kDouble:
    case TypeId::kDecimal:
      return AsNumber(text, column);
    case TypeId::kDate:
      return AsDate(text);
    case TypeId::kTime:
      return AsTime(text, column.precision);
    case TypeId::kDatetime:
    case TypeId::kTimestamp:
      return AsMoment(text, column);
    case TypeId::kUuid:
      return AsUuid(text);
    case TypeId::kString:
      return std::string(text);
    case TypeId::kByteArray:
      return AsBytes(text, column.length);
    case TypeId::kNull:
    case TypeId::kPeriod:
    case TypeId::kDuration:
    case TypeId::kStruct:
      break;
  }
  return std::nullopt;
}

}  // namespace annals
