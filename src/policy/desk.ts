// What `stack policy` asks of the running cloud, and what it is told.

import type { Enforcer } from "./enforcer.ts";
import type { Explanation } from "./explain.ts";

/** One project's policy and the names it answers to: `nova`, `compute`, `n-api`. */
export interface PolicyService {
  project: string;
  names: ReadonlySet<string>;
  policy: Enforcer;
}

export interface PolicyQuestion {
  /** Name or id, and so are the others; of the domain `default` unless one is named. */
  user?: string;
  userDomain?: string;
  project?: string;
  projectDomain?: string;
  domain?: string;
  system?: boolean;
  /** In place of a user: a token. */
  token?: string;
  rule: string;
  service?: string;
  /** `KEY=VALUE`, or the id of a server, volume, image, project or user. */
  target: readonly string[];
}

export interface PolicyAnswer {
  allowed: boolean;
  service: string;
  /** The rules the question was about: several when a former name was split. */
  decisions: Explanation[];
  subject: {
    userId: string | null;
    userName: string | null;
    scope: string;
    roles: readonly string[];
    isAdmin: boolean;
  };
  target: Record<string, unknown>;
  switches: { enforceScope: boolean; enforceNewDefaults: boolean };
}

export interface PolicyRow {
  service: string;
  name: string;
  /** The text in force. */
  text: string;
  /** `default`, `default or legacy default`, `FILE:LINE`. */
  source: string;
  description: string;
  /** The defaults, and what a sample file tells of the rule. */
  check: string | null;
  legacy: string | null;
  scopes: readonly string[];
  formerly: readonly string[];
}

/** The cloud's side of it. */
export interface PolicyDesk {
  /** @throws Invalid for a rule that no service knows or several do; NotFound, Conflict for the subject and the target */
  answer(question: PolicyQuestion): PolicyAnswer;
  /** Every rule of a service, or of all. @throws NotFound */
  rows(service?: string): PolicyRow[];
}
