// What a new cloud holds, as DevStack leaves it: the default domain, projects admin, demo, service and
// invisible_to_admin, users admin and demo and one per service, roles with what they imply, and the catalog. Runs at
// every start: what is there is left alone, but addresses follow where the services are now.

import { eq } from "drizzle-orm";
import type { Ids } from "../core/ids.ts";
import type { PublishedEndpoint, Secrets } from "../core/service.ts";
import type { Passwords } from "./passwords.ts";
import { type IdentityStore, ROOT_DOMAIN_ID } from "./store.ts";
import * as t from "./tables.ts";

export const DEFAULT_DOMAIN_ID = "default";

/** Prior role → implied role (keystone/cmd/bootstrap.py). */
const IMPLIED = [
  ["admin", "member"],
  ["member", "reader"],
] as const;

const ROLES = ["admin", "member", "reader", "service", "ResellerAdmin"];
const PROJECTS = ["admin", "demo", "service", "invisible_to_admin"];
const SERVICE_USERS = ["glance", "nova", "placement", "neutron", "cinder", "swift"];

/** user, project, role */
const GRANTS = [
  ["admin", "admin", "admin"],
  ["admin", "demo", "admin"],
  ["demo", "demo", "member"],
  ["demo", "invisible_to_admin", "member"],
  ...SERVICE_USERS.flatMap((user) => [
    [user, "service", "admin"] as const,
    [user, "service", "service"] as const,
  ]),
] as const;

export interface BootstrapOptions {
  store: IdentityStore;
  passwords: Passwords;
  secrets: Secrets;
  ids: Ids;
  nowMs: number;
  region: string;
  endpoints: readonly PublishedEndpoint[];
}

/** True when this was the first start. */
export async function bootstrap(options: BootstrapOptions): Promise<boolean> {
  const { store } = options;
  const first = store.domain(DEFAULT_DOMAIN_ID) === null;
  if (first) await createContent(options);
  store.db.transaction(() => syncCatalog(options));
  return first;
}

async function createContent({ store, passwords, secrets, ids, nowMs }: BootstrapOptions): Promise<void> {
  const names = ["admin", "demo", ...SERVICE_USERS];
  const hashes = await Promise.all(
    names.map((name) =>
      passwords.hash(SERVICE_USERS.includes(name) ? secrets.servicePassword : secrets.adminPassword),
    ),
  );
  store.db.transaction(() => {
    store.projects.insert({
      id: DEFAULT_DOMAIN_ID,
      name: "Default",
      domain_id: ROOT_DOMAIN_ID,
      is_domain: true,
      description: "The default domain",
    });
    const projectIds = new Map<string, string>();
    for (const name of PROJECTS) {
      const row = store.projects.insert({
        id: ids.hex(),
        name,
        domain_id: DEFAULT_DOMAIN_ID,
        parent_id: DEFAULT_DOMAIN_ID,
        description: "",
      });
      projectIds.set(name, row.id);
    }
    const roleIds = new Map(ROLES.map((name) => [name, store.roles.insert({ id: ids.hex(), name }).id]));
    for (const [prior, implied] of IMPLIED) store.addImpliedRole(roleIds.get(prior)!, roleIds.get(implied)!);
    const userIds = new Map<string, string>();
    names.forEach((name, i) => {
      const row = store.users.insert({
        id: ids.hex(),
        name,
        domain_id: DEFAULT_DOMAIN_ID,
        password: hashes[i]!,
        password_created_at: nowMs,
        created_at: nowMs,
        extra: { email: `${name}@example.com` },
      });
      userIds.set(name, row.id);
    });
    for (const [user, project, role] of GRANTS) {
      store.addAssignment({
        type: "UserProject",
        actor_id: userIds.get(user)!,
        target_id: projectIds.get(project)!,
        role_id: roleIds.get(role)!,
        inherited: false,
      });
    }
    const admin = { actor_id: userIds.get("admin")!, role_id: roleIds.get("admin")!, inherited: false };
    store.addAssignment({ ...admin, type: "UserDomain", target_id: DEFAULT_DOMAIN_ID });
    store.addAssignment({ ...admin, type: "UserSystem", target_id: "system" });
  });
}

/** Adds what the cloud serves and has not listed before; moves what it made to the addresses of this start. */
function syncCatalog({ store, ids, region, endpoints }: BootstrapOptions): void {
  if (!store.regions.get(region)) store.regions.insert({ id: region });
  for (const published of endpoints) {
    const name = `${published.window} ${published.type}`;
    for (const row of store.endpoints.list(eq(t.endpoint.window, name))) {
      if (row.url !== published.url) store.endpoints.update(row.id, { url: published.url });
    }
    if (!store.notePublished(name) || store.services.first(eq(t.service.type, published.type))) continue;
    const service = store.services.insert({
      id: ids.hex(),
      type: published.type,
      name: published.name,
      description: published.description,
    });
    const legacyId = ids.hex();
    for (const side of ["public", "internal", "admin"] as const) {
      store.endpoints.insert({
        id: ids.hex(),
        legacy_endpoint_id: legacyId,
        interface: side,
        region_id: region,
        service_id: service.id,
        url: published.url,
        window: name,
      });
    }
  }
}
