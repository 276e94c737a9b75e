// One compute host: its connection, its files, and which of its domains are this cloud's. The verbs (spawn.ts, power.ts, ...)
// work on it; driver.ts puts them together.

import { join } from "node:path";
import type { Values } from "../../../config/keys.ts";
import type { Clock } from "../../../core/clock.ts";
import type { Logger } from "../../../core/log.ts";
import type { Connection } from "../../../libvirt/connection.ts";
import * as c from "../../../libvirt/constants.gen.ts";
import { isLibvirtError } from "../../../libvirt/errors.ts";
import type { Domain } from "../../../libvirt/procedures.gen.ts";
import { computeSection } from "../../config.ts";
import {
  type DriverContext,
  type DriverHost,
  GuestNotFound,
  GuestOperationFailed,
  type GuestRef,
} from "../driver.ts";
import { cloudIdOf } from "./cloud-id.ts";
import { libvirtSection } from "./config.ts";
import { translated } from "./errors.ts";
import { Facts } from "./facts.ts";
import { type HostFiles, LocalFiles } from "./files.ts";
import { Folders } from "./folder.ts";
import { type Whereabouts, whereabouts } from "./hosts.ts";
import { ImageCache } from "./image-cache.ts";
import { QemuImg } from "./qemu-img.ts";
import { type HypervisorEvent, HypervisorSession } from "./session.ts";
import { endInterruptedSnapshots } from "./snapshot.ts";
import { SshFiles } from "./ssh-files.ts";
import { Waiters } from "./waiters.ts";
import { OWNER_NAMESPACE, type OwnerElement, readOwner } from "./xml/metadata.ts";
import { parseXml } from "./xml/parse.ts";

export interface HostEvents {
  /** Something happened to a guest of this cloud that no operation of this process is busy with. */
  onEvent(event: HypervisorEvent): void;
  onRestored(): void;
}

const localCaches = new WeakMap<DriverContext, ImageCache>();

export class LibvirtHost {
  readonly name: string;
  readonly uri: string;
  readonly where: Whereabouts;
  readonly log: Logger;
  readonly clock: Clock;
  readonly settings: Values<typeof libvirtSection>;
  readonly files: HostFiles;
  readonly folders: Folders;
  readonly qemuImg: QemuImg;
  readonly images: ImageCache;
  readonly session: HypervisorSession;
  readonly waiters: Waiters;
  readonly facts: Facts;
  readonly context: DriverContext;
  #cloudId: string | null = null;
  #owners = new Map<string, OwnerElement | null>();
  #inHand = new Map<string, number>();
  #directIo: Promise<boolean> | null = null;
  #identity: Promise<{ uid: number; gid: number }> | null = null;

  constructor(context: DriverContext, host: DriverHost, events: HostEvents) {
    this.context = context;
    this.name = host.name;
    this.uri = host.address;
    this.where = whereabouts(host.address);
    this.log = context.log;
    this.clock = context.clock;
    this.settings = context.config(libvirtSection);
    this.files = filesOf(host.address, context);
    this.folders = new Folders(context.instancesDir, this.files);
    this.qemuImg = new QemuImg(this.files);
    this.images = this.#imageCache();
    this.waiters = new Waiters(this.clock);
    this.session = new HypervisorSession({
      uri: host.address,
      clock: this.clock,
      log: this.log,
      onEvent: (event) => {
        this.waiters.deliver(event);
        events.onEvent(event);
      },
      onLost: (error) => this.waiters.fail(error),
      onRestored: () => {
        this.facts.forget();
        this.facts.loadInBackground();
        events.onRestored();
      },
    });
    this.facts = new Facts({
      session: this.session,
      files: this.files,
      clock: this.clock,
      log: this.log,
      settings: this.settings,
      dir: join(context.stateDir, "libvirt"),
      hostName: host.name,
    });
  }

