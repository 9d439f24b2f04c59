#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "annals/catalog/kind.h"
#include "annals/commands/names.h"
#include "annals/ddl/grammar_internal.h"
#include "annals/ddl/lexer_internal.h"
#include "annals/ddl/option_words_internal.h"
#include "annals/ddl/piece_parser_internal.h"
#include "annals/ddl/source_internal.h"
#include "annals/schemas/status.h"

namespace annals::ddl {
namespace {

namespace g = grammar;
using Node = g::pegtl::parse_tree::node;

template <typename Rule>
const Node* Find(const Node& parent) {
  for (const auto& child : parent.children) {
    if (child->is_type<Rule>()) return child.get();
  }
  return nullptr;
}

template <typename Rule>
bool Has(const Node& parent) {
  return Find<Rule>(parent) != nullptr;
}

// REQUIRES: the grammar says that it is there.
template <typename Rule>
const Node& Get(const Node& parent) {
  return *Find<Rule>(parent);
}

// The type words and what they mean with their parameters, if those are given.
struct TypeWord {
  using Parameter = std::optional<int64_t>;
  std::string_view word;
  DataType (*make)(Parameter first, Parameter second);
};
using P = TypeWord::Parameter;
constexpr std::array kTypeWords = {
    TypeWord{"BOOLEAN", [](P, P) { return Boolean(); }},
    TypeWord{"TINYINT", [](P, P) { return Int8(); }},
    TypeWord{"SMALLINT", [](P, P) { return Int16(); }},
    TypeWord{"INTEGER", [](P, P) { return Int32(); }},
    TypeWord{"INT", [](P, P) { return Int32(); }},
    TypeWord{"BIGINT", [](P, P) { return Int64(); }},
    TypeWord{"REAL", [](P, P) { return Float(); }},
    TypeWord{"FLOAT", [](P, P) { return Float(); }},
    TypeWord{"DOUBLE", [](P, P) { return Double(); }},
    TypeWord{"DECIMAL", [](P p, P s) { return Decimal(p.value_or(32767), s.value_or(0)); }},
    TypeWord{"NUMERIC", [](P p, P s) { return Decimal(p.value_or(32767), s.value_or(0)); }},
    TypeWord{"DATE", [](P, P) { return Date(); }},
    TypeWord{"TIME", [](P p, P) { return Time(p.value_or(0)); }},
    TypeWord{"TIMESTAMP", [](P p, P) { return Datetime(p.value_or(6)); }},
    TypeWord{"UUID", [](P, P) { return Uuid(); }},
    TypeWord{"CHAR", [](P n, P) { return String(n.value_or(1)); }},
    TypeWord{"VARCHAR", [](P n, P) { return n ? String(*n) : String(); }},
    TypeWord{"BINARY", [](P n, P) { return ByteArray(n.value_or(1)); }},
    TypeWord{"VARBINARY", [](P n, P) { return n ? ByteArray(*n) : ByteArray(); }},
};

// Makes the value that a parse tree stands for. What the grammar cannot refuse is
// refused here: building goes on, and the first error is kept.
class Builder {
 public:
  explicit Builder(const Piece& piece) : piece_(piece) {}

  absl::StatusOr<Parsed> Build(const Node& root) {
    Parsed parsed = Statement(*root.children.front());
    if (!status_.ok()) return status_;
    return parsed;
  }

 private:
  struct FullName {
    std::string schema;
    std::string name;
  };
  struct KeyColumnList {
    IndexKind kind;
    std::vector<std::string> names;
    std::vector<Collation> collations;
  };

  // ---- Errors.

  void Fail(const Node& at, std::string_view what, Reason reason = Reason::SYNTAX_ERROR) {
    if (!status_.ok()) return;
    const size_t offset = at.m_begin.data - piece_.text.data();
    status_ = ErrorAt(reason, piece_.position, piece_.text, offset, what);
  }

  // Whether `given` is not yet; a clause that is given twice is an error.
  bool Once(bool given, const Node& at, std::string_view what) {
    if (given) Fail(at, absl::StrCat(ToAbsl(what), " is given twice"));
    return !given;
  }

  // ---- Tokens.

  std::string Name(const Node& token) {
    std::string name = NameOf(token.string_view());
    if (name.empty()) Fail(token, "a name has at least one character");
    return name;
  }

  std::string NameIn(const Node& parent) { return Name(Get<g::NameToken>(parent)); }

  std::vector<std::string> NamesIn(const Node& parent) {
    std::vector<std::string> names;
    for (const auto& child : parent.children) {
      if (child->is_type<g::NameToken>()) names.push_back(Name(*child));
    }
    return names;
  }

  FullName QualifiedNameIn(const Node& parent) {
    std::vector<std::string> names = NamesIn(Get<g::QualifiedName>(parent));
    if (names.size() == 1) return {std::string(kPublicSchema), std::move(names[0])};
    return {std::move(names[0]), std::move(names[1])};
  }

  std::string StringIn(const Node& parent) {
    return StringOf(Get<g::StringToken>(parent).string_view());
  }

