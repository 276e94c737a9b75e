// Who is it, and for what? Turns the methods and the scope of a request for a token into a token.
// Authority: keystone/api/_shared/authentication.py, keystone/auth/core.py and keystone/auth/plugins/.

import type { RequestContext } from "../core/context.ts";
import type { Logger } from "../core/log.ts";
import { isoMicrosZ } from "../core/times.ts";
import type { MethodData, Methods, Proof } from "./auth-methods.ts";
import {
  AuthenticationFailed,
  AuthPluginFailed,
  ForbiddenQuietly,
  MissingAttribute,
  MoreMethodsNeeded,
} from "./errors.ts";
import type { SignedRequest } from "./oauth1-signature.ts";
import type { RoleResolver } from "./roles.ts";
import type { ScopeRef, Scopes } from "./scopes.ts";
import type { IdentityStore } from "./store.ts";
import type { TrustRow, UserRow } from "./tables.ts";
import type { Delegation, TokenPayload, TokenScope } from "./tokens/payload.ts";
import type { IssuedToken, TokenProvider } from "./tokens/provider.ts";
import type { Trusts } from "./trusts.ts";

export interface AuthRequest {
  methods: string[];
  /** What each method is given, by its name. */
  data: MethodData;
  /** Undefined: the user's default project when there is one. */
  scope: ScopeRef | undefined;
  /** For the method `oauth1`. */
  signed: () => SignedRequest;
  /** Stands for methods passed before. */
  receipt: string | null;
}

export class Authentication {
  #store: IdentityStore;
  #roles: RoleResolver;
  #tokens: TokenProvider;
  #trusts: Trusts;
  #methods: Methods;
  #scopes: Scopes;
  #log: Logger;
  #allowRescope: boolean;

  constructor(parts: {
    store: IdentityStore;
    roles: RoleResolver;
    tokens: TokenProvider;
    trusts: Trusts;
    methods: Methods;
    scopes: Scopes;
    log: Logger;
    /** Whether a scoped token may be exchanged for one of another scope. */
    allowRescope: boolean;
  }) {
    this.#store = parts.store;
    this.#roles = parts.roles;
    this.#tokens = parts.tokens;
    this.#trusts = parts.trusts;
    this.#methods = parts.methods;
    this.#scopes = parts.scopes;
    this.#log = parts.log;
    this.#allowRescope = parts.allowRescope;
  }

  /** @throws AuthenticationFailed, AuthPluginFailed, MissingAttribute, MoreMethodsNeeded, ActionForbidden */
  async authenticate(context: RequestContext, request: AuthRequest): Promise<IssuedToken> {
    try {
      return await this.#authenticate(request);
    } catch (error) {
      if (error instanceof AuthenticationFailed) {
        this.#log.warning(context, `Authorization failed. ${error.message} from ${context.remoteAddress}`);
      }
      throw error;
    }
  }

