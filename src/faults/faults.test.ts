import { expect, test } from "bun:test";
import { serverCloud } from "../testing/server-cloud.ts";
import { FaultBook } from "./book.ts";
import { faultyDriver } from "./driver.ts";

test("a rule: by name, by pattern, at a rate, so many times", async () => {
  const draws = [0.1, 0.9, 0.1];
  const struck: string[] = [];
  const book = new FaultBook({
    random: () => draws.shift() ?? 0.99,
    struck: ({ id }, point) => struck.push(`${id} ${point}`),
  });
  expect(book.active).toBe(false);
  expect(await book.pass("compute.spawn@c01")).toBe(true);
  book.add({ point: "compute.spawn", rate: 0.2, message: "no" });
  expect(book.active).toBe(true);
  expect(await book.pass("compute.reboot@c01")).toBe(true);
  expect(book.pass("compute.spawn@c01")).rejects.toThrow("no");
  expect(await book.pass("compute.spawn@c02")).toBe(true);
  book.clear();
  book.add({ point: "bus.compute.*", kind: "drop", times: 1 });
  expect(await book.pass("bus.compute.c01.build_instance")).toBe(false);
  expect(book.active).toBe(false);
  expect(struck).toEqual(["1 compute.spawn@c01", "2 bus.compute.c01.build_instance"]);
  expect(() => book.add({ point: "nowhere" })).toThrow("no point is called nowhere");
  expect(() => book.add({ point: "http.n-api", rate: 2 })).toThrow("at most 1");
  expect(() => book.remove(7)).toThrow("there is no fault 7");
});

test("a driver behind a seam: the same object while there is no rule, private fields included", async () => {
  class Driver {
    #n = 1;
    readonly capabilities = { any: true };
    async spawn() {
      return ++this.#n;
    }
    listen() {
      return () => {};
    }
  }
  const book = new FaultBook();
  const driver = faultyDriver(new Driver(), "compute", "c01", book);
  expect(await driver.spawn()).toBe(2);
  expect(driver.capabilities.any).toBe(true);
  const { id } = book.add({ point: "compute.spawn@c01" });
  expect(driver.spawn()).rejects.toThrow("compute.spawn@c01 fails on purpose");
  expect(typeof driver.listen()).toBe("function");
  book.remove(id);
  expect(await driver.spawn()).toBe(3);
});

test("a cloud: a spawn that fails is tried again or makes a fault; a message that is lost leaves BUILD", async () => {
  await using cloud = await serverCloud({ settings: { MAX_ATTEMPTS: "1" } });
  const { faults } = cloud.cloud;
  cloud.log.expectError("the disk is full");
  cloud.log.expectError("Instance failed to spawn");
  faults.add({ point: "compute.spawn", message: "the disk is full", times: 1 });
  const failed = await cloud.settled(await cloud.boot(), "ERROR");
  expect(failed.fault.code).toBe(500);
  faults.add({ point: "bus.compute.*", kind: "drop", times: 1 });
  const lost = await cloud.boot();
  await cloud.until("the message to be lost", () => !faults.active);
  expect((await cloud.show(lost)).status).toBe("BUILD");
  expect(cloud.log.lines.some(({ text }) => text.includes("fault 2 strikes: bus.compute."))).toBe(true);
  await cloud.server();
});
