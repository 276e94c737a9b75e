// The ways to prove who one is, each by the name a request gives it. Authority: keystone/auth/plugins/.

import type { Clock } from "../core/clock.ts";
import type { ApplicationCredentials } from "./application-credentials.ts";
import {
  ActionForbidden,
  AuthenticationFailed,
  AuthPluginFailed,
  MissingAttribute,
  ValidationFailed,
} from "./errors.ts";
import type { OAuth1 } from "./oauth1.ts";
import type { SignedRequest } from "./oauth1-signature.ts";
import type { PasswordRules } from "./password-rules.ts";
import type { DomainRef, ScopeRef, Scopes } from "./scopes.ts";
import type { IdentityStore } from "./store.ts";
import type { ApplicationCredentialRow, UserRow } from "./tables.ts";
import { tokenNotFound } from "./tokens/not-found.ts";
import type { Delegation, TokenPayload } from "./tokens/payload.ts";
import type { TokenProvider } from "./tokens/provider.ts";
import { totpMatches } from "./totp.ts";

export interface UserRef {
  id?: string;
  name?: string;
  domain?: DomainRef;
  password?: string;
  passcode?: string;
}

/** What a request gives each method; judged by the method itself where the schema does not. */
export interface MethodData {
  password?: { user?: UserRef };
  totp?: { user?: UserRef };
  token?: { id?: string };
  application_credential?: { id?: string; name?: string; secret?: string; user?: UserRef };
  oauth1?: object;
}

export interface Proof {
  user: UserRow;
  /** The token this one is made from. */
  parent?: TokenPayload;
  delegation?: Delegation;
  /** The project that comes with a delegation. */
  projectId?: string | null;
  /** The token ends no later. */
  notAfterMs?: number | null;
}

export interface Surroundings {
  signed: () => SignedRequest;
  scope: ScopeRef | undefined;
  allowRescope: boolean;
}

type Prove = (data: MethodData, surroundings: Surroundings) => Proof | Promise<Proof>;

/** Methods by which a user proves itself; what came by another has been handed on by somebody. */
const PRIMARY = new Set([
  "external",
  "kerberos",
  "mapped",
  "openid",
  "password",
  "saml2",
  "token",
  "totp",
  "x509",
]);

/** True for a token whose rights were handed on: by a trust, an application credential, OAuth, an EC2 signature. */
export function isDelegated(methods: readonly string[]): boolean {
  return methods.length === 0 || methods.some((method) => !PRIMARY.has(method));
}

export class Methods {
  #store: IdentityStore;
  #rules: PasswordRules;
  #tokens: TokenProvider;
  #scopes: Scopes;
  #applicationCredentials: ApplicationCredentials;
  #oauth1: OAuth1;
  #clock: Clock;
  #table: Record<string, Prove>;

