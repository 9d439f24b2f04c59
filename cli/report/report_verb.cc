#include "annals/cli/report/report_verb.h"

#include <filesystem>
#include <optional>

#include "annals/cli/report/new_file.h"
#include "annals/cli/report/page.h"
#include "annals/cli/report/report_data.h"
#include "annals/cli/store_reader.h"

namespace annals::cli {
namespace {

// What people call the store at `path`: the last part of it.
std::string StoreName(const std::string& path) {
  const std::filesystem::path whole = std::filesystem::path(path).lexically_normal();
  const std::string name = (whole.has_filename() ? whole : whole.parent_path()).filename().string();
  return name.empty() ? path : name;
}

ReportData Collect(const StoreReader& reader, const std::string& store, Console& console) {
  const UpdateLog::HeadInfo head = reader.log().Head();
  Progress progress(console, "reading versions", head.version.value - head.snapshot.value);
  return CollectReport(reader, StoreName(store), {}, progress);
}

// What is wrong with the store, on standard error too.
void TellFindings(const ReportData& data, Console& console) {
  for (const Json& damage : data.json["damage"]) {
    console.Error(damage["message"].get_ref<const std::string&>());
  }
  for (const std::string& sentence : data.left_out) console.Note(sentence);
}

ExitCode RunReport(const Arguments& arguments, Console& console) {
  const std::string store = arguments.Get("STORE");
  const auto reader = StoreReader::Open(store, console);
  if (!reader.ok()) return console.Fail(reader.status(), ReadFailure(reader.status()));
  const ReportData data = Collect(*reader, store, console);
  const std::string page = MakePage(data.json);
  TellFindings(data, console);
  const std::string output = arguments.Get("output");
  if (output == "-") {
    console.Print(page);
    return data.code;
  }
  const absl::Status written = WriteNewFile(output, page);
  return written.ok() ? data.code : console.Fail(written, WriteFailure(written));
}

}  // namespace

Verb ReportVerb() {
  return {.name = "report",
          .summary = "write the whole history as one page for a browser",
          .details =
              "The page is one file, which loads nothing: health, timeline, versions, the catalog "
              "at any of\nthem, what is different between two, the life of each object, growth. Of "
              "a longer history it\nshows the newest 10,000 versions. What is damaged is shown as "
              "such, everything sound is shown,\nand the exit status is 4.",
          .parameters = {Positional("STORE", "the directory of the store"),
                         {.name = "-o,--output",
                          .help = "the file; overwritten if it is there; - is standard output",
                          .least = 1}},
          .run = RunReport};
}

}  // namespace annals::cli
