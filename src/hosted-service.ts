// One service of the cloud, from its declaration: started, stopped, guarded by the user's middleware, served on its
// customary ports. A stopped one behaves as a dead process would.

import type { Values } from "./config/keys.ts";
import { Conflict, messageOf, PeerUnavailable } from "./core/errors.ts";
import type { LogBook, LogFile, Logger } from "./core/log.ts";
import type { Metric } from "./core/metrics.ts";
import type { StatePaths } from "./core/paths.ts";
import type { Service, ServiceContext, ServiceDeclaration, ServiceState } from "./core/service.ts";
import { type FetchApp, type Listener, listen } from "./http/server.ts";
import type { GuardedApp } from "./plugins/api-middleware.ts";
import type { pluginSection } from "./plugins/config.ts";

/** What the cloud is to one of its services. */
export interface Surroundings {
  /** Where customary ports are opened; null: nowhere. */
  portsOn: string | null;
  paths: StatePaths;
  book: LogBook;
  openLog(declaration: ServiceDeclaration): LogFile | null;
  context(hosted: HostedService): ServiceContext;
  /** Null: no such service in this cloud. */
  stateOf(window: string): ServiceState | null;
  plugins(): Values<typeof pluginSection>;
  /** The app itself, unless something is to go wrong on purpose. */
  seam(window: string, app: FetchApp): FetchApp;
}

export class HostedService {
  readonly declaration: ServiceDeclaration;
  readonly log: Logger;
  #surroundings: Surroundings;
  #state: ServiceState = "stopped";
  #reason: string | null = null;
  #service: Service | null = null;
  #listeners: Listener[] = [];
  /** Its app behind the user's own middleware. */
  #guarded: GuardedApp | null = null;
  /** Serialises start and stop. */
  #turn: Promise<void> = Promise.resolve();

  constructor(declaration: ServiceDeclaration, surroundings: Surroundings) {
    this.declaration = declaration;
    this.#surroundings = surroundings;
    this.log = surroundings.book.logger(declaration.window, declaration.program);
  }

  get window(): string {
    return this.declaration.window;
  }

  get state(): ServiceState {
    return this.#state;
  }

  /** The database of its project, unless it has its own. */
  get database(): string {
    return this.declaration.database ?? this.declaration.project;
  }

  /** Of its customary ports, the first; null when it has none open. */
  get port(): number | null {
    return this.#listeners[0]?.port ?? null;
  }

  /** Why it is not as it should be, said by itself while it runs. */
  async reason(): Promise<string | null> {
    if (this.#reason !== null || this.#state !== "running") return this.#reason;
    try {
      return (await this.#service?.check?.()) ?? null;
    } catch (error) {
      return messageOf(error);
    }
  }

  note(): string | null {
    return this.#service?.note?.() ?? null;
  }

  metrics(): readonly Metric[] {
    return this.#service?.metrics?.() ?? [];
  }

  /** @throws PeerUnavailable */
  app(): FetchApp {
    const app = this.#guarded?.app ?? this.#service?.app;
    if (!app || this.#state !== "running") throw new PeerUnavailable(this.window);
    return app;
  }

  /** Starts and stops of one service wait for each other. */
  inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => {});
    return turn;
  }

  /** @throws whatever keeps it from starting; it is noted and logged too */
  async start(): Promise<void> {
    if (this.#state === "running") return;
    const { declaration, log } = this;
    this.#state = "starting";
    this.#reason = null;
    try {
      const absent = declaration.requires.find((window) => this.#surroundings.stateOf(window) === null);
      if (absent !== undefined) throw new Conflict(`needs ${absent}, which is not enabled`);
      this.#surroundings.book.setFile(this.window, this.#surroundings.openLog(declaration));
      log.info(null, `Starting ${declaration.program}`);
      const service = declaration.create(this.#surroundings.context(this));
      this.#service = service;
      await service.start();
      await this.#guard(service);
      this.#state = "running";
      await this.#listen(service);
    } catch (error) {
      log.critical(null, `${declaration.program} did not start: ${messageOf(error)}`, error);
      await this.#halt();
      this.#state = "failed";
      this.#reason = messageOf(error);
      throw error;
    }
  }

  /** @param stopped called while its log file is still open */
  async stop(stopped: () => void): Promise<void> {
    if (this.#state === "stopped") return;
    if (this.#state === "running") this.log.info(null, `Stopping ${this.declaration.program}`);
    this.#state = "stopping";
    await this.#halt();
    this.#state = "stopped";
    this.#reason = null;
    stopped();
    this.#surroundings.book.setFile(this.window, null);
  }

  /** Removes from the host all that it ever made there. Returns what was removed, and what could not be. */
  async cleanup(): Promise<string[]> {
    try {
      return (await this.declaration.cleanup?.(this.#surroundings.context(this))) ?? [];
    } catch (error) {
      this.log.error(null, "cleanup failed", error);
      return [`${this.window}: cleanup failed: ${messageOf(error)}`];
    }
  }

  async #halt(): Promise<void> {
    const [service, listeners, guarded] = [this.#service, this.#listeners, this.#guarded];
    guarded?.stop();
    this.#guarded = null;
    this.#listeners = [];
    this.#service = null;
    for (const listener of listeners) await listener.stop();
    await service?.stop().catch((error) => this.log.error(null, "stopping failed", error));
  }

  /** Puts the middleware of the user's own in front of the app. @throws PluginError */
  async #guard({ app }: Service): Promise<void> {
    const settings = this.#surroundings.plugins();
    const names = settings.API_MIDDLEWARE.flatMap((entry) => {
      const [window, name] = entry.split(/:(.*)/s);
      return window === this.window && name ? [name] : [];
    });
    if (!app || names.length === 0) return;
    const { guardApp } = await import("./plugins/api-middleware.ts");
    this.#guarded = await guardApp(app, {
      names,
      folder: this.#surroundings.paths.at("plugins"),
      log: this.log,
      timeoutSeconds: settings.PLUGIN_TIMEOUT,
      reload: settings.PLUGIN_RELOAD,
    });
  }

  async #listen(service: Service): Promise<void> {
    const app = this.#guarded?.app ?? service.app;
    const { portsOn: host, seam } = this.#surroundings;
    if (!app || host === null) return;
    for (const port of this.declaration.ports ?? []) {
      const listener = await listen({
        host,
        port,
        route: () => ({ app: seam(this.window, app), mount: "" }),
        onError: (error) => this.log.error(null, "request failed", error),
      }).catch((error) => {
        throw new Conflict(`cannot listen on ${host}:${port}: ${messageOf(error)}`, { cause: error });
      });
      this.#listeners.push(listener);
    }
  }
}