  template <typename Integer>
  Integer ToInteger(const Node& token) {
    const std::string text = NumberOf(token.string_view());
    Integer value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc::result_out_of_range) {
      Fail(token, absl::StrCat(Shown(text), " is out of range, at most ",
                               std::numeric_limits<Integer>::max(), " fits"));
    } else if (error != std::errc() || end != text.data() + text.size()) {
      Fail(token, absl::StrCat(Shown(text), " is no whole number"));
    }
    return value;
  }

  double ToDouble(const Node& token) {
    const std::string text = NumberOf(token.string_view());
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc()) Fail(token, absl::StrCat(Shown(text), " is out of range"));
    return value;
  }

  // ---- Columns.

  DataType Type(const Node& type) {
    const std::string_view text = type.string_view();
    const std::string word = NameOf(text.substr(0, WordLength(text)));
    P parameters[2];
    size_t given = 0;
    for (const auto& child : type.children) {
      if (child->is_type<g::IntegerToken>()) parameters[given++] = ToInteger<int64_t>(*child);
    }
    if (Has<g::LocalTimeZone>(type)) return Timestamp(parameters[0].value_or(6));
    const auto* row = std::ranges::find(kTypeWords, word, &TypeWord::word);
    return row->make(parameters[0], parameters[1]);
  }

  annals::Literal Literal(const Node& parent) {
    using Shape = annals::Literal::Shape;
    const Node& literal = *parent.children.front();
    const std::string_view text = literal.string_view();
    if (literal.is_type<g::True>()) return {Shape::kBoolean, "TRUE"};
    if (literal.is_type<g::False>()) return {Shape::kBoolean, "FALSE"};
    if (literal.is_type<g::StringToken>()) return {Shape::kString, StringOf(text)};
    if (literal.is_type<g::NumberToken>()) return {Shape::kNumber, NumberOf(text)};
    if (literal.is_type<g::BytesToken>()) return {Shape::kBytes, Digits(literal)};
    return {};
  }

  std::string Digits(const Node& bytes) {
    std::string digits = DigitsOf(bytes.string_view());
    if (digits.size() % 2 != 0 ||
        !std::ranges::all_of(digits, [](unsigned char c) { return absl::ascii_isxdigit(c); })) {
      Fail(bytes, "X'..' takes pairs of hexadecimal digits");
    }
    return digits;
  }

  // SQL converts a constant to the column's type.
  ColumnDefault Default(const Node& parent) {
    if (const Node* call = Find<g::FunctionCall>(parent)) return Function(NameIn(*call));
    return {.kind = ColumnDefault::Kind::kConstant, .literal = Literal(parent), .convert = true};
  }

  // What a column says besides its name and type.
  struct ColumnOptions {
    std::optional<bool> nullable;
    std::optional<ColumnDefault> default_value;
    const Node* key = nullptr;
  };

  ColumnOptions OptionsOf(const Node& column) {
    ColumnOptions options;
    for (const auto& child : column.children) {
      if (child->is_type<g::Null>() || child->is_type<g::NotNull>()) {
        Once(options.nullable.has_value(), *child, "NULL or NOT NULL");
        options.nullable = child->is_type<g::Null>();
      } else if (child->is_type<g::Default>()) {
        Once(options.default_value.has_value(), *child, "DEFAULT");
        options.default_value = Default(*child);
      } else if (child->is_type<g::IsKey>()) {
        Once(options.key != nullptr, *child, "PRIMARY KEY");
        options.key = child.get();
      }
    }
    return options;
  }

  ColumnDefinition MakeColumn(const Node& column, const ColumnOptions& options) {
    return {.name = NameIn(column),
            .type = Type(Get<g::Type>(column)),
            .nullable = options.nullable.value_or(true),
            .default_value = options.default_value.value_or(ColumnDefault{})};
  }

  // ---- Keys.

  static std::optional<IndexKind> UsingIn(const Node& parent) {
    if (Has<g::Hash>(parent)) return IndexKind::kHash;
    if (Has<g::Sorted>(parent)) return IndexKind::kSorted;
    return std::nullopt;
  }

  KeyColumnList KeyColumns(const Node& parent, IndexKind kind) {
    KeyColumnList columns{.kind = kind, .names = {}, .collations = {}};
    for (const auto& child : parent.children) {
      if (!child->is_type<g::KeyColumn>()) continue;
      columns.names.push_back(NameIn(*child));
      if (kind == IndexKind::kSorted) {
        columns.collations.push_back(CollationOf(*child));
      } else if (child->children.size() > 1) {
        Fail(*child->children[1], "a hash index has no order: say USING SORTED, or no direction");
      }
    }
    return columns;
  }

  static Collation CollationOf(const Node& column) {
    const bool descending = Has<g::Descending>(column);
    const bool nulls_first =
        Has<g::NullsFirst>(column) || (descending && !Has<g::NullsLast>(column));
    return {.descending = descending, .nulls_first = nulls_first};
  }

