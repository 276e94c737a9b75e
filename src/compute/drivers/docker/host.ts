// One docker daemon: the connection, which containers are this cloud's, and which guests are being worked on.

import { mkdir } from "node:fs/promises";
import type Dockerode from "dockerode";
import type { Values } from "../../../config/keys.ts";
import type { Clock } from "../../../core/clock.ts";
import type { Logger } from "../../../core/log.ts";
import {
  type DriverContext,
  type DriverHost,
  GuestNotFound,
  GuestOperationFailed,
  type GuestRef,
  type PowerState,
} from "../driver.ts";
import { cloudIdOf } from "../libvirt/cloud-id.ts";
import { dockerSection } from "./config.ts";
import { statusOf, translated } from "./errors.ts";
import { Kept } from "./kept.ts";

/** Marks on every container; a snapshot carries them too, so only the name says which guest it is. */
export const LABELS = {
  cloud: "stack.cloud",
  uuid: "stack.instance",
  name: "stack.instance-name",
  configDrive: "stack.config-drive",
} as const;

/** Name of a container that a resize has set aside. */
export const ASIDE = "_resize";

/** @throws Error for an address that is no local socket */
export function socketPath(address: string): string {
  const path = address.startsWith("unix://") ? address.slice("unix://".length) : address;
  if (!path.startsWith("/")) throw new Error(`DOCKER_HOST: "${address}" is not the path of a socket`);
  return path;
}

/** Loaded when it is needed: it is large. */
export async function connect(address: string, timeoutMs?: number): Promise<Dockerode> {
  const { default: Docker } = await import("dockerode");
  return new Docker({
    socketPath: socketPath(address),
    ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
  });
}

/** Containers of a cloud, those that are off included. */
export function containersOf(docker: Dockerode, cloud: string): Promise<Dockerode.ContainerInfo[]> {
  return docker.listContainers({ all: true, filters: { label: [`${LABELS.cloud}=${cloud}`] } });
}

export class DockerHost {
  readonly name: string;
  readonly address: string;
  readonly context: DriverContext;
  readonly settings: Values<typeof dockerSection>;
  readonly log: Logger;
  readonly clock: Clock;
  readonly kept: Kept;
  #docker: Dockerode | null = null;
  #cloudId: string | null = null;
  #inHand = new Map<string, number>();

  constructor(context: DriverContext, host: DriverHost) {
    this.context = context;
    this.name = host.name;
    this.address = host.address;
    this.settings = context.config(dockerSection);
    this.log = context.log;
    this.clock = context.clock;
    this.kept = new Kept(context.instancesDir);
  }

  async init(): Promise<void> {
    this.#docker ??= await connect(this.address);
    await this.#docker.ping();
    this.#cloudId = await cloudIdOf(this.context.stateDir);
    await mkdir(this.context.instancesDir, { recursive: true, mode: 0o700 });
  }

  get docker(): Dockerode {
    if (!this.#docker) throw new GuestOperationFailed(`Host ${this.name} is not running.`);
    return this.#docker;
  }

  get cloudId(): string {
    if (this.#cloudId === null) throw new GuestOperationFailed(`Host ${this.name} is not running.`);
    return this.#cloudId;
  }

  /** Repository of the images that this cloud keeps in docker; the tags say what they are. */
  get repository(): string {
    return repositoryOf(this.cloudId);
  }

  /** A step that changes the guest; its events are no news meanwhile. Errors come in the contract's words. */
  async doing<T>(what: string, guest: GuestRef, work: () => Promise<T>): Promise<T> {
    this.#inHand.set(guest.uuid, (this.#inHand.get(guest.uuid) ?? 0) + 1);
    try {
      return await work();
    } catch (error) {
      throw translated(error, what, guest);
    } finally {
      const left = (this.#inHand.get(guest.uuid) ?? 1) - 1;
      if (left > 0) this.#inHand.set(guest.uuid, left);
      else this.#inHand.delete(guest.uuid);
    }
  }

  /** The same for what only looks. */
  async reading<T>(what: string, guest: GuestRef, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw translated(error, what, guest);
    }
  }

  isInHand(uuid: string): boolean {
    return this.#inHand.has(uuid);
  }

  /** Null when there is no such container, or it is not this cloud's. */
  async inspect(guest: GuestRef, suffix = ""): Promise<Dockerode.ContainerInspectInfo | null> {
    try {
      const found = await this.docker.getContainer(containerName(guest) + suffix).inspect();
      return found.Config.Labels?.[LABELS.cloud] === this.cloudId ? found : null;
    } catch (error) {
      if (statusOf(error) === 404) return null;
      throw error;
    }
  }

  /** @throws GuestNotFound */
  async find(guest: GuestRef): Promise<Dockerode.ContainerInspectInfo> {
    const found = await this.inspect(guest);
    if (!found) throw new GuestNotFound(guest.uuid);
    return found;
  }
}

/** As nova-docker named them: the same on every host, and another for every guest. */
export function containerName(guest: Pick<GuestRef, "uuid">): string {
  return `nova-${guest.uuid}`;
}

export function repositoryOf(cloudId: string): string {
  return `stack-${cloudId}`;
}

export function powerStateOf(state: { Paused?: boolean; Running?: boolean }): PowerState {
  if (state.Paused) return "paused";
  return state.Running ? "running" : "shutdown";
}
