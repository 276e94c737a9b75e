// bootstrap: the first user, project, roles and endpoints, or those made good again. What is there is left alone, except
// that the user is enabled and has the password that is given. Authority: keystone/cmd/bootstrap.py of Zed.

import { randomIds } from "../../core/ids.ts";
import { loadSecrets } from "../../core/secrets.ts";
import { createDefaultDomain, DEFAULT_DOMAIN_ID } from "../../identity/bootstrap.ts";
import type { Side } from "../../identity/catalog-entries.ts";
import type { Identity } from "../../identity/manager.ts";
import type { RoleRow } from "../../identity/tables.ts";
import type { OptionSpec } from "../options.ts";
import type { Manage, ManageCommand } from "./command.ts";

const NAMES: readonly (readonly [name: string, fallback: string | undefined, help: string])[] = [
  ["username", "admin", "Name of the user."],
  ["password", undefined, "Password of the user."],
  ["project-name", "admin", "Name of the project."],
  ["role-name", "admin", "Name of the role that the user gets."],
  ["service-name", "keystone", "Name of the identity service in the catalog."],
  ["admin-url", undefined, "Admin URL of the identity service."],
  ["public-url", undefined, "Public URL of the identity service."],
  ["internal-url", undefined, "Internal URL of the identity service."],
  ["region-id", undefined, "Region that the endpoints are in."],
];

/** The variable goes before the option. */
function variable(name: string): string {
  return `OS_BOOTSTRAP_${name.replaceAll("-", "_").toUpperCase()}`;
}

const options: OptionSpec[] = NAMES.map(([name, fallback, help]) => ({
  names: [`--bootstrap-${name}`],
  metavar: variable(name),
  default: fallback,
  help,
}));

export const bootstrapCommand: ManageCommand = {
  name: "bootstrap",
  help: "Make the first user, project, roles and endpoints, or make them good again.",
  options: [
    ...options,
    { names: ["--immutable-roles"], kind: "flag", default: true, help: "Protect the roles; the default." },
    { names: ["--no-immutable-roles"], kind: "flag", help: "Leave the roles as they are." },
  ],
  run,
};

async function run({ args, io, paths, open }: Manage): Promise<number> {
  const value = (name: string) =>
    io.env[variable(name)] || args.text(`bootstrap_${name.replaceAll("-", "_")}`) || null;
  const password = value("password");
  if (password === null) {
    io.out("ERROR: Either --bootstrap-password argument or OS_BOOTSTRAP_PASSWORD must be set.\n");
    return 1;
  }
  const username = value("username") ?? "admin";
  using database = await open();
  const { identity } = database;
  createDefaultDomain(identity.store);
  const projectId = ensureProject(identity, value("project-name") ?? "admin");
  const userId = await ensureUser(identity, username, password);
  const immutable = !args.flag("no_immutable_roles");
  const reader = ensureRole(identity, "reader", immutable);
  const member = ensureRole(identity, "member", immutable);
  const admin = ensureRole(identity, value("role-name") ?? "admin", immutable);
  identity.store.db.transaction(() => {
    identity.store.implied.add(member.id, reader.id);
    identity.store.implied.add(admin.id, member.id);
  });
  const grant = { actor: { kind: "user" as const, id: userId }, inherited: false };
  identity.grants.add({ ...grant, target: { kind: "project", id: projectId } }, admin.id);
  identity.grants.add({ ...grant, target: { kind: "system" } }, admin.id);
  const region = value("region-id");
  if (region !== null && !identity.store.regions.get(region)) identity.regions.create({ id: region });
  ensureEndpoints(identity, {
    serviceName: value("service-name") ?? "keystone",
    region,
    urls: { public: value("public-url"), internal: value("internal-url"), admin: value("admin-url") },
  });
  if (username === "admin") keepPassword(paths.at("secrets.json"), password);
  return 0;
}

function ensureProject({ store, projects }: Identity, name: string): string {
  const found = store.projectByName(DEFAULT_DOMAIN_ID, name);
  if (found) return found.id;
  const description = "Bootstrap project for initializing the cloud.";
  return projects.create({ name, domain_id: DEFAULT_DOMAIN_ID, description }).id;
}

/** Tokens end with the password they were had for; they do not when it is the same. */
async function ensureUser(
  { store, users, passwords }: Identity,
  name: string,
  password: string,
): Promise<string> {
  const found = store.userByName(DEFAULT_DOMAIN_ID, name);
  if (!found) return (await users.create({ name, domain_id: DEFAULT_DOMAIN_ID, password })).id;
  const same = await passwords.verify(password, found.password);
  const changes = { ...(found.enabled ? {} : { enabled: true }), ...(same ? {} : { password }) };
  if (Object.keys(changes).length > 0) await users.update(found.id, changes);
  return found.id;
}

function ensureRole({ store, roles }: Identity, name: string, immutable: boolean): RoleRow {
  return (
    store.roleByName(name) ?? roles.create({ name, ...(immutable ? { options: { immutable: true } } : {}) })
  );
}

function ensureEndpoints(
  { store, entries }: Identity,
  wanted: { serviceName: string; region: string | null; urls: Record<Side, string | null> },
): void {
  const urls = Object.entries(wanted.urls).filter(([, url]) => url !== null) as [Side, string][];
  if (urls.length === 0) return;
  store.db.transaction(() => {
    const service =
      entries.services({ type: "identity" })[0] ??
      entries.createService({ type: "identity", name: wanted.serviceName });
    const region_id = wanted.region ?? undefined;
    const there = entries.endpoints({ service_id: service.id, ...(region_id ? { region_id } : {}) });
    for (const [side, url] of urls) {
      const found = there.find((row) => row.interface === side);
      if (found) entries.updateEndpoint(found.id, { url });
      else entries.createEndpoint({ interface: side, service_id: service.id, url, region_id });
    }
  });
}

/** So that `stack openrc admin` and the next start know it. */
function keepPassword(path: string, adminPassword: string): void {
  loadSecrets(path, { adminPassword, servicePassword: "", serviceToken: "" }, randomIds);
}