  PrimaryKey Key(const Node& key) {
    KeyColumnList columns = KeyColumns(key, UsingIn(key).value_or(IndexKind::kHash));
    PrimaryKey made{.kind = columns.kind,
                    .columns = std::move(columns.names),
                    .collations = std::move(columns.collations)};
    if (const Node* name = Find<g::ConstraintName>(key)) made.name = NameIn(*name);
    return made;
  }

  // ---- Schemas.

  SqlCommand CreateSchema(const Node& node) {
    return annals::CreateSchema{.name = NameIn(node), .if_not_exists = Has<g::IfNotExists>(node)};
  }

  SqlCommand DropSchema(const Node& node) {
    return annals::DropSchema{.name = NameIn(node),
                              .if_exists = Has<g::IfExists>(node),
                              .cascade = Has<g::Cascade>(node)};
  }

  // ---- Tables.

  SqlCommand CreateTable(const Node& node) {
    auto [schema, name] = QualifiedNameIn(node);
    annals::CreateTable table{.schema = std::move(schema),
                              .name = std::move(name),
                              .if_not_exists = Has<g::IfNotExists>(node)};
    AddElements(node, table);
    table.implicit_key = !table.primary_key.has_value();
    if (const Node* colocate = Find<g::ColocateBy>(node)) {
      table.colocation_columns = NamesIn(*colocate);
    }
    if (const Node* zone = Find<g::InZone>(node)) table.zone = NameIn(*zone);
    if (const Node* profile = Find<g::StorageProfile>(node)) {
      table.storage_profile = StringIn(*profile);
    }
    const Properties properties = PropertiesIn(node);
    table.stale_rows_fraction = properties.fraction.value_or(table.stale_rows_fraction);
    table.min_stale_rows_count = properties.min_rows.value_or(table.min_stale_rows_count);
    return table;
  }

  // Columns and key. The columns of the key are NOT NULL without saying so.
  void AddElements(const Node& node, annals::CreateTable& table) {
    std::vector<bool> says_null;
    for (const auto& child : node.children) {
      if (child->is_type<g::Key>()) {
        AddKey(*child, Key(*child), table);
      } else if (child->is_type<g::Column>()) {
        const ColumnOptions options = OptionsOf(*child);
        table.columns.push_back(MakeColumn(*child, options));
        says_null.push_back(options.nullable == true);
        if (options.key) AddKey(*options.key, HashPrimaryKey({table.columns.back().name}), table);
      }
    }
    if (!table.primary_key.has_value()) return;
    const std::set<std::string_view> key(table.primary_key->columns.begin(),
                                         table.primary_key->columns.end());
    for (size_t i = 0; i < table.columns.size(); ++i) {
      if (key.contains(table.columns[i].name) && !says_null[i]) table.columns[i].nullable = false;
    }
  }

  void AddKey(const Node& at, PrimaryKey key, annals::CreateTable& table) {
    if (!Once(table.primary_key.has_value(), at, "PRIMARY KEY")) return;
    table.primary_key = std::move(key);
  }

  struct Properties {
    std::optional<double> fraction;
    std::optional<int64_t> min_rows;
  };

  Properties PropertiesIn(const Node& node) {
    Properties properties;
    for (const auto& child : node.children) {
      if (child->is_type<g::StaleRowsFraction>()) {
        Once(properties.fraction.has_value(), *child, "STALE ROWS FRACTION");
        properties.fraction = ToDouble(*child->children.front());
      } else if (child->is_type<g::MinStaleRows>()) {
        Once(properties.min_rows.has_value(), *child, "MIN STALE ROWS");
        properties.min_rows = ToInteger<int64_t>(*child->children.front());
      }
    }
    return properties;
  }

  SqlCommand DropTable(const Node& node) {
    auto [schema, name] = QualifiedNameIn(node);
    return annals::DropTable{.schema = std::move(schema),
                             .name = std::move(name),
                             .if_exists = Has<g::IfExists>(node),
                             .cascade = Has<g::Cascade>(node)};
  }

  SqlCommand AlterTable(const Node& node) {
    auto [schema, table] = QualifiedNameIn(node);
    const bool if_exists = Has<g::IfExists>(node);
    const Node& action = *node.children.back();
    if (action.is_type<g::RenameTable>()) {
      return annals::RenameTable{schema, table, NameIn(action), if_exists};
    }
    if (action.is_type<g::RenameColumn>()) {
      std::vector<std::string> names = NamesIn(action);
      return AlterTableRenameColumn{schema, table, names[0], names[1], if_exists};
    }
    if (action.is_type<g::AddKey>()) {
      return AlterTableAddPrimaryKey{schema, table, Key(Get<g::Key>(action)), if_exists};
    }
    if (action.is_type<g::DropKey>()) return AlterTableDropPrimaryKey{schema, table, if_exists};
    if (action.is_type<g::AddColumns>()) {
      return AlterTableAddColumn{schema, table, AddedColumns(action), if_exists,
                                 Has<g::IfNotExists>(action)};
    }
    if (action.is_type<g::DropColumns>()) {
      return AlterTableDropColumn{schema, table, NamesIn(action), if_exists,
                                  Has<g::IfExists>(action)};
    }
    if (action.is_type<g::SetProperties>()) {
      const Properties properties = PropertiesIn(action);
      return AlterTableSetProperty{schema, table, properties.fraction, properties.min_rows,
                                   if_exists};
    }
    AlterTableAlterColumn alter = AlterColumn(action);
    alter.schema = std::move(schema);
    alter.table = std::move(table);
    alter.if_table_exists = if_exists;
    return alter;
  }

