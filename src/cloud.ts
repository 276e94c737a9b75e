// The supervisor: makes the services from their declarations, starts them in order, stops them in reverse, and lets
// each be stopped and started alone while the others run. A stopped service behaves as a dead process would: its port
// refuses connections, its path on the shared port answers 503, its messages wait, its peers get PeerUnavailable.

import { busConsoleApp } from "./bus-console.ts";
import { BusOutage } from "./bus-outage.ts";
import { cloudSection } from "./config/cloud.ts";
import type { Config } from "./config/config.ts";
import { notificationSection } from "./config/notifications.ts";
import type { Clock } from "./core/clock.ts";
import { Conflict, messageOf, NotFound, PeerUnavailable } from "./core/errors.ts";
import { hostMetrics } from "./core/host-metrics.ts";
import type { Ids } from "./core/ids.ts";
import type { LogBook, LogFile, Logger } from "./core/log.ts";
import { type Metric, RequestMetrics } from "./core/metrics.ts";
import { Notifications } from "./core/notifications.ts";
import type { StatePaths } from "./core/paths.ts";
import { Peers } from "./core/peers.ts";
import {
  type DriverChoice,
  driverChoice,
  type Endpoints,
  logLevels,
  type Machine,
  type PublishedEndpoint,
  type Secrets,
  type Service,
  type ServiceContext,
  type ServiceDeclaration,
  type ServiceState,
  type ServiceStatus,
  supervisor,
} from "./core/service.ts";
import { readUnits } from "./core/units.ts";
import type { Migration } from "./db/migrate.ts";
import type { ProjectDatabase } from "./db/open.ts";
import { FaultBook, faultSeam } from "./faults/book.ts";
import { faultyApp } from "./faults/http.ts";
import { type FetchApp, type Listener, listen, type Routed } from "./http/server.ts";
import { notifier } from "./notifying.ts";
import { cloudMetrics, operationsApp } from "./operations.ts";
import type { GuardedApp } from "./plugins/api-middleware.ts";
import { pluginSection } from "./plugins/config.ts";
import { Projects } from "./projects.ts";

export type { ServiceState, ServiceStatus };

export interface ServeOptions {
  host: string;
  /** Serve each API on its customary port as well. */
  classicPorts: boolean;
  /** The port that serves everything by path; 0 picks a free one; null for none. */
  sharedPort: number | null;
}

export interface CloudOptions {
  /** In start order. */
  declarations: readonly ServiceDeclaration[];
  enabled: ReadonlySet<string>;
  /** Read at the start and again whenever a service is restarted. */
  loadConfig(): Config;
  clock: Clock;
  ids: Ids;
  book: LogBook;
  paths: StatePaths;
  machine: Machine;
  secrets: Secrets;
  /** Null: no listeners (tests call the apps directly). */
  serve: ServeOptions | null;
  openDatabase(project: string, migrations: readonly Migration[]): ProjectDatabase;
  /** Null: no files. */
  openLog(declaration: ServiceDeclaration, config: Config): LogFile | null;
}

/** A page in such an answer runs in an origin of its own: it cannot act as the user who is signed in to the dashboard. */
const SANDBOX = {
  "content-security-policy": "sandbox allow-scripts allow-forms allow-popups allow-downloads",
};

/** Those whose services talk over a message broker. */
const BUS_PROJECTS: ReadonlySet<string> = new Set(["nova", "cinder", "neutron"]);

interface Handle {
  declaration: ServiceDeclaration;
  state: ServiceState;
  reason: string | null;
  service: Service | null;
  listeners: Listener[];
  /** Its app behind the user's own middleware. */
  guarded: GuardedApp | null;
  log: Logger;
  /** Serialises start and stop. */
  turn: Promise<void>;
}

