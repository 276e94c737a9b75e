// The parts of the object store, made and wired in one place.

import type { Values } from "../config/keys.ts";
import { messageOf } from "../core/errors.ts";
import type { Logger } from "../core/log.ts";
import type { ServiceContext } from "../core/service.ts";
import { Auditor } from "./auditor.ts";
import type { objectStoreSection } from "./config.ts";
import { readConstraints } from "./constraints.ts";
import { Containers, Counts } from "./containers.ts";
import { Objects } from "./objects.ts";
import { InfoRegistry } from "./pipeline/info-registry.ts";
import type { Platform } from "./pipeline/platform.ts";
import { ensureRings, ObjectRing } from "./rings/files.ts";
import { Commits } from "./storage/commits.ts";
import { Devices } from "./storage/devices.ts";
import { HashThread } from "./storage/hash-thread.ts";
import { Readers } from "./storage/readers.ts";
import { WalSync } from "./storage/wal-sync.ts";
import { AccountStore } from "./store/accounts.ts";
import { Listings } from "./store/listings.ts";
import { ObjectStore } from "./store/objects.ts";
import { SyncChanges } from "./store/sync-changes.ts";
import { Timestamps } from "./timestamp.ts";

/** How soon a change by another process (`stack sql`) is seen. */
const FOREIGN_CHECK_MS = 250;

/** How soon a new ring counts, as in Swift (`reload_time`). */
const RING_CHECK_MS = 15_000;

/** Pages of swift.db kept in memory. */
const CACHE_KIB = 32 * 1024;

export interface MadeObjectStore {
  platform: Platform;
  commits: Commits;
  changes: SyncChanges;
  /** Files that were stray when the store was opened: what a crash has left behind. */
  strays: string[];
  auditor: Auditor;
  stopWatch(): void;
  /** Resolves when everything begun is on the disk, and files that nothing needs are removed: the end. */
  settled(): Promise<void>;
}

export function makeObjectStore(
  context: ServiceContext,
  log: Logger,
  settings: Values<typeof objectStoreSection>,
): MadeObjectStore {
  const { db, clock, ids } = context;
  // Object data are acknowledged only when they are on the disk; this file is the object store's alone.
  const wal = WalSync.of(db);
  db.raw.run(`PRAGMA cache_size = -${CACHE_KIB}`);
  const limits = readConstraints(context.options("swift.conf").get("swift-constraints"));
  const timestamps = new Timestamps(clock);
  const accounts = new AccountStore(db);
  const objectRows = new ObjectStore(db);
  const counts = new Counts(accounts);
  const changes = new SyncChanges(db);
  const commits = new Commits(db, counts, wal && (() => wal.sync()));
  const nowSeconds = clock.now() / 1000;
  if (ensureRings(context.paths, settings.SWIFT_REPLICAS, nowSeconds)) {
    log.warning(
      null,
      `SWIFT_REPLICAS is ${settings.SWIFT_REPLICAS}, but the object ring was changed by hand and decides: swift-ring-builder object.builder set_replicas`,
    );
  }
  const ring = new ObjectRing(context.paths);
  const devices = new Devices(context.paths, () => ring.data, settings.SWIFT_HASH);
  const removals = new Set<Promise<void>>();
  const removeFile = (file: string) => {
    const removal = devices
      .remove(file)
      .then(() => commits.write(() => objectRows.removeStray(file)))
      .catch((error) => log.error(null, `removing the data file ${file} failed`, error))
      .finally(() => removals.delete(removal));
    removals.add(removal);
  };
  const readers = new Readers(removeFile);
  const hashing = new HashThread(clock);
  const containers = new Containers({
    store: accounts,
    listings: new Listings(db),
    commits,
    counts,
    changes,
    timestamps,
    limits,
  });
  commits.onCommit(() => containers.forget());
  const objects = new Objects({
    accounts,
    objects: objectRows,
    commits,
    counts,
    changes,
    timestamps,
    devices,
    readers,
    upload: {
      devices,
      ids,
      hashing,
      inlineBytes: settings.SWIFT_INLINE_SIZE,
      noteStray: (file) => commits.write(() => objectRows.addStray(file)),
    },
  });
  const platform: Platform = {
    service: context,
    log,
    containers,
    objects,
    timestamps,
    limits,
    info: new InfoRegistry(),
    options: (file) => context.options(file),
    policyName: settings.SWIFT_POLICY_NAME,
  };
  let foreign = db.foreignVersion();
  const stopWatch = clock.every(FOREIGN_CHECK_MS, () => {
    const version = db.foreignVersion();
    if (version !== foreign) containers.forget();
    foreign = version;
  });
  const stopRing = clock.every(RING_CHECK_MS, () => {
    try {
      if (ring.refresh()) log.info(null, "The object ring was read again");
    } catch (error) {
      log.error(null, messageOf(error));
    }
  });
  return {
    platform,
    commits,
    changes,
    strays: objectRows.strays(),
    auditor: new Auditor({
      clock,
      log: log.child("object-auditor"),
      store: objectRows,
      objects,
      devices,
      readers,
      bytesPerSecond: settings.SWIFT_AUDIT_RATE,
    }),
    stopWatch() {
      stopWatch();
      stopRing();
    },
    async settled() {
      await Promise.all(removals);
      await commits.settled();
      hashing.stop();
      await wal?.close();
    },
  };
}
