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
  for (ObjectId id = store_->NextKnown({0}, next_object_id_); id < next_object_id_;
       id = store_->NextKnown({id.value + 1}, next_object_id_)) {
    if (const ObjectDescriptor object = Find(id)) visit(object);
  }
}

}  // namespace annals
