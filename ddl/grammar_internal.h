#pragma once

// The grammar: the words of docs/ddl.md as PEGTL rules. Included by one .cc only,
// since PEGTL takes its time to compile.
//
// Tokens are matched by hand (ddl/lexer_internal.h); each takes the blanks and
// comments after it along and says what was expected if it is not there. A rule
// that derives from Node makes a node of the parse tree.
//
// What configured kinds there are, with which clauses and options, is not said here: their
// rules ask the registry (catalog/kind.h).
//
// PEG takes the first alternative that fits, so their order matters where one
// begins like another; errors tell what was expected in that order too.

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <type_traits>

#include "absl/strings/match.h"
#include "annals/catalog/kind.h"
#include "annals/ddl/expectations_internal.h"
#include "annals/ddl/lexer_internal.h"
#include "annals/ddl/option_words_internal.h"
#include "annals/schemas/status.h"
#include "tao/pegtl.hpp"
#include "tao/pegtl/contrib/parse_tree.hpp"

namespace annals::ddl::grammar {

namespace pegtl = tao::pegtl;
using pegtl::opt;
using pegtl::seq;
using pegtl::sor;
using pegtl::star;

struct Node {};

template <typename Rule>
using Selector = std::is_base_of<Node, Rule>;

// ---- Tokens.

// A text as a template argument.
template <size_t N>
struct Text {
  constexpr Text(const char (&text)[N]) {  // NOLINT(google-explicit-constructor)
    std::copy_n(text, N, characters);
  }
  constexpr std::string_view view() const { return {characters, N - 1}; }
  char characters[N];
};

// What `in` has not been matched yet.
template <typename Input>
std::string_view Rest(const Input& in) {
  return {in.current(), in.size()};
}

template <typename Input>
size_t Offset(const Input& in) {
  return in.current() - in.begin();
}

// The bytes, with blanks, of `words` at the front of `text`; 0 if they are not there, and
// then what of them is missing is expected.
inline size_t PhraseLength(std::string_view text, std::string_view words, size_t offset,
                           Expectations& expectations) {
  MissingWords missing;
  const size_t length = WordsLength(text, words, &missing);
  if (length == 0) expectations.Miss(offset + missing.offset, missing.words);
  return length;
}

// Keyword<"IF NOT EXISTS">: in upper or lower case, any blanks in between.
template <Text Words>
struct Keyword {
  using rule_t = Keyword;
  using subs_t = pegtl::type_list<>;

  template <pegtl::apply_mode, pegtl::rewind_mode, template <typename...> class,
            template <typename...> class, typename Input, typename... States>
  static bool match(Input& in, Expectations& expectations, States&&...) {
    const size_t length = PhraseLength(Rest(in), Words.view(), Offset(in), expectations);
    in.bump(length);
    return length > 0;
  }
};

// Blanks and comments.
struct Blank {
  using rule_t = Blank;
  using subs_t = pegtl::type_list<>;

  template <typename Input>
  static bool match(Input& in) {
    in.bump(BlankLength(Rest(in)));
    return true;
  }
};

// What `LengthOf` measures, without blanks.
template <auto LengthOf, Text Name>
struct Token {
  using rule_t = Token;
  using subs_t = pegtl::type_list<>;

  template <pegtl::apply_mode, pegtl::rewind_mode, template <typename...> class,
            template <typename...> class, typename Input, typename... States>
  static bool match(Input& in, Expectations& expectations, States&&...) {
    const size_t length = LengthOf(Rest(in));
    if (length == 0) expectations.Miss(Offset(in), Name.view());
    in.bump(length);
    return length > 0;
  }
};

template <char C>
size_t SymbolLength(std::string_view text) {
  return text.starts_with(C) ? 1 : 0;
}

struct NameToken : Node, Token<NameLength, "a name"> {};
struct StringToken : Node, Token<StringLength, "a string"> {};
struct BytesToken : Node, Token<BytesLength, "bytes (X'..')"> {};
struct IntegerToken : Node, Token<IntegerLength, "a whole number"> {};
struct NumberToken : Node, Token<NumberLength, "a number"> {};

using Name = seq<NameToken, Blank>;
using String = seq<StringToken, Blank>;
using Bytes = seq<BytesToken, Blank>;
using Integer = seq<IntegerToken, Blank>;
using Number = seq<NumberToken, Blank>;
using Open = seq<Token<SymbolLength<'('>, "`(`">, Blank>;
using Close = seq<Token<SymbolLength<')'>, "`)`">, Blank>;
using OpenBracket = seq<Token<SymbolLength<'['>, "`[`">, Blank>;
using CloseBracket = seq<Token<SymbolLength<']'>, "`]`">, Blank>;
using Comma = seq<Token<SymbolLength<','>, "`,`">, Blank>;
using Equals = seq<Token<SymbolLength<'='>, "`=`">, Blank>;
// Any name could go on with a dot; to say so each time would only be noise.
using Dot = seq<Token<SymbolLength<'.'>, "">, Blank>;

// The end of the statement, which is where its text ends.
struct End {
  using rule_t = End;
  using subs_t = pegtl::type_list<>;

