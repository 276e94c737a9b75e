import { expect, test } from "bun:test";
import { servicesNamed, stateLine } from "./names.ts";

const SERVICES = [
  { window: "key", name: "keystone" },
  { window: "n-api", name: "nova-api" },
  { window: "n-cpu", name: "nova-compute" },
  { window: "q-svc", name: "neutron-server" },
];

test("a service by its program, its package's name, its window, its unit, a pattern, its former name", () => {
  const named = (pattern: string) => servicesNamed(pattern, SERVICES).map(({ window }) => window);
  for (const name of ["nova-compute", "openstack-nova-compute", "n-cpu", "nova-compute.service"])
    expect(named(name)).toEqual(["n-cpu"]);
  expect(named("nova-*")).toEqual(["n-api", "n-cpu"]);
  expect(named("quantum-server")).toEqual(["q-svc"]);
  expect(named("nova")).toEqual([]);
});

test("Upstart's lines", () => {
  expect(stateLine("nova-api", "running", 42)).toBe("nova-api start/running, process 42");
  expect(stateLine("nova-api", "stopped", 42)).toBe("nova-api stop/waiting");
  expect(stateLine("nova-api", "failed", 42)).toBe("nova-api stop/failed");
});