  std::vector<ColumnDefinition> AddedColumns(const Node& action) {
    std::vector<ColumnDefinition> columns;
    for (const auto& child : action.children) {
      if (!child->is_type<g::AddedColumn>()) continue;
      columns.push_back(MakeColumn(*child, OptionsOf(*child)));
    }
    return columns;
  }

  AlterTableAlterColumn AlterColumn(const Node& node) {
    AlterTableAlterColumn alter{.table = "", .column = NameIn(node)};
    const Node& change = *node.children.back();
    if (change.is_type<g::SetType>()) SetType(change, alter);
    if (change.is_type<g::SetNotNull>()) alter.nullable = false;
    if (change.is_type<g::DropNotNull>()) alter.nullable = true;
    if (change.is_type<g::SetDefault>()) {
      alter.default_value = Default(Get<g::DefaultLiteral>(change));
    }
    if (change.is_type<g::DropDefault>()) alter.default_value = NullConstant();
    return alter;
  }

  void SetType(const Node& node, AlterTableAlterColumn& alter) {
    const DataType type = Type(Get<g::Type>(node));
    alter.type = type.id;
    alter.precision = type.precision;
    alter.scale = type.scale;
    alter.length = type.length;
    alter.length_given = type.length_given;
    if (Has<g::Null>(node)) alter.nullable = true;
    if (Has<g::NotNull>(node)) alter.nullable = false;
    if (const Node* value = Find<g::DefaultLiteral>(node)) alter.default_value = Default(*value);
  }

  // ---- Indexes.

  SqlCommand CreateIndex(const Node& node) {
    auto [schema, table] = QualifiedNameIn(node);
    KeyColumnList columns = KeyColumns(node, UsingIn(node).value_or(IndexKind::kSorted));
    return annals::CreateIndex{.schema = std::move(schema),
                               .name = NameIn(node),
                               .table = std::move(table),
                               .kind = columns.kind,
                               .columns = std::move(columns.names),
                               .collations = std::move(columns.collations),
                               .unique = Has<g::UniqueIndex>(node),
                               .if_not_exists = Has<g::IfNotExists>(node)};
  }

  SqlCommand DropIndex(const Node& node) {
    auto [schema, name] = QualifiedNameIn(node);
    return annals::DropIndex{
        .schema = std::move(schema), .name = std::move(name), .if_exists = Has<g::IfExists>(node)};
  }

  SqlCommand AlterIndex(const Node& node) {
    auto [schema, name] = QualifiedNameIn(node);
    const Node& action = *node.children.back();
    if (action.is_type<g::RenameIndex>()) {
      return annals::RenameIndex{schema, name, NameIn(action), Has<g::IfExists>(node)};
    }
    IndexRef index{.schema = std::move(schema), .name = std::move(name)};
    if (action.is_type<g::StartBuilding>()) return StartBuildingIndex{std::move(index)};
    if (action.is_type<g::MakeAvailable>()) return MakeIndexAvailable{std::move(index)};
    return RemoveIndex{std::move(index)};
  }

  // ---- Zones.

  // What the options of a zone say, each at most once; the statement's commands have
  // the same fields under the same names.
  struct ZoneOptions {
    std::optional<int64_t> partitions, replicas, quorum_size, auto_scale_up_s, auto_scale_down_s;
    std::optional<std::string> filter;
    std::optional<ConsistencyMode> consistency;
    std::optional<std::vector<std::string>> profiles;
  };

  template <typename T>
  void Set(std::optional<T>& option, const Node& at, std::string_view what, T value) {
    if (Once(option.has_value(), at, what)) option = std::move(value);
  }

  // OFF and ALL stand for the largest number.
  int64_t NumberIn(const Node& option) {
    const Node* const number = Find<g::IntegerToken>(option);
    return number != nullptr ? ToInteger<int64_t>(*number) : INT32_MAX;
  }

  ConsistencyMode ConsistencyIn(const Node& option) {
    const std::string mode = absl::AsciiStrToUpper(StringIn(option));
    if (mode == "HIGH_AVAILABILITY") return ConsistencyMode::kHighAvailability;
    if (mode != "STRONG_CONSISTENCY") {
      Fail(Get<g::StringToken>(option),
           "a consistency mode is 'STRONG_CONSISTENCY' or 'HIGH_AVAILABILITY'");
    }
    return ConsistencyMode::kStrong;
  }