  template <pegtl::apply_mode, pegtl::rewind_mode, template <typename...> class,
            template <typename...> class, typename Input, typename... States>
  static bool match(Input& in, Expectations& expectations, States&&...) {
    if (!in.empty()) expectations.Miss(Offset(in), "`;`");
    return in.empty();
  }
};

// `Rule`, which an error calls by one name if nothing of it was found.
template <Text Name, typename Rule>
struct Called {
  using rule_t = Called;
  using subs_t = pegtl::type_list<Rule>;

  template <pegtl::apply_mode A, pegtl::rewind_mode M, template <typename...> class Action,
            template <typename...> class Control, typename Input, typename... States>
  static bool match(Input& in, Expectations& expectations, States&&... states) {
    const size_t offset = Offset(in);
    const size_t mark = expectations.Mark(offset);
    const bool matched =
        Control<Rule>::template match<A, M, Action, Control>(in, expectations, states...);
    expectations.Fold(offset, mark, Name.view());
    return matched;
  }
};

template <typename Item>
using List = seq<Item, star<Comma, Item>>;
template <typename Item>
using Parenthesized = seq<Open, List<Item>, Close>;
template <typename Item>
using OneOrParenthesized = sor<Item, Parenthesized<Item>>;

// ---- Names and flags.

struct QualifiedName : Node, seq<Name, opt<Dot, Name>> {};
struct IfExists : Node, Keyword<"IF EXISTS"> {};
struct IfNotExists : Node, Keyword<"IF NOT EXISTS"> {};
struct Cascade : Node, Keyword<"CASCADE"> {};
using CascadeOrRestrict = sor<Cascade, Keyword<"RESTRICT">>;

// ---- Literals and types.

struct Null : Node, Keyword<"NULL"> {};
struct True : Node, Keyword<"TRUE"> {};
struct False : Node, Keyword<"FALSE"> {};
// The type before a string says nothing that the column does not say.
using TypedString =
    seq<sor<Keyword<"DATE">, Keyword<"TIMESTAMP">, Keyword<"TIME">, Keyword<"UUID">>, String>;
using Literal = sor<Null, True, False, String, Bytes, Number, TypedString>;
struct FunctionCall : Node, seq<Name, opt<Open, Close>> {};
struct DefaultLiteral : Node, seq<Keyword<"DEFAULT">, Called<"a literal", Literal>> {};
struct Default
    : Node,
      seq<Keyword<"DEFAULT">, Called<"a literal or a function", sor<Literal, FunctionCall>>> {};

struct LocalTimeZone : Node, Keyword<"WITH LOCAL TIME ZONE"> {};
using Parameter = seq<Open, Integer, Close>;
using OneOrTwoParameters = seq<Open, Integer, opt<Comma, Integer>, Close>;
struct Type
    : Node,
      Called<
          "a type",
          sor<Keyword<"BOOLEAN">, Keyword<"TINYINT">, Keyword<"SMALLINT">, Keyword<"INTEGER">,
              Keyword<"INT">, Keyword<"BIGINT">, Keyword<"REAL">, Keyword<"FLOAT">,
              seq<Keyword<"DOUBLE">, opt<Keyword<"PRECISION">>>,
              seq<sor<Keyword<"DECIMAL">, Keyword<"NUMERIC">>, opt<OneOrTwoParameters>>,
              Keyword<"DATE">, seq<Keyword<"TIME">, opt<Parameter>>,
              seq<Keyword<"TIMESTAMP">, opt<Parameter>,
                  opt<sor<LocalTimeZone, Keyword<"WITHOUT TIME ZONE">>>>,
              Keyword<"UUID">,
              seq<sor<Keyword<"CHAR">, Keyword<"VARCHAR">, Keyword<"BINARY">, Keyword<"VARBINARY">>,
                  opt<Parameter>>>> {};

// ---- Columns and keys.

struct NotNull : Node, Keyword<"NOT NULL"> {};
struct IsKey : Node, Keyword<"PRIMARY KEY"> {};
struct Column : Node, seq<Name, Type, star<sor<Null, NotNull, Default, IsKey>>> {};
struct AddedColumn : Node, seq<Name, Type, star<sor<Null, NotNull, Default>>> {};

struct Hash : Node, Keyword<"HASH"> {};
struct Sorted : Node, Keyword<"SORTED"> {};
using Using = seq<Keyword<"USING">, sor<Hash, Sorted>>;

struct Ascending : Node, Keyword<"ASC"> {};
struct Descending : Node, Keyword<"DESC"> {};
struct NullsFirst : Node, Keyword<"NULLS FIRST"> {};
struct NullsLast : Node, Keyword<"NULLS LAST"> {};
struct KeyColumn : Node,
                   seq<Name, opt<sor<Ascending, Descending>>, opt<sor<NullsFirst, NullsLast>>> {};
using KeyColumns = Parenthesized<KeyColumn>;

struct ConstraintName : Node, seq<Keyword<"CONSTRAINT">, Name> {};
struct Key : Node, seq<opt<ConstraintName>, Keyword<"PRIMARY KEY">, opt<Using>, KeyColumns> {};

// ---- Schemas.

struct CreateSchema : Node, seq<Keyword<"SCHEMA">, opt<IfNotExists>, Name> {};
struct DropSchema : Node, seq<Keyword<"SCHEMA">, opt<IfExists>, Name, opt<CascadeOrRestrict>> {};

// ---- Tables.

struct StaleRowsFraction : Node, seq<Keyword<"STALE ROWS FRACTION">, Number> {};
struct MinStaleRows : Node, seq<Keyword<"MIN STALE ROWS">, Number> {};
using Properties = Parenthesized<sor<StaleRowsFraction, MinStaleRows>>;

struct ColocateBy : Node, seq<Keyword<"COLOCATE BY">, Parenthesized<Name>> {};
struct InZone : Node, seq<Keyword<"ZONE">, Name> {};
struct StorageProfile : Node, seq<Keyword<"STORAGE PROFILE">, String> {};
struct CreateTable
    : Node,
      seq<Keyword<"TABLE">, opt<IfNotExists>, QualifiedName,  //
          Open, opt<List<sor<Key, Column>>>, Close,           //
          opt<ColocateBy>, opt<InZone>, opt<StorageProfile>, opt<Keyword<"WITH">, Properties>> {};
struct DropTable : Node,
                   seq<Keyword<"TABLE">, opt<IfExists>, QualifiedName, opt<CascadeOrRestrict>> {};

struct RenameTable : Node, seq<Keyword<"RENAME TO">, Name> {};
struct RenameColumn : Node, seq<Keyword<"RENAME COLUMN">, Name, Keyword<"TO">, Name> {};
struct AddKey : Node, seq<Keyword<"ADD">, Key> {};
struct AddColumns : Node,
                    seq<Keyword<"ADD">, opt<Keyword<"COLUMN">>, opt<IfNotExists>,
                        OneOrParenthesized<AddedColumn>> {};
struct DropKey : Node, Keyword<"DROP PRIMARY KEY"> {};
struct DropColumns
    : Node,
      seq<Keyword<"DROP">, opt<Keyword<"COLUMN">>, opt<IfExists>, OneOrParenthesized<Name>> {};
struct SetType : Node,
                 seq<Keyword<"SET DATA TYPE">, Type, opt<sor<Null, NotNull>>, opt<DefaultLiteral>> {
};
struct SetNotNull : Node, Keyword<"SET NOT NULL"> {};
struct DropNotNull : Node, Keyword<"DROP NOT NULL"> {};
struct SetDefault : Node, seq<Keyword<"SET">, DefaultLiteral> {};
struct DropDefault : Node, Keyword<"DROP DEFAULT"> {};
struct AlterColumn : Node,
                     seq<Keyword<"ALTER">, opt<Keyword<"COLUMN">>, Name,
                         sor<SetType, SetNotNull, SetDefault, DropNotNull, DropDefault>> {};
struct SetProperties : Node, seq<Keyword<"SET">, Properties> {};
struct AlterTable : Node,
                    seq<Keyword<"TABLE">, opt<IfExists>, QualifiedName,
                        sor<RenameTable, RenameColumn, AddKey, AddColumns, DropKey, DropColumns,
                            AlterColumn, SetProperties>> {};

// ---- Indexes.

struct UniqueIndex : Node, Keyword<"UNIQUE INDEX"> {};
struct CreateIndex : Node,
                     seq<sor<Keyword<"INDEX">, UniqueIndex>, opt<IfNotExists>, Name, Keyword<"ON">,
                         QualifiedName, opt<Using>, KeyColumns> {};
struct DropIndex : Node, seq<Keyword<"INDEX">, opt<IfExists>, QualifiedName> {};

struct RenameIndex : Node, seq<Keyword<"RENAME TO">, Name> {};
struct StartBuilding : Node, Keyword<"START BUILDING"> {};
struct MakeAvailable : Node, Keyword<"MAKE AVAILABLE"> {};
struct Remove : Node, Keyword<"REMOVE"> {};
// IF EXISTS goes with RENAME only.
struct AlterIndex
    : Node,
      seq<Keyword<"INDEX">,
          sor<seq<IfExists, QualifiedName, RenameIndex>,
              seq<QualifiedName, sor<RenameIndex, StartBuilding, MakeAvailable, Remove>>>> {};

// ---- Zones.

struct Never : Node, Keyword<"OFF"> {};
struct All : Node, Keyword<"ALL"> {};
using Seconds = sor<Never, Integer>;
struct Partitions : Node, seq<Keyword<"PARTITIONS">, Integer> {};
struct Replicas : Node, seq<Keyword<"REPLICAS">, sor<All, Integer>> {};
struct QuorumSize : Node, seq<Keyword<"QUORUM SIZE">, Integer> {};
struct NodesFilter : Node, seq<Keyword<"NODES FILTER">, String> {};
struct AutoScaleUp : Node, seq<Keyword<"AUTO SCALE UP">, Seconds> {};
struct AutoScaleDown : Node, seq<Keyword<"AUTO SCALE DOWN">, Seconds> {};
struct AutoScaleOff : Node, Keyword<"AUTO SCALE OFF"> {};
struct ConsistencyMode : Node, seq<Keyword<"CONSISTENCY MODE">, String> {};
struct StorageProfiles : Node,
                         seq<Keyword<"STORAGE PROFILES">, OpenBracket, List<String>, CloseBracket> {
};
using ZoneOption = sor<Partitions, Replicas, QuorumSize, NodesFilter, AutoScaleUp, AutoScaleDown,
                       AutoScaleOff, ConsistencyMode>;

struct CreateZone : Node,
                    seq<Keyword<"ZONE">, opt<IfNotExists>, Name, opt<Parenthesized<ZoneOption>>,
                        StorageProfiles> {};
struct SetDefaultZone : Node, Keyword<"SET DEFAULT"> {};
struct SetZone : Node, seq<Keyword<"SET">, Parenthesized<sor<ZoneOption, StorageProfiles>>> {};
struct RenameZone : Node, seq<Keyword<"RENAME TO">, Name> {};
struct AlterZone
    : Node,
      seq<Keyword<"ZONE">, opt<IfExists>, Name, sor<SetDefaultZone, SetZone, RenameZone>> {};
struct DropZone : Node, seq<Keyword<"ZONE">, opt<IfExists>, Name> {};

// ---- Configured kinds.

// The kind that a statement is about, once its word has been read.
struct Subject {
  const KindDefinition* kind = nullptr;
};

// A word of the registered kinds.
template <auto WordOfKind>
struct RegisteredWord {
  using rule_t = RegisteredWord;
  using subs_t = pegtl::type_list<>;

