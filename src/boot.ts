// From a command line to a running cloud: settings, state directory, locks, logs, supervisor, control socket.

import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { Cloud, type ServeOptions } from "./cloud.ts";
import { cloudSection } from "./config/cloud.ts";
import { readConfFiles, writeConfFiles } from "./config/conf-files.ts";
import { Config } from "./config/config.ts";
import { readRc } from "./config/rc-file.ts";
import { type CloudFile, controlSocket } from "./control/cloud-file.ts";
import { serveControl } from "./control/server.ts";
import { systemClock } from "./core/clock.ts";
import { Conflict } from "./core/errors.ts";
import { randomIds } from "./core/ids.ts";
import { type Lock, tryLock } from "./core/lock.ts";
import { LogBook } from "./core/log.ts";
import { claimMachine, type Slot } from "./core/machine.ts";
import { StatePaths } from "./core/paths.ts";
import { loadSecrets } from "./core/secrets.ts";
import type { Machine } from "./core/service.ts";
import { ProjectDatabase } from "./db/open.ts";
import { Logging } from "./logging.ts";
import { openSinks } from "./notifying.ts";
import { policyDesk } from "./policy-desk.ts";
import { ALIASES, declarations, sectionsOf } from "./services.ts";
import { snapshotDesk } from "./snapshot/desk.ts";
import { finishRestore } from "./snapshot/restore.ts";
import { VERSION } from "./version.ts";

export interface BootOptions {
  stateDir: string;
  /** Null: `stackrc`, `local.conf` or `localrc` of the current folder, when there is one. */
  rcFile: string | null;
  /** From `--set` and flags that stand for settings. */
  overrides: Record<string, string>;
  /** Everything by path on this port (0: any free one). Null: the customary ports. */
  port: number | null;
  /** With `port`: the customary ports as well. */
  classicPorts: boolean;
  env: Record<string, string | undefined>;
  /** Make the services but start none: for `stack cleanup`. */
  dormant?: boolean;
  /** Called when `stack down` or `stop` asks the process to end. */
  onShutdown(how: ShutdownKind): void;
}

export type ShutdownKind = "stop" | "down";

export interface RunningCloud {
  cloud: Cloud;
  config: Config;
  book: LogBook;
  paths: StatePaths;
  machine: Machine;
  /** Stops everything; with `down`, also removes all traces from the host. Returns what was removed. */
  shutdown(how: ShutdownKind): Promise<string[]>;
}

/** Where the shared port is tried when the customary ports are used: DevStack's web server, else its usual stand-in. */
const WEB_PORTS = { root: 80, user: 8000 };

