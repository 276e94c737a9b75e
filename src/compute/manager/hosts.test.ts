import { expect, test } from "bun:test";
import type { ServiceContext } from "../../core/service.ts";
import { serverCloud } from "../../testing/server-cloud.ts";
import type { ComputeDriver, DriverContext, LifecycleEvent } from "../drivers/driver.ts";
import { driverModule } from "../drivers/fake/index.ts";
import { novaApi } from "../index.ts";
import { makePeriphery } from "../nova.ts";
import { Compute } from "./compute.ts";
import { ComputeHosts } from "./hosts.ts";
import { confirmResizes, reclaimDeleted } from "./periodic.ts";

/** A cloud whose compute hosts are opened by the test, with what it opens them with. */
async function hostsCloud(settings: Record<string, string> = {}) {
  let seen: ServiceContext | null = null;
  const api: typeof novaApi = {
    ...novaApi,
    create(context) {
      seen = context;
      return novaApi.create(context);
    },
  };
  const cloud = await serverCloud({
    api,
    settings,
    windows: ["key", "g-api", "placement-api", "n-api", "n-cond", "n-sch"],
  });
  const context: ServiceContext = seen!;
  const shared: DriverContext = {
    log: context.log,
    clock: context.clock,
    machine: context.machine,
    config: (section) => context.config(section),
    instancesDir: cloud.paths.dir("instances"),
    stateDir: cloud.paths.root,
  };
  const broken = new Set<string>();
  const drivers = new Map<string, ComputeDriver>();
  const compute = new Compute(context, makePeriphery(context).services);
  const hosts = new ComputeHosts(compute, (host) => {
    const driver = driverModule.create(shared, host);
    const real = { init: driver.init.bind(driver), check: driver.check.bind(driver) };
    driver.init = async () => {
      if (broken.has(host.name)) throw new Error("no route to host");
      await real.init();
    };
    driver.check = async () => (broken.has(host.name) ? "no route to host" : real.check());
    drivers.set(host.name, driver);
    return driver;
  });
  return { cloud, compute, hosts, broken, drivers, all: driverModule.hosts(shared) };
}

const TWO = { FAKE_HOSTS: "c01:4:8192 c02:4:8192" };

test("AD-24 a host that cannot be reached keeps the others from nothing; once it is there it receives servers", async () => {
  const { cloud, compute, hosts, broken, all } = await hostsCloud(TWO);
  await using _ = cloud;
  cloud.log.expectError("Host c02 cannot be reached");
  broken.add("c02");
  await hosts.join(all);
  expect([...compute.hosts.keys()]).toEqual(["c01"]);
  expect(await hosts.check()).toBe("c02 cannot be reached");
  await cloud.server();
  broken.clear();
  await hosts.refresh();
  expect([...compute.hosts.keys()]).toEqual(["c01", "c02"]);
  expect(await hosts.check()).toBeNull();
  const second = await cloud.show(await cloud.server());
  expect(second["OS-EXT-SRV-ATTR:host"]).toBe("c02");
  await hosts.leave();
});

test("when no host can be reached the service does not start", async () => {
  const { cloud, hosts, broken, all } = await hostsCloud(TWO);
  await using _ = cloud;
  cloud.log.expectError("cannot be reached");
  for (const { name } of all) broken.add(name);
  expect(hosts.join(all)).rejects.toThrow("no route to host");
});

test("a host whose hypervisor does not answer is no longer reported alive", async () => {
  const { cloud, compute, hosts, broken, all } = await hostsCloud(TWO);
  await using _ = cloud;
  await hosts.join(all);
  const service = (host: string) => compute.services.find("nova-compute", host)!;
  for (const host of ["c01", "c02"]) service(host).lastSeenUpMs = 0;
  broken.add("c02");
  await hosts.report();
  expect(compute.services.isUp(service("c01"))).toBe(true);
  expect(compute.services.isUp(service("c02"))).toBe(false);
  await hosts.leave();
});

test("a guest that powers itself off becomes SHUTOFF, as if it had been stopped", async () => {
  const { cloud, hosts, drivers, all } = await hostsCloud();
  await using _ = cloud;
  await hosts.join(all);
  const id = await cloud.server();
  const { name } = cloud.row("SELECT name FROM instances");
  const driver = drivers.get("testhost") as ComputeDriver & {
    stopFromInside(guest: LifecycleEvent["guest"]): void;
  };
  driver.stopFromInside({ uuid: id, name });
  await cloud.settled(id, "SHUTOFF");
  await hosts.leave();
});

test("resizes are confirmed by themselves after the window", async () => {
  const { cloud, compute, hosts, all } = await hostsCloud(TWO);
  await using _ = cloud;
  await hosts.join(all);
  const id = await cloud.server();
  await cloud.act(id, "resize", { flavorRef: "2" });
  await cloud.settled(id, "VERIFY_RESIZE");
  confirmResizes(compute, 3600);
  expect((await cloud.show(id)).status).toBe("VERIFY_RESIZE");
  cloud.sql("nova", "UPDATE migrations SET updated_at = '2013-01-01 00:00:00'");
  confirmResizes(compute, 3600);
  await cloud.settled(id, "ACTIVE");
  await hosts.leave();
});

test("deleted servers are kept for a while, can be restored, and are reclaimed", async () => {
  const { cloud, compute, hosts, all } = await hostsCloud({ RECLAIM_INSTANCE_INTERVAL: "3600" });
  await using _ = cloud;
  await hosts.join(all);
  const id = await cloud.server();
  await cloud.nova.delete(`/v2.1/servers/${id}`);
  await cloud.settled(id, "SOFT_DELETED");
  expect((await cloud.nova.get("/v2.1/servers")).body.servers).toEqual([]);
  await cloud.act(id, "restore");
  await cloud.settled(id, "ACTIVE");
  await cloud.nova.delete(`/v2.1/servers/${id}`);
  await cloud.settled(id, "SOFT_DELETED");
  reclaimDeleted(compute, 3600);
  expect((await cloud.show(id)).status).toBe("SOFT_DELETED");
  cloud.sql("nova", "UPDATE instances SET deleted_at = '2013-01-01 00:00:00'");
  reclaimDeleted(compute, 3600);
  await cloud.gone(id);
  await hosts.leave();
});
