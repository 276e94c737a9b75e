// The audit after a crash: whatever was acknowledged is there, nothing is half-made, and every service's books agree
// with those of the others and with the guests. Each check returns what it found wrong, in words.

import type { Api, ServerBody } from "./api.ts";
import { type Books, type Guest, type Instance, readBooks } from "./books.ts";
import type { Ledger } from "./ledger.ts";
import { auditImages, auditVolumes, neverPromised } from "./volume-audit.ts";

/** How long a cloud may take to bring to an end what was in hand. */
const SETTLE_MS = 30_000;

/** The power state of a guest, by the state of its server. A resized server may have been off before. */
const POWER: Record<string, readonly string[]> = {
  active: ["running"],
  rescued: ["running"],
  paused: ["paused"],
  suspended: ["suspended"],
  stopped: ["shutdown"],
  resized: ["running", "shutdown"],
};

/** What is wrong once all is quiet; what still is at the deadline, when it never is. */
export async function audit(cloud: Api, ledger: Ledger, state: string): Promise<string[]> {
  const deadline = Date.now() + SETTLE_MS;
  for (;;) {
    const books = readBooks(state);
    const problems = unfinished(books, ledger);
    if (problems.length === 0) problems.push(...(await auditOnce(cloud, ledger, books)));
    if (problems.length === 0 || Date.now() > deadline) return problems;
    await Bun.sleep(100);
  }
}

/** What somebody still works on. */
function unfinished({ instances, messages, volumes, snapshots, images }: Books, ledger: Ledger): string[] {
  const busy = /^(queued|saving|.*ing|reserved)$/;
  return [
    ...messages.map((message) => `message left: ${message}`),
    ...instances
      .filter(({ vmState, taskState }) => vmState === "building" || taskState !== null)
      .map((instance) => `server stuck: ${text(instance)}`),
    ...[...volumes, ...snapshots, ...images.filter((image) => !neverPromised(image, ledger))]
      .filter(({ status }) => busy.test(status))
      .map((each) => `stuck: ${text(each)}`),
  ];
}

async function auditOnce(cloud: Api, ledger: Ledger, books: Books): Promise<string[]> {
  return [
    ...ledger.defects,
    ...auditServers(await cloud.servers(), ledger),
    ...auditMigrations(books),
    ...auditAllocations(books),
    ...auditGuests(books),
    ...auditPorts(books),
    ...auditVolumes(books, ledger),
    ...auditImages(books, ledger),
  ];
}

function auditServers(servers: readonly ServerBody[], ledger: Ledger): string[] {
  const found = new Map(servers.map((server) => [server.id, server]));
  const problems = [...ledger.servers]
    .filter((id) => !found.has(id) && !ledger.mayGo.has(id))
    .map((id) => `acknowledged server lost: ${id}`);
  for (const { id, status, fault } of servers) {
    if (ledger.mustGo.has(id)) problems.push(`deleted server lives: ${id} ${status}`);
    // A crash alone breaks no server; the deletion of one on the shelf, when cut short, ends in ERROR.
    if (status === "ERROR" && !(fault && ledger.mayGo.has(id)))
      problems.push(`server in ERROR: ${id} ${fault?.message}`);
    const expected = ledger.expected(id);
    if (ledger.mayGo.has(id) || !expected?.length) continue;
    if (!expected.includes(status))
      problems.push(`acknowledged action lost: ${id} ${status}, not ${expected}`);
  }
  return problems;
}

/** A migration is under way only while its server waits for the user's word. */
function auditMigrations({ migrations, instances }: Books): string[] {
  const resized = new Set(instances.filter(({ vmState }) => vmState === "resized").map(({ uuid }) => uuid));
  const doubled = repeated(migrations.map(({ instanceUuid }) => instanceUuid));
  return [
    ...migrations
      .filter(({ instanceUuid, status }) => status !== "finished" || !resized.has(instanceUuid))
      .map((migration) => `migration left: ${text(migration)}`),
    ...[...resized]
      .filter((uuid) => !migrations.some(({ instanceUuid }) => instanceUuid === uuid))
      .map((uuid) => `resized server without a migration: ${uuid}`),
    ...doubled.map((uuid) => `migrations doubled: ${uuid}`),
  ];
}