  constructor(parts: {
    store: IdentityStore;
    rules: PasswordRules;
    tokens: TokenProvider;
    scopes: Scopes;
    applicationCredentials: ApplicationCredentials;
    oauth1: OAuth1;
    clock: Clock;
  }) {
    this.#store = parts.store;
    this.#rules = parts.rules;
    this.#tokens = parts.tokens;
    this.#scopes = parts.scopes;
    this.#applicationCredentials = parts.applicationCredentials;
    this.#oauth1 = parts.oauth1;
    this.#clock = parts.clock;
    this.#table = {
      password: ({ password }) => this.#password(password?.user),
      token: ({ token }, surroundings) => this.#token(token?.id, surroundings),
      totp: ({ totp }) => this.#totp(totp?.user),
      oauth1: (_, { signed }) => this.#oauth(signed()),
      application_credential: ({ application_credential: data }) => this.#applicationCredential(data ?? {}),
    };
  }

  supports(method: string): boolean {
    return Object.hasOwn(this.#table, method);
  }

  /** @throws AuthPluginFailed */
  assertSupported(method: string): void {
    if (this.supports(method)) return;
    throw new AuthPluginFailed("Attempted to authenticate with an unsupported method.", {
      methods: Object.keys(this.#table),
    });
  }

  async prove(method: string, data: MethodData, surroundings: Surroundings): Promise<Proof> {
    this.assertSupported(method);
    return this.#table[method]!(data, surroundings);
  }

  async #password(ref: UserRef | undefined): Promise<Proof> {
    const user = this.#find(ref);
    // The password is compared first in any case, so that the answer takes equally long.
    const checked = await this.#rules.check(user, ref?.password ?? "");
    return { user: this.#active(checked) };
  }

  #token(id: string | undefined, { scope, allowRescope }: Surroundings): Proof {
    if (id === undefined) throw new MissingAttribute("id", "token");
    const view = this.#tokens.examine(id);
    if (typeof view === "string") throw tokenNotFound(view, id);
    const { payload } = view;
    const asked = typeof scope === "object" ? scope : {};
    if (payload.delegation?.by === "access_token") {
      throw new ActionForbidden(
        "Using OAuth-scoped token to create another token. Create a new OAuth-scoped token instead",
      );
    }
    if (payload.delegation?.by === "trust") {
      throw new ActionForbidden(
        "Using trust-scoped token to create another token. Create a new trust-scoped token instead",
      );
    }
    if (payload.scope.kind === "system" && ("project" in asked || "domain" in asked)) {
      throw new ActionForbidden(
        "Using a system-scoped token to create a project-scoped or domain-scoped token is not allowed.",
      );
    }
    if (isDelegated(payload.methods)) {
      throw new ActionForbidden("Using a delegated token to create another token is not allowed.");
    }
    if (!allowRescope && (payload.scope.kind === "project" || payload.scope.kind === "domain")) {
      throw new ActionForbidden("rescope a scoped token");
    }
    return { user: view.user, parent: payload };
  }

  #totp(ref: UserRef | undefined): Proof {
    const user = this.#active(this.#find(ref));
    const passcode = ref?.passcode ?? "";
    const seeds = this.#store.credentials.match({ user_id: user.id, type: "totp" });
    if (!seeds.some((row) => totpMatches(row.blob, passcode, this.#clock.now()))) {
      throw new AuthenticationFailed("Invalid username or TOTP passcode");
    }
    return { user };
  }

  #oauth(request: SignedRequest): Proof {
    const token = this.#oauth1.authenticate(request);
    return {
      user: this.#active(this.#store.users.get(token.authorizing_user_id)),
      delegation: { by: "access_token", id: token.id },
      projectId: token.project_id,
    };
  }

  async #applicationCredential(data: NonNullable<MethodData["application_credential"]>): Promise<Proof> {
    const row = this.#findApplicationCredential(data);
    const proven = await this.#applicationCredentials.authenticate(row?.id ?? "", data.secret ?? "");
    return {
      user: this.#active(this.#store.users.get(proven.user_id)),
      delegation: { by: "application_credential", id: proven.id },
      projectId: proven.project_id,
      notAfterMs: proven.expires_at,
    };
  }

  /** By id, else by name among its user's. @throws EntityNotFound for an unknown id, as Keystone does */
  #findApplicationCredential(
    data: NonNullable<MethodData["application_credential"]>,
  ): ApplicationCredentialRow | null {
    if (data.id) return this.#applicationCredentials.get(data.id).row;
    if (!data.name) throw new MissingAttribute("name or ID", "application credential");
    if (!data.user) throw new MissingAttribute("user", "application credential");
    const user = this.#find(data.user);
    return user ? this.#applicationCredentials.byName(user.id, data.name) : null;
  }

  /** @throws MissingAttribute, ValidationFailed */
  #find(ref: UserRef | undefined): UserRow | null {
    if (!ref) throw new MissingAttribute("user", "None");
    if (!ref.id && !ref.name) throw new MissingAttribute("id or name", "user");
    if (!ref.name) return this.#store.users.get(ref.id!);
    if (!ref.domain) throw new MissingAttribute("domain", "user");
    if (!ref.domain.id && !ref.domain.name) {
      throw new ValidationFailed(
        "Invalid input for field identity/password/user/domain: id or name must be present.",
      );
    }
    return this.#store.userByName(this.#scopes.domain(ref.domain).id, ref.name);
  }

  /** @throws AuthenticationFailed */
  #active(user: UserRow | null): UserRow {
    if (user?.enabled && this.#store.projects.get(user.domain_id)?.enabled) return user;
    throw new AuthenticationFailed(`user ${user?.id ?? "?"} or its domain is disabled or does not exist`);
  }
}
