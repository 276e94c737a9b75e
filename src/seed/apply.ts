// Makes a cloud hold what a seed says. What is there by name stays as it is, so a seed can be applied again.

import { resolve } from "node:path";
import type { CloudApi } from "../cli/cloud-api.ts";
import { CommandError } from "../cli/command.ts";
import type { Credentials } from "../cli/credentials.ts";
import { Actors } from "./actor.ts";
import type { SeedOf } from "./document.ts";
import { type SeedRun, texts } from "./run.ts";
import { seedServers, seedVolumes } from "./servers.ts";

export interface SeedOptions extends Pick<SeedRun, "seed" | "folder" | "told"> {
  /** The admin's. */
  credentials: Credentials;
}

/** @throws CommandError with the service's own words */
export async function applySeed({ credentials, ...rest }: SeedOptions): Promise<void> {
  const run: SeedRun = { ...rest, actors: await Actors.of(credentials) };
  const { seed } = run;
  try {
    for (const item of seed.projects ?? []) await project(run, item);
    for (const item of seed.roles ?? []) await role(run, item);
    for (const item of seed.users ?? []) await user(run, item);
    for (const item of seed.flavors ?? []) await flavor(run, item);
    for (const item of seed.images ?? []) await image(run, item);
    for (const item of seed.networks ?? []) await network(run, item);
    for (const item of seed.routers ?? []) await router(run, item);
    for (const item of seed.security_groups ?? []) await securityGroup(run, item);
    for (const item of seed.keypairs ?? []) await keypair(run, item);
    await seedServers(run);
    await seedVolumes(run);
    for (const item of seed.containers ?? []) await container(run, item);
  } finally {
    await run.actors.done();
  }
}

const q = encodeURIComponent;

/** Which quota belongs to which service; the rest is compute's. */
const QUOTA_OF: Record<string, string> = {
  volumes: "volumev3",
  snapshots: "volumev3",
  gigabytes: "volumev3",
  backups: "volumev3",
  network: "network",
  subnet: "network",
  port: "network",
  router: "network",
  floatingip: "network",
  security_group: "network",
  security_group_rule: "network",
};

async function project(
  { actors, told }: SeedRun,
  { name, description, quota }: SeedOf<"projects">,
): Promise<void> {
  const { admin } = actors;
  const { body } = await admin.ask("identity3", "GET", `/projects?name=${q(name)}`);
  let id = body.projects[0]?.id as string | undefined;
  told(id === undefined, "project", name);
  id ??= (
    await admin.ask("identity3", "POST", "/projects", { project: { name, description: description ?? "" } })
  ).body.project.id as string;
  const byService = Map.groupBy(Object.entries(quota ?? {}), ([key]) => QUOTA_OF[key] ?? "compute");
  for (const [service, entries] of byService) {
    const values = Object.fromEntries(entries);
    if (service === "network") await admin.ask(service, "PUT", `/v2.0/quotas/${id}`, { quota: values });
    else await admin.ask(service, "PUT", `/os-quota-sets/${id}`, { quota_set: values });
  }
}

async function role({ actors, told }: SeedRun, name: string): Promise<void> {
  const { body } = await actors.admin.ask("identity3", "GET", `/roles?name=${q(name)}`);
  told(body.roles.length === 0, "role", name);
  if (body.roles.length === 0) await actors.admin.ask("identity3", "POST", "/roles", { role: { name } });
}

async function user({ actors, told }: SeedRun, item: SeedOf<"users">): Promise<void> {
  const { name, password, email } = item;
  const { admin } = actors;
  const { body } = await admin.ask("identity3", "GET", `/users?name=${q(name)}`);
  let id = body.users[0]?.id as string | undefined;
  told(id === undefined, "user", name);
  const projectId = item.project === undefined ? null : await actors.projectId(item.project);
  if (id === undefined) {
    const wanted = { name, password, email, ...(projectId ? { default_project_id: projectId } : {}) };
    id = (await admin.ask("identity3", "POST", "/users", { user: wanted })).body.user.id as string;
  }
  actors.knows(name, password);
  if (!projectId) return;
  for (const role of item.roles ?? ["member"]) {
    const found = (await admin.ask("identity3", "GET", `/roles?name=${q(role)}`)).body.roles[0];
    if (!found) throw new CommandError(`user ${name}: there is no role ${role}`);
    await admin.ask("identity3", "PUT", `/projects/${projectId}/users/${id}/roles/${found.id}`);
  }
}

