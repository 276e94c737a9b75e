// The stores of this cloud, from GLANCE_ENABLED_BACKENDS.

import type { StatePaths } from "../../core/paths.ts";
import { BadLocation, UnknownStore } from "../errors.ts";
import type { ImageLocation } from "../records.ts";
import { FilesystemStore } from "./filesystem.ts";
import { isWritable, type Store, type WritableStore } from "./store.ts";

export interface StoresOptions {
  /** `file:file,second:file,objects:swift,web:http` */
  backends: readonly string[];
  /** Empty: the first that takes uploads. */
  defaultId: string;
  paths: StatePaths;
  makeHttpStore(id: string): Store;
  makeSwiftStore(id: string): WritableStore;
}

export class Stores {
  readonly #stores: readonly Store[];
  readonly defaultStore: WritableStore;

  /** Makes the folders. @throws Error for a setting that makes no sense */
  constructor(options: StoresOptions) {
    this.#stores = options.backends.map((entry) => makeStore(entry, options));
    const writable = this.#stores.filter(isWritable);
    const wanted =
      options.defaultId === "" ? writable[0] : writable.find(({ id }) => id === options.defaultId);
    if (!wanted) {
      throw new Error(
        `GLANCE_ENABLED_BACKENDS has no store ${options.defaultId || "of type file or swift"} that takes uploads`,
      );
    }
    this.defaultStore = wanted;
  }

  all(): readonly Store[] {
    return this.#stores;
  }

  writable(): WritableStore[] {
    return this.#stores.filter(isWritable);
  }

  files(): FilesystemStore[] {
    return this.#stores.filter((store) => store instanceof FilesystemStore);
  }

  find(id: string): Store | null {
    return this.#stores.find((store) => store.id === id) ?? null;
  }

  /** A store that takes uploads. @throws UnknownStore */
  forUpload(id: string): WritableStore {
    const store = this.find(id);
    if (!store || !isWritable(store)) throw new UnknownStore(id);
    return store;
  }

  /** The store a location belongs to: the one it names, else by its URL. */
  of(location: Pick<ImageLocation, "url" | "metadata">): Store | null {
    const named = location.metadata["store"];
    const byName = typeof named === "string" ? this.find(named) : null;
    return byName ?? this.ofUrl(location.url);
  }

  ofUrl(url: string): Store | null {
    const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase();
    if (scheme === undefined) return null;
    const candidates = this.#stores.filter((store) => store.schemes.includes(scheme));
    return candidates.find((store) => store.type !== "file" || store.path(url) !== null) ?? null;
  }

  /** @throws BadLocation */
  require(location: Pick<ImageLocation, "url" | "metadata">): Store {
    const store = this.of(location);
    if (!store) throw new BadLocation();
    return store;
  }
}

function makeStore(entry: string, options: StoresOptions): Store {
  const m = /^([A-Za-z0-9_][A-Za-z0-9_.-]*):(file|http|swift)$/.exec(entry);
  if (!m || m[1]!.startsWith("os_glance_")) {
    throw new Error(`GLANCE_ENABLED_BACKENDS: "${entry}" is not NAME:file, NAME:swift or NAME:http`);
  }
  const [, id, type] = m as unknown as [string, string, string];
  if (type === "http") return options.makeHttpStore(id);
  if (type === "swift") return options.makeSwiftStore(id);
  // The first folder has the classic name whatever its store is called.
  const first = options.backends.find((other) => other.endsWith(":file")) === entry;
  return new FilesystemStore(id, options.paths.dir(first ? "images" : `images-${id}`));
}
