// What a password must be, and for how long it holds: keystone.conf's [security_compliance], all of it off by default.

import type { Values } from "../config/keys.ts";
import type { Clock } from "../core/clock.ts";
import type { identitySection } from "./config.ts";
import { AuthenticationFailed, AuthenticationRefused, ValidationFailed } from "./errors.ts";
import type { Passwords } from "./passwords.ts";
import type { IdentityStore } from "./store.ts";
import type { UserRow } from "./tables.ts";

const DAY_MS = 86_400_000;

export class PasswordRules {
  #store: IdentityStore;
  #passwords: Passwords;
  #clock: Clock;
  #config: Values<typeof identitySection>;
  #pattern: RegExp | null;

  constructor(parts: {
    store: IdentityStore;
    passwords: Passwords;
    clock: Clock;
    config: Values<typeof identitySection>;
  }) {
    this.#store = parts.store;
    this.#passwords = parts.passwords;
    this.#clock = parts.clock;
    this.#config = parts.config;
    const { KEYSTONE_PASSWORD_REGEX: regex } = parts.config;
    this.#pattern = regex === "" ? null : new RegExp(`^(?:${regex})`);
  }

  /**
   * A new password, hashed; null stays null (no log-in by password).
   * @throws ValidationFailed, ForbiddenBecause
   */
  async hash(password: string | null): Promise<string | null> {
    if (password === null) return null;
    if (this.#pattern && !this.#pattern.test(password)) {
      const asked = this.#config.KEYSTONE_PASSWORD_REGEX_DESCRIPTION;
      throw new ValidationFailed(`The password does not match the requirements: ${asked}.`);
    }
    return this.#passwords.hash(password);
  }

  /**
   * Whether this is the user's password, counting failures. Takes equally long for a user who does not exist.
   * @throws AuthenticationFailed, AuthenticationRefused when the password has expired
   */
  async check(user: UserRow | null, password: string, { expiredMay = false } = {}): Promise<UserRow> {
    const matches = await this.#passwords.verify(password, user?.password ?? null);
    if (!user) throw new AuthenticationFailed("there is no such user");
    if (this.#isLocked(user)) throw new AuthenticationFailed(`the account of ${user.id} is locked`);
    const now = this.#clock.now();
    if (!matches) {
      if (this.#config.KEYSTONE_LOCKOUT_FAILURE_ATTEMPTS > 0) {
        const failures = (this.#store.users.get(user.id)?.failed_auth_count ?? 0) + 1;
        this.#store.users.update(user.id, { failed_auth_count: failures, failed_auth_at: now });
      }
      throw new AuthenticationFailed("wrong password");
    }
    if (!user.enabled) throw new AuthenticationFailed(`user ${user.id} is disabled`);
    if (this.#disableWhenInactive(user)) throw new AuthenticationFailed(`user ${user.id} was inactive`);
    if (this.isExpired(user) && !expiredMay) {
      throw new AuthenticationRefused(
        `The password is expired and needs to be changed for user: ${user.id}.`,
      );
    }
    const changes: Partial<UserRow> = {};
    if (user.failed_auth_count > 0) Object.assign(changes, { failed_auth_count: 0, failed_auth_at: null });
    if (this.#config.KEYSTONE_DISABLE_USER_DAYS_INACTIVE > 0) changes.last_active_at = now;
    if (Object.keys(changes).length > 0) this.#store.users.update(user.id, changes);
    return user;
  }

  isExpired(user: UserRow): boolean {
    if (user.password_expires_at === null || user.options["ignore_password_expiry"] === true) return false;
    return user.password_expires_at <= this.#clock.now();
  }

  /** When a password made now ends. @param byAdministrator whether it must be changed at the first log-in */
  expiry(options: Record<string, unknown>, byAdministrator: boolean): number | null {
    const now = this.#clock.now();
    const { KEYSTONE_CHANGE_PASSWORD_UPON_FIRST_USE: change, KEYSTONE_PASSWORD_EXPIRES_DAYS: days } =
      this.#config;
    if (byAdministrator && change && options["ignore_change_password_upon_first_use"] !== true) return now;
    if (days === 0 || options["ignore_password_expiry"] === true) return null;
    return Math.floor((now + days * DAY_MS) / 1000) * 1000;
  }

  /**
   * Whether a user may choose this password now.
   * @throws ValidationFailed
   */
  async mayChangeTo(user: UserRow, password: string): Promise<void> {
    if (user.options["lock_password"] === true) {
      throw new ValidationFailed(
        "You cannot change your password at this time due to password policy disallowing password changes. Please contact your administrator to reset your password.",
      );
    }
    const history = this.#store.passwordHistory(user.id);
    const newest = history.at(-1);
    const minAgeDays = this.#config.KEYSTONE_MINIMUM_PASSWORD_AGE;
    if (newest?.self_service && minAgeDays > 0) {
      const leftMs = newest.created_at + minAgeDays * DAY_MS - this.#clock.now();
      if (leftMs > 0) {
        const daysLeft = Math.floor(leftMs / DAY_MS);
        throw new ValidationFailed(
          `You cannot change your password at this time due to the minimum password age. Once you change your password, it must be used for ${minAgeDays} day(s) before it can be changed. Please try again in ${daysLeft} day(s) or contact your administrator to reset your password.`,
        );
      }
    }
    const unique = this.#config.KEYSTONE_UNIQUE_LAST_PASSWORD_COUNT;
    if (unique === 0) return;
    for (const former of history.slice(-unique)) {
      if (await this.#passwords.verify(password, former.password_hash)) {
        throw new ValidationFailed(
          `The new password cannot be identical to a previous password. The total number which includes the new password must be unique is ${unique}.`,
        );
      }
    }
  }

  /** Writes down a password that now holds, and forgets those that no rule asks about. */
  remember(userId: string, hash: string | null, selfService: boolean): void {
    this.#store.passwords.insert({
      user_id: userId,
      password_hash: hash,
      self_service: selfService,
      created_at: this.#clock.now(),
    });
    const keep = Math.max(1, this.#config.KEYSTONE_UNIQUE_LAST_PASSWORD_COUNT);
    const history = this.#store.passwordHistory(userId);
    for (const old of history.slice(0, -keep)) this.#store.passwords.remove(old.id);
  }

  #isLocked(user: UserRow): boolean {
    const { KEYSTONE_LOCKOUT_FAILURE_ATTEMPTS: attempts, KEYSTONE_LOCKOUT_DURATION: seconds } = this.#config;
    if (attempts === 0 || user.options["ignore_lockout_failure_attempts"] === true) return false;
    if (user.failed_auth_count < attempts) return false;
    if (seconds === 0 || (user.failed_auth_at ?? 0) + seconds * 1000 > this.#clock.now()) return true;
    this.#store.users.update(user.id, { failed_auth_count: 0, failed_auth_at: null });
    return false;
  }

  #disableWhenInactive(user: UserRow): boolean {
    const days = this.#config.KEYSTONE_DISABLE_USER_DAYS_INACTIVE;
    if (days === 0 || user.options["ignore_user_inactivity"] === true) return false;
    const lastMs = user.last_active_at ?? user.created_at;
    if (lastMs === null || this.#clock.now() - lastMs < days * DAY_MS) return false;
    this.#store.users.update(user.id, { enabled: false });
    return true;
  }
}
