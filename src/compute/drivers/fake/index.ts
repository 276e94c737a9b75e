// The fake driver: simulated hosts that behave as the contract says, without a hypervisor. What nova/virt/fake.py is
// to Nova's tests, made durable: guests go on "running" while the cloud is down.

import { fakeSection } from "../../config.ts";
import type { ComputeDriver, DriverContext, DriverHost, DriverModule } from "../driver.ts";
import { FakeDriver } from "./driver.ts";
import { Failures, fakeHosts, sizeOf } from "./hosts.ts";
import { FakeWorld } from "./store.ts";

const failures = new WeakMap<object, Failures>();

export const driverModule: DriverModule = {
  name: "fake",

  async probe(context) {
    const n = fakeHosts(context.config(fakeSection), context.machine.hostName).length;
    return { usable: true, reason: `${n} simulated host${n === 1 ? "" : "s"}, nothing is really run` };
  },

  hosts(context) {
    const hosts = fakeHosts(context.config(fakeSection), context.machine.hostName);
    for (const host of hosts) sizeOf(host);
    return hosts;
  },

  create(context: DriverContext, host: DriverHost): ComputeDriver {
    let shared = failures.get(context);
    if (!shared) {
      shared = new Failures(context.config(fakeSection).FAKE_FAILURES);
      failures.set(context, shared);
    }
    return new FakeDriver(context, host, shared);
  },

  async cleanup(context) {
    const world = FakeWorld.open(context.instancesDir);
    const n = world.count();
    world.clear();
    FakeWorld.release(context.instancesDir);
    return n === 0 ? [] : [`${n} simulated guest${n === 1 ? "" : "s"}`];
  },
};
