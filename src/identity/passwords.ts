// Passwords are kept as argon2id hashes. Bun hashes on its thread pool, so the event loop goes on meanwhile.

import type { Values } from "../config/keys.ts";
import type { identitySection } from "./config.ts";
import { ForbiddenBecause } from "./errors.ts";

export class Passwords {
  #options: { algorithm: "argon2id"; memoryCost: number; timeCost: number };
  #maxLength: number;
  #refuseLonger: boolean;
  /** Compared with when there is no user, so that the answer takes as long as for a wrong password. */
  #decoy: Promise<string> | null = null;

  constructor(config: Values<typeof identitySection>) {
    this.#options = {
      algorithm: "argon2id",
      memoryCost: config.KEYSTONE_PASSWORD_HASH_MEMORY,
      timeCost: config.KEYSTONE_PASSWORD_HASH_ROUNDS,
    };
    this.#maxLength = config.KEYSTONE_MAX_PASSWORD_LENGTH;
    this.#refuseLonger = config.KEYSTONE_STRICT_PASSWORD_CHECK;
  }

  /** @throws ForbiddenBecause when it is too long and that is not allowed; else what goes beyond is cut off */
  async hash(password: string): Promise<string> {
    return Bun.password.hash(this.#cut(password), this.#options);
  }

  /**
   * @param hash null for a user who does not exist or has no password: always false, after the usual time
   * @throws ForbiddenBecause as `hash` does
   */
  async verify(password: string, hash: string | null): Promise<boolean> {
    const text = this.#cut(password);
    this.#decoy ??= Bun.password.hash(crypto.randomUUID(), this.#options);
    const matches = await Bun.password.verify(text, hash ?? (await this.#decoy));
    return matches && hash !== null;
  }

  #cut(password: string): string {
    if (password === "") return "\0"; // nothing at all cannot be hashed
    if (password.length <= this.#maxLength) return password;
    if (this.#refuseLonger) {
      throw new ForbiddenBecause(
        `The password length must be less than or equal to ${this.#maxLength}. The server could not comply with the request because the password is invalid.`,
      );
    }
    return password.slice(0, this.#maxLength);
  }
}
