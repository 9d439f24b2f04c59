#pragma once

// A real file system with little room: a tmpfs that nobody else sees, in the mount namespace
// of a process of its own, and gone with it. No rights are needed where the system lets users
// have namespaces.

#include <sys/types.h>

#include <cstdint>
#include <string>

namespace annals {

class SmallDisk {
 public:
  explicit SmallDisk(uint64_t bytes);
  ~SmallDisk();
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  // Why there is none; empty if there is.
  const std::string& refusal() const { return refusal_; }
  // Its directory, through which everybody of this process gets there.
  std::string path() const;

  uint64_t free_bytes() const;
  // Takes `bytes` of the room, or all if that is less, until it is taken back.
  void TakeRoom(uint64_t bytes) const;
  void GiveRoomBack() const;

 private:
  std::string directory_;  // On which it is mounted.
  pid_t keeper_ = -1;
  std::string refusal_;
};

}  // namespace annals