  std::vector<std::string> ProfilesIn(const Node& option) {
    std::vector<std::string> profiles;
    for (const auto& child : option.children) profiles.push_back(StringOf(child->string_view()));
    return profiles;
  }

  ZoneOptions ZoneOptionsIn(const Node& node) {
    ZoneOptions options;
    for (const auto& child : node.children) AddZoneOption(*child, options);
    return options;
  }

  void AddZoneOption(const Node& at, ZoneOptions& options) {
    if (at.is_type<g::Partitions>()) {
      Set(options.partitions, at, "PARTITIONS", NumberIn(at));
    } else if (at.is_type<g::Replicas>()) {
      Set(options.replicas, at, "REPLICAS", NumberIn(at));
    } else if (at.is_type<g::QuorumSize>()) {
      Set(options.quorum_size, at, "QUORUM SIZE", NumberIn(at));
    } else if (at.is_type<g::NodesFilter>()) {
      Set(options.filter, at, "NODES FILTER", StringIn(at));
    } else if (at.is_type<g::ConsistencyMode>()) {
      Set(options.consistency, at, "CONSISTENCY MODE", ConsistencyIn(at));
    } else if (at.is_type<g::StorageProfiles>()) {
      Set(options.profiles, at, "STORAGE PROFILES", ProfilesIn(at));
    } else {
      AddAutoScale(at, options);
    }
  }

  void AddAutoScale(const Node& at, ZoneOptions& options) {
    const bool both = at.is_type<g::AutoScaleOff>();
    if (both || at.is_type<g::AutoScaleUp>()) {
      Set(options.auto_scale_up_s, at, "AUTO SCALE UP", NumberIn(at));
    }
    if (both || at.is_type<g::AutoScaleDown>()) {
      Set(options.auto_scale_down_s, at, "AUTO SCALE DOWN", NumberIn(at));
    }
  }

  SqlCommand CreateZone(const Node& node) {
    ZoneOptions options = ZoneOptionsIn(node);
    return annals::CreateZone{.name = NameIn(node),
                              .partitions = options.partitions,
                              .replicas = options.replicas,
                              .quorum_size = options.quorum_size,
                              .auto_scale_up_s = options.auto_scale_up_s,
                              .auto_scale_down_s = options.auto_scale_down_s,
                              .filter = std::move(options.filter),
                              .consistency = options.consistency,
                              .storage_profiles = *std::move(options.profiles),
                              .if_not_exists = Has<g::IfNotExists>(node)};
  }

  SqlCommand AlterZone(const Node& node) {
    std::string name = NameIn(node);
    const bool if_exists = Has<g::IfExists>(node);
    const Node& action = *node.children.back();
    if (action.is_type<g::SetDefaultZone>()) return AlterZoneSetDefault{std::move(name), if_exists};
    if (action.is_type<g::RenameZone>()) {
      return annals::RenameZone{std::move(name), NameIn(action), if_exists};
    }
    ZoneOptions options = ZoneOptionsIn(action);
    return annals::AlterZone{.name = std::move(name),
                             .partitions = options.partitions,
                             .replicas = options.replicas,
                             .quorum_size = options.quorum_size,
                             .auto_scale_up_s = options.auto_scale_up_s,
                             .auto_scale_down_s = options.auto_scale_down_s,
                             .filter = std::move(options.filter),
                             .consistency = options.consistency,
                             .storage_profiles = std::move(options.profiles),
                             .if_exists = if_exists};
  }

  SqlCommand DropZone(const Node& node) {
    return annals::DropZone{.name = NameIn(node), .if_exists = Has<g::IfExists>(node)};
  }

  // ---- Configured kinds.

  static const KindDefinition& RegisteredKindIn(const Node& node) {
    return *FindKindByName(Get<g::KindWord>(node).string_view());
  }

  // The schema is empty for a kind at the root.
  FullName NameOfKindIn(const Node& node) {
    const KindDefinition& kind = RegisteredKindIn(node);
    if (!kind.at_root) return QualifiedNameIn(node);
    const Node& name = Get<g::QualifiedName>(node);
    if (name.children.size() > 1) {
      Fail(*name.children[1], absl::StrCat("a ", kind.name, " lives in no schema, so its name has ",
                                           "one part; a name with a dot needs double quotes"));
    }
    return {"", Name(*name.children.front())};
  }

  // A command about an object of a kind, which names it.
  template <typename C>
  C Naming(const Node& node) {
    C command;
    auto [schema, name] = NameOfKindIn(node);
    command.kind = RegisteredKindIn(node).kind;
    if (!schema.empty()) command.schema = std::move(schema);
    command.name = std::move(name);
    return command;
  }

  std::string OptionKey(const Node& key) {
    if (key.is_type<g::StringToken>()) return StringOf(key.string_view());
    return annals::OptionKey(WithoutComments(key.string_view()));
  }

  // Words, one space between two.
  static std::string WithoutComments(std::string_view text) {
    std::string words;
    while (!text.empty()) {
      const size_t length = TokenLength(text);
      words += text.substr(0, length);
      text.remove_prefix(length);
      const size_t blank = BlankLength(text);
      if (blank > 0 && blank < text.size()) words += ' ';
      text.remove_prefix(blank);
    }
    return words;
  }