export class Cloud {
  readonly peers = new Peers();
  readonly endpoints: Endpoints;
  #options: CloudOptions;
  #config: Config;
  #handles = new Map<string, Handle>();
  readonly projects: Projects;
  readonly notifications: Notifications;
  readonly busOutage: BusOutage;
  /** What goes wrong on purpose. They end with the process. */
  readonly faults: FaultBook;
  #requests = new RequestMetrics();
  #shared: Listener | null = null;
  #busConsole: Listener | null = null;
  #log: Logger;
  #operations = operationsApp(this);

  constructor(options: CloudOptions) {
    this.#options = options;
    this.#config = options.loadConfig();
    this.notifications = new Notifications({
      clock: options.clock,
      ids: options.ids,
      keep: this.#config.values(notificationSection).NOTIFICATION_BUFFER,
    });
    this.#log = options.book.logger("stack", "stack.cloud");
    this.faults = new FaultBook({
      clock: options.clock,
      struck: ({ id, kind }, point) => this.#log.warning(null, `fault ${id} strikes: ${point}: ${kind}`),
    });
    this.projects = new Projects({ ...options, faults: this.faults }, this.#config);
    this.busOutage = new BusOutage({
      clock: options.clock,
      hold: (held) => this.projects.hold(held),
      clients: () =>
        [...this.#handles.values()]
          .filter(({ state, declaration }) => state === "running" && BUS_PROJECTS.has(declaration.project))
          .map(({ declaration, log }) => ({ project: declaration.project, log })),
    });
    this.peers.provide(faultSeam, this.faults);
    this.peers.provide(logLevels, options.book);
    for (const declaration of options.declarations) {
      if (!options.enabled.has(declaration.window)) continue;
      this.#handles.set(declaration.window, {
        declaration,
        state: "stopped",
        reason: null,
        service: null,
        listeners: [],
        guarded: null,
        log: options.book.logger(declaration.window, declaration.program),
        turn: Promise.resolve(),
      });
    }
    this.endpoints = { base: (window) => this.#base(window), published: () => this.#published() };
    this.peers.provide(supervisor, {
      status: () => this.status(),
      start: (window) => this.startService(window),
      stop: (window) => this.stopService(window),
      restart: (window) => this.restartService(window),
      queues: () => this.projects.queues(),
      logs: options.book,
      route: (target) => this.#routeShared(target),
    });
  }

  /** Starts everything that is enabled. One service's failure is noted and does not stop the others. */
  async start(): Promise<void> {
    const { serve } = this.#options;
    if (serve?.sharedPort != null) {
      this.#shared = await listen({
        host: serve.host,
        port: serve.sharedPort,
        route: (target) => this.#routeShared(target),
        onError: (error) => this.#log.error(null, "request failed", error),
      });
    }
    if (serve) await this.#openBusConsole(serve.host);
    const { masked, disabled } = readUnits(this.#options.paths.root);
    for (const handle of this.#handles.values()) {
      const { window } = handle.declaration;
      if (masked.includes(window) || disabled.includes(window)) continue;
      await this.#inTurn(handle, () => this.#start(handle)).catch(() => {}); // noted as the service's state
    }
  }

