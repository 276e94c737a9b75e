// Who is asking: a token of the v2.0 identity API, by name and password, and the catalog that comes with it.

import { ServiceCatalog } from "./catalog.ts";
import { ClientError, HttpError } from "./errors.ts";
import type { HttpSession, Json } from "./session.ts";

export interface Credentials {
  authUrl: string;
  username: string;
  password: string;
  tenantName: string | null;
  tenantId: string | null;
  region: string | null;
}

export interface Access {
  token: string;
  expires: string;
  userId: string;
  /** Null: the token is for no tenant. */
  tenantId: string | null;
  tenantName: string | null;
  catalog: ServiceCatalog;
  /** The whole answer: `token`, `user`, `serviceCatalog`. */
  raw: Json;
}

/** The address of v2.0 on a server of which that of v3 is known. */
export function toV2(url: string): string {
  return url.replace(/\/v3\/?$/, "/v2.0");
}

/** POST /tokens. @throws HttpError with status 401; ClientError for whatever else goes wrong, in keystone's words */
export async function authenticate(session: HttpSession, credentials: Credentials): Promise<Access> {
  const { username, password } = credentials;
  return post(session, credentials, { passwordCredentials: { username, password } });
}

/** The same user in a tenant. */
export async function rescope(
  session: HttpSession,
  credentials: Credentials,
  token: string,
): Promise<Access> {
  return post(session, credentials, { token: { id: token } });
}

async function post(
  session: HttpSession,
  { authUrl, tenantId, tenantName, region }: Credentials,
  auth: Record<string, unknown>,
): Promise<Access> {
  const url = `${authUrl.replace(/\/+$/, "")}/tokens`;
  const scope = tenantId ? { tenantId } : tenantName ? { tenantName } : {};
  let access: Json;
  try {
    const answer = await session.request("POST", url, {
      headers: { Accept: "application/json" },
      body: { auth: { ...auth, ...scope } },
      log: false,
    });
    access = answer.json?.access;
  } catch (error) {
    if (!(error instanceof ClientError) || (error instanceof HttpError && error.status === 401)) throw error;
    throw new ClientError(`Authorization Failed: ${error.message}`, { cause: error });
  }
  if (typeof access?.token?.id !== "string" || typeof access.user?.id !== "string") {
    throw new ClientError(`Authorization Failed: ${url} is no v2.0 identity service`);
  }
  const { token, user } = access;
  return {
    token: token.id,
    expires: token.expires,
    userId: user.id,
    tenantId: token.tenant?.id ?? null,
    tenantName: token.tenant?.name ?? null,
    catalog: new ServiceCatalog(access.serviceCatalog ?? [], region),
    raw: access,
  };
}
