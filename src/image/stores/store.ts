// Where image data lies. A store keeps one blob per image; a blob is visible only when its deposit is committed.

export interface Store {
  /** `file`: the name in `stores`, in a location's metadata and in `X-Image-Meta-Store`. */
  readonly id: string;
  readonly type: "file" | "http" | "swift";
  /** True when it takes no uploads: its locations are only referred to. */
  readonly readOnly: boolean;
  /** URL schemes of its locations. */
  readonly schemes: readonly string[];
  /** What an administrator may see of it (`/v2/info/stores/detail`). */
  properties(): Record<string, unknown>;
  /** The size of what a URL names. @throws BadLocation when there is nothing, or it may not be reached */
  sizeOf(url: string): Promise<number>;
  /** The blob's file on this host, or null when there is none. Does not look whether it exists. */
  path(url: string): string | null;
  /** The blob's bytes from `offset`, `length` of them. */
  read(url: string, offset: number, length: number): AsyncIterable<Uint8Array>;
  /** Takes the blob away; whoever has it open keeps it. Nothing happens when it is not there. */
  remove(url: string): void;
}

export interface WritableStore extends Store {
  readonly readOnly: false;
  /**
   * Begins a blob. What an earlier deposit for this image left unfinished is dropped.
   * @param sizeBytes null when it is not known
   */
  begin(imageId: string, sizeBytes: number | null): Promise<Deposit>;
  /** Ends when nothing is being removed any more, where `remove` only begins it. */
  settle?(): Promise<void>;
}

/** Data on its way in. Ends with `commit` or `abort`; either may be followed by another `abort`. */
export interface Deposit {
  /** Appends. May be called again before it resolves; when it has, the bytes may be changed. Best in large pieces. */
  write(bytes: Uint8Array): Promise<void>;
  /** Everything is on the disk and in its place. @returns the URL */
  commit(): Promise<string>;
  /** Nothing is left. */
  abort(): Promise<void>;
}

export function isWritable(store: Store): store is WritableStore {
  return !store.readOnly;
}