  /** A port that is taken is told, and the cloud does without. */
  async #openBusConsole(host: string): Promise<void> {
    const port = this.#config.values(cloudSection).BUS_CONSOLE_PORT;
    if (port === 0) return;
    const app = busConsoleApp({ queues: () => this.projects.queues(), down: () => this.busOutage.down });
    const onError = (error: unknown) => this.#log.error(null, "request failed", error);
    try {
      this.#busConsole = await listen({ host, port, route: () => ({ app, mount: "" }), onError });
    } catch (error) {
      this.#log.error(null, `No page of the message bus on ${host}:${port}: ${messageOf(error)}`);
    }
  }

  /** Stops the services in reverse order. Safe to call twice. */
  async stopServices(): Promise<void> {
    for (const window of [...this.#handles.keys()].reverse()) await this.stopService(window);
  }

  /**
   * Stops the services, removes what they have on the host, closes the databases, does the work, and starts all of them.
   * Returns what was removed from the host.
   * @param keepHost guests and networks stay as they are
   */
  async withoutServices(work: () => void, { keepHost = false } = {}): Promise<string[]> {
    await this.stopServices();
    const removed = keepHost ? [] : await this.cleanup();
    this.projects.close();
    try {
      work();
    } finally {
      for (const handle of this.#handles.values()) {
        await this.#inTurn(handle, () => this.#start(handle)).catch(() => {}); // noted as the service's state
      }
    }
    return removed;
  }

  /** Ends listening on the shared port and closes the databases; the cloud cannot be used again. */
  async close(): Promise<void> {
    this.busOutage.stop();
    await this.stopServices();
    await this.#shared?.stop();
    await this.#busConsole?.stop();
    this.#shared = null;
    this.#busConsole = null;
    this.projects.close();
  }

  /**
   * Starts a stopped service, with configuration and plugins read anew.
   * @throws NotFound for an unknown window, ConfigError, whatever the service's start throws
   */
  startService(window: string): Promise<void> {
    const handle = this.#handle(window);
    return this.#inTurn(handle, async () => {
      if (handle.state === "running") return;
      this.#checkNotMasked(handle);
      this.#readConfig(handle.declaration.project);
      await this.#start(handle);
    });
  }

  stopService(window: string): Promise<void> {
    const handle = this.#handle(window);
    return this.#inTurn(handle, () => this.#stop(handle));
  }

  /** Reads configuration and plugins anew. A configuration that cannot be read leaves the service running. */
  restartService(window: string): Promise<void> {
    const handle = this.#handle(window);
    return this.#inTurn(handle, async () => {
      this.#checkNotMasked(handle);
      this.#readConfig(handle.declaration.project);
      await this.#stop(handle);
      await this.#start(handle);
    });
  }

  /** The windows of this cloud, in order. */
  windows(): string[] {
    return [...this.#handles.keys()];
  }

  async status(): Promise<ServiceStatus[]> {
    return Promise.all(
      [...this.#handles.values()].map(async (handle) => ({
        name: handle.declaration.program,
        window: handle.declaration.window,
        state: handle.state,
        url: this.#base(handle.declaration.window),
        port: handle.listeners[0]?.port ?? (handle.declaration.mount ? (this.#shared?.port ?? null) : null),
        reason: handle.reason ?? (handle.state === "running" ? await this.#check(handle) : null),
        note: handle.service?.note?.() ?? null,
      })),
    );
  }

  /** The compute driver in use and why, as the compute service published it. */
  driver(): DriverChoice {
    return this.peers.find(driverChoice) ?? { name: "none", reason: "no compute service is running" };
  }

  get sharedPort(): number | null {
    return this.#shared?.port ?? null;
  }

  /** The app of a running service, for tests and for the shared port. @throws PeerUnavailable */
  app(window: string): FetchApp {
    const handle = this.#handle(window);
    const app = handle.guarded?.app ?? handle.service?.app;
    if (!app || handle.state !== "running") throw new PeerUnavailable(window);
    return app;
  }

  /** What `/metrics` shows. */
  async metrics(): Promise<Metric[]> {
    return [
      ...cloudMetrics(await this.status(), this.projects.queues()),
      ...this.#requests.metrics(),
      ...[...this.#handles.values()].flatMap(({ service }) => service?.metrics?.() ?? []),
      ...hostMetrics(this.#options.paths.root),
    ];
  }

  /** Removes from the host all that the services ever made there. Returns what was removed. */
  async cleanup(): Promise<string[]> {
    const removed: string[] = [];
    for (const handle of [...this.#handles.values()].reverse()) {
      const rows = await handle.declaration.cleanup?.(this.#context(handle)).catch((error) => {
        handle.log.error(null, "cleanup failed", error);
        return [`${handle.declaration.window}: cleanup failed: ${messageOf(error)}`];
      });
      removed.push(...(rows ?? []));
    }
    return removed;
  }

  /** @throws Conflict */
  #checkNotMasked({ declaration }: Handle): void {
    if (!readUnits(this.#options.paths.root).masked.includes(declaration.window)) return;
    throw new Conflict(`Unit ${declaration.program}.service is masked; see: stack systemctl unmask`);
  }

  /** Reads the configuration anew; what is shared by a project's services follows at once. */
  #readConfig(project: string): void {
    this.#config = this.#options.loadConfig();
    this.projects.configure(project, this.#config);
  }

  #handle(window: string): Handle {
    const handle = this.#handles.get(window);
    if (!handle) throw new NotFound(`No service ${window} in this cloud`);
    return handle;
  }

  #inTurn(handle: Handle, work: () => Promise<void>): Promise<void> {
    const turn = handle.turn.then(work);
    handle.turn = turn.catch(() => {});
    return turn;
  }

  async #start(handle: Handle): Promise<void> {
    if (handle.state === "running") return;
    const { declaration } = handle;
    const missing = declaration.requires.find((window) => this.#handles.get(window)?.state !== "running");
    handle.state = "starting";
    handle.reason = null;
    try {
      if (missing && !this.#handles.has(missing))
        throw new Conflict(`needs ${missing}, which is not enabled`);
      this.#options.book.setFile(declaration.window, this.#options.openLog(declaration, this.#config));
      handle.log.info(null, `Starting ${declaration.program}`);
      const service = declaration.create(this.#context(handle));
      handle.service = service;
      await service.start();
      await this.#guard(handle, service);
      handle.state = "running";
      await this.#listen(handle, service);
    } catch (error) {
      handle.log.critical(null, `${declaration.program} did not start: ${messageOf(error)}`, error);
      await this.#halt(handle);
      handle.state = "failed";
      handle.reason = messageOf(error);
      throw error;
    }
  }

  async #stop(handle: Handle): Promise<void> {
    if (handle.state === "stopped") return;
    if (handle.state === "running") handle.log.info(null, `Stopping ${handle.declaration.program}`);
    handle.state = "stopping";
    await this.#halt(handle);
    handle.state = "stopped";
    handle.reason = null;
    // With the last of its services a database is closed, as by the end of their processes: its file may be replaced.
    const database = databaseOf(handle);
    const others = [...this.#handles.values()].filter((other) => databaseOf(other) === database);
    if (others.every(({ state }) => state === "stopped" || state === "failed"))
      this.projects.release(database);
    this.#options.book.setFile(handle.declaration.window, null);
  }

  async #halt(handle: Handle): Promise<void> {
    const { service, listeners, guarded } = handle;
    guarded?.stop();
    handle.guarded = null;
    handle.listeners = [];
    handle.service = null;
    for (const listener of listeners) await listener.stop();
    await service?.stop().catch((error) => handle.log.error(null, "stopping failed", error));
  }

  /** Puts the middleware of the user's own in front of a service's app. @throws PluginError */
  async #guard(handle: Handle, { app }: Service): Promise<void> {
    const settings = this.#config.values(pluginSection);
    const names = settings.API_MIDDLEWARE.flatMap((entry) => {
      const [window, name] = entry.split(/:(.*)/s);
      return window === handle.declaration.window && name ? [name] : [];
    });
    if (!app || names.length === 0) return;
    const { guardApp } = await import("./plugins/api-middleware.ts");
    handle.guarded = await guardApp(app, {
      names,
      folder: this.#options.paths.at("plugins"),
      log: handle.log,
      timeoutSeconds: settings.PLUGIN_TIMEOUT,
      reload: settings.PLUGIN_RELOAD,
    });
  }

  async #listen(handle: Handle, service: Service): Promise<void> {
    const { serve } = this.#options;
    const app = handle.guarded?.app ?? service.app;
    if (!app || !serve?.classicPorts) return;
    for (const port of handle.declaration.ports ?? []) {
      const listener = await listen({
        host: serve.host,
        port,
        route: () => ({ app: this.#seam(handle.declaration.window, app), mount: "" }),
        onError: (error) => handle.log.error(null, "request failed", error),
      }).catch((error) => {
        throw new Conflict(`cannot listen on ${serve.host}:${port}: ${messageOf(error)}`, { cause: error });
      });
      handle.listeners.push(listener);
    }
  }

  #routeShared(target: string): Routed | null {
    for (const { declaration } of this.#handles.values()) {
      const { adminMount, foreignContent } = declaration;
      const mount = [declaration.mount, adminMount].find(
        (path) => path !== undefined && isBelow(target, path),
      );
      const whole = declaration.sharedPaths?.some((path) => isBelow(target, path));
      if (mount === undefined && !whole) continue;
      const app = this.#seam(declaration.window, this.app(declaration.window));
      return { app, mount: mount ?? "", headers: foreignContent ? SANDBOX : undefined };
    }
    if (isBelow(target, "/metrics") || isBelow(target, "/healthcheck"))
      return { app: this.#operations, mount: "" };
    // Everything else is the dashboard's: it sends a browser to its own mount point.
    return this.#handles.get("horizon")?.state === "running" ? { app: this.app("horizon"), mount: "" } : null;
  }

  /** The app itself, unless something is to go wrong on purpose. */
  #seam(window: string, app: FetchApp): FetchApp {
    return this.faults.active ? faultyApp(app, window, this.faults) : app;
  }

  #base(window: string): string | null {
    const declaration = this.#handles.get(window)?.declaration;
    const { serve } = this.#options;
    if (!declaration) return null;
    const host = this.#config.values(cloudSection).HOST_IP;
    if (serve === null) return `http://${host}${declaration.mount ?? ""}`;
    if (serve.classicPorts && declaration.ports) return `http://${host}:${declaration.ports[0]}`;
    if (declaration.mount === undefined || !this.#shared) return null;
    return `http://${host}:${this.#shared.port}${declaration.mount}`;
  }

  #published(): PublishedEndpoint[] {
    const published: PublishedEndpoint[] = [];
    for (const { declaration } of this.#handles.values()) {
      const base = this.#base(declaration.window);
      if (base === null) continue;
      for (const entry of declaration.catalog ?? []) {
        published.push({ ...entry, window: declaration.window, url: `${base}${entry.path}` });
      }
    }
    return published;
  }

  async #check(handle: Handle): Promise<string | null> {
    try {
      return (await handle.service?.check?.()) ?? null;
    } catch (error) {
      return messageOf(error);
    }
  }

  #context(handle: Handle): ServiceContext {
    const { declaration, log } = handle;
    const { project } = declaration;
    const { projects } = this;
    const config = this.#config;
    const { clock, ids, machine, paths, secrets } = this.#options;
    const { notifications } = this;
    return {
      ...notifier({ notifications, declaration, config, log, hostName: machine.hostName }),
      window: declaration.window,
      program: declaration.program,
      project,
      clock,
      ids,
      log,
      paths,
      machine,
      secrets,
      peers: this.peers,
      endpoints: this.endpoints,
      config: (section) => config.values(section),
      countAnswer: (method, status, seconds) =>
        this.#requests.observe(declaration.window, method, status, seconds),
      options: (file) => config.options(file),
      get policy() {
        return projects.policy(project);
      },
      get db() {
        return projects.database(declaration.database ?? project);
      },
      get bus() {
        return projects.bus(declaration.database ?? project);
      },
    };
  }
}

function databaseOf({ declaration }: Handle): string {
  return declaration.database ?? declaration.project;
}

function isBelow(target: string, mount: string): boolean {
  const next = target[mount.length];
  return target.startsWith(mount) && (next === undefined || next === "/" || next === "?");
}
