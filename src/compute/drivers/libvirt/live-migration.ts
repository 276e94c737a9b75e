// Live migration, led from here: both daemons are told each step, and only the two QEMUs talk to each other, so that hosts
// need no way into each other's libvirt. The steps and what follows when one fails: libvirt 9.0.0, src/libvirt-domain.c
// (virDomainMigrateVersion3Full); the flags: nova/virt/libvirt/driver.py of Zed.

import { join } from "node:path";
import { cloudSection } from "../../../config/cloud.ts";
import { messageOf } from "../../../core/errors.ts";
import { type Connection, connect } from "../../../libvirt/connection.ts";
import * as c from "../../../libvirt/constants.gen.ts";
import { isLibvirtError } from "../../../libvirt/errors.ts";
import type { Domain, TypedParam } from "../../../libvirt/procedures.gen.ts";
import { numberParam, param } from "../../../libvirt/typed-params.ts";
import { type ComputeDriver, GuestOperationFailed, type GuestSpec, type MigrationTarget } from "../driver.ts";
import { type Destination, destinationOf, send, sendBase } from "./destination.ts";
import { disksOf, sourceOf, targetOf } from "./device-xml.ts";
import { HypervisorUnavailable } from "./errors.ts";
import type { FolderInfo } from "./folder.ts";
import type { LibvirtHost } from "./host.ts";
import { removeFolders } from "./spawn.ts";
import { all, type XmlElement, xmlText } from "./xml/element.ts";
import { domainOwner } from "./xml/metadata.ts";
import { parseXml } from "./xml/parse.ts";

type Options = Parameters<ComputeDriver["liveMigrate"]>[2];

const PROGRESS_MS = 500;

const noCookie = new Uint8Array(0);

/** At the destination. @throws GuestOperationFailed without block migration when the disks cannot be seen there */
export async function prepareLiveMigration(
  host: LibvirtHost,
  spec: GuestSpec,
  blockMigration: boolean,
): Promise<void> {
  await host.doing("prepare live migration of", spec, async () => {
    const { files, folders } = host;
    const there = await files.exists(folders.file(spec, "disk.info"));
    if (there && blockMigration) {
      // nova/exception.py, InvalidLocalStorage
      throw new GuestOperationFailed(
        `${host.name} is not on local storage: Block migration can not be used with shared storage.`,
      );
    }
    if (there) return;
    if (!blockMigration && (!spec.bootsFromVolume || spec.localDisks.length > 0)) {
      // nova/exception.py, InvalidSharedStorage
      throw new GuestOperationFailed(
        `${host.name} is not on shared storage: Live migration can not be used without shared storage except a booted from volume VM which does not have a local disk.`,
      );
    }
    await folders.make(spec);
    await folders.setInfo(spec, { host: host.name, disks: {} });
    if (spec.image) await host.images.image(spec.image);
  });
}

export function liveMigrate(
  host: LibvirtHost,
  spec: GuestSpec,
  target: MigrationTarget,
  options: Options,
): Promise<void> {
  return host.doing("live migrate", spec, async (connection) => {
    const dom = await host.find(connection, spec);
    if (!(await connection.domainIsActive(dom))) throw new GuestOperationFailed(`${spec.uuid} does not run`);
    const destination = await destinationOf(host, target);
    const info = await host.folders.info(spec);
    if (options.blockMigration) await sendFiles(host, spec, info, destination);
    options.signal.throwIfAborted();
    const plan = await planOf(host, connection, dom, destination, options.blockMigration);
    await host.session.separately(async (source) => {
      const dest = await connectTo(destination);
      try {
        await watched(connection, dom, options, host, () => migrate(source, dest, dom, plan));
      } finally {
        await dest.close();
      }
    });
    host.forgetOwner(spec.uuid);
    if (!destination.shared) {
      await sendConsole(host, spec, destination);
      await removeFolders(host, spec);
    } else if (info) await host.folders.setInfo(spec, { ...info, host: destination.host });
  });
}

async function connectTo({ uri }: Destination): Promise<Connection> {
  try {
    return await connect(uri);
  } catch (cause) {
    throw new HypervisorUnavailable(`${uri}: ${messageOf(cause)}`, { cause });
  }
}

