// Against a real libvirtd and QEMU: LIBVIRT_TEST_URI=qemu:///system bun test src/libvirt/live.test.ts
// The guest has 32 MiB, no disk, and runs SeaBIOS under TCG (`<domain type='qemu'>`); it is removed again whatever happens.
// Checked with libvirt 9.0.0 and QEMU 7.2 (Debian 12).

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Connection, connect } from "./connection.ts";
import * as c from "./constants.gen.ts";
import { isLibvirtError } from "./errors.ts";
import type { EventQueue } from "./event-queue.ts";
import type { DomainEvent, DomainEventKind } from "./events.ts";
import type { Domain } from "./procedures.gen.ts";
import { rejection } from "./testing/connected.ts";
import { numberParam } from "./typed-params.ts";

const uri = process.env["LIBVIRT_TEST_URI"] || undefined;
if (uri === undefined)
  console.warn("skipped: tests against a real libvirt; LIBVIRT_TEST_URI names no daemon");

const uuid = "5f4c1a52-6f0e-4f0e-9d5b-0d6f8a3c7e11";
const name = "stack-live-test";
const xml = `
<domain type='qemu'>
  <name>${name}</name>
  <uuid>${uuid}</uuid>
  <memory unit='MiB'>32</memory>
  <vcpu>1</vcpu>
  <os><type arch='x86_64'>hvm</type><bios useserial='yes'/></os>
  <devices>
    <video><model type='vga'/></video>
    <graphics type='vnc' autoport='yes' listen='127.0.0.1'/>
    <serial type='pty'/>
    <memballoon model='none'/>
  </devices>
</domain>`;

/** The next event of the kind, in which `wanted` may look into. */
async function until<K extends DomainEventKind>(
  events: EventQueue<DomainEvent<K>>,
  wanted: (event: DomainEvent<K>) => boolean,
): Promise<DomainEvent<K>> {
  while (true) {
    const { value } = await events.next();
    if (value === undefined) throw new Error("the events have ended");
    if (wanted(value)) return value;
  }
}

