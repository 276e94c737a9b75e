// What a new cloud holds, as DevStack leaves it: the default domain, projects admin, demo, service and
// invisible_to_admin, users admin and demo and one per service, roles with what they imply, and the catalog. Runs at
// every start: what is there is left alone, but addresses follow where the services are now.

import type { Ids } from "../core/ids.ts";
import type { PublishedEndpoint, Secrets } from "../core/service.ts";
import type { Passwords } from "./passwords.ts";
import { type IdentityStore, ROOT_DOMAIN_ID } from "./store.ts";

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
  /** Where the admin side of a published address is served; the same address for most. */
  adminUrl?(published: PublishedEndpoint): string;
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
  // Two passwords, two hashes: users who share the one have nothing to hide from each other, and the start is quicker.
  const [adminHash, serviceHash] = await Promise.all([
    passwords.hash(secrets.adminPassword),
    passwords.hash(secrets.servicePassword),
  ]);
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
    for (const [prior, implied] of IMPLIED) store.implied.add(roleIds.get(prior)!, roleIds.get(implied)!);
    const userIds = new Map<string, string>();
    for (const name of names) {
      const row = store.users.insert({
        id: ids.hex(),
        name,
        domain_id: DEFAULT_DOMAIN_ID,
        password: SERVICE_USERS.includes(name) ? serviceHash : adminHash,
        password_created_at: nowMs,
        created_at: nowMs,
        extra: { email: `${name}@example.com` },
      });
      userIds.set(name, row.id);
    }
    for (const [user, project, role] of GRANTS) {
      store.assignments.add({
        type: "UserProject",
        actor_id: userIds.get(user)!,
        target_id: projectIds.get(project)!,
        role_id: roleIds.get(role)!,
        inherited: false,
      });
    }
    const admin = { actor_id: userIds.get("admin")!, role_id: roleIds.get("admin")!, inherited: false };
    store.assignments.add({ ...admin, type: "UserDomain", target_id: DEFAULT_DOMAIN_ID });
    store.assignments.add({ ...admin, type: "UserSystem", target_id: "system" });
  });
}

/** Adds what the cloud serves and has not listed before; moves what it made to the addresses of this start. */
function syncCatalog({ store, ids, region, endpoints, adminUrl }: BootstrapOptions): void {
  if (!store.regions.get(region)) store.regions.insert({ id: region });
  for (const published of endpoints) {
    const name = `${published.window} ${published.type}`;
    const urlOf = (side: string) => (side === "admin" && adminUrl ? adminUrl(published) : published.url);
    for (const row of store.endpoints.match({ window: name })) {
      if (row.url !== urlOf(row.interface)) store.endpoints.update(row.id, { url: urlOf(row.interface) });
    }
    if (!store.notePublished(name) || store.services.match({ type: published.type }).length > 0) continue;
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
        url: urlOf(side),
        window: name,
      });
    }
  }
}
