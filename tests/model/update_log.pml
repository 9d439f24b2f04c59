/* The update log on one disk and what a power cut may do to it: append, snapshot, crash,
 * recover, as docs/format.md and log/local_log.cc have them. spin tries every order of steps
 * with every power cut; tests/model/check.sh runs it.
 *
 * A batch is in the write-ahead log as a whole or not at all; a sync makes durable all that
 * was written before it; a power cut keeps a beginning of what was not synced. Chunks of a
 * snapshot are durable by themselves. The mark is written after the sync and is never synced:
 * the newest is on the disk, or an older one. An append whose write or sync fails is one that
 * a power cut came upon: its caller was not told that it worked, nobody writes after it, and
 * opening the log again decides.
 *
 *   I1  what was acknowledged is there after any crash, and an ordinary crash is no alarm
 *   I2  the records from the snapshot to the head are all there, and no others
 *   I3  a version is never another one than that which was acknowledged
 *   I4  the snapshot never goes back, nor beyond the head
 *   I7  each record carries the hash of the one before
 *
 * Broken variants, which must be found out:
 *   -DTWO_WRITES  the records and the head are two writes
 *   -DROOT_APART  the root of a snapshot is written apart from the truncation
 *   -DNO_SYNC     an append is acknowledged before it is synced
 */

#ifndef VERSIONS
#define VERSIONS 4
#endif
#ifndef CUTS
#define CUTS 3
#endif
#define WRITES 4 /* That wait for a sync at most; then the system does one by itself. */

#define NONE 0
#define UPDATE 1
#define ROOT 2

/* The keys. A hash is a number that no other record ever had; a root keeps that of the version
 * for which it stands. */
typedef Store {
  byte head;
  byte earliest; /* catalog.snapshot.version; 0: absent */
  byte kind[VERSIONS + 1];
  byte hash[VERSIONS + 1];
  byte previous[VERSIONS + 1];
  bool chunks[VERSIONS + 1]
}

Store now;          /* What is written. */
Store kept[WRITES]; /* What a power cut may leave: [0] is durable, [i] has i writes more. */
byte unsynced = 0;

byte mark = 0, mark_hash = 0;         /* As it was written, */
byte old_mark = 0, old_mark_hash = 0; /* and as it is on the disk at least. */

/* What callers were told. */
byte acknowledged = 0;
byte told[VERSIONS + 1];
byte truncated = 0;

byte records = 0, cuts = 0;
hidden byte i;
byte at, base, count, left;
bool sound, lost;

inline copy(to, from) {
  to.head = from.head;
  to.earliest = from.earliest;
  for (i : 1 .. VERSIONS) {
    to.kind[i] = from.kind[i];
    to.hash[i] = from.hash[i];
    to.previous[i] = from.previous[i];
    to.chunks[i] = from.chunks[i]
  }
}

inline sync() {
  copy(kept[0], now);
  for (at : 1 .. unsynced) { copy(kept[at], now) } /* One state where there are several of it. */
  unsynced = 0
}

/* `now` is one batch further. */
inline wrote() {
  if
  :: unsynced + 1 == WRITES ->
     copy(kept[0], kept[1]); copy(kept[1], kept[2]); copy(kept[2], kept[3]);
     copy(kept[3], now)
  :: else -> unsynced++; copy(kept[unsynced], now)
  fi
}

/* Stands at the beginning of each step. */
#define MAY_GO_DARK if :: cuts < CUTS -> cuts++; goto dark :: true fi

/* What LocalLog::Open, its replay and the comparison with the mark find. */
inline inspect() {
  sound = now.earliest <= now.head;
  for (at : 1 .. VERSIONS) {
    if
    :: at < now.earliest || at > now.head -> sound = sound && now.kind[at] == NONE
    :: at == now.earliest -> sound = sound && now.kind[at] == ROOT && now.chunks[at]
    :: else ->
       sound = sound && now.kind[at] == UPDATE;
       if
       :: at == 1 -> sound = sound && now.previous[at] == 0
       :: else -> sound = sound && now.previous[at] == now.hash[at - 1]
       fi
    fi
  }
  lost = mark > now.head;
  if
  :: mark > 0 && mark >= now.earliest && mark <= now.head -> lost = now.hash[mark] != mark_hash
  :: else
  fi
}