export async function boot(options: BootOptions): Promise<RunningCloud> {
  const paths = new StatePaths(options.stateDir);
  mkdirSync(paths.root, { recursive: true, mode: 0o700 });
  const stateLock = tryLock(paths.at("lock"));
  if (!stateLock) throw new Conflict(`a cloud is already running in ${paths.root}; see: stack status`);

  finishRestore(paths.root);
  writeConfFiles(paths.root, sectionsOf(declarations));

  const config = readConfig(options);
  let latest = config;
  const loadConfig = () => {
    latest = readConfig(options);
    return latest;
  };
  const settings = config.values(cloudSection);
  const { machine, slot } = claimMachine(paths, settings.HOST_NAME);
  const book = new LogBook({ clock: systemClock });
  const logging = new Logging({ book, config, defaultDir: paths.dir("log"), hostName: machine.hostName });
  const secrets = loadSecrets(
    paths.at("secrets.json"),
    {
      adminPassword: settings.ADMIN_PASSWORD,
      servicePassword: settings.SERVICE_PASSWORD,
      serviceToken: settings.SERVICE_TOKEN,
    },
    randomIds,
  );
  const cloud = new Cloud({
    declarations,
    enabled: enabledServices(config),
    loadConfig,
    clock: systemClock,
    ids: randomIds,
    book,
    paths,
    machine,
    secrets: {
      ...secrets,
      // keystone.conf may name another token before a restart.
      get serviceToken() {
        return latest.values(cloudSection).SERVICE_TOKEN || secrets.serviceToken;
      },
    },
    serve: serveOptions(options, settings.HOST_IP),
    openDatabase: (project, migrations) =>
      new ProjectDatabase({ path: paths.at(`${project}.db`), migrations, synchronous: settings.SYNC_WRITES }),
    openLog: (declaration, current) => logging.open(declaration, current),
  });
  const closeSinks = openSinks({
    notifications: cloud.notifications,
    config,
    book,
    clock: systemClock,
    pluginFolder: paths.at("plugins"),
  });
  const log = book.logger("stack", "stack.boot");
  for (const warning of config.warnings) log.warning(null, warning);
  let ready = false;
  const control = await serveControl({
    cloud,
    snapshots: snapshotDesk(cloud, paths.root),
    policy: policyDesk({ services: () => cloud.projects.policies(), peers: cloud.peers, ids: randomIds }),
    book,
    socket: controlSocket(paths),
    isReady: () => ready,
    version: VERSION,
    onShutdown: options.onShutdown,
  });
  if (!options.dormant) await cloud.start();
  ready = true;
  const file: CloudFile = {
    pid: process.pid,
    version: VERSION,
    startedAt: new Date().toISOString(),
    region: settings.REGION_NAME,
    authUrl: cloud.endpoints.base("key"),
    sharedPort: cloud.sharedPort,
    logDir: logging.dir,
  };
  writeFileSync(paths.at("cloud.json"), `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600 });
  return {
    cloud,
    config,
    book,
    paths,
    machine,
    shutdown: (how) => shutdown(how, { cloud, closeSinks, logging, paths, stateLock, slot, control }),
  };
}

async function shutdown(
  how: ShutdownKind,
  parts: {
    cloud: Cloud;
    closeSinks(): void;
    logging: Logging;
    paths: StatePaths;
    stateLock: Lock;
    slot: Slot | null;
    control: { stop(): Promise<void> };
  },
): Promise<string[]> {
  const { cloud, closeSinks, logging, paths, stateLock, slot, control } = parts;
  await cloud.stopServices();
  const removed = how === "down" ? await cloud.cleanup() : [];
  await cloud.close();
  closeSinks();
  await control.stop();
  rmSync(paths.at("cloud.json"), { force: true });
  rmSync(controlSocket(paths), { force: true });
  logging.close();
  if (how === "down") slot?.vacate();
  slot?.release();
  stateLock.release();
  return removed;
}

function serveOptions(options: BootOptions, hostIp: string): ServeOptions {
  if (options.port !== null) {
    return { host: hostIp, classicPorts: options.classicPorts, sharedPort: options.port };
  }
  const web = process.getuid?.() === 0 ? WEB_PORTS.root : WEB_PORTS.user;
  return { host: hostIp, classicPorts: true, sharedPort: web };
}

/** @throws ConfigError, StackrcError */
export function readConfig(
  options: Pick<BootOptions, "rcFile" | "overrides" | "env"> & { stateDir?: string },
): Config {
  return new Config({
    sections: sectionsOf(declarations),
    env: options.env,
    rc: readRc(options),
    ...(options.stateDir === undefined ? {} : { conf: readConfFiles(options.stateDir) }),
    overrides: options.overrides,
  });
}

/** ENABLED_SERVICES, then every switch of the rc file in its order. Unknown names are reported, not refused. */
export function enabledServices(config: Config): Set<string> {
  const known = new Set(declarations.map((declaration) => declaration.window));
  const listed = config.values(cloudSection).ENABLED_SERVICES;
  const enabled = new Set<string>();
  const apply = (name: string, on: boolean) => {
    const alias = ALIASES[name];
    const window = alias === undefined ? name : alias;
    if (window === null) return;
    if (!known.has(window)) config.warnings.push(`no service is called ${name}`);
    else if (on) enabled.add(window);
    else enabled.delete(window);
  };
  if (listed.length === 0) {
    const usual = declarations.filter(
      ({ enabledByDefault }) => enabledByDefault?.((section) => config.values(section)) ?? true,
    );
    for (const { window } of usual) enabled.add(window);
  }
  for (const name of listed) name.startsWith("-") ? apply(name.slice(1), false) : apply(name, true);
  for (const { action, services } of config.rc?.switches ?? []) {
    if (action === "disable-all") enabled.clear();
    for (const name of services) apply(name, action === "enable");
  }
  return enabled;
}
