// The rules for key pairs, which belong to a user. Authority: nova/compute/api.py, KeypairAPI, of Zed.

import type { Clock } from "../core/clock.ts";
import { Conflict, Invalid, NotFound, OverQuota } from "../core/errors.ts";
import { generateSshKey, sshFingerprint, x509Fingerprint } from "./keypair-crypto.ts";
import type { KeypairFacts, KeypairSource, QuotaGate } from "./periphery.ts";
import type { PeripheryStore } from "./store-periphery.ts";
import type { KeyPairRow } from "./tables-periphery.ts";

export class KeypairNotFound extends NotFound {
  constructor(name: string, userId: string) {
    super(`Keypair ${name} not found for user ${userId}`);
  }
}

export class KeyPairExists extends Conflict {
  constructor(name: string) {
    super(`Key pair '${name}' already exists.`);
  }
}

export class KeypairLimitExceeded extends OverQuota {
  constructor() {
    super("Quota exceeded, too many key pairs.");
  }
}

export class KeypairMarkerNotFound extends Invalid {
  constructor(marker: string) {
    super(`Marker ${marker} could not be found.`);
  }
}

export type KeypairType = "ssh" | "x509";

export class Keypairs implements KeypairSource {
  #store: PeripheryStore;
  #clock: Clock;
  #quotas: QuotaGate;

  constructor(parts: { store: PeripheryStore; clock: Clock; quotas: QuotaGate }) {
    this.#store = parts.store;
    this.#clock = parts.clock;
    this.#quotas = parts.quotas;
  }

  find(userId: string, name: string): KeypairFacts | null {
    const row = this.#store.keyPairs.first({ user_id: userId, name });
    if (!row) return null;
    return {
      name: row.name,
      publicKey: row.public_key ?? "",
      fingerprint: row.fingerprint ?? "",
      type: row.type,
    };
  }

  /** @throws KeypairNotFound */
  get(userId: string, name: string): KeyPairRow {
    const row = this.#store.keyPairs.first({ user_id: userId, name });
    if (!row) throw new KeypairNotFound(name, userId);
    return row;
  }

  /** In the order of their names. @throws KeypairMarkerNotFound */
  list(userId: string, page: { limit: number; marker: string | null }): KeyPairRow[] {
    if (page.marker !== null && !this.find(userId, page.marker)) throw new KeypairMarkerNotFound(page.marker);
    return this.#store.listKeyPairs(userId, page.limit, page.marker);
  }

  /** @throws KeypairLimitExceeded, InvalidKeypair, KeyPairExists */
  import(
    owner: { userId: string; projectId: string | null },
    name: string,
    publicKey: string,
    type: KeypairType,
  ): KeyPairRow {
    this.#checkQuota(owner);
    const fingerprint = type === "ssh" ? sshFingerprint(publicKey) : x509Fingerprint(publicKey);
    return this.#insert(owner, { name, publicKey, fingerprint, type });
  }

  /**
   * A new key, whose private half is returned and not kept: a PKCS#1 PEM, or for x509 a PKCS#12 file in base64.
   * @throws KeypairLimitExceeded, KeyPairExists
   */
  async create(
    owner: { userId: string; projectId: string | null },
    name: string,
    type: KeypairType,
  ): Promise<{ row: KeyPairRow; privateKey: string }> {
    this.#checkQuota(owner);
    if (this.find(owner.userId, name)) throw new KeyPairExists(name);
    if (type === "ssh") {
      const { privateKey, publicKey } = await generateSshKey();
      const fingerprint = sshFingerprint(publicKey);
      return { row: this.#insert(owner, { name, publicKey, fingerprint, type }), privateKey };
    }
    const { generateX509 } = await import("./keypair-x509.ts");
    const { certificate, bundle } = await generateX509(owner.userId, this.#clock.now());
    const fingerprint = x509Fingerprint(certificate);
    const row = this.#insert(owner, { name, publicKey: certificate, fingerprint, type });
    return { row, privateKey: bundle };
  }

  /** Servers keep the key they were made with. @throws KeypairNotFound */
  delete(userId: string, name: string): void {
    if (this.#store.keyPairs.delete({ user_id: userId, name }) === 0) throw new KeypairNotFound(name, userId);
  }

  #checkQuota({ userId, projectId }: { userId: string; projectId: string | null }): void {
    const limit = this.#quotas.limit(projectId, "key_pairs");
    if (limit >= 0 && this.#store.countKeyPairs(userId) >= limit) throw new KeypairLimitExceeded();
  }

  /** Checks once more: while a key was being made, others were. */
  #insert(
    owner: { userId: string; projectId: string | null },
    pair: { name: string; publicKey: string; fingerprint: string; type: KeypairType },
  ): KeyPairRow {
    return this.#store.db.transaction(() => {
      this.#checkQuota(owner);
      if (this.find(owner.userId, pair.name)) throw new KeyPairExists(pair.name);
      const id = this.#store.keyPairs.insert({
        created_at: this.#clock.now(),
        name: pair.name,
        user_id: owner.userId,
        fingerprint: pair.fingerprint,
        public_key: pair.publicKey,
        type: pair.type,
      });
      const row = this.#store.keyPairs.first({ id });
      if (!row) throw new KeypairNotFound(pair.name, owner.userId);
      return row;
    });
  }
}