  annals::ObjectName ReferenceIn(const Node& parent) {
    auto [schema, name] = QualifiedNameIn(parent);
    return {.schema = std::move(schema), .name = std::move(name)};
  }

  OptionValue ValueOf(const Node& option) {
    const Node& value = *option.children.back();
    if (value.is_type<g::StringToken>()) return StringOf(value.string_view());
    if (value.is_type<g::NumberToken>()) return NumberOf(value.string_view());
    if (value.is_type<g::True>()) return std::string("true");
    if (value.is_type<g::False>()) return std::string("false");
    if (value.is_type<g::TextList>()) return TextsIn(value);
    if (!value.is_type<g::SecretName>()) return ReferenceIn(option);
    annals::ObjectName name = ReferenceIn(value);
    name.kind = ObjectKind::kSecret;
    return name;
  }

  static std::vector<std::string> TextsIn(const Node& list) {
    std::vector<std::string> texts;
    for (const auto& child : list.children) texts.push_back(StringOf(child->string_view()));
    return texts;
  }

  OptionSetting OptionIn(const Node& option) {
    return {OptionKey(*option.children.front()), ValueOf(option)};
  }

  OptionSetting ClauseIn(const Node& clause, const KindDefinition& kind) {
    const std::string& option = ClauseAt(clause.string_view(), kind)->option;
    if (clause.is_type<g::TextClause>()) return {option, StringIn(clause)};
    return {option, ReferenceIn(clause)};
  }

  // What WITH says of how a command is executed.
  template <typename C>
  void AddHow(const Node& with, C& command) {
    bool initialization = false;
    for (const auto& how : with.children) {
      if (how->is_type<g::Initialization>()) {
        Once(std::exchange(initialization, true), *how, "INITIALIZE");
        command.initialize = Has<g::True>(*how);
      } else if (how->is_type<g::Validation>()) {
        Once(command.validation.has_value(), *how, "VALIDATE");
        command.validation = Has<g::DependentsToo>(*how) ? Validation::kDependents
                             : Has<g::True>(*how)        ? Validation::kObject
                                                         : Validation::kNo;
      }
    }
  }

  static std::string TypeOf(std::string_view text) {
    return TypeKey(text.ends_with('"') ? NameOf(text) : WithoutComments(text));
  }

  void SetType(const Node& at, std::string type, annals::CreateConfigured& command) {
    if (Once(!command.type.empty(), at, "the type")) command.type = std::move(type);
  }

  // `type` among the options serves as TO or USING.
  void AddOption(const Node& option, const KindDefinition& kind,
                 annals::CreateConfigured& command) {
    OptionSetting setting = OptionIn(option);
    if (annals::OptionKey(setting.key) != "type" || kind.type_word.empty()) {
      command.options.push_back(std::move(setting));
    } else if (const auto* text = std::get_if<std::string>(&setting.value)) {
      SetType(option, TypeKey(*text), command);
    } else if (const auto* name = std::get_if<annals::ObjectName>(&setting.value)) {
      SetType(option, TypeKey(name->name), command);
    } else {
      Fail(option, "the type is one word or text, not a list");
    }
  }

  void AddOptions(const Node& list, const KindDefinition& kind, annals::CreateConfigured& command) {
    for (const auto& child : list.children) {
      if (child->is_type<g::Option>() || child->is_type<g::QuotedOption>()) {
        AddOption(*child, kind, command);
      }
    }
  }

  SqlCommand CreateConfigured(const Node& node) {
    const KindDefinition& kind = RegisteredKindIn(node);
    auto command = Naming<annals::CreateConfigured>(node);
    command.if_not_exists = Has<g::IfNotExists>(node);
    const Node* comment = nullptr;
    const Node* with = nullptr;
    for (const auto& child : node.children) {
      if (child->is_type<g::OfType>()) {
        SetType(*child, TypeOf(child->children.front()->string_view()), command);
      } else if (child->is_type<g::NameClause>() || child->is_type<g::TextClause>()) {
        command.options.push_back(ClauseIn(*child, kind));
      } else if (child->is_type<g::Options>()) {
        AddOptions(*child, kind, command);
      } else if (child->is_type<g::With>()) {
        Once(std::exchange(with, child.get()) != nullptr, *child, "WITH");
        AddOptions(*child, kind, command);
        AddHow(*child, command);
      } else if (child->is_type<g::Columns>()) {
        command.columns = AddedColumns(*child);
      } else if (child->is_type<g::Comment>()) {
        Once(std::exchange(comment, child.get()) != nullptr, *child, "COMMENT");
        command.comment = StringIn(*child);
      }
    }
    return command;
  }

  SqlCommand AlterConfigured(const Node& node) {
    if (Has<g::RotateKeys>(node)) return RotateKeys(node);
    const KindDefinition& kind = RegisteredKindIn(node);
    auto command = Naming<annals::AlterConfigured>(node);
    command.if_exists = Has<g::IfExists>(node);
    for (const auto& child : node.children) AddAction(*child, kind, command);
    MakeEmptyLists(node, command);
    return command;
  }

