// Passwords are kept as argon2id hashes. Bun hashes on its thread pool, so the event loop goes on meanwhile.

import type { Values } from "../config/keys.ts";
import type { identitySection } from "./config.ts";

export class Passwords {
  #options: { algorithm: "argon2id"; memoryCost: number; timeCost: number };
  /** Compared with when there is no user, so that the answer takes as long as for a wrong password. */
  #decoy: Promise<string> | null = null;

  constructor(config: Values<typeof identitySection>) {
    this.#options = {
      algorithm: "argon2id",
      memoryCost: config.KEYSTONE_PASSWORD_HASH_MEMORY,
      timeCost: config.KEYSTONE_PASSWORD_HASH_ROUNDS,
    };
  }

  hash(password: string): Promise<string> {
    return Bun.password.hash(password || "\0", this.#options);
  }

  /** @param hash null for a user who does not exist or has no password: always false, after the usual time */
  async verify(password: string, hash: string | null): Promise<boolean> {
    this.#decoy ??= this.hash(crypto.randomUUID());
    const matches = await Bun.password.verify(password || "\0", hash ?? (await this.#decoy));
    return matches && hash !== null;
  }
}
