// The rules of accounts and containers. Counts and bytes are exact at every instant: they are changed by the
// transaction that changes what they count.

import type { Constraints } from "./constraints.ts";
import { AccountNotFound, ContainerNotFound, NotEmpty } from "./errors.ts";
import type { ListingEntry, ListingQuery } from "./listing.ts";
import { type Metadata, mergeMetadata, parseMetadata } from "./metadata.ts";
import { isReserved, reservedName } from "./path.ts";
import type { Commits } from "./storage/commits.ts";
import type { AccountStore } from "./store/accounts.ts";
import { type Listings, successor } from "./store/listings.ts";
import type { SyncChanges } from "./store/sync-changes.ts";
import type { AccountRow, ContainerRow } from "./tables.ts";
import { normal, type Timestamps } from "./timestamp.ts";

export interface AccountInfo {
  id: number;
  name: string;
  createdAt: number;
  putTimestamp: number;
  containerCount: number;
  objectCount: number;
  bytesUsed: number;
  metadata: Readonly<Metadata>;
}

export interface ContainerInfo {
  id: number;
  accountId: number;
  name: string;
  createdAt: number;
  putTimestamp: number;
  objectCount: number;
  bytesUsed: number;
  metadata: Readonly<Metadata>;
}

/** Adds up what a transaction changes in counts. */
export class Counts {
  #store: AccountStore;
  #containers = new Map<number, { objects: number; bytes: number }>();
  #accounts = new Map<number, { containers: number; objects: number; bytes: number }>();

  constructor(store: AccountStore) {
    this.#store = store;
  }

  /** Objects were added to a container or (negative) taken away. */
  objects(accountId: number, containerId: number, objects: number, bytes: number): void {
    const container = this.#containers.get(containerId) ?? { objects: 0, bytes: 0 };
    container.objects += objects;
    container.bytes += bytes;
    this.#containers.set(containerId, container);
    this.#account(accountId, 0, objects, bytes);
  }

  containers(accountId: number, containers: number): void {
    this.#account(accountId, containers, 0, 0);
  }

  flush(): void {
    for (const [id, { objects, bytes }] of this.#containers) {
      if (objects !== 0 || bytes !== 0) this.#store.addToContainer(id, objects, bytes);
    }
    for (const [id, { containers, objects, bytes }] of this.#accounts) {
      if (containers !== 0 || objects !== 0 || bytes !== 0)
        this.#store.addToAccount(id, containers, objects, bytes);
    }
    this.reset();
  }

  reset(): void {
    this.#containers.clear();
    this.#accounts.clear();
  }

  #account(id: number, containers: number, objects: number, bytes: number): void {
    const account = this.#accounts.get(id) ?? { containers: 0, objects: 0, bytes: 0 };
    account.containers += containers;
    account.objects += objects;
    account.bytes += bytes;
    this.#accounts.set(id, account);
  }
}

export interface ContainersParts {
  store: AccountStore;
  listings: Listings;
  commits: Commits;
  counts: Counts;
  changes: SyncChanges;
  timestamps: Timestamps;
  limits: Constraints;
}

/** Of the names deleted accounts have, behind a NUL. */
const DELETED = "deleted";

const SYNC_TO = "x-container-sync-to";

/** Entries that are remembered; a request asks for the same two several times. */
const MAX_REMEMBERED = 10_000;

export class Containers {
  #parts: ContainersParts;
  #accounts = new Map<string, AccountInfo | null>();
  #containers = new Map<string, ContainerInfo | null>();

  constructor(parts: ContainersParts) {
    this.#parts = parts;
  }