  // An empty list is told as such whatever the others hold.
  static void MakeEmptyLists(const Node& node, annals::AlterConfigured& command) {
    for (const auto& action : node.children) {
      const bool sets = action->is_type<g::SetOptions>() &&
                        action->children.front()->is_type<g::Options>() &&
                        action->children.front()->children.empty();
      if (sets) command.set.emplace();
      if (action->is_type<g::ResetOptions>() && action->children.empty()) command.reset.emplace();
    }
  }

  void AddAction(const Node& action, const KindDefinition& kind, annals::AlterConfigured& command) {
    if (action.is_type<g::SetOptions>()) {
      AddSettings(*action.children.front(), command);
    } else if (action.is_type<g::ResetOptions>()) {
      if (!command.reset) command.reset.emplace();
      for (const auto& key : action.children) command.reset->push_back(OptionKey(*key));
    } else if (action.is_type<g::NameClause>() || action.is_type<g::TextClause>()) {
      if (!command.set) command.set.emplace();
      command.set->push_back(ClauseIn(action, kind));
      if (kind.kind == ObjectKind::kSecret) command.refresh = true;
    } else if (action.is_type<g::Comment>()) {
      NotTwice(command.comment.has_value(), action, "COMMENT");
      command.comment = StringIn(action);
    } else if (action.is_type<g::RenameConfigured>()) {
      NotTwice(command.new_name.has_value(), action, "RENAME");
      command.new_name = NameIn(action);
    } else if (action.is_type<g::WithHow>()) {
      if (action.children.empty()) Fail(action, "WITH says nothing", Reason::EMPTY_LIST);
      AddHow(action, command);
    }
  }

  // SET OPTION value, or SET (list).
  void AddSettings(const Node& what, annals::AlterConfigured& command) {
    if (!command.set) command.set.emplace();
    if (what.is_type<g::Option>()) return command.set->push_back(OptionIn(what));
    for (const auto& option : what.children) command.set->push_back(OptionIn(*option));
  }

  void NotTwice(bool given, const Node& at, std::string_view what) {
    if (!given) return;
    Fail(at, absl::StrCat(ToAbsl(what), " is given twice; expected it once"),
         Reason::CONFLICTING_ACTIONS);
  }

  // Stands alone.
  SqlCommand RotateKeys(const Node& node) {
    constexpr size_t kKindNameAndAction = 3;
    const size_t expected = kKindNameAndAction + (Has<g::IfExists>(node) ? 1 : 0);
    if (node.children.size() > expected) {
      const Node& action = *node.children[expected - 1];
      const bool first = action.is_type<g::RotateKeys>();
      Fail(first ? *node.children[expected] : action,
           "ROTATE KEYS goes with no other action and without WITH", Reason::CONFLICTING_ACTIONS);
    }
    if (const Node* const if_exists = Find<g::IfExists>(node)) {
      Fail(*if_exists, "IF EXISTS does not go with ROTATE KEYS");
    }
    return Naming<annals::RotateKeys>(node);
  }

  SqlCommand DropConfigured(const Node& node) {
    auto command = Naming<annals::DropConfigured>(node);
    command.if_exists = Has<g::IfExists>(node);
    command.cascade = Has<g::Cascade>(node);
    return command;
  }

  SqlCommand RefreshSecret(const Node& node) {
    auto [schema, name] = QualifiedNameIn(node);
    annals::AlterConfigured command;
    command.kind = ObjectKind::kSecret;
    command.schema = std::move(schema);
    command.name = std::move(name);
    command.refresh = true;
    command.if_exists = Has<g::IfExists>(node);
    return command;
  }

  SqlCommand ValidateConfigured(const Node& node) {
    return Naming<annals::ValidateConfigured>(node);
  }

  SqlCommand Rollback(const Node& node) {
    return RollbackToVersion{{ToInteger<uint64_t>(*node.children.front())}};
  }

  // ---- Looking.

  AsOf AsOfIn(const Node& node) {
    if (const Node* version = Find<g::AtVersion>(node)) {
      return CatalogVersion{ToInteger<uint64_t>(*version->children.front())};
    }
    if (const Node* timestamp = Find<g::AtTimestamp>(node)) return StringIn(*timestamp);
    return std::monostate();
  }

  // None: versions.
  static std::optional<ObjectKind> ListedIn(const Node& node) {
    if (Has<g::Schemas>(node)) return ObjectKind::kSchema;
    if (Has<g::Tables>(node)) return ObjectKind::kTable;
    if (Has<g::Indexes>(node)) return ObjectKind::kIndex;
    if (Has<g::Zones>(node)) return ObjectKind::kZone;
    const Node* const plural = Find<g::KindPlural>(node);
    if (plural != nullptr) return FindKindByPlural(plural->string_view())->kind;
    return std::nullopt;
  }

