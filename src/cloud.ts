// The supervisor: makes the services from their declarations, starts them in order, stops them in reverse, and lets
// each be stopped and started alone while the others run. A stopped service behaves as a dead process would: its port
// refuses connections, its path on the shared port answers 503, its messages wait, its peers get PeerUnavailable.

import { busConsoleApp } from "./bus-console.ts";
import { BusOutage } from "./bus-outage.ts";
import { cloudSection } from "./config/cloud.ts";
import type { Config } from "./config/config.ts";
import { notificationSection } from "./config/notifications.ts";
import type { Clock } from "./core/clock.ts";
import { Conflict, messageOf, NotFound } from "./core/errors.ts";
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
import { HostedService, type Surroundings } from "./hosted-service.ts";
import { type FetchApp, type Listener, listen } from "./http/server.ts";
import { notifier } from "./notifying.ts";
import { cloudMetrics, operationsApp } from "./operations.ts";
import { pluginSection } from "./plugins/config.ts";
import { Projects } from "./projects.ts";
import { routeShared, type SharedRoutes } from "./shared-port.ts";

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

/** Those whose services talk over a message broker. */
const BUS_PROJECTS: ReadonlySet<string> = new Set(["nova", "cinder", "neutron"]);

export class Cloud {
  readonly peers = new Peers();
  readonly endpoints: Endpoints;
  #options: CloudOptions;
  #config: Config;
  #services = new Map<string, HostedService>();
  readonly projects: Projects;
  readonly notifications: Notifications;
  readonly busOutage: BusOutage;
  /** What goes wrong on purpose. They end with the process. */
  readonly faults: FaultBook;
  #requests = new RequestMetrics();
  #shared: Listener | null = null;
  #busConsole: Listener | null = null;
  #log: Logger;
  #routes: SharedRoutes = {
    services: this.#services,
    operations: operationsApp(this),
    seam: (window, app) => this.#seam(window, app),
  };

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
        [...this.#services.values()]
          .filter(({ state, declaration }) => state === "running" && BUS_PROJECTS.has(declaration.project))
          .map(({ declaration, log }) => ({ project: declaration.project, log })),
    });
    this.peers.provide(faultSeam, this.faults);
    this.peers.provide(logLevels, options.book);
    const surroundings = this.#surroundings();
    for (const declaration of options.declarations) {
      if (!options.enabled.has(declaration.window)) continue;
      this.#services.set(declaration.window, new HostedService(declaration, surroundings));
    }
    this.endpoints = { base: (window) => this.#base(window), published: () => this.#published() };
    this.peers.provide(supervisor, {
      status: () => this.status(),
      start: (window) => this.startService(window),
      stop: (window) => this.stopService(window),
      restart: (window) => this.restartService(window),
      queues: () => this.projects.queues(),
      logs: options.book,
      route: (target) => routeShared(this.#routes, target),
    });
  }

  /** Starts everything that is enabled. One service's failure is noted and does not stop the others. */
  async start(): Promise<void> {
    const { serve } = this.#options;
    if (serve?.sharedPort != null) {
      this.#shared = await listen({
        host: serve.host,
        port: serve.sharedPort,
        route: (target) => routeShared(this.#routes, target),
        onError: (error) => this.#log.error(null, "request failed", error),
      });
    }
    if (serve) await this.#openBusConsole(serve.host);
    const { masked, disabled } = readUnits(this.#options.paths.root);
    for (const service of this.#services.values()) {
      if (masked.includes(service.window) || disabled.includes(service.window)) continue;
      await service.inTurn(() => service.start()).catch(() => {}); // noted as the service's state
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
    for (const window of [...this.#services.keys()].reverse()) await this.stopService(window);
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
      for (const service of this.#services.values()) {
        await service.inTurn(() => service.start()).catch(() => {}); // noted as the service's state
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
    const service = this.#service(window);
    return service.inTurn(async () => {
      if (service.state === "running") return;
      this.#prepare(service);
      await service.start();
    });
  }

  stopService(window: string): Promise<void> {
    const service = this.#service(window);
    return service.inTurn(() => this.#stop(service));
  }

  /** Reads configuration and plugins anew. A configuration that cannot be read leaves the service running. */
  restartService(window: string): Promise<void> {
    const service = this.#service(window);
    return service.inTurn(async () => {
      this.#prepare(service);
      await this.#stop(service);
      await service.start();
    });
  }

  /** The windows of this cloud, in order. */
  windows(): string[] {
    return [...this.#services.keys()];
  }

  async status(): Promise<ServiceStatus[]> {
    return Promise.all(
      [...this.#services.values()].map(async (service) => ({
        name: service.declaration.program,
        window: service.window,
        state: service.state,
        url: this.#base(service.window),
        port: service.port ?? (service.declaration.mount ? this.sharedPort : null),
        reason: await service.reason(),
        note: service.note(),
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
    return this.#service(window).app();
  }

  /** What `/metrics` shows. */
  async metrics(): Promise<Metric[]> {
    return [
      ...cloudMetrics(await this.status(), this.projects.queues()),
      ...this.#requests.metrics(),
      ...[...this.#services.values()].flatMap((service) => service.metrics()),
      ...hostMetrics(this.#options.paths.root),
    ];
  }

  /** Removes from the host all that the services ever made there. Returns what was removed. */
  async cleanup(): Promise<string[]> {
    const removed: string[] = [];
    for (const service of [...this.#services.values()].reverse()) removed.push(...(await service.cleanup()));
    return removed;
  }

  /** Before a start: the configuration is read anew; what a project's services share follows at once. @throws Conflict */
  #prepare({ declaration: { window, program, project } }: HostedService): void {
    if (readUnits(this.#options.paths.root).masked.includes(window))
      throw new Conflict(`Unit ${program}.service is masked; see: stack systemctl unmask`);
    this.#config = this.#options.loadConfig();
    this.projects.configure(project, this.#config);
  }

  #service(window: string): HostedService {
    const service = this.#services.get(window);
    if (!service) throw new NotFound(`No service ${window} in this cloud`);
    return service;
  }

  #stop(service: HostedService): Promise<void> {
    return service.stop(() => {
      // With the last of its services a database is closed, as by the end of their processes: its file may be replaced.
      const others = [...this.#services.values()].filter(({ database }) => database === service.database);
      if (others.every(({ state }) => state === "stopped" || state === "failed"))
        this.projects.release(service.database);
    });
  }

  #surroundings(): Surroundings {
    const { serve, paths, book, openLog } = this.#options;
    return {
      portsOn: serve?.classicPorts ? serve.host : null,
      paths,
      book,
      openLog: (declaration) => openLog(declaration, this.#config),
      context: (hosted) => this.#context(hosted),
      stateOf: (window) => this.#services.get(window)?.state ?? null,
      plugins: () => this.#config.values(pluginSection),
      seam: this.#routes.seam,
    };
  }

  #seam(window: string, app: FetchApp): FetchApp {
    return this.faults.active ? faultyApp(app, window, this.faults) : app;
  }

  #base(window: string): string | null {
    const declaration = this.#services.get(window)?.declaration;
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
    for (const { declaration } of this.#services.values()) {
      const base = this.#base(declaration.window);
      if (base === null) continue;
      for (const entry of declaration.catalog ?? []) {
        published.push({ ...entry, window: declaration.window, url: `${base}${entry.path}` });
      }
    }
    return published;
  }

  #context({ declaration, database, log }: HostedService): ServiceContext {
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
        return projects.database(database);
      },
      get bus() {
        return projects.bus(database);
      },
    };
  }
}