  template <pegtl::apply_mode, pegtl::rewind_mode, template <typename...> class,
            template <typename...> class, typename Input, typename... States>
  static bool match(Input& in, Expectations& expectations, Subject& subject, States&&...) {
    const std::string_view word = Rest(in).substr(0, WordLength(Rest(in)));
    for (const KindDefinition* kind : AllKinds()) {
      if (!absl::EqualsIgnoreCase(ToAbsl(WordOfKind(*kind)), ToAbsl(word))) continue;
      subject.kind = kind;
      in.bump(word.size());
      return true;
    }
    for (const KindDefinition* kind : AllKinds()) {
      expectations.Miss(Offset(in), WordOfKind(*kind));
    }
    return false;
  }
};
struct KindWord : Node, RegisteredWord<WordOf> {};
struct KindPlural : Node, RegisteredWord<PluralWordOf> {};
using Kind = seq<KindWord, Blank>;

// TO, USING: what a type stands behind, of the kind that is read.
struct TypeWord {
  using rule_t = TypeWord;
  using subs_t = pegtl::type_list<>;

  template <pegtl::apply_mode, pegtl::rewind_mode, template <typename...> class,
            template <typename...> class, typename Input, typename... States>
  static bool match(Input& in, Expectations& expectations, Subject& subject, States&&...) {
    const size_t length = PhraseLength(Rest(in), subject.kind->type_word, Offset(in), expectations);
    in.bump(length);
    return length > 0;
  }
};

struct TypeName : Node {
  using rule_t = TypeName;
  using subs_t = pegtl::type_list<>;