  /** Hosts of this machine have one in common, as they have the folder. */
  #imageCache(): ImageCache {
    const shared = this.where.ssh ? undefined : localCaches.get(this.context);
    if (shared) return shared;
    const { files, folders, qemuImg, log, clock } = this;
    const cache = new ImageCache({ files, folders, qemuImg, log, clock, directIo: () => this.directIo() });
    if (!this.where.ssh) localCaches.set(this.context, cache);
    return cache;
  }

  async init(): Promise<void> {
    await this.session.connection();
    this.#cloudId = await cloudIdOf(this.context.stateDir);
    await this.files.ensureDir(this.folders.root);
    await this.images.init();
    await endInterruptedSnapshots(this);
    await this.facts.start();
  }

  get cloudId(): string {
    if (this.#cloudId === null) throw new GuestOperationFailed(`Host ${this.name} is not running.`);
    return this.#cloudId;
  }

  connection(): Promise<Connection> {
    return this.session.connection();
  }

  directIo(): Promise<boolean> {
    this.#directIo ??= this.files.directIo(this.folders.root);
    return this.#directIo;
  }

  async cacheMode(): Promise<string> {
    const { LIBVIRT_DISK_CACHE } = this.settings;
    if (LIBVIRT_DISK_CACHE !== "auto") return LIBVIRT_DISK_CACHE;
    return (await this.directIo()) ? "none" : "writeback";
  }

  /** QEMU runs as the cloud's own user there, whose folders nobody else may enter. */
  async qemuUser(): Promise<{ uid: number; gid: number } | null> {
    const { capabilities } = await this.facts.load();
    if (!capabilities.dac) return null;
    this.#identity ??= this.files.identity();
    return this.#identity;
  }

  /** Whose domain it is, if it is any cloud's of ours; kept, since it never changes. */
  async ownerOf(
    connection: Connection,
    dom: Pick<Domain, "uuid" | "name" | "id">,
  ): Promise<OwnerElement | null> {
    const kept = this.#owners.get(dom.uuid);
    if (kept !== undefined) return kept;
    const owner = await readMetadata(connection, dom);
    this.#owners.set(dom.uuid, owner);
    return owner;
  }

  setOwner(uuid: string, owner: OwnerElement | null): void {
    this.#owners.set(uuid, owner);
  }

  forgetOwner(uuid: string): void {
    this.#owners.delete(uuid);
  }

  /** Made by this cloud for this host. */
  async isOurs(connection: Connection, dom: Domain): Promise<boolean> {
    const owner = await this.ownerOf(connection, dom);
    return owner !== null && owner.host === this.name && this.isOfThisCloud(owner);
  }

  /** The folder of instances counts as well, where it is this machine's: the state may have been wiped and made anew. */
  isOfThisCloud(owner: OwnerElement): boolean {
    return owner.cloud === this.#cloudId || (this.where.local && owner.instances === this.folders.root);
  }

  /** The guest's domain on this host. @throws GuestNotFound */
  async find(connection: Connection, guest: GuestRef): Promise<Domain> {
    const dom = await this.findOrNull(connection, guest);
    if (!dom) throw new GuestNotFound(guest.uuid);
    return dom;
  }

  /**
   * The guest's domain, or null when only its folder is left, which is a guest that is off: its next start configures it anew.
   * @throws GuestNotFound
   */
  async findOrOff(connection: Connection, guest: GuestRef): Promise<Domain | null> {
    const dom = await this.findOrNull(connection, guest);
    if (!dom && (await this.folders.info(guest))?.host !== this.name) throw new GuestNotFound(guest.uuid);
    return dom;
  }

  async findOrNull(connection: Connection, guest: Pick<GuestRef, "uuid">): Promise<Domain | null> {
    try {
      const dom = await connection.domainLookupByUUID(guest.uuid);
      return (await this.isOurs(connection, dom)) ? dom : null;
    } catch (error) {
      if (isLibvirtError(error, c.VIR_ERR_NO_DOMAIN)) return null;
      throw error;
    }
  }

  /** Runs one operation on a guest: its events are nobody's news meanwhile, and its errors become the contract's. */
  async doing<T>(what: string, guest: GuestRef, work: (connection: Connection) => Promise<T>): Promise<T> {
    this.#inHand.set(guest.uuid, (this.#inHand.get(guest.uuid) ?? 0) + 1);
    try {
      return await this.reading(what, guest, work);
    } finally {
      const left = (this.#inHand.get(guest.uuid) ?? 1) - 1;
      if (left === 0) this.#inHand.delete(guest.uuid);
      else this.#inHand.set(guest.uuid, left);
    }
  }

  /** As `doing`, for what changes nothing. */
  async reading<T>(what: string, guest: GuestRef, work: (connection: Connection) => Promise<T>): Promise<T> {
    try {
      return await work(await this.connection());
    } catch (error) {
      throw translated(error, what, guest);
    }
  }

  /** The address on which screens are served. */
  get vncListen(): string {
    return this.context.config(computeSection).VNCSERVER_LISTEN;
  }

  isInHand(uuid: string): boolean {
    return this.#inHand.has(uuid);
  }
}

export function filesOf(uri: string, context: DriverContext): HostFiles {
  return whereabouts(uri).ssh ? new SshFiles(uri, join(context.stateDir, "libvirt")) : new LocalFiles();
}

export async function readMetadata(connection: Connection, dom: Domain): Promise<OwnerElement | null> {
  try {
    const xml = await connection.domainGetMetadata(dom, c.VIR_DOMAIN_METADATA_ELEMENT, OWNER_NAMESPACE);
    return readOwner(parseXml(xml));
  } catch (error) {
    if (isLibvirtError(error, c.VIR_ERR_NO_DOMAIN_METADATA, c.VIR_ERR_NO_DOMAIN)) return null;
    throw error;
  }
}
