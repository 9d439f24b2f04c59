#pragma once

// Every reason for which Annals says no, in one list: the name that the status
// payload `annals/reason` carries, and the absl::StatusCode that goes with it.
// The names are for ever; programs compare them.
//
// The code says what the caller can do: kNotFound and kAlreadyExists speak of
// the object named, kInvalidArgument of a command that is wrong by itself,
// kFailedPrecondition of a right command in a wrong state, kAborted can be tried
// again on a newer version, kUnavailable wants the log to be opened again.

#include "absl/status/status.h"

namespace annals {

// clang-format off
#define ANNALS_REASONS(X)                                          \
  /* Missing things. */                                            \
  X(SCHEMA_NOT_FOUND,                kNotFound)                    \
  X(TABLE_NOT_FOUND,                 kNotFound)                    \
  X(INDEX_NOT_FOUND,                 kNotFound)                    \
  X(COLUMN_NOT_FOUND,                kNotFound)                    \
  X(ZONE_NOT_FOUND,                  kNotFound)                    \
  X(OBJECT_NOT_FOUND,                kNotFound)                    \
  X(VIEW_NOT_FOUND,                  kNotFound)                    \
  X(CATALOG_VERSION_NOT_FOUND,       kNotFound)                    \
  X(CATALOG_TIMESTAMP_NOT_FOUND,     kNotFound)                    \
  /* Taken names. */                                               \
  X(SCHEMA_EXISTS,                   kAlreadyExists)               \
  X(TABLE_EXISTS,                    kAlreadyExists)               \
  X(INDEX_EXISTS,                    kAlreadyExists)               \
  X(SYSTEM_VIEW_EXISTS,              kAlreadyExists)               \
  X(COLUMN_EXISTS,                   kAlreadyExists)               \
  X(ZONE_EXISTS,                     kAlreadyExists)               \
  X(PRIMARY_KEY_EXISTS,              kAlreadyExists)               \
  X(OBJECT_EXISTS,                   kAlreadyExists)               \
  /* Commands that are wrong by themselves. */                     \
  X(BLANK_IDENTIFIER,                kInvalidArgument)             \
  X(INVALID_NAME,                    kInvalidArgument)             \
  X(INVALID_REQUEST,                 kInvalidArgument)             \
  X(SYNTAX_ERROR,                    kInvalidArgument)             \
  X(INVALID_VALUE,                   kInvalidArgument)             \
  X(SYSTEM_SCHEMA_FORBIDDEN,         kInvalidArgument)             \
  X(RESERVED_SCHEMA_NAME,            kInvalidArgument)             \
  X(NOT_A_SYSTEM_SCHEMA,             kInvalidArgument)             \
  X(NO_COLUMNS,                      kInvalidArgument)             \
  X(COLUMN_DUPLICATED,               kInvalidArgument)             \
  X(NO_PRIMARY_KEY,                  kInvalidArgument)             \
  X(PK_NULLABLE,                     kInvalidArgument)             \
  X(PK_UNDEFINED_COLUMNS,            kInvalidArgument)             \
  X(PK_DUPLICATE,                    kInvalidArgument)             \
  X(PK_COLLATION_COUNT,              kInvalidArgument)             \
  X(COLOCATION_EMPTY,                kInvalidArgument)             \
  X(COLOCATION_NOT_IN_PK,            kInvalidArgument)             \
  X(COLOCATION_DUPLICATE,            kInvalidArgument)             \
  X(TYPE_NOT_STORABLE,               kInvalidArgument)             \
  X(FUNCTIONAL_DEFAULT_NOT_ALLOWED,  kInvalidArgument)             \
  X(FUNCTIONAL_DEFAULT_UNSUPPORTED,  kInvalidArgument)             \
  X(FUNCTIONAL_DEFAULT_TYPE_MISMATCH, kInvalidArgument)            \
  X(NON_CONSTANT_DEFAULT,            kInvalidArgument)             \
  X(NOT_NULL_NEEDS_DEFAULT,          kInvalidArgument)             \
  X(STALE_FRACTION_RANGE,            kInvalidArgument)             \
  X(STALE_COUNT_NEGATIVE,            kInvalidArgument)             \
  X(PARAM_OUT_OF_RANGE,              kInvalidArgument)             \
  X(QUORUM_INCOMPATIBLE,             kInvalidArgument)             \
  X(PARTITIONS_IMMUTABLE,            kInvalidArgument)             \
  X(CONSISTENCY_MODE_IMMUTABLE,      kInvalidArgument)             \
  X(BAD_FILTER,                      kInvalidArgument)             \
  X(STORAGE_PROFILES_NULL,           kInvalidArgument)             \
  X(STORAGE_PROFILES_EMPTY,          kInvalidArgument)             \
  X(SYSTEM_VIEW_TYPE_MISSING,        kInvalidArgument)             \
  X(COLUMN_TYPE_MISSING,             kInvalidArgument)             \
  X(COLUMN_TYPE_NULL_FORBIDDEN,      kInvalidArgument)             \
  X(TYPE_PARAM_REQUIRED,             kInvalidArgument)             \
  X(TYPE_PARAM_RANGE,                kInvalidArgument)             \
  X(TYPE_PARAM_NOT_APPLICABLE,       kInvalidArgument)             \
  X(COLLATIONS_MISSING,              kInvalidArgument)             \
  X(COLLATIONS_COUNT,                kInvalidArgument)             \
  X(TOO_MANY_COLUMNS,                kInvalidArgument)             \
  X(TOO_MANY_KEY_COLUMNS,            kInvalidArgument)             \
  X(UNKNOWN_TYPE,                      kInvalidArgument)             \
  X(UNKNOWN_OPTION,                    kInvalidArgument)             \
  X(MISSING_OPTION,                    kInvalidArgument)             \
  X(DUPLICATE_OPTION,                  kInvalidArgument)             \
  X(EXCLUSIVE_OPTIONS,                 kInvalidArgument)             \
  X(TYPE_CHANGE,                       kInvalidArgument)             \
  X(INALTERABLE_OPTION,                kInvalidArgument)             \
  X(EMPTY_LIST,                        kInvalidArgument)             \
  X(CONFLICTING_ACTIONS,               kInvalidArgument)             \
  X(REF_KIND,                          kInvalidArgument)             \
  X(CYCLE,                             kInvalidArgument)             \
  X(TOO_MANY_OPTIONS,                  kInvalidArgument)             \
  X(TOO_MANY_ENTRIES,                kInvalidArgument)             \
  X(RECORD_TOO_LARGE,                kInvalidArgument)             \
  X(STATEMENT_TOO_LARGE,             kInvalidArgument)             \
  X(STATEMENT_TOO_DEEP,              kInvalidArgument)             \
  /* Right commands in a wrong state. */                           \
  X(SYSTEM_SCHEMA_DROP,              kFailedPrecondition)          \
  X(SCHEMA_NOT_EMPTY,                kFailedPrecondition)          \
  X(HAS_DEPENDENTS,                  kFailedPrecondition)          \
  X(UNIQUE_NEEDS_COLOCATION,         kFailedPrecondition)          \
  X(PROFILE_NOT_IN_ZONE,             kFailedPrecondition)          \
  X(PROFILE_IN_USE,                  kFailedPrecondition)          \
  X(ZONE_IS_DEFAULT,                 kFailedPrecondition)          \
  X(ZONE_IN_USE,                     kFailedPrecondition)          \
  X(PK_COLUMN_DROP,                  kFailedPrecondition)          \
  X(PK_INDEX_DROP,                   kFailedPrecondition)          \
  X(PK_TYPE_CHANGE,                  kFailedPrecondition)          \
  X(PK_PRECISION_CHANGE,             kFailedPrecondition)          \
  X(PK_SCALE_CHANGE,                 kFailedPrecondition)          \
  X(PK_DROP_NOT_NULL,                kFailedPrecondition)          \
  X(ADD_NOT_NULL_FORBIDDEN,          kFailedPrecondition)          \
  X(COLUMN_USED_BY_INDEXES,          kFailedPrecondition)          \
  X(TYPE_CHANGE_FORBIDDEN,           kFailedPrecondition)          \
  X(PRECISION_DECREASE,              kFailedPrecondition)          \
  X(PRECISION_CHANGE,                kFailedPrecondition)          \
  X(SCALE_CHANGE,                    kFailedPrecondition)          \
  X(LENGTH_DECREASE,                 kFailedPrecondition)          \
  X(LENGTH_CHANGE,                   kFailedPrecondition)          \
  X(DEFAULT_NOT_CONVERTIBLE,         kFailedPrecondition)          \
  X(WRONG_INDEX_STATUS,              kFailedPrecondition)          \
  X(REMOVE_INDEX_WRONG_STATUS,       kFailedPrecondition)          \
  X(NEEDS_RELAXED_POLICY,            kFailedPrecondition)          \
  X(PREPARE_FAILED,                    kFailedPrecondition)          \
  X(VALIDATION_FAILED,                 kFailedPrecondition)          \
  X(NO_PROBE,                          kFailedPrecondition)          \
  X(STORE_NOT_OPEN,                    kFailedPrecondition)          \
  X(EXECUTE_IN_LISTENER,             kFailedPrecondition)          \
  X(VERSION_NOT_ACTIVE,              kFailedPrecondition)          \
  X(CLOCK_BEHIND,                    kFailedPrecondition)          \
  X(CLOCK_JUMP,                      kFailedPrecondition)          \
  X(STORE_LOCKED,                    kFailedPrecondition)          \
  X(STORE_NOT_FOUND,                 kNotFound)                    \
  X(NOT_A_STORE,                     kFailedPrecondition)          \
  X(READ_ONLY,                       kFailedPrecondition)          \
  X(BACKUP_EXISTS,                   kAlreadyExists)               \
  X(STORE_EXISTS,                    kAlreadyExists)               \
  X(CLOSED,                          kUnavailable)                 \
  /* History and the log. */                                       \
  X(VERSION_TRUNCATED,               kOutOfRange)                  \
  X(VERSION_CONFLICT,                kAborted)                     \
  X(MAX_RETRIES,                     kAborted)                     \
  X(DEADLINE_EXCEEDED,               kDeadlineExceeded)            \
  X(OUTCOME_UNKNOWN,                 kUnavailable)                 \
  X(IO_ERROR,                        kUnavailable)                 \
  X(DISK_FULL,                       kResourceExhausted)           \
  X(DAMAGED,                         kDataLoss)                    \
  X(LOST_VERSIONS,                   kDataLoss)                    \
  X(STORE_UNREADABLE,                kDataLoss)                    \
  X(NEWER_FORMAT,                    kUnimplemented)               \
  X(NOT_SUPPORTED,                   kUnimplemented)               \
  X(INTERNAL,                        kInternal)
// clang-format on

enum class Reason {
#define ANNALS_REASON_ENUMERATOR(name, code) name,
  ANNALS_REASONS(ANNALS_REASON_ENUMERATOR)
#undef ANNALS_REASON_ENUMERATOR
};

}  // namespace annals