  template <pegtl::apply_mode, pegtl::rewind_mode, template <typename...> class,
            template <typename...> class, typename Input, typename... States>
  static bool match(Input& in, Expectations& expectations, Subject& subject, States&&...) {
    const size_t length = TypeNameLength(Rest(in), *subject.kind);
    if (length == 0) expectations.Miss(Offset(in), "a type");
    in.bump(length);
    return length > 0;
  }
};

// The words of a clause of the kind that a name, or a string, is to follow.
template <bool BeforeName>
struct ClauseWords {
  using rule_t = ClauseWords;
  using subs_t = pegtl::type_list<>;

  template <pegtl::apply_mode, pegtl::rewind_mode, template <typename...> class,
            template <typename...> class, typename Input, typename... States>
  static bool match(Input& in, Expectations& expectations, Subject& subject, States&&...) {
    const Clause* const clause = ClauseAt(Rest(in), *subject.kind);
    for (const Clause& one : subject.kind->clauses) {
      if (&one == clause && IsReference(one, *subject.kind) == BeforeName) {
        in.bump(PhraseLength(Rest(in), one.words, Offset(in), expectations));
        return true;
      }
      if (clause == nullptr) {
        static_cast<void>(PhraseLength(Rest(in), one.words, Offset(in), expectations));
      }
    }
    return false;
  }
};

// Whether objects of the kind have columns.
struct KindHasColumns {
  using rule_t = KindHasColumns;
  using subs_t = pegtl::type_list<>;

