#include "annals/cli/shell/line_editor.h"

#include <histedit.h>
#include <langinfo.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <clocale>
#include <cstdio>
#include <cstring>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "annals/cli/terminal_text.h"
#include "annals/commands/utf8.h"
#include "annals/ddl/redaction.h"

namespace annals::cli {
namespace {

constexpr wchar_t kNoCharacter = 0xFFFD;

// The editor takes characters as the locale has them, and statements are UTF-8.
void SpeakUtf8() {
  std::setlocale(LC_CTYPE, "");
  if (std::strcmp(::nl_langinfo(CODESET), "UTF-8") != 0) std::setlocale(LC_CTYPE, "C.UTF-8");
}

size_t WindowWidth() {
  winsize window{};
  const bool known = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_col > 0;
  return known ? window.ws_col : 80;
}

void Show(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

bool IsBlank(std::string_view text) {
  return std::ranges::all_of(text, [](unsigned char c) { return absl::ascii_isspace(c); });
}

std::vector<std::string> EntriesOf(const std::vector<std::string>& lines) {
  std::vector<std::string> entries = HistoryEntries(lines);
  std::erase_if(entries, IsBlank);
  return entries;
}

// What is typed stays in the memory of the session; the file is to hold no secrets.
std::vector<std::string> RedactedLines(const std::vector<std::string>& lines) {
  return absl::StrSplit(ddl::Redacted(absl::StrJoin(lines, "\n")), '\n');
}

// One byte of what is typed; nothing at the end.
std::optional<char> TypedByte() {
  char byte = 0;
  ssize_t count = 0;
  do {
    count = ::read(STDIN_FILENO, &byte, 1);
  } while (count < 0 && errno == EINTR);
  return count == 1 ? std::optional(byte) : std::nullopt;
}

bool BeginsCharacter(unsigned char byte) { return byte < 0x80 || (byte >= 0xC2 && byte < 0xF5); }

}  // namespace

struct LineEditor::Keys {
  static LineEditor& OwnerOf(EditLine* edit) {
    LineEditor* owner = nullptr;
    el_get(edit, EL_CLIENTDATA, &owner);
    return *owner;
  }
  static char* Prompt(EditLine* edit) { return OwnerOf(edit).prompt_.data(); }
  static int Read(EditLine* edit, wchar_t* character) {
    return OwnerOf(edit).ReadCharacter(character);
  }
  static unsigned char Complete(EditLine* edit, int /*key*/) {
    return OwnerOf(edit).CompleteHere();
  }
};

LineEditor::LineEditor(Interrupts& interrupts, Completer completer, std::optional<HistoryFile> file)
    : interrupts_(interrupts), completer_(std::move(completer)), file_(std::move(file)) {
  SpeakUtf8();
  edit_ = el_init("annals", stdin, stdout, stderr);
  if (edit_ == nullptr) return;
  const auto bind = [this](const char* key, const char* action) {
    el_set(edit_, EL_BIND, key, action, nullptr);
  };
  el_set(edit_, EL_CLIENTDATA, this);
  el_set(edit_, EL_EDITOR, "emacs");
  el_set(edit_, EL_SIGNAL, 0);
  el_set(edit_, EL_PROMPT, &Keys::Prompt);
  el_set(edit_, EL_GETCFN, &Keys::Read);
  el_set(edit_, EL_ADDFN, "annals-complete", "complete the word", &Keys::Complete);
  bind("^I", "annals-complete");
  bind("^R", "em-inc-search-prev");
  bind("^W", "ed-delete-prev-word");
  bind("\\e[1;5C", "em-next-word");
  bind("\\e[1;5D", "ed-prev-word");
  OpenHistory();
  el_source(edit_, nullptr);  // Whoever has an .editrc wants other keys.
}

LineEditor::~LineEditor() {
  if (edit_ == nullptr) return;
  Remember();
  el_end(edit_);
  history_end(history_);
}

void LineEditor::OpenHistory() {
  HistEvent event;
  history_ = history_init();
  ::history(history_, &event, H_SETSIZE, static_cast<int>(kHistoryEntries));
  ::history(history_, &event, H_SETUNIQUE, 1);
  el_set(edit_, EL_HIST, &::history, history_);
  if (!file_.has_value()) return;
  for (const std::string& entry : file_->Load()) {
    ::history(history_, &event, H_ENTER, entry.c_str());
  }
}

void LineEditor::Remember() {
  const std::vector<std::string> lines = std::exchange(lines_, {});
  HistEvent event;
  for (const std::string& entry : EntriesOf(lines)) {
    ::history(history_, &event, H_ENTER, entry.c_str());
  }
  const std::vector<std::string> kept = EntriesOf(RedactedLines(lines));
  // A history that cannot be kept is none that is worth a word.
  if (!kept.empty() && file_ && !file_->Append(kept).ok()) file_.reset();
}

Line LineEditor::Cancelled(bool continued) {
  lines_.clear();
  return {.kind = ended_ && !continued ? Line::Kind::kEnd : Line::Kind::kCancelled};
}

absl::StatusOr<Line> LineEditor::Next(std::string_view prompt, bool continued) {
  if (!continued) Remember();
  if (ended_) return Cancelled(continued);
  prompt_ = prompt;
  el_set(edit_, EL_PREP_TERM, 1);  // Whoever sees the prompt may press the editor's keys.
  int size = 0;
  const char* const typed = el_gets(edit_, &size);
  if (typed != nullptr && size > 0) {
    Line line{Line::Kind::kText, std::string(typed, static_cast<size_t>(size)), lines_.size() + 1};
    std::string_view entry = line.text;
    if (entry.ends_with('\n')) entry.remove_suffix(1);
    lines_.emplace_back(entry);
    return line;
  }
  const bool interrupted = interrupts_.pending() && !interrupts_.ended();
  Show(interrupted ? "^C\n" : "\n");
  interrupts_.Clear();
  ended_ = !interrupted;
  return Cancelled(continued);
}

// 1: there is one. 0: the end. -1: not now.
int LineEditor::ReadCharacter(wchar_t* character) {
  std::string bytes;
  for (;;) {
    switch (interrupts_.Wait(STDIN_FILENO)) {
      case Interrupts::Event::kInterrupt:
      case Interrupts::Event::kEnd:
        return -1;
      case Interrupts::Event::kResize:
        el_resize(edit_);
        continue;
      case Interrupts::Event::kContinue:
        // Whoever had the terminal meanwhile has changed it.
        el_set(edit_, EL_PREP_TERM, 0);
        el_set(edit_, EL_PREP_TERM, 1);
        el_set(edit_, EL_REFRESH);
        continue;
      case Interrupts::Event::kInput:
        break;
    }
    const std::optional<char> byte = TypedByte();
    if (!byte.has_value()) return 0;
    bytes += *byte;
    std::string_view rest = bytes;
    const std::optional<char32_t> whole = TakeCharacter(rest);
    const bool hopeless = !BeginsCharacter(static_cast<unsigned char>(bytes[0])) ||
                          bytes.size() >= 4 || (bytes.size() > 1 && (*byte & 0xC0) != 0x80);
    if (!whole.has_value() && !hopeless) continue;
    *character = whole.has_value() ? static_cast<wchar_t>(*whole) : kNoCharacter;
    return 1;
  }
}

unsigned char LineEditor::CompleteHere() {
  const LineInfo* const info = el_line(edit_);
  const std::string line(info->buffer, info->cursor);
  if (IsBlank(line)) return el_insertstr(edit_, "  ") == 0 ? CC_REFRESH : CC_ERROR;
  std::string begun;
  for (const std::string& before : lines_) begun += before + "\n";
  const Completion found = completer_(begun, line);
  if (found.candidates.empty()) return CC_REFRESH_BEEP;
  const std::string replaced = line.substr(line.size() - found.replaced);
  const std::string common = CommonPrefix(found.candidates);
  if (common.size() > replaced.size() || found.candidates.size() == 1) {
    el_deletestr(edit_, static_cast<int>(WidthOf(replaced)));
    return el_insertstr(edit_, common.c_str()) == 0 ? CC_REFRESH : CC_ERROR;
  }
  Show("\n" + CandidateList(found.candidates, WindowWidth()));
  return CC_REDISPLAY;
}

}  // namespace annals::cli
