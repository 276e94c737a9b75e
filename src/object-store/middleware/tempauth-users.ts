// Users of tempauth: `user_ACCOUNT_NAME = KEY [GROUP...] [URL]` in its section, `user64_` with both names in base64;
// and their tokens, which last until the service stops.

import { type Conf, confInt, type Tools } from "../pipeline/contract.ts";
import { quote } from "../wire.ts";

export interface TempUser {
  key: string;
  /** `$HOST` stands for how the client named this service. */
  url: string;
  groups: string[];
}

/** `account:name` → user. @throws Error for an option of another form */
export function readUsers(conf: Conf, prefix: string): Map<string, TempUser> {
  const users = new Map<string, TempUser>();
  for (const [option, value] of conf) {
    const kind = /^user(64)?_/.exec(option);
    if (!kind) continue;
    const names = option.slice(kind[0].length).split("_");
    if (names.length !== 2) throw new Error(`key ${option} was provided in an invalid format`);
    const [account = "", name = ""] = kind[1] ? names.map(fromBase64) : names;
    const words = value.split(/\s+/).filter((word) => word !== "");
    const key = words.shift();
    if (key === undefined) throw new Error(`${option} has no key set`);
    const last = words.at(-1) ?? "";
    const url =
      last.includes("://") || last.includes("$HOST") ? words.pop()! : `$HOST/v1/${prefix}${quote(account)}`;
    users.set(`${account}:${name}`, { key, url, groups: words });
  }
  return users;
}

function fromBase64(text: string): string {
  return Buffer.from(text, "base64").toString("utf8");
}

/** The account, the user, and the groups; an account's administrator belongs to the account's own group. */
export function groupsOf(
  accountUser: string,
  user: TempUser,
  accountId: string,
  prefixes: readonly string[],
): string {
  const account = accountUser.slice(0, accountUser.indexOf(":"));
  const groups = [account, accountUser, ...user.groups.filter((group) => group !== ".admin")];
  if (user.groups.includes(".admin")) {
    for (const prefix of prefixes) if (prefix !== "") groups.push(prefix + account);
    if (!groups.includes(accountId)) groups.push(accountId);
  }
  return groups.join(",");
}

interface Issued {
  token: string;
  groups: string;
  expiresMs: number;
}

const DAY_SECONDS = 86_400;

export class TempTokens {
  #lifeMs: number;
  #prefix: string;
  #tools: Tools;
  #byUser = new Map<string, Issued>();
  #byToken = new Map<string, Issued>();

  constructor(conf: Conf, prefix: string, tools: Tools) {
    this.#lifeMs = confInt(conf, "token_life", DAY_SECONDS) * 1000;
    this.#prefix = prefix;
    this.#tools = tools;
  }

  /** The user's token: the one that is still good, or a new one. There is one a user, so no more are ever kept. */
  issue(accountUser: string, groups: string): Issued {
    const { clock, ids } = this.#tools;
    const before = this.#byUser.get(accountUser);
    if (before && before.expiresMs > clock.now() && before.groups === groups) return before;
    if (before) this.#byToken.delete(before.token);
    const token = `${this.#prefix}tk${ids.hex()}`;
    const issued = { token, groups, expiresMs: clock.now() + this.#lifeMs };
    this.#byUser.set(accountUser, issued);
    this.#byToken.set(token, issued);
    return issued;
  }

  /** The groups of the token's owner; null for a token that is not good. */
  groups(token: string): string | null {
    const issued = this.#byToken.get(token);
    return issued && issued.expiresMs > this.#tools.clock.now() ? issued.groups : null;
  }
}