describe.skipIf(uri === undefined)("a real libvirt", () => {
  let connection: Connection;
  let dom: Domain;
  let events: EventQueue<DomainEvent<"lifecycle" | "reboot" | "metadataChange">>;

  async function remove(): Promise<void> {
    const old = await connection.domainLookupByUUID(uuid).catch((error) => {
      if (isLibvirtError(error, c.VIR_ERR_NO_DOMAIN)) return null;
      throw error;
    });
    if (old === null) return;
    if (await connection.domainIsActive(old)) await connection.domainDestroyFlags(old);
    await connection.domainUndefineFlags(old, c.VIR_DOMAIN_UNDEFINE_MANAGED_SAVE);
  }

  async function lifecycle(event: number) {
    return until(
      events,
      (seen) => seen.kind === "lifecycle" && seen.event === event && seen.dom.uuid === uuid,
    );
  }

  async function state() {
    return (await connection.domainGetState(dom)).state;
  }

  beforeAll(async () => {
    if (uri === undefined) return;
    connection = await connect(uri);
    await remove();
    events = await connection.connectDomainEventRegisterAny(["lifecycle", "reboot", "metadataChange"]);
  });

  afterAll(async () => {
    if (uri === undefined) return;
    await remove();
    await events.close();
    await connection.close();
    expect((await connection.closed).requested).toBe(true);
  });

  test("the host", async () => {
    expect(await connection.connectGetType()).toBe("QEMU");
    expect(await connection.connectGetLibVersion()).toBeGreaterThan(1_000_000);
    expect(await connection.connectGetVersion()).toBeGreaterThan(1_000_000);
    expect(await connection.connectGetHostname()).not.toBe("");
    expect(await connection.connectSupportsFeature(c.VIR_DRV_FEATURE_REMOTE_EVENT_CALLBACK)).toBe(true);
    const info = await connection.nodeGetInfo();
    expect(info.cpus).toBeGreaterThan(0);
    expect(info.model).toMatch(/^[a-z0-9_]+$/);
    expect((await connection.nodeGetMemoryStats()).get("total")).toBeGreaterThan(100_000);
    expect((await connection.nodeGetCPUStats()).get("idle")).toBeGreaterThan(0n);
    expect((await connection.nodeGetCPUMap()).online.length).toBeGreaterThan(0);
    expect(await connection.connectGetCapabilities()).toContain("<capabilities>");
    expect(await connection.connectGetDomainCapabilities({ virttype: "qemu" })).toContain(
      "<domainCapabilities>",
    );
    expect(await connection.connectGetMaxVcpus("qemu")).toBeGreaterThan(0);
    expect(await connection.connectGetCPUModelNames("x86_64")).toContain("qemu64");
  });

  test("defining", async () => {
    expect(await rejection(connection.domainLookupByUUID(uuid))).toMatchObject({
      codeName: "VIR_ERR_NO_DOMAIN",
    });
    expect(await rejection(connection.domainDefineXMLFlags("<domain/>"))).toMatchObject({
      codeName: "VIR_ERR_NO_NAME",
    });
    dom = await connection.domainDefineXMLFlags(xml, c.VIR_DOMAIN_DEFINE_VALIDATE);
    expect(dom).toEqual({ name, uuid, id: -1 });
    await lifecycle(c.VIR_DOMAIN_EVENT_DEFINED);
    expect(await connection.domainLookupByName(name)).toEqual(dom);
    expect(await connection.connectListAllDomains(c.VIR_CONNECT_LIST_DOMAINS_INACTIVE)).toContainEqual(dom);
    expect(await state()).toBe(c.VIR_DOMAIN_SHUTOFF);
    expect(await connection.domainIsPersistent(dom)).toBe(true);
    expect(await connection.domainGetAutostart(dom)).toBe(false);
    expect(await connection.domainHasManagedSaveImage(dom)).toBe(false);
    expect(await rejection(connection.domainScreenshot(dom))).toMatchObject({
      codeName: "VIR_ERR_OPERATION_INVALID",
    });
  });

  test("metadata", async () => {
    const { VIR_DOMAIN_METADATA_TITLE, VIR_DOMAIN_METADATA_ELEMENT, VIR_DOMAIN_AFFECT_CONFIG } = c;
    await connection.domainSetMetadata(
      dom,
      VIR_DOMAIN_METADATA_TITLE,
      "Größe",
      null,
      null,
      VIR_DOMAIN_AFFECT_CONFIG,
    );
    const event = await until(events, ({ kind }) => kind === "metadataChange");
    expect(event).toMatchObject({ dom, type: VIR_DOMAIN_METADATA_TITLE });
    const flags = VIR_DOMAIN_AFFECT_CONFIG;
    expect(await connection.domainGetMetadata(dom, VIR_DOMAIN_METADATA_TITLE, null, flags)).toBe("Größe");
    const missing = connection.domainGetMetadata(dom, VIR_DOMAIN_METADATA_ELEMENT, "http://x", flags);
    expect(await rejection(missing)).toMatchObject({ codeName: "VIR_ERR_NO_DOMAIN_METADATA" });
  });

  test("starting", async () => {
    dom = await connection.domainCreateWithFlags(dom, c.VIR_DOMAIN_START_PAUSED);
    expect(dom.id).toBeGreaterThan(0);
    expect((await lifecycle(c.VIR_DOMAIN_EVENT_STARTED)).dom).toEqual(dom);
    expect(await state()).toBe(c.VIR_DOMAIN_PAUSED);
  }, 120_000);

  test("the serial console speaks from the first instruction on, and listens", async () => {
    const stream = await connection.domainOpenConsole(dom, null, c.VIR_DOMAIN_CONSOLE_FORCE);
    await connection.domainResume(dom);
    await lifecycle(c.VIR_DOMAIN_EVENT_RESUMED);
    let text = "";
    while (!text.includes("SeaBIOS")) {
      const piece = await stream.read();
      if (piece === null) throw new Error(`the console has ended after ${JSON.stringify(text)}`);
      text += Buffer.from(piece).toString("latin1");
    }
    await stream.write(Buffer.from("\r"));
    await stream.abort();
  }, 60_000);

  test("inspecting", async () => {
    expect(await connection.domainGetInfo(dom)).toMatchObject({
      state: c.VIR_DOMAIN_RUNNING,
      maxMem: 32_768,
      nrVirtCpu: 1,
    });
    expect((await connection.domainGetInfo(dom)).cpuTime).toBeGreaterThan(0n);
    expect(await connection.domainGetXMLDesc(dom)).toContain(`<uuid>${uuid}</uuid>`);
    expect(await connection.domainGetOSType(dom)).toBe("hvm");
    expect((await connection.domainGetVcpus(dom, 4, 8)).length).toBe(1);
    expect(await connection.domainGetMaxMemory(dom)).toBe(32_768);
    expect((await connection.domainMemoryStats(dom)).get(c.VIR_DOMAIN_MEMORY_STAT_RSS)).toBeGreaterThan(0);
    const [record] = await connection.connectGetAllDomainStats([dom]);
    expect(record?.dom).toEqual(dom);
    expect(record?.params.get("state.state")).toBe(c.VIR_DOMAIN_RUNNING);
    expect(numberParam(record?.params ?? new Map(), "balloon.current")).toBe(32_768);
    expect(await connection.domainListAllSnapshots(dom)).toEqual([]);
    expect((await connection.domainGetControlInfo(dom)).state).toBe(c.VIR_DOMAIN_CONTROL_OK);
    expect((await connection.domainGetJobInfo(dom)).type).toBe(c.VIR_DOMAIN_JOB_NONE);
    const agent = rejection(connection.domainFSFreeze(dom));
    expect(isLibvirtError(await agent)).toBe(true);
  });

  test("QEMU's own monitor, and the keyboard", async () => {
    const { VIR_DOMAIN_QEMU_MONITOR_COMMAND_HMP: hmp } = c;
    expect(await connection.domainQemuMonitorCommand(dom, "info status", hmp)).toContain("running");
    await connection.domainSendKey(dom, c.VIR_KEYCODE_SET_LINUX, 20, [1]);
  });

  test("a screenshot", async () => {
    const { mime, data } = await connection.domainScreenshot(dom);
    expect(mime).toMatch(/^image\//);
    if (mime !== "image/png") {
      const [, width, height] =
        /^P6\s+(\d+)\s+(\d+)\s+255\s/.exec(Buffer.from(data).toString("latin1", 0, 64)) ?? [];
      expect(data.length).toBeGreaterThanOrEqual(Number(width) * Number(height) * 3);
    }
    expect(data.length).toBeGreaterThan(1000);
  });

  test("pausing and resuming", async () => {
    await connection.domainSuspend(dom);
    await lifecycle(c.VIR_DOMAIN_EVENT_SUSPENDED);
    expect(await connection.domainGetState(dom)).toEqual({
      state: c.VIR_DOMAIN_PAUSED,
      reason: c.VIR_DOMAIN_PAUSED_USER,
    });
    await connection.domainResume(dom);
    await lifecycle(c.VIR_DOMAIN_EVENT_RESUMED);
    expect(await state()).toBe(c.VIR_DOMAIN_RUNNING);
  });

  test("a reset is an event", async () => {
    await connection.domainReset(dom);
    await until(events, ({ kind }) => kind === "reboot");
  });

  test("a managed save, and going on from it", async () => {
    await connection.domainManagedSave(dom);
    await lifecycle(c.VIR_DOMAIN_EVENT_STOPPED);
    expect(await connection.domainHasManagedSaveImage(dom)).toBe(true);
    dom = await connection.domainCreateWithFlags(dom);
    await lifecycle(c.VIR_DOMAIN_EVENT_STARTED);
    expect(await connection.domainHasManagedSaveImage(dom)).toBe(false);
  }, 120_000);

  test("several calls at once", async () => {
    const infos = await Promise.all(Array.from({ length: 50 }, () => connection.domainGetInfo(dom)));
    expect(new Set(infos.map(({ maxMem }) => maxMem))).toEqual(new Set([32_768]));
  });

  test("stopping and removing", async () => {
    await connection.domainDestroyFlags(dom);
    expect(await lifecycle(c.VIR_DOMAIN_EVENT_STOPPED)).toMatchObject({
      detail: c.VIR_DOMAIN_EVENT_STOPPED_DESTROYED,
    });
    expect(await rejection(connection.domainDestroyFlags(dom))).toMatchObject({
      codeName: "VIR_ERR_OPERATION_INVALID",
    });
    await connection.domainRename(dom, `${name}-2`);
    dom = await connection.domainLookupByName(`${name}-2`);
    expect(dom.uuid).toBe(uuid);
    await connection.domainUndefineFlags(dom);
    await lifecycle(c.VIR_DOMAIN_EVENT_UNDEFINED);
    expect(await rejection(connection.domainGetInfo(dom))).toMatchObject({ codeName: "VIR_ERR_NO_DOMAIN" });
  });

  test("network filters, secrets and the rest of the host", async () => {
    const filter = await connection.nwfilterDefineXML(`<filter name='${name}' chain='root'/>`);
    expect(await connection.nwfilterLookupByName(name)).toEqual(filter);
    expect(await connection.connectListAllNWFilters()).toContainEqual(filter);
    await connection.nwfilterUndefine(filter);
    const usage = `<usage type='ceph'><name>${name}</name></usage>`;
    const secret = await connection.secretDefineXML(
      `<secret ephemeral='yes'><uuid>${uuid}</uuid>${usage}</secret>`,
    );
    await connection.secretSetValue(secret, Buffer.from("value"));
    expect(await connection.secretLookupByUsage(c.VIR_SECRET_USAGE_TYPE_CEPH, name)).toEqual(secret);
    await connection.secretUndefine(secret);
    expect((await connection.connectListAllNodeDevices()).length).toBeGreaterThan(0);
    expect(await connection.nodeDeviceGetXMLDesc("computer")).toContain("<device>");
    expect(await connection.connectListAllNetworks()).toBeArray();
    expect(await connection.connectListAllStoragePools()).toBeArray();
  });
});