async function flavor({ actors, told }: SeedRun, item: SeedOf<"flavors">): Promise<void> {
  const { admin } = actors;
  const { body } = await admin.ask("compute", "GET", "/flavors?is_public=None");
  const there = body.flavors.some((found: { name: string }) => found.name === item.name);
  told(!there, "flavor", item.name);
  if (there) return;
  const wanted = {
    name: item.name,
    id: String(item.id ?? "auto"),
    ram: item.ram,
    vcpus: item.vcpus,
    disk: item.disk ?? 0,
    "OS-FLV-EXT-DATA:ephemeral": item.ephemeral ?? 0,
    swap: item.swap ?? 0,
    "os-flavor-access:is_public": item.public ?? true,
  };
  const { id } = (await admin.ask("compute", "POST", "/flavors", { flavor: wanted })).body.flavor;
  if (!item.properties) return;
  await admin.ask("compute", "POST", `/flavors/${id}/os-extra_specs`, {
    extra_specs: texts(item.properties),
  });
}

async function image({ actors, told, folder }: SeedRun, item: SeedOf<"images">): Promise<void> {
  const api = await actors.in(item.project);
  const { body } = await api.ask("image", "GET", `/v2/images?name=${q(item.name)}`);
  told(body.images.length === 0, "image", item.name);
  if (body.images.length > 0) return;
  const data = await imageData(item, folder);
  const { id } = (
    await api.ask("image", "POST", "/v2/images", {
      ...texts(item.properties ?? {}),
      name: item.name,
      disk_format: item.disk_format ?? "raw",
      container_format: item.container_format ?? "bare",
      visibility: item.visibility ?? (item.project === undefined ? "public" : "private"),
      protected: item.protected ?? false,
      min_disk: item.min_disk ?? 0,
      min_ram: item.min_ram ?? 0,
    })
  ).body;
  await api.ask("image", "PUT", `/v2/images/${id}/file`, data, {
    "content-type": "application/octet-stream",
  });
}

async function imageData({ name, file, url, size }: SeedOf<"images">, folder: string): Promise<Uint8Array> {
  if (file !== undefined) {
    const found = Bun.file(resolve(folder, file));
    if (!(await found.exists())) throw new CommandError(`image ${name}: there is no file ${file}`);
    return found.bytes();
  }
  if (url === undefined) return new Uint8Array(size ?? 1 << 20);
  const answer = await fetch(url);
  if (!answer.ok) throw new CommandError(`image ${name}: ${url} answered ${answer.status}`);
  return answer.bytes();
}

async function network({ actors, told }: SeedRun, item: SeedOf<"networks">): Promise<void> {
  const api = await actors.in(item.project);
  const found = await api.ask("network", "GET", `/v2.0/networks?name=${q(item.name)}`);
  let id = found.body.networks[0]?.id as string | undefined;
  told(id === undefined, "network", item.name);
  if (id === undefined) {
    const wanted = {
      name: item.name,
      ...(item.shared ? { shared: true } : {}),
      ...(item.external ? { "router:external": true } : {}),
    };
    id = (await api.ask("network", "POST", "/v2.0/networks", { network: wanted })).body.network.id as string;
  }
  const { body } = await api.ask("network", "GET", `/v2.0/subnets?network_id=${id}`);
  for (const subnet of item.subnets ?? []) {
    if (body.subnets.some(({ cidr }: { cidr: string }) => cidr === subnet.cidr)) continue;
    const wanted = {
      network_id: id,
      ip_version: subnet.cidr.includes(":") ? 6 : 4,
      cidr: subnet.cidr,
      name: subnet.name ?? `${item.name}-subnet`,
      ...(subnet.gateway === undefined ? {} : { gateway_ip: subnet.gateway }),
      ...(subnet.dhcp === undefined ? {} : { enable_dhcp: subnet.dhcp }),
      ...(subnet.dns ? { dns_nameservers: subnet.dns } : {}),
      ...(subnet.pools ? { allocation_pools: subnet.pools.map(pool) } : {}),
    };
    await api.ask("network", "POST", "/v2.0/subnets", { subnet: wanted });
    told(true, "subnet", subnet.cidr);
  }
}

function pool(text: string): { start: string; end: string } {
  const [start, end] = text.split("-").map((part) => part.trim());
  if (!start || !end) throw new CommandError(`a pool is FIRST-LAST, not "${text}"`);
  return { start, end };
}