/** Empty disks of the right size for those that will be copied, and whatever else is in the folder. */
async function sendFiles(
  host: LibvirtHost,
  spec: GuestSpec,
  info: FolderInfo | null,
  destination: Destination,
): Promise<void> {
  const { files, folders } = host;
  const there = destination.folders.of(spec);
  for (const name of await files.names(folders.of(spec))) {
    const record = info?.disks[name];
    const from = folders.file(spec, name);
    const to = join(there, name);
    if (record?.base !== undefined) await sendBase(host, destination, record.base);
    if (record?.kind === "iso") await destination.files.symlink(join("..", "_base", record.base ?? ""), to);
    else if (record?.format === "qcow2") {
      const size = await host.qemuImg.ownVirtualSize(from, "qcow2");
      const backing = record.base === undefined ? null : join("..", "_base", record.base);
      await destination.qemuImg.create(to, size, backing);
    } else if (name !== "disk.info" && !isConsole(name)) await send(host, from, destination, to);
  }
  await destination.folders.setInfo(spec, { disks: info?.disks ?? {}, host: destination.host });
}

const CONSOLE = "console.log";

function isConsole(name: string): boolean {
  return name.startsWith(CONSOLE);
}

/** What it has printed here becomes the older parts of what it prints there, where virtlogd has begun a new file. */
async function sendConsole(host: LibvirtHost, spec: GuestSpec, destination: Destination): Promise<void> {
  const names = (await host.files.names(host.folders.of(spec))).filter(isConsole);
  for (const name of names) {
    const part = name === CONSOLE ? 0 : Number(name.slice(CONSOLE.length + 1)) + 1;
    const to = destination.folders.file(spec, `${CONSOLE}.${part}`);
    await send(host, host.folders.file(spec, name), destination, to);
  }
}

interface Plan {
  flags: number;
  params: TypedParam[];
}

async function planOf(
  host: LibvirtHost,
  connection: Connection,
  dom: Domain,
  destination: Destination,
  block: boolean,
): Promise<Plan> {
  const live = parseXml(
    await connection.domainGetXMLDesc(dom, c.VIR_DOMAIN_XML_SECURE | c.VIR_DOMAIN_XML_MIGRATABLE),
  );
  const stored = parseXml(
    await connection.domainGetXMLDesc(
      dom,
      c.VIR_DOMAIN_XML_SECURE | c.VIR_DOMAIN_XML_INACTIVE | c.VIR_DOMAIN_XML_MIGRATABLE,
    ),
  );
  const folder = `${host.folders.root}/`;
  const copied = disksOf(live)
    .filter((disk) => sourceOf(disk)?.startsWith(folder) && all(disk, "readonly").length === 0)
    .map(targetOf);
  const bothHere = host.where.local && destination.where.local;
  const flags =
    c.VIR_MIGRATE_LIVE |
    c.VIR_MIGRATE_PERSIST_DEST |
    c.VIR_MIGRATE_UNDEFINE_SOURCE |
    c.VIR_MIGRATE_CHANGE_PROTECTION |
    c.VIR_MIGRATE_AUTO_CONVERGE |
    // libvirt takes two daemons on one machine for two machines without shared storage.
    (bothHere ? c.VIR_MIGRATE_UNSAFE : 0) |
    (block && copied.length > 0 ? c.VIR_MIGRATE_NON_SHARED_INC : 0);
  const address = bothHere
    ? "127.0.0.1"
    : (destination.where.address ?? host.context.config(cloudSection).HOST_IP);
  return {
    flags,
    params: [
      param.string(c.VIR_MIGRATE_PARAM_DEST_NAME, dom.name),
      param.string(c.VIR_MIGRATE_PARAM_DEST_XML, xmlText(readdressed(live, host, destination))),
      param.string(c.VIR_MIGRATE_PARAM_PERSIST_XML, xmlText(readdressed(stored, host, destination))),
      param.string(c.VIR_MIGRATE_PARAM_URI, `tcp://${address.includes(":") ? `[${address}]` : address}`),
      ...(block ? copied.map((disk) => param.string(c.VIR_MIGRATE_PARAM_MIGRATE_DISKS, disk)) : []),
    ],
  };
}

/** The domain as the other host has it: its owner, its folder. */
function readdressed(domain: XmlElement, host: LibvirtHost, destination: Destination): XmlElement {
  const owner = domainOwner(domain);
  if (owner) {
    owner.attributes["host"] = destination.host;
    owner.attributes["instances"] = destination.folders.root;
  }
  return moved(domain, `${host.folders.root}/`, `${destination.folders.root}/`);
}

