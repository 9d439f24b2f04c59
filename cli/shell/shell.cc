#include "annals/cli/shell/shell.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "annals/cli/input.h"
#include "annals/ddl/script_reader.h"
#include "annals/schemas/status.h"

namespace annals::cli {
namespace {

constexpr int kMaxDepth = 16;
constexpr std::string_view kContinuation = "   ...> ";
constexpr auto kLookAround = std::chrono::milliseconds(50);
constexpr const char* kFewVersions = "20";

// Says how long something took, at its end.
class Stopwatch {
 public:
  Stopwatch(bool on, Console& console)
      : on_(on), console_(console), begin_(std::chrono::steady_clock::now()) {}
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;
  ~Stopwatch() {
    if (!on_) return;
    const std::chrono::duration<double, std::milli> took =
        std::chrono::steady_clock::now() - begin_;
    console_.Flush();
    console_.Note(absl::StrFormat("took %.3f ms", took.count()));
  }

 private:
  const bool on_;
  Console& console_;
  const std::chrono::steady_clock::time_point begin_;
};

// An answer that somebody may stop waiting for.
struct Reply {
  std::mutex mutex;
  std::condition_variable came;
  std::optional<absl::StatusOr<ExecuteResult>> result;
};

bool HasOption(const std::vector<std::string>& words, std::string_view option) {
  return std::ranges::any_of(words, [&](const std::string& word) {
    return word == option || word.starts_with(std::string(option) + "=") ||
           (option.size() == 2 && word.starts_with(option));
  });
}

// Whether `verb` takes `value` for the option that is called so.
bool Takes(const Verb& verb, std::string_view option, std::string_view value = "") {
  return std::ranges::any_of(verb.parameters, [&](const Parameter& parameter) {
    return std::ranges::count(SpellingsOf(parameter), option) > 0 &&
           (value.empty() || std::ranges::count(parameter.choices, value) > 0);
  });
}

// Whether the words say how to write it, so that the shell's mode does not.
bool SaysForm(const Arguments& arguments) {
  return arguments.Has("output") || arguments.Has("oneline") || arguments.Has("stat");
}

bool Writes(const ddl::Statement& statement) {
  return std::holds_alternative<ddl::Write>(statement.what) ||
         std::holds_alternative<ddl::Explain>(statement.what);
}

// A file's name that was written as one would write an object's.
std::string Unquoted(const std::string& word) {
  const bool quoted = word.size() >= 2 && word.starts_with('"') && word.ends_with('"');
  return quoted ? word.substr(1, word.size() - 2) : word;
}

}  // namespace

Shell::Shell(ShellStore& store, const ExecuteOptions& options, Console& console,
             Interrupts* interrupts)
    : store_(store), options_(options), console_(console), interrupts_(interrupts) {
  StartRunner();
}

void Shell::StartRunner() {
  runner_ = std::make_unique<StatementRunner>(
      store_.manager(), options_, console_,
      [this](std::vector<CatalogCommand> commands, const ExecuteOptions& options) {
        return Execute(std::move(commands), options);
      });
}

// --- Lines

ExitCode Shell::Run(LineSource& lines, bool until_error) {
  ExitCode first = ExitCode::kDone;
  while (!left_ && !console_.closed()) {
    console_.Flush();
    auto line = lines.Next(Prompt(), /*continued=*/false);
    if (!line.ok()) return console_.Fail(line.status(), ExitCode::kUsage);
    if (line->kind == Line::Kind::kEnd) break;
    if (line->kind == Line::Kind::kCancelled) continue;
    const ExitCode code = RunLine(*std::move(line), lines, until_error);
    if (first == ExitCode::kDone) first = code;
    if (until_error && (code != ExitCode::kDone || Interrupted())) break;
    if (!until_error && interrupts_ != nullptr) interrupts_->Clear();
  }
  return first;
}

ExitCode Shell::RunLine(Line line, LineSource& lines, bool until_error) {
  return line.begins && IsDotCommand(line.text)
             ? RunDotCommand(line.text)
             : RunStatements(std::move(line), lines, until_error);
}

// The statements that begin on `line`, with as many lines more as they need.
ExitCode Shell::RunStatements(Line line, LineSource& lines, bool until_error) {
  bool cancelled = false;
  const ddl::Position begin{.line = line.number};
  ddl::ScriptReader script(
      [&]() -> absl::StatusOr<std::string> {
        if (!line.text.empty()) return std::exchange(line.text, {});
        if (script.idle()) return std::string();
        ANNALS_ASSIGN_OR_RETURN(Line more, lines.Next(kContinuation, /*continued=*/true));
        cancelled = more.kind == Line::Kind::kCancelled;
        if (!cancelled) return std::move(more.text);
        return MakeError(Reason::INTERNAL, "cancelled");
      },
      begin);
  ExitCode first = ExitCode::kDone;
  while (!left_ && console_.working()) {
    const auto statement = script.Next();
    if (cancelled || (statement.ok() && !statement->has_value())) break;
    if (!statement.ok()) console_.Error(SyntaxMessage(lines.name(), statement.status()));
    const ExitCode code =
        statement.ok() ? RunStatement(**statement, lines.name()) : ExitCode::kUsage;
    if (first == ExitCode::kDone) first = code;
    if (until_error && code != ExitCode::kDone) break;
    if (statement.ok() || script.SkipWrong()) continue;
    // What comes next may be the rest of what was wrong. People see that; a script ends.
    left_ = interrupts_ == nullptr;
    if (left_) {
      console_.Error(absl::StrCat("nothing more of ", lines.name(),
                                  " is run, since nobody knows where its next statement begins"));
    }
    break;
  }
  return first;
}

ExitCode Shell::RunStatement(const ddl::Statement& statement, const std::string& input) {
  const Stopwatch stopwatch(timer_, console_);
  if (at_ && Writes(statement)) {
    runner_->Complain(
        MakeError(Reason::READ_ONLY,
                  absl::StrCat("version ", at_->value,
                               " is looked at, and only the latest one can be changed; "
                               ".at latest leads there")),
        statement, input);
    return ExitCode::kRefused;
  }
  return runner_->Run(statement, input, {.at = at_, .json = mode_ == "json"});
}

// Waits so that Ctrl-C can end the waiting.
absl::StatusOr<ExecuteResult> Shell::Execute(std::vector<CatalogCommand> commands,
                                             const ExecuteOptions& options) {
  if (interrupts_ == nullptr) return store_.manager().Execute(std::move(commands), options);
  const auto reply = std::make_shared<Reply>();
  store_.manager().ExecuteAsync(std::move(commands), options,
                                [reply](absl::StatusOr<ExecuteResult> result) {
                                  const std::lock_guard lock(reply->mutex);
                                  reply->result = std::move(result);
                                  reply->came.notify_all();
                                });
  std::unique_lock lock(reply->mutex);
  while (!reply->result.has_value()) {
    if (Interrupted()) {
      return MakeError(Reason::OUTCOME_UNKNOWN,
                       "nobody waits for this statement any more, and it goes on; .log tells "
                       "what becomes of it");
    }
    reply->came.wait_for(lock, kLookAround);
  }
  return *std::move(reply->result);
}

// --- The version

absl::Status Shell::LookAt(const Selector& selector) {
  ANNALS_ASSIGN_OR_RETURN(const CatalogVersion version, Resolve(selector, *store_.in_use().log));
  ANNALS_RETURN_IF_ERROR(store_.manager().At(version).status());
  at_ = version == Latest() ? std::nullopt : std::optional(version);
  return absl::OkStatus();
}

std::string Shell::Prompt() const {
  if (at_) return absl::StrCat("annals ", at_->value, " of ", Latest().value, "> ");
  return absl::StrCat("annals ", Latest().value, store_.read_only() ? " read-only> " : "> ");
}

Completion Shell::Complete(std::string_view begun, std::string_view line) const {
  const auto catalog = store_.manager().At(Looked());
  return catalog.ok() ? cli::Complete(begun, line, *catalog) : Completion();
}

// --- Commands that begin with a dot

ExitCode Shell::RunDotCommand(std::string_view line) {
  auto words = DotWords(line);
  if (!words.ok()) return console_.Fail(words.status(), ExitCode::kUsage);
  const std::string name = words->front();
  const DotCommand* const command = FindDotCommand(name);
  if (command == nullptr) return console_.UsageError(NoSuchDotCommand(name));
  words->erase(words->begin());
  const Stopwatch stopwatch(timer_ && command->action != DotCommand::Action::kQuit, console_);
  const ExitCode code = Do(*command, *std::move(words));
  console_.Flush();
  return code;
}

ExitCode Shell::Do(const DotCommand& command, std::vector<std::string> words) {
  switch (command.action) {
    case DotCommand::Action::kHelp:
      return DoHelp(words);
    case DotCommand::Action::kTables:
      return words.size() > 1 ? WrongWords(command) : DoTables(words);
    case DotCommand::Action::kSchema:
      return DoSchema(std::move(words));
    case DotCommand::Action::kAt:
      return words.size() != 1 ? WrongWords(command) : DoAt(words);
    case DotCommand::Action::kVerb:
      return DoVerb(command.name, WithDefaults(command.name, std::move(words)));
    case DotCommand::Action::kMode:
      return words.size() != 1 ? WrongWords(command) : DoMode(words);
    case DotCommand::Action::kRead:
      return words.size() != 1 ? WrongWords(command) : DoRead(words);
    case DotCommand::Action::kTimer:
      return words.size() != 1 ? WrongWords(command) : DoTimer(words);
    case DotCommand::Action::kQuit:
      break;
  }
  left_ = true;
  return ExitCode::kDone;
}

ExitCode Shell::WrongWords(const DotCommand& command) {
  return console_.UsageError(
      absl::StrCat(".", ToAbsl(command.name), " wants ", ToAbsl(command.arguments)));
}

ExitCode Shell::DoHelp(const std::vector<std::string>& words) {
  if (words.empty()) {
    console_.Print(DotHelp());
    return ExitCode::kDone;
  }
  std::string name = words.front();
  name.erase(0, name.starts_with('.') ? 1 : 0);
  const DotCommand* const command = FindDotCommand(name);
  if (command == nullptr) return console_.UsageError(NoSuchDotCommand(name));
  if (command->action == DotCommand::Action::kVerb) {
    DoVerb(command->name, {"--help"});
    return ExitCode::kDone;
  }
  console_.Print(absl::StrCat(".", ToAbsl(command->name), " ", ToAbsl(command->arguments), "\n",
                              ToAbsl(command->help), "\n"));
  return ExitCode::kDone;
}

ExitCode Shell::DoTables(const std::vector<std::string>& words) {
  ddl::Show show{.kind = ObjectKind::kTable};
  if (!words.empty()) show.like = words.front();
  return runner_->Run({.what = show, .text = ".tables", .position = {}}, ".tables",
                      {.at = at_, .json = mode_ == "json"});
}

ExitCode Shell::DoSchema(std::vector<std::string> words) {
  const std::string_view verb = words.empty() ? "ls" : "describe";
  words.insert(words.end(), {"-o", "ddl"});
  return DoVerb(verb, std::move(words));
}

ExitCode Shell::DoAt(const std::vector<std::string>& words) {
  const auto selector = ParseSelector(words.front());
  if (!selector.ok()) return console_.Fail(selector.status(), ExitCode::kUsage);
  if (store_.read_only()) {
    // Others may have written since.
    runner_.reset();
    const absl::Status renewed = store_.Renew();
    StartRunner();
    if (!renewed.ok()) return console_.Fail(renewed, ReadFailure(renewed));
  }
  const absl::Status looked = LookAt(*selector);
  return looked.ok() ? ExitCode::kDone : console_.Fail(looked, ReadFailure(looked));
}

std::vector<std::string> Shell::WithDefaults(std::string_view verb,
                                             std::vector<std::string> words) const {
  const auto none_of = [&](std::initializer_list<std::string_view> options) {
    return std::ranges::none_of(options, [&](auto option) { return HasOption(words, option); });
  };
  const CatalogVersion looked = Looked();
  if (verb == "log" && none_of({"-n", "--since", "--until", "--object", "--help", "-h"})) {
    words.insert(words.end(), {"-n", kFewVersions});
  }
  if (verb == "show" && words.empty()) words.push_back(absl::StrCat(looked.value));
  if (verb == "diff" && words.empty() && looked.value > 1) {
    words.push_back(absl::StrCat(looked.value - 1, "..", looked.value));
  }
  return words;
}

// A verb on the store that is open, looking at the same version.
ExitCode Shell::DoVerb(std::string_view name, std::vector<std::string> words) {
  const std::string shown = absl::StrCat(".", ToAbsl(name));
  Verb verb = *FindVerb(name);
  verb.name = shown;
  std::erase_if(verb.parameters,
                [](const Parameter& parameter) { return parameter.name == "STORE"; });
  auto arguments = ParseArguments(verb, std::move(words), console_);
  if (!arguments.has_value()) return ExitCode::kUsage;
  if (at_ && Takes(verb, "--at") && !arguments->Has("at")) {
    arguments->Add("at", {absl::StrCat(at_->value)});
  }
  if (Takes(verb, "--output", mode_) && !SaysForm(*arguments)) {
    arguments->Add("output", {mode_});
  }
  const StoreInUse store = store_.in_use();
  arguments->Use(&store);
  return verb.run(*arguments, console_);
}

ExitCode Shell::DoMode(const std::vector<std::string>& words) {
  const std::string& mode = words.front();
  if (mode != "table" && mode != "json" && mode != "lines") {
    return WrongWords(*FindDotCommand("mode"));
  }
  mode_ = mode;
  return ExitCode::kDone;
}

ExitCode Shell::DoTimer(const std::vector<std::string>& words) {
  const std::string& word = words.front();
  if (word != "on" && word != "off") return WrongWords(*FindDotCommand("timer"));
  timer_ = word == "on";
  return ExitCode::kDone;
}

ExitCode Shell::DoRead(const std::vector<std::string>& words) {
  if (depth_ == kMaxDepth) {
    return console_.UsageError(
        absl::StrCat("files read files ", kMaxDepth, " deep; is one of them reading itself?"));
  }
  auto input = Input::OfFile(Unquoted(words.front()));
  if (!input.ok()) return console_.UsageError(ToStd(input.status().message()));
  InputLines lines(*std::move(input));
  ++depth_;
  const ExitCode code = Run(lines, /*until_error=*/true);
  --depth_;
  return code;
}

}  // namespace annals::cli
