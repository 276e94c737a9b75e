import { expect, test } from "bun:test";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { FakeClock } from "../core/clock.ts";
import type { TestCloud } from "../testing/cloud.ts";
import { dataFiles, md5, noise, objectCloud, swiftAs } from "./testing.ts";

const AUDIT = { SWIFT_AUDIT_INTERVAL: "1000", SWIFT_AUDIT_RATE: "1M", SWIFT_EXPIRER_INTERVAL: "1000000" };

/** Lets time pass until the audit is through. */
async function audited(cloud: TestCloud, clock: FakeClock): Promise<string> {
  const done = () => cloud.log.lines.filter((line) => line.text.includes("Object audit (ALL) completed"));
  const before = done().length;
  await clock.advance(1_000_000);
  while (done().length === before) {
    await clock.advance(50);
    await Bun.sleep(0);
  }
  return done().at(-1)!.text;
}

function flip(path: string): void {
  const bytes = readFileSync(path);
  bytes[12_345] = bytes[12_345]! ^ 1;
  writeFileSync(path, bytes);
}

test("OB-35 OB-37 a flipped byte is found and put aside, a missing copy made anew", async () => {
  const clock = new FakeClock();
  await using cloud = await objectCloud({ clock, settings: { ...AUDIT, SWIFT_REPLICAS: "2" } });
  const swift = await swiftAs(cloud);
  await swift.put("c");
  const data = noise(200_000);
  await swift.put("c/flipped", data);
  const [flipped] = dataFiles(cloud);
  flip(`${flipped!.parentPath}/${flipped!.name}`);
  await swift.put("c/gone", data);
  const other = dataFiles(cloud).filter(({ name }) => name !== flipped!.name);
  rmSync(`${other[0]!.parentPath}/${other[0]!.name}`);
  cloud.log.expectError("failed audit and was quarantined");
  expect(await audited(cloud, clock)).toEndWith("Total quarantined: 1, restored: 2, lost: 0");
  expect(cloud.log.lines.map((line) => line.text).join("\n")).toContain(
    `Object /${swift.account}/c/flipped failed audit and was quarantined: ETag ${md5(data)} and file's md5 `,
  );
  const files = dataFiles(cloud);
  const whole = files.filter(({ parentPath }) => parentPath.includes("/objects/"));
  expect(whole).toHaveLength(4);
  for (const { parentPath, name } of whole)
    expect(md5(readFileSync(`${parentPath}/${name}`))).toBe(md5(data));
  expect(files.filter(({ parentPath }) => parentPath.endsWith("/quarantined"))).toHaveLength(1);
  expect(await audited(cloud, clock)).toEndWith(
    "2 objects, 800000 bytes. Total quarantined: 0, restored: 0, lost: 0",
  );
});

test("without a good copy the object goes, and the counts with it", async () => {
  const clock = new FakeClock();
  await using cloud = await objectCloud({ clock, settings: AUDIT });
  const swift = await swiftAs(cloud);
  await swift.put("c");
  await swift.put("c/large", noise(100_000));
  const [file] = dataFiles(cloud);
  flip(`${file!.parentPath}/${file!.name}`);
  await swift.put("c/small", "small");
  await swift.put("c/good", "good");
  cloud.sql("swift", "UPDATE object_data SET data = CAST('smalk' AS BLOB) WHERE size = 5");
  cloud.log.expectError("failed audit and was quarantined");
  cloud.log.expectError("No good copy of");
  expect(await audited(cloud, clock)).toEndWith("Total quarantined: 2, restored: 0, lost: 2");
  expect(await swift.names("c")).toEqual(["good"]);
  expect((await swift.ask("HEAD", "c")).headers.get("x-container-bytes-used")).toBe("4");
  expect((await swift.ask("GET", "c/large")).status).toBe(404);
  const aside = readdirSync(cloud.paths.at("swift", "d1", "quarantined"));
  expect(aside.sort((a, b) => b.length - a.length)).toEqual([
    expect.stringMatching(/^[0-9a-f]{32}$/),
    expect.stringMatching(/^data-\d+$/),
  ]);
});

test("an object whose disk is away stays, and is served again when it is back", async () => {
  const clock = new FakeClock();
  await using cloud = await objectCloud({ clock, settings: AUDIT });
  const swift = await swiftAs(cloud);
  await swift.put("c");
  await swift.put("c/o", noise(100_000));
  const [file] = dataFiles(cloud);
  const path = `${file!.parentPath}/${file!.name}`;
  const bytes = readFileSync(path);
  rmSync(path);
  cloud.log.expectError("are missing on d1");
  expect(await audited(cloud, clock)).toEndWith("Total quarantined: 0, restored: 0, lost: 0");
  expect((await swift.ask("GET", "c/o")).status).toBe(503);
  writeFileSync(path, bytes);
  expect((await swift.ask("GET", "c/o")).status).toBe(200);
  // A new disk has no folders.
  rmSync(cloud.paths.at("swift", "d1"), { recursive: true });
  await swift.put("c/o", noise(100_000));
  expect((await swift.ask("GET", "c/o")).status).toBe(200);
});
