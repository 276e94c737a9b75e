// The contract every service keeps. A service is declared as plain data in its `index.ts`; `src/services.ts` lists the
// declarations; `src/cloud.ts` makes, starts and stops them.

import type { KeySpec, Section, Values } from "../config/keys.ts";
import type { Migration } from "../db/migrate.ts";
import type { ProjectDatabase } from "../db/open.ts";
import type { FetchApp, Routed } from "../http/server.ts";
import type { Enforcer, PolicyRule } from "../policy/enforcer.ts";
import type { Bus, TopicDepth } from "./bus.ts";
import type { Clock } from "./clock.ts";
import type { RequestContext } from "./context.ts";
import type { Ids } from "./ids.ts";
import type { LogBook, Logger } from "./log.ts";
import type { LogSource } from "./log-follow.ts";
import type { Metric } from "./metrics.ts";
import type { Priority } from "./notifications.ts";
import type { StatePaths } from "./paths.ts";
import { type Peers, peerKey } from "./peers.ts";

/** What a service contributes to the identity service's catalog. */
export interface CatalogEntry {
  /** `compute` */
  type: string;
  /** `nova` */
  name: string;
  description: string;
  /** Follows the service's base URL; `$(project_id)s` is filled in per token. */
  path: string;
}

/** A catalog entry with the address at which it is served in this cloud. */
export interface PublishedEndpoint extends CatalogEntry {
  window: string;
  /** Complete URL, `$(project_id)s` not filled in. */
  url: string;
}

/** Where everything is served, known before the first service starts. */
export interface Endpoints {
  /** `http://HOST:8774`, or `http://HOST:PORT/compute` when all is served on one port. Null for a disabled service. */
  base(window: string): string | null;
  published(): readonly PublishedEndpoint[];
}

/** What this machine allows. */
export interface Machine {
  /** Name of this host in service tables. */
  hostName: string;
  /** True when bridges, taps and firewall tables can be made. */
  privileged: boolean;
  /**
   * Tells clouds on one machine apart: 0 for the first one running as root, which gets the classic names (`br100`,
   * `instance-00000001`); others put the number into every name that is visible outside the process.
   */
  slot: number;
}

/** Which compute driver runs and why it was chosen; published by nova-compute, shown by `stack status`. */
export interface DriverChoice {
  name: string;
  reason: string;
}

export const driverChoice = peerKey<DriverChoice>("n-cpu", "driver-choice");

export type ServiceState = "stopped" | "starting" | "running" | "stopping" | "failed";

export interface ServiceStatus {
  /** The program: `nova-api`. */
  name: string;
  window: string;
  state: ServiceState;
  url: string | null;
  port: number | null;
  /** Why it failed, or what its own check found. */
  reason: string | null;
  note: string | null;
}

/** What the supervisor lets a service see and do of the others; for the dashboard. */
export interface Supervisor {
  status(): Promise<ServiceStatus[]>;
  /** Stopped and started alone, as by `stack stop`. @throws NotFound for an unknown window, what a start throws */
  start(window: string): Promise<void>;
  stop(window: string): Promise<void>;
  restart(window: string): Promise<void>;
  queues(): (TopicDepth & { project: string })[];
  readonly logs: LogSource;
  /**
   * The app that serves a target of the shared port, whether or not there is one. Null when nothing does.
   * @throws PeerUnavailable for a stopped service
   */
  route(target: string): Routed | null;
}

export const supervisor = peerKey<Supervisor>("stack", "supervisor");

/** Which lines of a window are kept, for services whose API lets operators say so. */
export type LogLevels = Pick<LogBook, "levelOf" | "setLevel">;

export const logLevels = peerKey<LogLevels>("stack", "log-levels");

/** Passwords of this cloud: from the settings, else generated at the first start and kept (0600). */
export interface Secrets {
  adminPassword: string;
  servicePassword: string;
  serviceToken: string;
  /** A named secret, made at first use and kept. */
  named(name: string, bytes: number): string;
}