  async #authenticate(request: AuthRequest): Promise<IssuedToken> {
    const methods = [...new Set(request.methods)];
    for (const method of methods) {
      if (!Object.hasOwn(request.data, method)) throw new MissingAttribute(method, "identity");
    }
    for (const method of methods) this.#methods.assertSupported(method);
    if (methods.includes("application_credential") && request.scope !== undefined) {
      throw new AuthPluginFailed(
        "Error authenticating with application credential: Application credentials cannot request a scope.",
      );
    }
    const asked = request.scope === undefined ? null : this.#scopes.resolve(request.scope);
    const proofs: Proof[] = [];
    for (const method of methods) {
      proofs.push(
        await this.#methods.prove(method, request.data, {
          signed: request.signed,
          scope: request.scope,
          allowRescope: this.#allowRescope,
        }),
      );
    }
    const user = soleUser(proofs);
    const parent = proofs.find((proof) => proof.parent)?.parent ?? null;
    const delegated = proofs.find((proof) => proof.delegation)?.delegation;
    const passed = [...new Set([...(parent?.methods ?? []), ...methods])];
    this.#requireEnoughMethods(user, passed, request.receipt);
    const projectId = proofs.find((proof) => proof.projectId !== undefined)?.projectId;
    const trust = asked?.trust ?? null;
    if (trust && trust.trustee_user_id !== user.id) throw new ForbiddenQuietly("User is not a trustee.");
    const scope = delegated ? projectScope(projectId) : (asked?.scope ?? this.#defaultScope(user));
    const delegation: Delegation | undefined = trust ? { by: "trust", id: trust.id } : delegated;
    return this.#issue(user, passed, scope, {
      parent,
      delegation,
      trust,
      notAfterMs: proofs.find((proof) => proof.notAfterMs != null)?.notAfterMs,
    });
  }

  #issue(
    user: UserRow,
    methods: string[],
    scope: TokenScope,
    rest: {
      parent: TokenPayload | null;
      delegation: Delegation | undefined;
      trust: TrustRow | null;
      notAfterMs: number | null | undefined;
    },
  ): IssuedToken {
    const { trust } = rest;
    if (trust && !this.#store.users.get(trust.trustor_user_id)?.enabled) {
      throw new ForbiddenQuietly("Trustor is disabled.");
    }
    return this.#store.db.transaction(() => {
      const issued = this.#tokens.issue({ userId: user.id, methods, scope, ...rest });
      if (trust) this.#trusts.consumeUse(trust.id);
      return issued;
    });
  }

  /** The default project, when the user has a role there. */
  #defaultScope(user: UserRow): TokenScope {
    const unscoped: TokenScope = { kind: "unscoped" };
    if (!user.default_project_id) return unscoped;
    const project = this.#store.projects.get(user.default_project_id);
    if (!project?.enabled || !this.#store.projects.get(project.domain_id)?.enabled) return unscoped;
    const scope: TokenScope = { kind: "project", projectId: project.id };
    return this.#roles.effective(user.id, scope).length > 0 ? scope : unscoped;
  }

  /** @throws MoreMethodsNeeded when the user's rules ask for several methods and none of them is satisfied */
  #requireEnoughMethods(user: UserRow, methods: string[], receiptText: string | null): void {
    const rules = this.#rulesOf(user);
    const receipt = receiptText === null ? null : this.#tokens.receipt(receiptText);
    if (receiptText !== null && receipt?.userId !== user.id)
      throw new AuthenticationFailed("no valid receipt");
    const passed = new Set([...methods, ...(receipt?.methods ?? [])]);
    if (rules.length === 0 || rules.some((rule) => rule.every((method) => passed.has(method)))) return;
    const { receipt: text, payload } = this.#tokens.issueReceipt(user.id, [...passed]);
    const domain = this.#store.projects.get(user.domain_id);
    throw new MoreMethodsNeeded(text, {
      receipt: {
        methods: payload.methods,
        user: { id: user.id, name: user.name, domain: { id: domain?.id, name: domain?.name } },
        expires_at: isoMicrosZ(payload.expiresAtMs),
        issued_at: isoMicrosZ(payload.issuedAtMs),
      },
      required_auth_methods: rules.filter((rule) => rule.some((method) => passed.has(method))),
    });
  }

  /** Each rule is a set of methods that is enough; methods that are not known here do not count. */
  #rulesOf(user: UserRow): string[][] {
    const { multi_factor_auth_rules: rules, multi_factor_auth_enabled: enabled } = user.options;
    if (enabled === false || !Array.isArray(rules)) return [];
    return (rules as string[][]).map((rule) => rule.filter((method) => this.#methods.supports(method)));
  }
}

function projectScope(projectId: string | null | undefined): TokenScope {
  return projectId ? { kind: "project", projectId } : { kind: "unscoped" };
}

/** All methods must prove the same user. @throws AuthenticationFailed */
function soleUser(proofs: readonly Proof[]): UserRow {
  const user = proofs[0]?.user;
  if (!user || proofs.some((proof) => proof.user.id !== user.id)) {
    throw new AuthenticationFailed("User not found by auth plugin; authentication failed");
  }
  return user;
}