  Parsed ShowList(const Node& node) {
    Show show{.kind = ListedIn(node), .like = std::nullopt, .as_of = AsOfIn(node)};
    if (const Node* like = Find<g::Like>(node)) show.like = StringIn(*like);
    return show;
  }

  static std::optional<ObjectKind> KindIn(const Node& node) {
    if (Has<g::SchemaKind>(node)) return ObjectKind::kSchema;
    if (Has<g::TableKind>(node)) return ObjectKind::kTable;
    if (Has<g::IndexKind>(node)) return ObjectKind::kIndex;
    if (Has<g::ZoneKind>(node)) return ObjectKind::kZone;
    if (Has<g::KindWord>(node)) return RegisteredKindIn(node).kind;
    return std::nullopt;
  }

  FullName AnyNameIn(const Node& node) {
    if (Has<g::KindWord>(node)) return NameOfKindIn(node);
    if (Has<g::QualifiedName>(node)) return QualifiedNameIn(node);
    return {"", NameIn(node)};
  }

  Parsed ShowCreate(const Node& node) {
    auto [schema, name] = AnyNameIn(node);
    return ddl::ShowCreate{*KindIn(node), std::move(schema), std::move(name), AsOfIn(node)};
  }

  Parsed Describe(const Node& node) {
    auto [schema, name] = AnyNameIn(node);
    return ddl::Describe{KindIn(node), std::move(schema), std::move(name), AsOfIn(node),
                         Has<g::Extended>(node)};
  }

  Parsed ShowDependents(const Node& node) {
    auto [schema, name] = AnyNameIn(node);
    return ddl::ShowDependents{KindIn(node), std::move(schema), std::move(name), AsOfIn(node)};
  }

  // ---- Statements.

  SqlCommand Command(const Node& node) {
    if (node.is_type<g::CreateSchema>()) return CreateSchema(node);
    if (node.is_type<g::DropSchema>()) return DropSchema(node);
    if (node.is_type<g::CreateTable>()) return CreateTable(node);
    if (node.is_type<g::DropTable>()) return DropTable(node);
    if (node.is_type<g::AlterTable>()) return AlterTable(node);
    if (node.is_type<g::CreateIndex>()) return CreateIndex(node);
    if (node.is_type<g::DropIndex>()) return DropIndex(node);
    if (node.is_type<g::AlterIndex>()) return AlterIndex(node);
    if (node.is_type<g::CreateZone>()) return CreateZone(node);
    if (node.is_type<g::AlterZone>()) return AlterZone(node);
    if (node.is_type<g::DropZone>()) return DropZone(node);
    if (node.is_type<g::CreateConfigured>()) return CreateConfigured(node);
    if (node.is_type<g::AlterConfigured>()) return AlterConfigured(node);
    if (node.is_type<g::DropConfigured>()) return DropConfigured(node);
    if (node.is_type<g::RefreshSecret>()) return RefreshSecret(node);
    if (node.is_type<g::ValidateConfigured>()) return ValidateConfigured(node);
    return Rollback(node);
  }

  Parsed Statement(const Node& node) {
    if (node.is_type<g::ShowList>()) return ShowList(node);
    if (node.is_type<g::ShowCreate>()) return ShowCreate(node);
    if (node.is_type<g::Describe>()) return Describe(node);
    if (node.is_type<g::ShowDependents>()) return ShowDependents(node);
    if (node.is_type<g::Explain>()) return ExplainCommand{Command(*node.children.front())};
    if (node.is_type<g::Begin>()) return Begin{};
    if (node.is_type<g::Commit>()) {
      const Node* message = Find<g::Message>(node);
      return Commit{message ? StringIn(*message) : ""};
    }
    return Command(node);
  }

  const Piece& piece_;
  absl::Status status_;
};

using Input = g::pegtl::memory_input<g::pegtl::tracking_mode::lazy, g::pegtl::eol::lf>;

}  // namespace

absl::StatusOr<Parsed> ParsePiece(const Piece& piece) {
  Input in(piece.text.data(), piece.text.data() + piece.text.size(), "");
  Expectations expectations;
  g::Subject subject;
  const std::unique_ptr<Node> root =
      g::pegtl::parse_tree::parse<g::Statement, g::Selector>(in, expectations, subject);
  if (root == nullptr) {
    return ErrorAt(
        Reason::SYNTAX_ERROR, piece.position, piece.text, expectations.offset(),
        expectations.Message(piece.text, piece.terminated ? "`;`" : "the end of the input"));
  }
  return Builder(piece).Build(*root);
}

std::vector<std::string_view> ExpectedAfter(std::string_view text) {
  Input in(text.data(), text.data() + text.size(), "");
  Expectations expectations(/*folds=*/false);
  // Whether it is whole already does not matter.
  g::Subject subject;
  static_cast<void>(
      g::pegtl::parse_tree::parse<g::Statement, g::Selector>(in, expectations, subject));
  if (expectations.offset() < text.size()) return {};
  return expectations.missed();
}

}  // namespace annals::ddl