/** A server holds what its flavor says on its host, and while it is resized, the old host is held by its migration. */
function auditAllocations({ allocations, idleConsumers, migrations, instances }: Books): string[] {
  const problems = idleConsumers.map((uuid) => `consumer left without an allocation: ${uuid}`);
  const hosts = new Map<string, Instance | string>();
  for (const instance of instances) if (hasHost(instance)) hosts.set(instance.uuid, instance);
  for (const { uuid, source } of migrations) hosts.set(uuid, source);
  for (const allocation of allocations) {
    const { consumerId, host, vcpus, memoryMb } = allocation;
    const wanted = hosts.get(consumerId);
    if (wanted === undefined) problems.push(`allocation leaked: ${text(allocation)}`);
    else if (host !== (typeof wanted === "string" ? wanted : wanted.host))
      problems.push(`allocation on the wrong host: ${text(allocation)} of ${text(wanted)}`);
    else if (typeof wanted !== "string" && (vcpus !== wanted.vcpus || memoryMb !== wanted.memoryMb))
      problems.push(`allocation of the wrong size: ${text(allocation)} of ${text(wanted)}`);
  }
  const held = new Set(allocations.map(({ consumerId }) => consumerId));
  for (const [uuid, wanted] of hosts) {
    if (!held.has(uuid)) problems.push(`allocation missing: ${uuid} of ${text(wanted)}`);
  }
  return problems;
}

/** Every server that has one has one guest, on its host, in its power state, with its volumes and cards. */
function auditGuests({ guests, instances, mappings, migrations, ports }: Books): string[] {
  const byId = new Map(instances.map((instance) => [instance.uuid, instance]));
  const problems: string[] = [];
  for (const guest of guests) {
    const instance = byId.get(guest.uuid);
    if (!instance) problems.push(`guest leaked: ${text(guest)}`);
    else if (guest.aside) {
      const migration = migrations.find(({ instanceUuid }) => instanceUuid === guest.uuid);
      if (migration?.source !== guest.host)
        problems.push(`old disk left: ${text(guest)} of ${text(instance)}`);
    } else if (guest.host !== instance.host)
      problems.push(`guest on the wrong host: ${text(guest)} of ${text(instance)}`);
    else if (instance.vmState !== "error") problems.push(...auditGuest(guest, instance, mappings, ports));
  }
  const present = new Set(guests.filter(({ aside }) => !aside).map(({ uuid }) => uuid));
  for (const instance of instances) {
    if (POWER[instance.vmState] && !present.has(instance.uuid))
      problems.push(`guest missing: ${text(instance)}`);
  }
  return problems;
}

function auditGuest(
  guest: Guest,
  { uuid, vmState }: Instance,
  mappings: Books["mappings"],
  ports: Books["ports"],
): string[] {
  const problems: string[] = [];
  const wrong = (what: string, wanted: unknown) =>
    problems.push(`guest with the wrong ${what}: ${text(guest)}, ${vmState}, not ${text(wanted)}`);
  const power = POWER[vmState];
  if (power && !power.includes(guest.powerState)) wrong("power state", power);
  if (guest.rescued !== (vmState === "rescued")) wrong("disk", "the rescue image");
  const volumes = mappings
    .filter(({ instanceUuid }) => instanceUuid === uuid)
    .map(({ volumeId }) => volumeId);
  if (!same(guest.volumeIds, volumes)) wrong("volumes", volumes);
  const cards = ports.filter(({ deviceId }) => deviceId === uuid).map(({ id }) => id);
  if (!same(guest.vifIds, cards)) wrong("network cards", cards);
  return problems;
}

/** Ports belong to a server, one for each of its networks (there is one), and are bound to its host. */
function auditPorts({ ports, instances }: Books): string[] {
  const byId = new Map(instances.map((instance) => [instance.uuid, instance]));
  const problems = [
    ...repeated(ports.map(({ deviceId }) => deviceId)).map((uuid) => `ports doubled: server ${uuid}`),
    ...repeated(ports.map(({ address }) => address)).map((address) => `address doubled: ${address}`),
  ];
  for (const port of ports) {
    const instance = byId.get(port.deviceId);
    if (!instance) problems.push(`port leaked: ${text(port)}`);
    else if (port.address === "") problems.push(`port without an address: ${text(port)}`);
    else if (hasHost(instance) && port.host !== instance.host)
      problems.push(`port on the wrong host: ${text(port)} of ${text(instance)}`);
  }
  return problems;
}

const hasHost = ({ vmState, host }: Instance) => vmState !== "shelved_offloaded" && host !== null;

const repeated = (all: readonly string[]) => [...new Set(all.filter((each, i) => all.indexOf(each) !== i))];

const same = (a: readonly string[], b: readonly string[]) => text([...a].sort()) === text([...b].sort());

const text = (value: unknown) => JSON.stringify(value);
