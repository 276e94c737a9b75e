import { expect, test } from "bun:test";
import type { ComputeNodeRow, ComputeNodes, Periphery, ServiceRecord } from "../compute/scheduling/public.ts";
import { HostStates } from "./host-states.ts";

/** Two hosts, whose services are taken for dead after 60 s. */
function world() {
  const rows = ["c01", "c02"].map(
    (host, i) =>
      ({ id: i + 1, uuid: `uuid-${host}`, host, hypervisor_hostname: host, mapped: 1 }) as ComputeNodeRow,
  );
  const places = new Map(rows.map((row) => [row.host, { row }]));
  const records = rows.map(
    ({ host }) => ({ host, disabled: false, forcedDown: false, lastSeenUpMs: 0 }) as ServiceRecord,
  );
  const told = { now: 0, beats: 0, version: {} };
  const services = {
    list: () => records,
    version: () => told.version,
    beats: () => told.beats,
    isUp: (service: ServiceRecord, now: number) =>
      !service.forcedDown && now - (service.lastSeenUpMs ?? 0) <= 60_000,
    upUntil: (service: ServiceRecord) => (service.lastSeenUpMs ?? 0) + 60_000,
  };
  const aggregates: never[] = [];
  const states = new HostStates(
    { services, zones: { aggregates: () => aggregates } } as unknown as Pick<Periphery, "services" | "zones">,
    { places: () => places } as unknown as ComputeNodes,
    () => told.now,
  );
  const providers = rows.map(({ id, uuid }) => ({ id: id + 10, uuid }));
  return { states, places, records, told, providers, up: () => states.of(providers).map(({ up }) => up) };
}

test("a host is down when it was silent too long, and up again with its next sign of life", () => {
  const { records, told, up } = world();
  expect(up()).toEqual([true, true]);
  told.now = 50_000;
  records[1]!.lastSeenUpMs = 50_000;
  told.beats++;
  expect(up()).toEqual([true, true]);
  told.now = 60_001;
  expect(up()).toEqual([false, true]);
  records[0]!.lastSeenUpMs = 60_001;
  told.beats++;
  expect(up()).toEqual([true, true]);
  records[0]!.forcedDown = true;
  told.version = {};
  expect(up()).toEqual([false, true]);
});

test("states are the same objects until their rows change; hosts nobody has discovered are left out", () => {
  const { states, places, providers } = world();
  const [first, second] = states.of(providers);
  expect(states.of(providers)[0]).toBe(first!);
  const place = places.get("c01")!;
  place.row = { ...place.row, free_ram_mb: 7 };
  expect(states.of(providers)[0]!.freeRamMb).toBe(7);
  expect(states.of(providers)[1]).toBe(second!);
  place.row = { ...place.row, mapped: 0 };
  expect(states.of(providers).map(({ host }) => host)).toEqual(["c02"]);
  expect(states.all().map(({ host }) => host)).toEqual(["c02"]);
});

test("a provider's number that is another's by now does not mislead", () => {
  const { states, providers } = world();
  expect(states.of(providers).map(({ host }) => host)).toEqual(["c01", "c02"]);
  const swapped = [
    { id: providers[0]!.id, uuid: providers[1]!.uuid },
    { id: providers[1]!.id, uuid: "nobody's" },
  ];
  expect(states.of(swapped).map(({ host }) => host)).toEqual(["c02"]);
});
