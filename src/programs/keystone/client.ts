// The v2.0 identity API as its client sees it: calls with a token, things by name or id. Texts are those of
// python-keystoneclient 0.11 (httpclient.py, base.py, utils.find_resource).

import { type Access, authenticate, type Credentials, rescope, toV2 } from "../auth.ts";
import type { ServiceCatalog } from "../catalog.ts";
import { ClientError, EndpointNotFound, HttpError } from "../errors.ts";
import type { HttpSession, Json } from "../session.ts";

export type Entity = Record<string, unknown> & { id: string };

interface Kind {
  path: string;
  one: string;
  many: string;
}

export const KINDS = {
  user: { path: "/users", one: "user", many: "users" },
  tenant: { path: "/tenants", one: "tenant", many: "tenants" },
  role: { path: "/OS-KSADM/roles", one: "role", many: "roles" },
  service: {
    path: "/OS-KSADM/services",
    one: "OS-KSADM:service",
    many: "OS-KSADM:services",
  },
  endpoint: { path: "/endpoints", one: "endpoint", many: "endpoints" },
} as const satisfies Record<string, Kind>;

export type Noun = keyof typeof KINDS;

const NO_CATALOG =
  "Configuration error: Client configured to run without a service catalog. Run the client using --os-auth-url or " +
  "OS_AUTH_URL, instead of --os-endpoint or OS_SERVICE_ENDPOINT, for example.";

/** A ready token and where to use it, or what is needed to get one. */
export type Identity =
  | { kind: "token"; token: string; endpoint: string }
  | { kind: "password"; credentials: Credentials; endpoint: string | null };

export class IdentityClient {
  readonly session: HttpSession;
  #identity: Identity;
  #access: Access | null;

  private constructor(session: HttpSession, identity: Identity, access: Access | null) {
    this.session = session;
    this.#identity = identity;
    this.#access = access;
  }

  static async connect(session: HttpSession, identity: Identity): Promise<IdentityClient> {
    const access = identity.kind === "token" ? null : await authenticate(session, identity.credentials);
    return new IdentityClient(session, identity, access);
  }

  /** @throws ClientError without one: a token was handed in */
  get access(): Access {
    if (!this.#access) throw new ClientError(NO_CATALOG);
    return this.#access;
  }

  get catalog(): ServiceCatalog {
    return this.access.catalog;
  }

  /** The password that the user has logged in with. */
  get password(): string | null {
    return this.#identity.kind === "password" ? this.#identity.credentials.password : null;
  }

  get ownUserId(): string {
    if (!this.#access) throw new ClientError("Unknown Attribute: auth_user_id");
    return this.#access.userId;
  }

  get ownTenantId(): string | null {
    if (!this.#access) throw new ClientError("Unknown Attribute: auth_tenant_id");
    return this.#access.tenantId;
  }

  /** Where administration happens. */
  async managementUrl(): Promise<string> {
    if (this.#identity.endpoint) return this.#identity.endpoint;
    const access = await this.#scoped();
    try {
      return toV2(access.catalog.url({ type: "identity", side: "admin" }));
    } catch (error) {
      if (!(error instanceof EndpointNotFound && this.#identity.kind === "password")) throw error;
      return this.#identity.credentials.authUrl; // a catalog without that side: both are served by one service
    }
  }

  get(path: string): Promise<Json> {
    return this.#call("GET", path);
  }

  post(path: string, body: unknown, options: { log?: boolean } = {}): Promise<Json> {
    return this.#call("POST", path, body, options);
  }

  put(path: string, body: unknown, options: { log?: boolean } = {}): Promise<Json> {
    return this.#call("PUT", path, body, options);
  }

  async delete(path: string): Promise<void> {
    await this.#call("DELETE", path);
  }

  /** A call that everybody may make, at the address of authentication. */
  async patchOwn(path: string, body: unknown): Promise<Json> {
    const base =
      this.#identity.kind === "password" ? this.#identity.credentials.authUrl : this.#identity.endpoint;
    return this.#send("PATCH", base, path, body, { log: false });
  }

  async list(noun: Noun): Promise<Entity[]> {
    const { path, many } = KINDS[noun];
    const listed = (await this.get(path))?.[many];
    // Some services of the time wrapped the list once more.
    const entities = Array.isArray(listed) ? listed : listed?.values;
    if (!Array.isArray(entities)) throw new ClientError(`the answer holds no ${many}`);
    return entities as Entity[];
  }

  /** @throws ClientError when none is called so, or several are */
  async find(noun: Noun, nameOrId: string): Promise<Entity> {
    const { path, one } = KINDS[noun];
    try {
      const entity = (await this.get(`${path}/${encodeURIComponent(nameOrId)}`))?.[one] as Entity | undefined;
      if (entity) return entity;
    } catch (error) {
      if (!(error instanceof HttpError && error.status === 404)) throw error;
    }
    const named = (await this.list(noun)).filter((entity) => entity["name"] === nameOrId);
    if (named.length > 1) {
      throw new ClientError(
        `Multiple ${noun} matches found for '${nameOrId}', use an ID to be more specific.`,
      );
    }
    if (!named[0]) throw new ClientError(`No ${noun} with a name or ID of '${nameOrId}' exists.`);
    return named[0];
  }

  /** All tenants for who administers them; the user's own for a token that is for none. */
  async tenants(): Promise<Entity[]> {
    const unscoped = this.#access !== null && this.#access.tenantId === null;
    if (unscoped && this.#identity.kind === "password") return this.#ownTenants(this.#identity.credentials);
    return this.list("tenant");
  }

  async #ownTenants({ authUrl }: Credentials): Promise<Entity[]> {
    const body = await this.#send("GET", authUrl, "/tenants", undefined, {});
    return Array.isArray(body?.tenants) ? (body.tenants as Entity[]) : [];
  }

  async #call(method: string, path: string, body?: unknown, options: { log?: boolean } = {}): Promise<Json> {
    const base = await this.managementUrl();
    return this.#send(method, base, path, body, options);
  }

  async #send(
    method: string,
    base: string,
    path: string,
    body: unknown,
    options: { log?: boolean },
  ): Promise<Json> {
    const token = this.#access?.token ?? (this.#identity.kind === "token" ? this.#identity.token : "");
    const url = `${base.replace(/\/+$/, "")}/${path.replace(/^\/+/, "")}`;
    const answer = await this.session.request(method, url, {
      ...options,
      headers: { Accept: "application/json", "X-Auth-Token": token },
      body,
    });
    return answer.json;
  }

  /**
   * A user who named no tenant has a token that administers nothing; the courses log in so all the same. The tenant
   * called as the user is taken then, or the first there is. (The Python client fails here, without a word.)
   */
  async #scoped(): Promise<Access> {
    const { access } = this;
    if (access.tenantId !== null || this.#identity.kind !== "password") return access;
    const { credentials } = this.#identity;
    const tenants = await this.#ownTenants(credentials);
    const tenant = tenants.find(({ name }) => name === credentials.username) ?? tenants[0];
    if (!tenant) throw new EndpointNotFound("Unable to authorize user");
    this.#access = await rescope(this.session, { ...credentials, tenantId: tenant.id }, access.token);
    return this.#access;
  }
}
