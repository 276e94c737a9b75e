// What a new cloud holds, as DevStack leaves it: the default domain, projects admin, demo, service and
// invisible_to_admin, users admin and demo and one per service, roles with what they imply, and the catalog. Runs at
// every start: what is there is left alone, but addresses follow where the services are now. A database that
// `keystone-manage bootstrap` has filled gets what the services need to log in, and no more.

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
const SERVICE_PROJECT = "service";
const PROJECTS = ["admin", "demo", SERVICE_PROJECT, "invisible_to_admin"];
const PEOPLE = ["admin", "demo"];
const SERVICE_USERS = ["glance", "nova", "placement", "neutron", "cinder", "swift"];

type GrantNames = readonly [user: string, project: string, role: string];

const PEOPLES_GRANTS: readonly GrantNames[] = [
  ["admin", "admin", "admin"],
  ["admin", "demo", "admin"],
  ["demo", "demo", "member"],
  ["demo", "invisible_to_admin", "member"],
];

const SERVICE_GRANTS: readonly GrantNames[] = SERVICE_USERS.flatMap((user) => [
  [user, SERVICE_PROJECT, "admin"] as const,
  [user, SERVICE_PROJECT, "service"] as const,
]);

/** The role that Icehouse's users had in their default tenant, with the id it had everywhere (keystone.conf, 2014). */
const ICEHOUSE_MEMBER = { id: "9fe2ff9ee4384b1894a90878d3e92bab", name: "_member_" };

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
  if (first) await createContent(options, "all");
  else if (!store.projectByName(DEFAULT_DOMAIN_ID, SERVICE_PROJECT)) await createContent(options, "services");
  store.db.transaction(() => syncCatalog(options));
  return first;
}

/** What a database holds before anybody is told to fill it. Does nothing when the domain is there. */
export function createDefaultDomain(store: IdentityStore): void {
  if (store.domain(DEFAULT_DOMAIN_ID)) return;
  store.projects.insert({
    id: DEFAULT_DOMAIN_ID,
    name: "Default",
    domain_id: ROOT_DOMAIN_ID,
    is_domain: true,
    description: "The default domain",
  });
}

/** The default domain and the role of 2014, and no user. */
export function createNothing(store: IdentityStore): void {
  store.db.transaction(() => {
    if (store.domain(DEFAULT_DOMAIN_ID)) return;
    createDefaultDomain(store);
    store.roles.insert(ICEHOUSE_MEMBER);
  });
}

async function createContent(
  { store, passwords, secrets, ids, nowMs }: BootstrapOptions,
  extent: "all" | "services",
): Promise<void> {
  const all = extent === "all";
  // Two passwords, two hashes: users who share the one have nothing to hide from each other, and the start is quicker.
  const [adminHash, serviceHash] = await Promise.all([
    all ? passwords.hash(secrets.adminPassword) : null,
    passwords.hash(secrets.servicePassword),
  ]);
  store.db.transaction(() => {
    createDefaultDomain(store);
    const projectIds = new Map<string, string>();
    for (const name of all ? PROJECTS : [SERVICE_PROJECT]) {
      const row = store.projects.insert({
        id: ids.hex(),
        name,
        domain_id: DEFAULT_DOMAIN_ID,
        parent_id: DEFAULT_DOMAIN_ID,
        description: "",
      });
      projectIds.set(name, row.id);
    }
    const roleId = (name: string) =>
      (store.roleByName(name) ?? store.roles.insert({ id: ids.hex(), name })).id;
    const roleIds = new Map(ROLES.map((name) => [name, roleId(name)]));
    for (const [prior, implied] of IMPLIED) store.implied.add(roleIds.get(prior)!, roleIds.get(implied)!);
    const userIds = new Map<string, string>();
    for (const name of [...(all ? PEOPLE : []), ...SERVICE_USERS]) {
      const row =
        store.userByName(DEFAULT_DOMAIN_ID, name) ??
        store.users.insert({
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
    for (const [user, project, role] of [...(all ? PEOPLES_GRANTS : []), ...SERVICE_GRANTS]) {
      store.assignments.add({
        type: "UserProject",
        actor_id: userIds.get(user)!,
        target_id: projectIds.get(project)!,
        role_id: roleIds.get(role)!,
        inherited: false,
      });
    }
    if (!all) return;
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