function moved(element: XmlElement, from: string, to: string): XmlElement {
  const text = (value: string) => (value.startsWith(from) ? to + value.slice(from.length) : value);
  return {
    name: element.name,
    attributes: Object.fromEntries(
      Object.entries(element.attributes).map(([key, value]) => [key, text(value)]),
    ),
    children: element.children.map((child) =>
      typeof child === "string" ? text(child) : moved(child, from, to),
    ),
  };
}

function replaced(params: readonly TypedParam[], field: string, value: string): TypedParam[] {
  return [...params.filter((other) => other.field !== field), param.string(field, value)];
}

/** Runs there afterwards, or here as before. */
async function migrate(source: Connection, dest: Connection, dom: Domain, plan: Plan): Promise<void> {
  const { flags } = plan;
  const destFlags = flags & ~(c.VIR_MIGRATE_ABORT_ON_ERROR | c.VIR_MIGRATE_AUTO_CONVERGE);
  const begun = await source.domainMigrateBegin3Params(dom, plan.params, flags);
  let params = replaced(plan.params, c.VIR_MIGRATE_PARAM_DEST_XML, begun.xml);
  let prepared: Awaited<ReturnType<Connection["domainMigratePrepare3Params"]>>;
  try {
    prepared = await dest.domainMigratePrepare3Params(params, begun.cookieOut, destFlags);
  } catch (error) {
    // Otherwise the domain stays busy with a migration that will never be.
    await confirm(source, dom, params, noCookie, flags, true);
    throw error;
  }
  if (prepared.uriOut !== null) params = replaced(params, c.VIR_MIGRATE_PARAM_URI, prepared.uriOut);
  let cookie: Uint8Array = noCookie;
  let failure: unknown = null;
  try {
    cookie = (await source.domainMigratePerform3Params(dom, null, params, prepared.cookieOut, flags))
      .cookieOut;
  } catch (error) {
    failure = error;
  }
  try {
    cookie = (await dest.domainMigrateFinish3Params(params, cookie, destFlags, failure !== null)).cookieOut;
  } catch (error) {
    // When the copying failed, this one only says that it was cancelled.
    failure ??= error;
    cookie = noCookie;
  }
  await confirm(source, dom, params, cookie, flags, failure !== null);
  if (failure !== null) throw failure;
}

async function confirm(
  source: Connection,
  dom: Domain,
  params: TypedParam[],
  cookie: Uint8Array,
  flags: number,
  cancelled: boolean,
): Promise<void> {
  try {
    await source.domainMigrateConfirm3Params(dom, params, cookie, flags, cancelled);
  } catch (error) {
    // Cancelled, it runs here again, and the reason is another error; else it already runs there, which is what counts.
    if (!isLibvirtError(error)) throw error;
  }
}

/** Tells how far it is, and ends it when that is wanted. */
async function watched(
  connection: Connection,
  dom: Domain,
  { signal, onProgress }: Options,
  host: LibvirtHost,
  work: () => Promise<void>,
): Promise<void> {
  const over = new AbortController();
  const abort = () => {
    connection.domainAbortJob(dom).catch((error) => {
      host.log.info(null, `[instance: ${dom.uuid}] aborting the migration: ${messageOf(error)}`);
    });
  };
  signal.addEventListener("abort", abort, { once: true });
  const reports = (async () => {
    while (!over.signal.aborted) {
      await host.clock.sleep(PROGRESS_MS, over.signal).catch(() => {});
      if (!over.signal.aborted) await report(connection, dom, onProgress);
    }
  })();
  try {
    await work();
  } catch (error) {
    throw signal.aborted ? new GuestOperationFailed("The migration was aborted", { cause: error }) : error;
  } finally {
    over.abort();
    signal.removeEventListener("abort", abort);
    await reports;
  }
}

async function report(connection: Connection, dom: Domain, onProgress: Options["onProgress"]): Promise<void> {
  try {
    const { params } = await connection.domainGetJobStats(dom);
    const bytes = (name: string) => numberParam(params, name) ?? 0;
    if (!params.has("memory_total")) return;
    onProgress({
      memoryTotal: bytes("memory_total"),
      memoryRemaining: bytes("memory_remaining"),
      diskTotal: bytes("disk_total"),
      diskRemaining: bytes("disk_remaining"),
    });
  } catch (error) {
    // It is over, or about to be.
    if (!isLibvirtError(error)) throw error;
  }
}
