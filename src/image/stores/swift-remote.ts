// Image data that stays in another object store: `swift+https://user:key@host/auth/v1.0/container/object`. The address
// holds the credentials to log in with; where to log in is what stands before container and object. A path that ends in
// /v3 or /v2.0 is an identity service's, which says in its catalog where the account is; any other is asked as Swift's own
// `tempauth` is. Authority: StoreLocation and `get_connection` in glance_store/_drivers/swift, 4.1.
//
// On purpose unlike it: whatever such an address leads to passes the same rules as a download from the web, loopback
// addresses among them.

import { messageOf } from "../../core/errors.ts";
import type { Logger } from "../../core/log.ts";
import { BadLocation } from "../errors.ts";
import type { ExternalAddresses } from "../external.ts";
import { window } from "./window.ts";

export const REMOTE_SCHEMES = ["swift", "swift+http", "swift+https"];

interface Address {
  authUrl: string;
  /** `account:user` or `tenant:user` where there are both. */
  user: string;
  key: string;
  container: string;
  object: string;
}

interface Account {
  storageUrl: string;
  token: string;
}

/** glance.conf: swift_store_user_domain_id, swift_store_project_domain_id */
const DOMAIN = { id: "default" };

export class RemoteSwift {
  readonly #external: ExternalAddresses;
  readonly #log: Logger;

  constructor(external: ExternalAddresses, log: Logger) {
    this.#external = external;
    this.#log = log;
  }

  async sizeOf(url: string): Promise<number> {
    try {
      const response = await this.#ask("HEAD", url);
      return Number(response.headers.get("content-length") ?? 0);
    } catch (cause) {
      throw new BadLocation({ cause });
    }
  }

  async *read(url: string, offset: number, length: number): AsyncGenerator<Uint8Array> {
    const response = await this.#ask("GET", url, { range: `bytes=${offset}-${offset + length - 1}` });
    if (!response.body) throw new BadLocation();
    yield* window(response.body, response.status === 206 ? 0 : offset, length);
  }

  /** As Glance: the object goes with its image. What cannot be removed is told. */
  async remove(url: string): Promise<void> {
    try {
      await (await this.#ask("DELETE", url)).body?.cancel();
    } catch (error) {
      const { container, object } = parse(url);
      this.#log.warning(
        null,
        `Image data ${container}/${object} elsewhere is not removed: ${messageOf(error)}`,
      );
    }
  }

  async #ask(method: string, url: string, headers: Record<string, string> = {}): Promise<Response> {
    const address = parse(url);
    const { storageUrl, token } = await this.#logIn(address);
    const path = `${encodeURIComponent(address.container)}/${encodeURIComponent(address.object)}`;
    return this.#external.request(method, `${storageUrl.replace(/\/+$/, "")}/${path}`, {
      headers: { ...headers, "x-auth-token": token },
    });
  }

  async #logIn(address: Address): Promise<Account> {
    if (/\/v3\/?$/.test(address.authUrl)) return this.#identityV3(address);
    if (/\/v2\.0\/?$/.test(address.authUrl)) return this.#identityV2(address);
    const { user, key, authUrl } = address;
    const headers = { "x-auth-user": user, "x-auth-key": key };
    const response = await this.#external.request("GET", authUrl, { headers });
    await response.body?.cancel();
    return account(response.headers.get("x-storage-url"), response.headers.get("x-auth-token"));
  }

  async #identityV3({ authUrl, user, key }: Address): Promise<Account> {
    const { tenant, name } = names(user);
    const answer = await this.#post(`${authUrl.replace(/\/+$/, "")}/auth/tokens`, {
      auth: {
        identity: {
          methods: ["password"],
          password: { user: { name, domain: DOMAIN, password: key } },
        },
        scope: { project: { name: tenant, domain: DOMAIN } },
      },
    });
    const { token } = (await answer.json()) as { token?: { catalog?: CatalogEntry[] } };
    const entry = token?.catalog?.find(({ type }) => type === "object-store");
    const url = entry?.endpoints.find((endpoint) => endpoint["interface"] === "public")?.["url"];
    return account(url, answer.headers.get("x-subject-token"));
  }

  async #identityV2({ authUrl, user, key }: Address): Promise<Account> {
    const { tenant, name } = names(user);
    const answer = await this.#post(`${authUrl.replace(/\/+$/, "")}/tokens`, {
      auth: { tenantName: tenant, passwordCredentials: { username: name, password: key } },
    });
    const { access } = (await answer.json()) as {
      access?: { token?: { id?: string }; serviceCatalog?: CatalogEntry[] };
    };
    const entry = access?.serviceCatalog?.find(({ type }) => type === "object-store");
    return account(entry?.endpoints[0]?.["publicURL"], access?.token?.id);
  }

  #post(url: string, body: unknown): Promise<Response> {
    const headers = { "content-type": "application/json" };
    return this.#external.request("POST", url, { headers, body: JSON.stringify(body) });
  }
}

interface CatalogEntry {
  type: string;
  endpoints: Record<string, unknown>[];
}

function account(storageUrl: unknown, token: unknown): Account {
  if (typeof storageUrl === "string" && typeof token === "string") return { storageUrl, token };
  throw new Error("the object store's log-in names no account");
}

/** @throws BadLocation when the tenant is missing */
function names(user: string): { tenant: string; name: string } {
  const at = user.indexOf(":");
  if (at <= 0) throw new BadLocation();
  return { tenant: user.slice(0, at), name: user.slice(at + 1) };
}

/** @throws BadLocation for one without credentials, container or object */
function parse(url: string): Address {
  const [, scheme = "", credentials = "", rest = ""] = /^([a-z+]+):\/\/([^@/]*)@(.+)$/.exec(url) ?? [];
  const at = credentials.lastIndexOf(":");
  const parts = rest.split("/");
  const object = parts.pop() ?? "";
  const container = parts.pop() ?? "";
  if (!REMOTE_SCHEMES.includes(scheme) || at <= 0 || !object || !container || !parts[0])
    throw new BadLocation();
  return {
    authUrl: `${scheme === "swift+http" ? "http" : "https"}://${parts.join("/")}`,
    user: plain(credentials.slice(0, at)),
    key: plain(credentials.slice(at + 1)),
    container: plain(container),
    object: plain(object),
  };
}

/** @throws BadLocation for a per cent sign that means nothing */
function plain(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw new BadLocation({ cause });
  }
}
