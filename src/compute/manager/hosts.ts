// The hosts that nova-compute serves: opened when the service starts, or later when they cannot be reached then; kept
// alive in the service table and their resources up to date; left when the service stops.

import type { Subscription } from "../../core/bus.ts";
import { messageOf } from "../../core/errors.ts";
import type { ComputeDriver, DriverHost } from "../drivers/driver.ts";
import { computeTopic } from "../topics.ts";
import type { Compute, Host } from "./compute.ts";
import { computeHandlers } from "./handlers.ts";
import { onLifecycleEvent, recoverHosts } from "./recover.ts";
import { reportNode, reportProvider, reportUsage } from "./resources.ts";

const BINARY = "nova-compute";
/** So many hosts are asked for their health at a time. */
const CHECKED_AT_ONCE = 100;

type Opened = Omit<Host, "nodeUuid">;

export class ComputeHosts {
  #compute: Compute;
  #make: (host: DriverHost) => ComputeDriver;
  #subscriptions: Subscription[] = [];
  #silences: (() => void)[] = [];
  /** Could not be reached so far. */
  #absent: DriverHost[] = [];
  #busy = false;

  constructor(compute: Compute, make: (host: DriverHost) => ComputeDriver) {
    this.#compute = compute;
    this.#make = make;
  }

  /**
   * Opens hosts, mends what happened while they were away, and takes their messages from then on. Those that cannot be
   * reached are tried again by `refresh`. @throws when not one can be reached
   */
  async join(hosts: readonly DriverHost[]): Promise<void> {
    const { context, log, services } = this.#compute;
    const opened: Opened[] = [];
    let problem: unknown = null;
    for (const host of hosts) {
      try {
        opened.push(await this.#open(host));
      } catch (error) {
        problem ??= error;
        this.#absent.push(host);
        log.error(null, `Host ${host.name} cannot be reached: ${messageOf(error)}`);
      }
    }
    if (opened.length === 0 && problem !== null) throw problem;
    const names = opened.map(({ name }) => name);
    const records = services.register(BINARY, "compute", names);
    const joined: Host[] = [];
    context.db.transaction(() => {
      for (const [i, each] of opened.entries()) {
        const nodeUuid = reportNode(this.#compute, each.name, records[i]!.id, each.resources);
        joined.push({ ...each, nodeUuid });
      }
    });
    for (const host of joined) this.#compute.hosts.set(host.name, host);
    this.#reportProviders(joined);
    await recoverHosts(this.#compute, joined);
    for (const host of joined) reportUsage(this.#compute, host);
    this.#listen(joined);
    const handlers = computeHandlers(this.#compute);
    for (const name of names) {
      this.#subscriptions.push(context.bus.consume(computeTopic(name), { handlers }));
    }
  }

  async #open(host: DriverHost): Promise<Opened> {
    const driver = this.#make(host);
    try {
      await driver.init();
      return { name: host.name, driver, resources: await driver.resources() };
    } catch (error) {
      await driver.close();
      throw error;
    }
  }

  #listen(hosts: readonly Host[]): void {
    for (const host of hosts) {
      const silence = host.driver.listen((event) => {
        onLifecycleEvent(this.#compute, host, event).catch((error) =>
          this.#compute.log.error(null, `Handling ${event.kind} of ${event.guest.name} failed`, error),
        );
      });
      this.#silences.push(silence);
    }
  }

  #reportProviders(hosts: Iterable<Host>): void {
    try {
      for (const host of hosts) reportProvider(this.#compute, host);
    } catch (error) {
      const why = messageOf(error);
      this.#compute.log.warning(null, `The placement service does not know the hosts yet: ${why}`);
    }
  }

  /** Hosts whose hypervisor answers are alive; the others go down after service_down_time, as a dead nova-compute. */
  async report(): Promise<void> {
    const { services, log } = this.#compute;
    try {
      const alive: string[] = [];
      await this.#ask(async (host) => {
        const problem = await host.driver.check();
        if (problem === null) alive.push(host.name);
        else log.warning(null, `Host ${host.name} does not answer: ${problem}`);
      });
      services.heartbeat(BINARY, alive);
    } catch (error) {
      log.error(null, "Reporting to the service table failed", error);
    }
  }

  /** Looks at the hosts' resources again, and for the hosts that were away. */
  async refresh(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    const { log, services } = this.#compute;
    try {
      await this.#ask(async (host) => {
        try {
          host.resources = await host.driver.resources();
          const service = services.find(BINARY, host.name);
          if (service) reportNode(this.#compute, host.name, service.id, host.resources);
          reportUsage(this.#compute, host);
        } catch (error) {
          log.error(null, `Error updating resources for node ${host.name}: ${messageOf(error)}`);
        }
      });
      this.#reportProviders(this.#compute.hosts.values());
      if (this.#absent.length > 0) await this.join(this.#absent.splice(0));
    } catch (error) {
      log.warning(null, `Hosts that were away are not back: ${messageOf(error)}`);
    } finally {
      this.#busy = false;
    }
  }

  async #ask(work: (host: Host) => Promise<void>): Promise<void> {
    const hosts = [...this.#compute.hosts.values()];
    for (let i = 0; i < hosts.length; i += CHECKED_AT_ONCE) {
      await Promise.all(hosts.slice(i, i + CHECKED_AT_ONCE).map(work));
    }
  }

  /** What is wrong with the first hosts that do not answer. */
  async check(): Promise<string | null> {
    const away = this.#absent.map(({ name }) => `${name} cannot be reached`);
    for (const { name, driver } of [...this.#compute.hosts.values()].slice(0, CHECKED_AT_ONCE)) {
      const problem = await driver.check();
      if (problem !== null) away.push(`${name}: ${problem}`);
    }
    return away.length === 0 ? null : away.join("; ");
  }

  async leave(): Promise<void> {
    for (const silence of this.#silences.splice(0)) silence();
    await Promise.all(this.#subscriptions.splice(0).map((subscription) => subscription.stop()));
    for (const { driver } of this.#compute.hosts.values()) await driver.close();
    this.#compute.hosts.clear();
  }
}
