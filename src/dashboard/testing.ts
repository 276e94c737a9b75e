// A browser's side of the dashboard's server, for tests: keeps the cookie, sends what our own pages send.

import type { Answer, TestCloud } from "../testing/cloud.ts";
import { TEST_PASSWORD } from "../testing/cloud.ts";
import { GUARD_HEADER, GUARD_VALUE } from "./wire.ts";

export const GUARD = { [GUARD_HEADER]: GUARD_VALUE };

export class Visitor {
  /** `name=value`, as the browser would send it back. */
  cookie: string | null = null;
  #all: TestCloud;

  constructor(all: TestCloud) {
    this.#all = all;
  }

  async send(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = GUARD,
  ): Promise<Answer> {
    const cookie: Record<string, string> = this.cookie === null ? {} : { cookie: this.cookie };
    const answer = await this.#all.request("horizon", method, path, body, { ...cookie, ...headers });
    const set = answer.headers.get("set-cookie");
    if (set) this.cookie = /Max-Age=0/.test(set) ? null : set.split(";")[0]!;
    return answer;
  }

  get(path: string, headers?: Record<string, string>): Promise<Answer> {
    return this.send("GET", path, undefined, headers);
  }

  signIn(user: string, password = TEST_PASSWORD, more: Record<string, string> = {}): Promise<Answer> {
    return this.send("POST", "/api/session", { user, password, ...more });
  }
}

export async function signedIn(all: TestCloud, user: string): Promise<Visitor> {
  const visitor = new Visitor(all);
  const answer = await visitor.signIn(user);
  if (answer.status !== 201) throw new Error(`${user} cannot sign in: ${answer.text}`);
  return visitor;
}