/**
 * Tells the world what happened, once that has been committed. `payload` is made only when somebody wants it.
 * `publisher` is the part before the host, where it is not the service's usual one: `snapshot`. `versioned` is Nova's
 * other form, which goes to topics of its own.
 */
export type Notify = (
  context: RequestContext,
  eventType: string,
  payload: () => object,
  options?: { priority?: Priority; publisher?: string; host?: string; versioned?: boolean },
) => void;

export interface ServiceContext {
  /** DevStack's name of the window: `n-api`. */
  readonly window: string;
  /** The program it stands for: `nova-api`. */
  readonly program: string;
  /** `nova` */
  readonly project: string;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Logger;
  readonly peers: Peers;
  readonly paths: StatePaths;
  readonly endpoints: Endpoints;
  readonly machine: Machine;
  readonly secrets: Secrets;
  readonly policy: Enforcer;
  /** The project's database, shared with the other services of the project; migrated. */
  readonly db: ProjectDatabase;
  /** The project's bus. */
  readonly bus: Bus;
  config<S extends Section<Record<string, KeySpec<unknown>>>>(section: S): Values<S>;
  /** For `/metrics`: called once for every answer, when it has been sent. */
  countAnswer(method: string, status: number, seconds: number): void;
  readonly notify: Notify;
  /** The form in which this project's notifications are sent (`notification_format`): `cadf`, `unversioned`. */
  readonly notificationFormat: string;
  /** Everything set for one of OpenStack's own configuration files (`proxy-server.conf`): group → option → value. */
  options(file: string): ReadonlyMap<string, ReadonlyMap<string, string>>;
}

export interface Service {
  /** What is served on the service's port and under its mount point; absent for services without an API. */
  app?: FetchApp;
  /** Resolves when ready, rejects when it cannot be. */
  start(): Promise<void>;
  /** May be called twice, or after a failed start. */
  stop(): Promise<void>;
  /** Figures of what it holds, for `/metrics`; asked each time, so each is one quick query. */
  metrics?(): readonly Metric[];
  /** Null when all is well, else what is wrong, for `stack status` and health checks. */
  check?(): Promise<string | null>;
  /** What is not as a user may expect, though as it was asked for: that networks are not plumbed. */
  note?(): string | null;
}

export interface ServiceDeclaration {
  window: string;
  program: string;
  project: string;
  /** The project whose database and bus it uses, when that is another's: the network API keeps its tables in nova.db. */
  database?: string;
  /** One sentence for help and documentation. */
  summary: string;
  /** Customary ports; the first is the public one. */
  ports?: readonly number[];
  /** Path on the shared port: `/compute`. */
  mount?: string;
  /** Further paths there that lead to the same app, unchanged: what its clients ask for whatever the mount point is. */
  sharedPaths?: readonly string[];
  /** Path that stands for the second customary port there: `/identity_admin`. The app is the same; `call.mount` tells. */
  adminMount?: string;
  /**
   * Serves what users uploaded, under content types of their choice: on the shared port, where the dashboard is as well,
   * a browser is told to treat it as coming from elsewhere.
   */
  foreignContent?: boolean;
  catalog?: readonly CatalogEntry[];
  /** Windows that must be started before this one. */
  requires: readonly string[];
  sections: readonly Section[];
  /** Whether a cloud that names no services has this one; absent: it does. */
  enabledByDefault?(
    config: <S extends Section<Record<string, KeySpec<unknown>>>>(section: S) => Values<S>,
  ): boolean;
  policies?: readonly PolicyRule[];
  /** Tables in the project's database. Several services of a project may name the same set. */
  migrations?: readonly Migration[];
  /** Below LOGDIR: `nova/nova-api.log`. */
  logFile: string;
  /** Does no I/O. */
  create(context: ServiceContext): Service;
  /**
   * Removes from the host everything this service ever made outside the state directory, whatever state it is in:
   * used by `stack down` and `stack cleanup`, also when the cloud has died. Returns what was removed, a line each.
   */
  cleanup?(context: ServiceContext): Promise<string[]>;
}
