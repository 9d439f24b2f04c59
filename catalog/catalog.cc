#include "annals/catalog/catalog.h"

namespace annals {

ObjectDescriptor Catalog::Find(ObjectId id) const {
  return VersionedStore::Describe(store_->FindElement(version_, id));
}

ObjectDescriptor Catalog::Find(NameScope scope, std::string_view name) const {
  return VersionedStore::Describe(store_->FindElement(version_, scope, name));
}

void Catalog::ForEachChild(ObjectId parent, Visit visit) const {
  for (ObjectId id : store_->Linked(parent)) {
    const ObjectDescriptor object = Find(id);
    if (object && object.parent() == parent) visit(object);
  }
}

void Catalog::ForEachDependent(ObjectId target, Visit visit) const {
  for (ObjectId id : store_->Linked(target)) {
    const ObjectDescriptor object = Find(id);
    if (object && object.RefersTo(target)) visit(object);
  }
}

void Catalog::ForEachObject(Visit visit) const {
  for (uint32_t id = 0; id < next_object_id_.value; ++id) {
    if (const ObjectDescriptor object = Find(ObjectId{id})) visit(object);
  }
}

}  // namespace annals
