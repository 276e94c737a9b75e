// Where the image service is, and a token for it, from the options before the verb (glanceclient/shell.py 0.12,
// `_get_endpoint_and_token`).

import { isIPv6 } from "node:net";
import { authenticate, toV2 } from "../auth.ts";
import { ClientError } from "../errors.ts";
import type { Arguments } from "../options.ts";
import type { HttpSession } from "../session.ts";
import type { Connection } from "./client.ts";

/** @throws ClientError with what is missing */
export async function connectionOf(session: HttpSession, globals: Arguments): Promise<Connection> {
  const given = (dest: string) => globals.text(dest) || null;
  const url = given("os_image_url") ?? urlOfHost(globals);
  const token = given("os_auth_token");
  if (token && url) return { session, token, endpoint: withoutVersion(url) };
  const missing = (what: string, name: string) =>
    new ClientError(
      `You must provide ${what} via either --${name} or env[${name.replaceAll("-", "_").toUpperCase()}]`,
    );
  const [username, password, authUrl] = [given("os_username"), given("os_password"), given("os_auth_url")];
  const [tenantId, tenantName] = [given("os_tenant_id"), given("os_tenant_name")];
  if (!username) throw missing("a username", "os-username");
  if (!password) throw missing("a password", "os-password");
  if (!tenantId && !tenantName) throw missing("a tenant_id", "os-tenant-id");
  if (!authUrl) throw missing("an auth url", "os-auth-url");
  const region = given("os_region_name");
  const credentials = { authUrl: toV2(authUrl), username, password, tenantName, tenantId, region };
  const access = await authenticate(session, credentials);
  const type = given("os_service_type") ?? "image";
  const side = given("os_endpoint_type") ?? "publicURL";
  const endpoint = withoutVersion(url ?? access.catalog.url({ type, side }));
  return { session, token: token ?? access.token, endpoint };
}

function urlOfHost(globals: Arguments): string | null {
  const host = globals.text("host");
  if (!host) return null;
  const scheme = globals.flag("use_ssl") ? "https" : "http";
  return `${scheme}://${isIPv6(host) ? `[${host}]` : host}:${globals.text("port")}`;
}

function withoutVersion(url: string): string {
  return url.replace(/\/+$/, "").replace(/\/v\d+(\.\d+)?$/, "");
}
