// nova-compute: the window n-cpu. One service for all hosts of the cloud; each host has a topic of its own.

import { cloudSection } from "../../config/cloud.ts";
import {
  driverChoice,
  type Service,
  type ServiceContext,
  type ServiceDeclaration,
} from "../../core/service.ts";
import { faultSeam } from "../../faults/book.ts";
import { faultyDriver } from "../../faults/driver.ts";
import { computeSection, fakeSection, novaSection } from "../config.ts";
import { dockerSection } from "../drivers/docker/config.ts";
import type { DriverContext } from "../drivers/driver.ts";
import { libvirtSection } from "../drivers/libvirt/config.ts";
import { allDrivers, chooseDriver } from "../drivers/registry.ts";
import { migrations } from "../migrations/index.ts";
import { makePeriphery } from "../nova.ts";
import { Compute } from "./compute.ts";
import { ComputeHosts } from "./hosts.ts";
import { startPeriodicTasks } from "./periodic.ts";

export const novaCompute: ServiceDeclaration = {
  window: "n-cpu",
  program: "nova-compute",
  project: "nova",
  summary: "Compute: runs the servers, on one host or many.",
  requires: [],
  sections: [computeSection, dockerSection, fakeSection, libvirtSection, novaSection],
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
  #hosts: ComputeHosts | null = null;
  /** What ends when the service stops: timers, publications. */
  #ends: (() => void)[] = [];

  constructor(context: ServiceContext) {
    this.#context = context;
  }

  async start(): Promise<void> {
    const context = this.#context;
    const { services } = makePeriphery(context);
    const compute = new Compute(context, services);
    const shared = driverContext(context);
    const chosen = await chooseDriver(context.config(cloudSection).VIRT_DRIVER, shared);
    context.log.info(null, `Compute driver: ${chosen.name} (${chosen.reason})`);
    const hosts = new ComputeHosts(compute, (host) =>
      faultyDriver(chosen.module.create(shared, host), "compute", host.name, context.peers.find(faultSeam)),
    );
    this.#hosts = hosts;
    await hosts.join(chosen.module.hosts(shared));
    const seconds = compute.settings.UPDATE_RESOURCES_INTERVAL;
    this.#ends.push(
      context.peers.provide(driverChoice, { name: chosen.name, reason: chosen.reason }),
      context.clock.every(services.reportIntervalMs, () => void hosts.report()),
      context.clock.every(seconds * 1000, () => void hosts.refresh()),
      ...startPeriodicTasks(compute),
    );
  }

  async stop(): Promise<void> {
    for (const end of this.#ends.splice(0)) end();
    await this.#hosts?.leave();
    this.#hosts = null;
  }

  async check(): Promise<string | null> {
    return (await this.#hosts?.check()) ?? null;
  }
}