  template <pegtl::apply_mode, pegtl::rewind_mode, template <typename...> class,
            template <typename...> class, typename Input, typename... States>
  static bool match(Input& /*in*/, Expectations& /*expectations*/, Subject& subject, States&&...) {
    return subject.kind->has_columns;
  }
};

template <typename Item>
using ListOrNothing = seq<Open, opt<List<Item>>, Close>;

struct OptionName : Node, Token<OptionNameLength, "an option"> {};
struct OptionKey : Node, Token<OptionKeyLength, "an option"> {};
struct TextList : Node, ListOrNothing<String> {};
struct SecretName : Node, seq<Keyword<"SECRET">, QualifiedName> {};
using OptionValue = sor<String, Number, True, False, TextList, SecretName, QualifiedName>;
struct Option
    : Node,
      seq<sor<StringToken, OptionName>, Blank, opt<Equals>, Called<"a value", OptionValue>> {};
struct Options : Node, ListOrNothing<Option> {};

struct DependentsToo : Node, Keyword<"DEPENDENTS"> {};
struct Validation : Node, seq<Keyword<"VALIDATE">, opt<Equals>, sor<True, False, DependentsToo>> {};
struct Initialization : Node, seq<Keyword<"INITIALIZE">, opt<Equals>, sor<True, False>> {};
// Words in WITH say how the statement is executed, so options stand in quotes there.
struct QuotedOption : Node,
                      seq<Called<"an option in quotes", StringToken>, Blank, opt<Equals>,
                          Called<"a value", OptionValue>> {};
struct With : Node,
              seq<Keyword<"WITH">, ListOrNothing<sor<Validation, Initialization, QuotedOption>>> {};
struct WithHow : Node, seq<Keyword<"WITH">, ListOrNothing<sor<Validation, Initialization>>> {};

struct OfType : Node, seq<TypeWord, TypeName, Blank> {};
struct NameClause : Node, seq<ClauseWords<true>, QualifiedName> {};
struct TextClause : Node, seq<ClauseWords<false>, String> {};
using AnyClause = sor<NameClause, TextClause>;
struct Comment : Node, seq<Keyword<"COMMENT">, String> {};
struct Columns : Node, seq<KindHasColumns, Parenthesized<AddedColumn>> {};
struct CreateConfigured
    : Node,
      seq<Kind, opt<IfNotExists>, QualifiedName, opt<OfType>, star<AnyClause>,
          opt<sor<Columns, seq<Options, opt<Columns>>>>, star<sor<Comment, With>>> {};

struct SetOptions : Node, seq<Keyword<"SET">, sor<Options, Option>> {};
struct ResetOptions : Node,
                      seq<sor<Keyword<"RESET">, Keyword<"DROP">>,
                          ListOrNothing<seq<sor<StringToken, OptionKey>, Blank>>> {};
struct RenameConfigured : Node, seq<Keyword<"RENAME TO">, Name> {};
struct RotateKeys : Node, Keyword<"ROTATE KEYS"> {};
using Action =
    sor<SetOptions, ResetOptions, Comment, RenameConfigured, RotateKeys, NameClause, TextClause>;
struct AlterConfigured : Node,
                         seq<Kind, opt<IfExists>, QualifiedName, List<Action>, opt<WithHow>> {};
struct DropConfigured : Node, seq<Kind, opt<IfExists>, QualifiedName, opt<CascadeOrRestrict>> {};
struct RefreshSecret : Node, seq<Keyword<"REFRESH SECRET">, opt<IfExists>, QualifiedName> {};
struct ValidateConfigured : Node, seq<Keyword<"VALIDATE">, Kind, QualifiedName> {};

struct Rollback : Node, seq<Keyword<"ROLLBACK TO VERSION">, Integer> {};

// ---- Looking.

struct AtVersion : Node, seq<Keyword<"VERSION">, Integer> {};
struct AtTimestamp : Node, seq<Keyword<"TIMESTAMP">, String> {};
using AsOf = seq<Keyword<"AS OF">, sor<AtVersion, AtTimestamp>>;

struct Schemas : Node, Keyword<"SCHEMAS"> {};
struct Tables : Node, Keyword<"TABLES"> {};
struct Indexes : Node, Keyword<"INDEXES"> {};
struct Zones : Node, Keyword<"ZONES"> {};
struct Versions : Node, Keyword<"VERSIONS"> {};
struct Like : Node, seq<Keyword<"LIKE">, String> {};
struct ShowList : Node,
                  seq<sor<Schemas, Tables, Indexes, Zones, Versions, seq<KindPlural, Blank>>,
                      opt<Like>, opt<AsOf>> {};

struct SchemaKind : Node, Keyword<"SCHEMA"> {};
struct TableKind : Node, Keyword<"TABLE"> {};
struct IndexKind : Node, Keyword<"INDEX"> {};
struct ZoneKind : Node, Keyword<"ZONE"> {};
template <typename... Between>
using KindAndName = sor<seq<sor<TableKind, IndexKind, Kind>, Between..., QualifiedName>,
                        seq<sor<SchemaKind, ZoneKind>, Between..., Name>>;
struct ShowCreate : Node, seq<Keyword<"CREATE">, KindAndName<>, opt<AsOf>> {};
struct Extended : Node, Keyword<"EXTENDED"> {};
// A table may be called INDEX, CONNECTION or EXTENDED.
struct Describe
    : Node,
      seq<Keyword<"DESCRIBE">,
          sor<KindAndName<Extended>, seq<Extended, QualifiedName>, KindAndName<>, QualifiedName>,
          opt<AsOf>> {};
struct ShowDependents
    : Node,
      seq<Keyword<"DEPENDENTS OF">, sor<KindAndName<>, QualifiedName>, opt<AsOf>> {};

// ---- Statements.

using WriteStatement =
    sor<seq<Keyword<"CREATE">,
            sor<CreateTable, CreateSchema, CreateIndex, CreateZone, CreateConfigured>>,
        seq<Keyword<"ALTER">, sor<AlterTable, AlterIndex, AlterZone, AlterConfigured>>,
        seq<Keyword<"DROP">, sor<DropTable, DropSchema, DropIndex, DropZone, DropConfigured>>,
        RefreshSecret, ValidateConfigured, Rollback>;
struct Explain : Node, seq<Keyword<"EXPLAIN">, WriteStatement> {};
struct Begin : Node, Keyword<"BEGIN"> {};
struct Message : Node, seq<Keyword<"MESSAGE">, String> {};
struct Commit : Node, seq<Keyword<"COMMIT">, opt<Message>> {};
struct Statement
    : seq<sor<WriteStatement, seq<Keyword<"SHOW">, sor<ShowList, ShowCreate, ShowDependents>>,
              Describe, Explain, Begin, Commit>,
          End> {};

}  // namespace annals::ddl::grammar
