#pragma once

// Everything that a program needs to keep its catalog with Annals:
//
//   #include <annals/annals.h>
//
//   auto manager = annals::CatalogManager::Open({.path = "shop.annals"});
//   auto done = (*manager)->Execute(annals::CreateSchema{.name = "SALES"});
//   annals::Catalog now = (*manager)->Latest();

#include "annals/catalog/canonical_text.h"
#include "annals/catalog/catalog.h"
#include "annals/catalog/diff.h"
#include "annals/catalog/object.h"
#include "annals/catalog/types.h"
#include "annals/catalog/view_rows.h"
#include "annals/commands/alter_table_add_column.h"
#include "annals/commands/alter_table_alter_column.h"
#include "annals/commands/alter_table_drop_column.h"
#include "annals/commands/alter_table_primary_key.h"
#include "annals/commands/alter_table_rename_column.h"
#include "annals/commands/alter_table_set_property.h"
#include "annals/commands/alter_zone.h"
#include "annals/commands/create_index.h"
#include "annals/commands/create_schema.h"
#include "annals/commands/create_system_view.h"
#include "annals/commands/create_table.h"
#include "annals/commands/create_zone.h"
#include "annals/commands/drop_index.h"
#include "annals/commands/drop_schema.h"
#include "annals/commands/drop_table.h"
#include "annals/commands/drop_zone.h"
#include "annals/commands/index_life_cycle.h"
#include "annals/commands/plan.h"
#include "annals/commands/rename_index.h"
#include "annals/commands/rename_table.h"
#include "annals/ddl/parse.h"
#include "annals/ddl/show_create.h"
#include "annals/engine/catalog_manager.h"
#include "annals/engine/event.h"
#include "annals/engine/follower.h"
#include "annals/engine/handles/factory.h"
#include "annals/engine/handles/handles.h"
#include "annals/engine/listener.h"
#include "annals/log/memory/memory_log.h"
#include "annals/log/rocksdb/rocksdb_log.h"
#include "annals/schemas/hybrid_timestamp.h"
#include "annals/schemas/ids.h"
#include "annals/schemas/status.h"
#include "annals/snapshot/query.h"
#include "annals/snapshot/retention.h"
