// What a token is asked to be good for, found by id or by name. Authority: keystone/auth/core.py, AuthInfo.

import { AuthenticationFailed, EntityNotFound, MissingAttribute } from "./errors.ts";
import type { IdentityStore } from "./store.ts";
import type { ProjectRow, TrustRow } from "./tables.ts";
import type { TokenScope } from "./tokens/payload.ts";
import type { Trusts } from "./trusts.ts";

export interface DomainRef {
  id?: string;
  name?: string;
}

export interface ProjectRef {
  id?: string;
  name?: string;
  domain?: DomainRef;
}

export type ScopeRef =
  | string
  | {
      project?: ProjectRef;
      domain?: DomainRef;
      system?: { all?: boolean };
      unscoped?: object;
      "OS-TRUST:trust"?: { id?: string };
    };

export interface ResolvedScope {
  scope: TokenScope;
  trust: TrustRow | null;
}

const KINDS = ["system", "project", "domain", "OS-TRUST:trust", "unscoped"] as const;

export class Scopes {
  #store: IdentityStore;
  #trusts: Trusts;

  constructor(parts: { store: IdentityStore; trusts: Trusts }) {
    this.#store = parts.store;
    this.#trusts = parts.trusts;
  }

  /** @throws MissingAttribute unless exactly one scope is named, AuthenticationFailed when it is not to be had */
  resolve(ref: ScopeRef): ResolvedScope {
    const named = KINDS.filter((kind) => (typeof ref === "string" ? ref.includes(kind) : kind in ref));
    if (named.length !== 1) {
      throw new MissingAttribute("system, project, domain, OS-TRUST:trust or unscoped", "scope");
    }
    if (typeof ref === "string") {
      if (named[0] === "unscoped") return { scope: { kind: "unscoped" }, trust: null };
      throw new MissingAttribute("system, project, domain, OS-TRUST:trust or unscoped", "scope");
    }
    switch (named[0]) {
      case "system":
        return { scope: { kind: "system" }, trust: null };
      case "project":
        return { scope: { kind: "project", projectId: this.project(ref.project ?? {}).id }, trust: null };
      case "domain":
        return { scope: { kind: "domain", domainId: this.domain(ref.domain ?? {}).id }, trust: null };
      case "OS-TRUST:trust":
        return this.#trust(ref["OS-TRUST:trust"]?.id);
      default:
        return { scope: { kind: "unscoped" }, trust: null };
    }
  }

  /** An enabled domain. @throws AuthenticationFailed */
  domain(ref: DomainRef): ProjectRow {
    const row = ref.name ? this.#store.domainByName(ref.name) : this.#store.domain(ref.id ?? "");
    if (!row?.enabled) throw new AuthenticationFailed(`no domain ${ref.name ?? ref.id} that is enabled`);
    return row;
  }

  /** An enabled project in an enabled domain. @throws AuthenticationFailed, MissingAttribute */
  project(ref: ProjectRef): ProjectRow {
    let row: ProjectRow | null;
    if (ref.name) {
      if (!ref.domain) throw new MissingAttribute("domain", "project");
      row = this.#store.projectByName(this.domain(ref.domain).id, ref.name);
    } else {
      row = this.#store.projects.get(ref.id ?? "");
    }
    const usable =
      row !== null && !row.is_domain && row.enabled && this.#store.projects.get(row.domain_id)?.enabled;
    if (!row || !usable) throw new AuthenticationFailed(`no project ${ref.name ?? ref.id} that is enabled`);
    return row;
  }

  #trust(id: string | undefined): ResolvedScope {
    if (!id) throw new MissingAttribute("trust_id", "trust");
    let trust: TrustRow;
    try {
      trust = this.#trusts.get(id);
    } catch (error) {
      if (error instanceof EntityNotFound) throw new AuthenticationFailed(error);
      throw error;
    }
    const scope: TokenScope =
      trust.project_id === null
        ? { kind: "unscoped" }
        : { kind: "project", projectId: this.project({ id: trust.project_id }).id };
    return { scope, trust };
  }
}