inline check() {
  assert(now.head >= acknowledged); /* I1 */
  assert(now.earliest >= truncated && now.earliest <= now.head); /* I4 */
  for (at : 1 .. VERSIONS) {
    assert((now.kind[at] != NONE) == (at >= now.earliest && at <= now.head)); /* I2 */
    assert(at < now.earliest || at > acknowledged || now.hash[at] == told[at]); /* I3 */
    if
    :: at > 1 && at > now.earliest && at <= now.head ->
       assert(now.previous[at] == now.hash[at - 1]) /* I7 */
    :: else
    fi
  }
}

active proctype Writer() {
open:
  atomic {
    inspect();
    assert(sound && !lost); /* A power cut is neither damage nor a loss. */
    check();
    sync(); /* What was recovered is durable before it is served. */
    for (at : 1 .. VERSIONS) { now.chunks[at] = now.chunks[at] && at == now.earliest }
    wrote();
    sync(); /* What cut-off snapshots left is swept. */
    for (at : 1 .. VERSIONS) {
      if :: at > acknowledged && at <= now.head -> told[at] = now.hash[at] :: else fi
    }
    acknowledged = now.head /* Whoever opens it sees this. */
  }
  do
  :: now.head < VERSIONS -> /* A group of one or two is appended. */
     atomic {
       MAY_GO_DARK;
       if :: count = 1 :: now.head + 2 <= VERSIONS -> count = 2 fi;
       for (at : now.head + 1 .. now.head + count) {
         records++;
         now.kind[at] = UPDATE;
         now.hash[at] = records;
         if :: at > 1 -> now.previous[at] = now.hash[at - 1] :: else -> now.previous[at] = 0 fi
       }
#ifdef TWO_WRITES
       wrote()
     }
     atomic {
       MAY_GO_DARK;
#endif
       now.head = now.head + count;
       wrote()
     }
#ifndef NO_SYNC
     atomic { MAY_GO_DARK; sync() }
#endif
     atomic {
       MAY_GO_DARK;
       /* The system has written the one before to the disk, or not yet. */
       if :: old_mark = mark; old_mark_hash = mark_hash :: true fi;
       mark = now.head;
       mark_hash = now.hash[now.head]
     }
     atomic {
       MAY_GO_DARK;
       for (at : acknowledged + 1 .. now.head) { told[at] = now.hash[at] }
       acknowledged = now.head;
       check()
     }
  :: true -> /* Chunks of some version, without a root for now. */
     atomic {
       MAY_GO_DARK;
       select(base : 1 .. VERSIONS);
       if
       :: base > now.earliest && base <= now.head && !now.chunks[base] ->
          now.chunks[base] = true;
          for (at : 0 .. WRITES - 1) { kept[at].chunks[base] = true }
       :: else
       fi
     }
  :: now.head > 0 -> /* A root, where there are chunks for it. */
     atomic {
       MAY_GO_DARK;
       select(base : 1 .. VERSIONS);
       if
       :: base > now.earliest && base <= now.head && now.chunks[base] ->
          now.kind[base] = ROOT;
#ifdef ROOT_APART
          wrote();
          MAY_GO_DARK;
#endif
          now.earliest = base;
          for (at : 1 .. VERSIONS) {
            if
            :: at < base ->
               now.kind[at] = NONE; now.hash[at] = 0; now.previous[at] = 0; now.chunks[at] = false
            :: at == base -> now.previous[at] = 0
            :: else -> now.chunks[at] = false
            fi
          }
          wrote()
       :: else -> base = 0
       fi
     }
     if
     :: base > 0 ->
        atomic { MAY_GO_DARK; sync() }
        atomic { MAY_GO_DARK; truncated = base; check() }
     :: else
     fi
  :: true -> break
  od;
  goto done;

dark: /* A beginning of what was not synced is there, and one of the marks. */
  atomic {
    select(left : 0 .. unsynced);
    copy(now, kept[left]);
    if :: mark = old_mark; mark_hash = old_mark_hash :: true fi;
    old_mark = mark;
    old_mark_hash = mark_hash;
    sync()
  }
  goto open;

done:
  skip
}
