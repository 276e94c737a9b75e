// nova-compute: the window n-cpu. One service for all hosts of the cloud; each host has a topic of its own.

import type { Subscription } from "../../core/bus.ts";
import { messageOf } from "../../core/errors.ts";
import {
  driverChoice,
  type Service,
  type ServiceContext,
  type ServiceDeclaration,
} from "../../core/service.ts";
import { computeSection, fakeSection, novaSection } from "../config.ts";
import type { ComputeDriver, DriverContext, DriverHost } from "../drivers/driver.ts";
import { allDrivers, chooseDriver } from "../drivers/registry.ts";
import { migrations } from "../migrations/index.ts";
import { keepReporting, makePeriphery } from "../nova.ts";
import { computeTopic } from "../topics.ts";
import { Compute, type Host } from "./compute.ts";
import { computeHandlers } from "./handlers.ts";
import { onLifecycleEvent, recoverHosts, syncAll } from "./recover.ts";
import { reportNode, reportProvider, reportUsage } from "./resources.ts";

const BINARY = "nova-compute";

export const novaCompute: ServiceDeclaration = {
  window: "n-cpu",
  program: BINARY,
  project: "nova",
  summary: "Compute: runs the servers, on one host or many.",
  requires: [],
  sections: [computeSection, fakeSection, novaSection],
  migrations,
  logFile: "nova/nova-compute.log",
  create,
  async cleanup(context) {
    const removed: string[] = [];
    for (const module of await allDrivers()) removed.push(...(await module.cleanup(driverContext(context))));
    return removed;
  },
};

function driverContext(context: ServiceContext): DriverContext {
  return {
    log: context.log,
    clock: context.clock,
    machine: context.machine,
    config: (section) => context.config(section),
    instancesDir: context.paths.dir("instances"),
    stateDir: context.paths.root,
  };
}

function create(context: ServiceContext): Service {
  const service = new ComputeService(context);
  return {
    start: () => service.start(),
    stop: () => service.stop(),
    check: () => service.check(),
  };
}

class ComputeService {
  #context: ServiceContext;
  #drivers: ComputeDriver[] = [];
  #subscriptions: Subscription[] = [];
  /** What ends when the service stops: listeners, timers, publications. */
  #ends: (() => void)[] = [];

  constructor(context: ServiceContext) {
    this.#context = context;
  }

  async start(): Promise<void> {
    const context = this.#context;
    const { services } = makePeriphery(context);
    const compute = new Compute(context, services);
    const chosen = await chooseDriver(compute.settings.VIRT_DRIVER, driverContext(context));
    context.log.info(null, `Compute driver: ${chosen.name} (${chosen.reason})`);
    const shared = driverContext(context);
    const hosts = chosen.module.hosts(shared);
    const opened = await this.#open(hosts, (host) => chosen.module.create(shared, host));
    const names = opened.map(({ name }) => name);
    const records = services.register(BINARY, "compute", names);
    context.db.transaction(() => {
      for (const [i, { name, driver, resources }] of opened.entries()) {
        const nodeUuid = reportNode(compute, name, records[i]!.id, resources);
        compute.hosts.set(name, { name, driver, resources, nodeUuid });
      }
    });
    this.#reportProviders(compute);
    await recoverHosts(compute);
    for (const host of compute.hosts.values()) reportUsage(compute, host);
    this.#listen(compute);
    const handlers = computeHandlers(compute);
    for (const name of names) {
      this.#subscriptions.push(context.bus.consume(computeTopic(name), { handlers }));
    }
    this.#ends.push(
      keepReporting(context, services, BINARY, "compute", names),
      context.peers.provide(driverChoice, { name: chosen.name, reason: chosen.reason }),
      context.clock.every(compute.settings.UPDATE_RESOURCES_INTERVAL * 1000, () => this.#refresh(compute)),
    );
    const syncSeconds = compute.settings.SYNC_POWER_STATE_INTERVAL;
    if (syncSeconds > 0) {
      this.#ends.push(context.clock.every(syncSeconds * 1000, () => void syncAll(compute)));
    }
  }

  /** Opens every driver; the first that cannot be opened fails the start. */
  async #open(
    hosts: readonly DriverHost[],
    make: (host: DriverHost) => ComputeDriver,
  ): Promise<Omit<Host, "nodeUuid">[]> {
    const opened: Omit<Host, "nodeUuid">[] = [];
    for (const { name, ...rest } of hosts) {
      const driver = make({ name, ...rest });
      this.#drivers.push(driver);
      await driver.init();
      opened.push({ name, driver, resources: await driver.resources() });
    }
    return opened;
  }

  #listen(compute: Compute): void {
    for (const host of compute.hosts.values()) {
      this.#ends.push(
        host.driver.listen((event) => {
          onLifecycleEvent(compute, host, event).catch((error) =>
            compute.log.error(null, `Handling ${event.kind} of ${event.guest.name} failed`, error),
          );
        }),
      );
    }
  }

  #reportProviders(compute: Compute): void {
    try {
      for (const host of compute.hosts.values()) reportProvider(compute, host);
    } catch (error) {
      compute.log.warning(null, `The placement service does not know the hosts yet: ${messageOf(error)}`);
    }
  }

  async #refresh(compute: Compute): Promise<void> {
    try {
      for (const host of compute.hosts.values()) {
        host.resources = await host.driver.resources();
        const service = compute.services.find(BINARY, host.name);
        if (service) reportNode(compute, host.name, service.id, host.resources);
        reportUsage(compute, host);
      }
      this.#reportProviders(compute);
    } catch (error) {
      compute.log.error(null, `Error updating resources: ${messageOf(error)}`, error);
    }
  }

  async stop(): Promise<void> {
    for (const end of this.#ends.splice(0)) end();
    await Promise.all(this.#subscriptions.splice(0).map((subscription) => subscription.stop()));
    for (const driver of this.#drivers.splice(0)) await driver.close();
  }

  async check(): Promise<string | null> {
    for (const driver of this.#drivers.slice(0, 100)) {
      const problem = await driver.check();
      if (problem !== null) return problem;
    }
    return null;
  }
}