  account(name: string): AccountInfo | null {
    let info = this.#accounts.get(name);
    if (info === undefined) {
      const row = this.#parts.store.account(name);
      info = row && accountInfo(row);
      if (this.#accounts.size >= MAX_REMEMBERED) this.#accounts.clear();
      this.#accounts.set(name, info);
    }
    return info;
  }

  /** Null when the container or its account does not exist. */
  container(accountName: string, name: string): ContainerInfo | null {
    // No account has a slash in its name.
    const key = `${accountName}/${name}`;
    let info = this.#containers.get(key);
    if (info === undefined) {
      const account = this.account(accountName);
      const row = account && this.#parts.store.container(account.id, name);
      info = row && containerInfo(row);
      if (this.#containers.size >= MAX_REMEMBERED) this.#containers.clear();
      this.#containers.set(key, info);
    }
    return info;
  }

  /** Forgets what is remembered: something was written, here or by another process. */
  forget(): void {
    this.#accounts.clear();
    this.#containers.clear();
  }

  /** Changes an account's metadata, making the account when it is missing. */
  putAccount(name: string, changes: Metadata): Promise<{ created: boolean }> {
    const { store, commits, timestamps, limits } = this.#parts;
    return commits.write(() => {
      const row = store.account(name);
      const before = row ? parseMetadata(row.metadata) : {};
      const metadata = mergeMetadata("account", before, changes, limits);
      if (row) store.setAccount(row.id, timestamps.next(), metadata);
      else store.insertAccount(name, timestamps.next(), metadata);
      return { created: row === null };
    });
  }

  /**
   * Takes the account away at once, with all that is in it; the space comes back when it has been reaped.
   * @throws AccountNotFound
   */
  deleteAccount(name: string): Promise<void> {
    const { store, commits, timestamps } = this.#parts;
    return commits.write(() => {
      const row = store.account(name);
      if (!row) throw new AccountNotFound();
      store.renameAccount(row.id, reservedName(DELETED, normal(timestamps.next()), name));
    });
  }

  /** Accounts that were deleted and are still to be taken apart. */
  deletedAccounts(): number[] {
    const from = reservedName(DELETED, "");
    return this.#parts.store.accountsBetween(from, successor(from)!).map((row) => row.id);
  }

  /** A container of a deleted account; null when there is none left. */
  containerOfDeleted(accountId: number): number | null {
    return this.#parts.store.firstContainer(accountId)?.id ?? null;
  }

  /** Removes an empty container of a deleted account. */
  reapContainer(id: number): Promise<void> {
    const { store, commits, changes } = this.#parts;
    return commits.write(() => {
      changes.clear(id);
      store.deleteContainer(id);
    });
  }

  /** Removes a deleted account that has no containers left. */
  reapAccount(id: number): Promise<void> {
    const { store, commits } = this.#parts;
    return commits.write(() => store.deleteAccount(id));
  }

  /**
   * Makes a container, or changes the metadata of one that exists.
   * @param accountMetadata for the account, when that has to be made too
   */
  putContainer(
    accountName: string,
    name: string,
    changes: Metadata,
    accountMetadata: Metadata = {},
  ): Promise<{ created: boolean }> {
    const { store, commits, timestamps, limits, counts } = this.#parts;
    return commits.write(() => {
      const account =
        store.account(accountName) ?? store.insertAccount(accountName, timestamps.next(), accountMetadata);
      const row = store.container(account.id, name);
      const metadata = mergeMetadata("container", row ? parseMetadata(row.metadata) : {}, changes, limits);
      if (row) {
        this.#setContainer(row, metadata);
        return { created: false };
      }
      store.insertContainer(account.id, name, timestamps.next(), metadata);
      if (!isReserved(name)) counts.containers(account.id, 1);
      return { created: true };
    });
  }

  /** @throws ContainerNotFound, MetadataTooLarge */
  postContainer(accountName: string, name: string, changes: Metadata): Promise<void> {
    const { commits, limits } = this.#parts;
    return commits.write(() => {
      const row = this.#row(accountName, name);
      this.#setContainer(row, mergeMetadata("container", parseMetadata(row.metadata), changes, limits));
    });
  }

  /** @throws ContainerNotFound, NotEmpty */
  deleteContainer(accountName: string, name: string): Promise<void> {
    const { store, commits, counts, changes } = this.#parts;
    return commits.write(() => {
      const row = this.#row(accountName, name);
      if (store.hasObjects(row.id)) throw new NotEmpty();
      changes.clear(row.id);
      store.deleteContainer(row.id);
      if (!isReserved(name)) counts.containers(row.account_id, -1);
    });
  }

  listContainers(account: AccountInfo, query: ListingQuery): Promise<ListingEntry[]> {
    return this.#parts.listings.containers(account.id, query);
  }

  listObjects(container: ContainerInfo, query: ListingQuery): Promise<ListingEntry[]> {
    return this.#parts.listings.objects(container.id, query);
  }

  /** Where the container is synchronised to another place, all of it is passed on anew. */
  #setContainer(row: ContainerRow, metadata: Metadata): void {
    const { store, changes, timestamps } = this.#parts;
    store.setContainer(row.id, timestamps.next(), metadata);
    const [before, after] = [parseMetadata(row.metadata)[SYNC_TO], metadata[SYNC_TO]];
    if (after === undefined) changes.clear(row.id);
    else if (after !== before) changes.restart(row.id);
  }

  #row(accountName: string, name: string): ContainerRow {
    const { store } = this.#parts;
    const account = store.account(accountName);
    const row = account && store.container(account.id, name);
    if (!row) throw new ContainerNotFound();
    return row;
  }
}

function accountInfo(row: AccountRow): AccountInfo {
  return {
    id: row.id,
    name: row.name,
    createdAt: row.created_at,
    putTimestamp: row.put_timestamp,
    containerCount: row.container_count,
    objectCount: row.object_count,
    bytesUsed: row.bytes_used,
    metadata: parseMetadata(row.metadata),
  };
}

function containerInfo(row: ContainerRow): ContainerInfo {
  return {
    id: row.id,
    accountId: row.account_id,
    name: row.name,
    createdAt: row.created_at,
    putTimestamp: row.put_timestamp,
    objectCount: row.object_count,
    bytesUsed: row.bytes_used,
    metadata: parseMetadata(row.metadata),
  };
}
