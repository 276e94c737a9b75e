// Who is it, and for what? Turns the methods and the scope of a request for a token into a token.
// Authority: keystone/api/_shared/authentication.py, keystone/auth/core.py and keystone/auth/plugins/.

import type { RequestContext } from "../core/context.ts";
import type { Logger } from "../core/log.ts";
import { AuthenticationFailed, MethodNotSupported, ValidationFailed } from "./errors.ts";
import type { Passwords } from "./passwords.ts";
import type { RoleResolver } from "./roles.ts";
import type { IdentityStore } from "./store.ts";
import type { ProjectRow, UserRow } from "./tables.ts";
import type { TokenPayload, TokenScope } from "./tokens/payload.ts";
import type { TokenProvider, TokenView } from "./tokens/provider.ts";

export interface DomainRef {
  id?: string;
  name?: string;
}

export interface UserRef {
  id?: string;
  name?: string;
  domain?: DomainRef;
  password?: string;
}

export interface ScopeRef {
  project?: { id?: string; name?: string; domain?: DomainRef };
  domain?: DomainRef;
  system?: { all?: boolean };
  unscoped?: object;
}

export interface AuthRequest {
  methods: string[];
  password?: UserRef;
  token?: { id: string };
  /** Null: the user's default project when there is one. */
  scope: ScopeRef | null;
}

export interface Issued {
  token: string;
  view: TokenView;
}

interface Proven {
  user: UserRow;
  parent: TokenPayload | null;
}

export class Authentication {
  #store: IdentityStore;
  #roles: RoleResolver;
  #passwords: Passwords;
  #tokens: TokenProvider;
  #log: Logger;

  constructor(parts: {
    store: IdentityStore;
    roles: RoleResolver;
    passwords: Passwords;
    tokens: TokenProvider;
    log: Logger;
  }) {
    this.#store = parts.store;
    this.#roles = parts.roles;
    this.#passwords = parts.passwords;
    this.#tokens = parts.tokens;
    this.#log = parts.log;
  }

  /** @throws AuthenticationFailed, MethodNotSupported, ValidationFailed */
  async authenticate(context: RequestContext, request: AuthRequest): Promise<Issued> {
    const proofs: Proven[] = [];
    for (const method of request.methods) proofs.push(await this.#prove(context, method, request));
    const user = proofs[0]?.user;
    if (!user) throw new MethodNotSupported();
    if (proofs.some((proof) => proof.user.id !== user.id)) throw new AuthenticationFailed();
    const parent = proofs.find((proof) => proof.parent !== null)?.parent ?? null;
    const scope = this.#scope(request.scope, user, parent);
    const methods = [...new Set([...(parent?.methods ?? []), ...request.methods])];
    try {
      return this.#tokens.issue(user.id, methods, scope, parent);
    } catch (error) {
      if (error instanceof AuthenticationFailed) {
        this.#log.warning(context, `Authorization failed for user ${user.id} in the scope asked for`);
      }
      throw error;
    }
  }

  /** @throws AuthenticationFailed */
  async checkPassword(ref: UserRef): Promise<UserRow> {
    const user = this.#findUser(ref);
    const ok = await this.#passwords.verify(ref.password ?? "", user?.password ?? null);
    if (!user || !ok || !this.#isEnabled(user)) throw new AuthenticationFailed();
    return user;
  }

  async #prove(context: RequestContext, method: string, request: AuthRequest): Promise<Proven> {
    switch (method) {
      case "password": {
        const ref = request.password;
        if (!ref) throw new ValidationFailed("'password' is a required property");
        try {
          return { user: await this.checkPassword(ref), parent: null };
        } catch (error) {
          const who = ref.id ?? ref.name ?? "?";
          this.#log.warning(context, `Authorization failed for user ${who} from ${context.remoteAddress}`);
          throw error;
        }
      }
      case "token": {
        if (!request.token) throw new ValidationFailed("'token' is a required property");
        const view = this.#tokens.view(request.token.id);
        if (!view) throw new AuthenticationFailed();
        return { user: view.user, parent: view.payload };
      }
      default:
        throw new MethodNotSupported();
    }
  }

  #findUser(ref: UserRef): UserRow | null {
    if (ref.id !== undefined) return this.#store.users.get(ref.id);
    const domain = this.#findDomain(ref.domain);
    return domain && ref.name !== undefined ? this.#store.userByName(domain.id, ref.name) : null;
  }

  #findDomain(ref: DomainRef | undefined): ProjectRow | null {
    if (ref?.id !== undefined) return this.#store.domain(ref.id);
    return ref?.name === undefined ? null : this.#store.domainByName(ref.name);
  }

  #isEnabled(user: UserRow): boolean {
    return user.enabled && (this.#store.projects.get(user.domain_id)?.enabled ?? false);
  }

  /** An absent scope means the default project, when the user has a role there; from a token it means unscoped. */
  #scope(ref: ScopeRef | null, user: UserRow, parent: TokenPayload | null): TokenScope {
    if (ref === null) {
      const projectId = parent ? null : user.default_project_id;
      if (!projectId) return { kind: "unscoped" };
      const scope: TokenScope = { kind: "project", projectId };
      const usable =
        this.#store.projects.get(projectId)?.enabled && this.#roles.effective(user.id, scope).length > 0;
      return usable ? scope : { kind: "unscoped" };
    }
    if (ref.project) {
      const domain = ref.project.id === undefined ? this.#findDomain(ref.project.domain) : null;
      const project =
        ref.project.id !== undefined
          ? this.#store.projects.get(ref.project.id)
          : domain && ref.project.name !== undefined
            ? this.#store.projectByName(domain.id, ref.project.name)
            : null;
      if (!project) throw new AuthenticationFailed();
      return { kind: "project", projectId: project.id };
    }
    if (ref.domain) {
      const domain = this.#findDomain(ref.domain);
      if (!domain) throw new AuthenticationFailed();
      return { kind: "domain", domainId: domain.id };
    }
    return ref.system ? { kind: "system" } : { kind: "unscoped" };
  }
}