async function router({ actors, told }: SeedRun, item: SeedOf<"routers">): Promise<void> {
  const api = await actors.in(item.project);
  const found = await api.ask("network", "GET", `/v2.0/routers?name=${q(item.name)}`);
  let id = found.body.routers[0]?.id as string | undefined;
  told(id === undefined, "router", item.name);
  id ??= (await api.ask("network", "POST", "/v2.0/routers", { router: { name: item.name } })).body.router
    .id as string;
  if (item.external !== undefined) {
    const outside = await api.ask("network", "GET", `/v2.0/networks?name=${q(item.external)}`);
    const networkId = outside.body.networks[0]?.id;
    if (!networkId) throw new CommandError(`router ${item.name}: there is no network ${item.external}`);
    const gateway = { external_gateway_info: { network_id: networkId } };
    await api.ask("network", "PUT", `/v2.0/routers/${id}`, { router: gateway });
  }
  const ports = (await api.ask("network", "GET", `/v2.0/ports?device_id=${id}`)).body.ports;
  for (const name of item.subnets ?? []) {
    const subnetId = (await api.ask("network", "GET", `/v2.0/subnets?name=${q(name)}`)).body.subnets[0]?.id;
    if (!subnetId) throw new CommandError(`router ${item.name}: there is no subnet ${name}`);
    const has = ports.some((port: { fixed_ips: { subnet_id: string }[] }) =>
      port.fixed_ips.some((address) => address.subnet_id === subnetId),
    );
    if (has) continue;
    await api.ask("network", "PUT", `/v2.0/routers/${id}/add_router_interface`, { subnet_id: subnetId });
  }
}

async function securityGroup({ actors, told }: SeedRun, item: SeedOf<"security_groups">): Promise<void> {
  const api = await actors.in(item.project);
  const projectId = await actors.projectId(item.project ?? "admin");
  const query = `/v2.0/security-groups?name=${q(item.name)}&project_id=${projectId}`;
  const found = (await api.ask("network", "GET", query)).body.security_groups[0];
  told(found === undefined, "security group", item.name);
  const { name, description = "" } = item;
  const wanted = { security_group: { name, description } };
  const id =
    found?.id ?? (await api.ask("network", "POST", "/v2.0/security-groups", wanted)).body.security_group.id;
  for (const rule of item.rules ?? []) await securityGroupRule(api, id, rule);
}

async function securityGroupRule(
  api: CloudApi,
  groupId: string,
  rule: NonNullable<SeedOf<"security_groups">["rules"]>[number],
): Promise<void> {
  const [first, last = first] = rule.ports === undefined ? [] : String(rule.ports).split(":");
  const wanted = {
    security_group_id: groupId,
    direction: rule.direction ?? "ingress",
    ethertype: rule.from?.includes(":") ? "IPv6" : "IPv4",
    ...(rule.protocol === undefined ? {} : { protocol: rule.protocol }),
    ...(first === undefined ? {} : { port_range_min: Number(first), port_range_max: Number(last) }),
    ...(rule.from === undefined ? {} : { remote_ip_prefix: rule.from }),
  };
  const { status, body } = await api.send("network", "POST", "/v2.0/security-group-rules", {
    security_group_rule: wanted,
  });
  // 409: it is there.
  if (status >= 400 && status !== 409) throw new CommandError(`security group rule: ${JSON.stringify(body)}`);
}

async function keypair({ actors, told }: SeedRun, item: SeedOf<"keypairs">): Promise<void> {
  const version = { "openstack-api-version": "compute 2.10" };
  const userId = await actors.userId(item.user ?? "admin");
  const path = `/os-keypairs/${q(item.name)}?user_id=${userId}`;
  const there = (await actors.admin.send("compute", "GET", path, undefined, version)).status === 200;
  told(!there, "keypair", item.name);
  if (there) return;
  const wanted = { name: item.name, public_key: item.public_key, user_id: userId };
  await actors.admin.ask("compute", "POST", "/os-keypairs", { keypair: wanted }, version);
}

async function container({ actors, told, folder }: SeedRun, item: SeedOf<"containers">): Promise<void> {
  const api = await actors.in(item.project);
  const path = `/${q(item.name)}`;
  const there = (await api.send("object-store", "HEAD", path)).status < 300;
  told(!there, "container", item.name);
  const headers = {
    ...(item.read === undefined ? {} : { "x-container-read": item.read }),
    ...(item.write === undefined ? {} : { "x-container-write": item.write }),
  };
  await api.ask("object-store", "PUT", path, undefined, headers);
  for (const { name, text, file } of item.objects ?? []) {
    const object = `${path}/${name.split("/").map(q).join("/")}`;
    if ((await api.send("object-store", "HEAD", object)).status < 300) continue;
    const data = file === undefined ? (text ?? "") : await Bun.file(resolve(folder, file)).bytes();
    await api.ask("object-store", "PUT", object, data);
  }
}
