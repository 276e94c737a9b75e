// The limits of images and projects. Authority: glance/quota/__init__.py and glance/api/common.py of Zed.

import type { Values } from "../config/keys.ts";
import type { imageSection } from "./config.ts";
import { ImageTooLarge, LimitExceeded, StorageQuotaFull } from "./errors.ts";
import { RESERVED_NAMESPACE } from "./records.ts";
import type { ImageStore } from "./store.ts";

export class Quota {
  #config: Values<typeof imageSection>;
  #store: ImageStore;

  constructor(config: Values<typeof imageSection>, store: ImageStore) {
    this.#config = config;
    this.#store = store;
  }

  checkProperties(names: readonly string[]): void {
    const attempted = names.filter((name) => !name.startsWith(RESERVED_NAMESPACE)).length;
    this.#check("properties", attempted, this.#config.GLANCE_IMAGE_PROPERTY_QUOTA);
  }

  checkTags(count: number): void {
    this.#check("tags", count, this.#config.GLANCE_IMAGE_TAG_QUOTA);
  }

  checkMembers(count: number): void {
    this.#check("members for this image", count, this.#config.GLANCE_IMAGE_MEMBER_QUOTA);
  }

  checkLocations(count: number): void {
    this.#check("locations", count, this.#config.GLANCE_IMAGE_LOCATION_QUOTA);
  }

  #check(what: ConstructorParameters<typeof LimitExceeded>[0], attempted: number, maximum: number): void {
    if (maximum >= 0 && attempted > maximum) throw new LimitExceeded(what, attempted, maximum);
  }

  /**
   * How many bytes of data this image may get.
   * @param sizeBytes the announced size; null when it is not known
   * @throws ImageTooLarge, StorageQuotaFull when that is known to be too much
   */
  room(owner: string | null, imageId: string, sizeBytes: number | null): Room {
    const cap = this.#config.GLANCE_IMAGE_SIZE_CAP;
    if (sizeBytes !== null && sizeBytes > cap) throw new ImageTooLarge();
    const quota = this.#config.GLANCE_USE_KEYSTONE_LIMITS ? 0 : this.#config.GLANCE_USER_STORAGE_QUOTA;
    if (quota === 0 || owner === null) return new Room(cap, Number.POSITIVE_INFINITY);
    const remaining = quota - this.#store.storedBytes(owner, imageId);
    if (sizeBytes === null ? remaining <= 0 : sizeBytes > remaining) {
      throw new StorageQuotaFull(sizeBytes, remaining);
    }
    return new Room(cap, remaining);
  }
}

/** The room for one upload; asked as the data comes in. */
export class Room {
  #capBytes: number;
  #remainingBytes: number;

  constructor(capBytes: number, remainingBytes: number) {
    this.#capBytes = capBytes;
    this.#remainingBytes = remainingBytes;
  }

  /** @throws ImageTooLarge, StorageQuotaFull */
  check(receivedBytes: number): void {
    if (receivedBytes > this.#capBytes) throw new ImageTooLarge();
    if (receivedBytes > this.#remainingBytes) throw new StorageQuotaFull(receivedBytes, this.#remainingBytes);
  }
}
