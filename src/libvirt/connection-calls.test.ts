// Each call of the API: which procedure it makes, with which arguments, and what it makes of the answer.

import { describe, expect, test } from "bun:test";
import type { Connection } from "./connection.ts";
import { VIR_MIGRATE_LIVE, VIR_MIGRATE_PEER2PEER, VIR_TYPED_PARAM_STRING_OKAY } from "./constants.gen.ts";
import { connected, testDomain } from "./testing/connected.ts";
import type { ProcedureName } from "./testing/fake-server.ts";
import { param } from "./typed-params.ts";

const dom = testDomain;
const net = { name: "default", uuid: dom.uuid };
const pool = { name: "images", uuid: dom.uuid };
const nwfilter = { name: "clean-traffic", uuid: dom.uuid };
const secret = { uuid: dom.uuid, usageType: 2, usageID: "ceph" };
const snap = { name: "s1", dom };
const cookie = Uint8Array.of(1);
const bytes = Buffer.from("secret");
const quota = [param.ullong("cpu_shares", 5n)];
const disk = { dom, path: "vda", flags: 0 };

interface Case {
  readonly call: (c: Connection) => Promise<unknown>;
  readonly args: unknown;
  /** The server's answer; absent when the procedure has none. */
  readonly ret?: unknown;
  /** What the caller gets; absent when it is undefined. */
  readonly result?: unknown;
}

const cases: { readonly [K in ProcedureName]?: Case } = {
  connectGetType: { call: (c) => c.connectGetType(), args: undefined, ret: { type: "QEMU" }, result: "QEMU" },
  connectGetVersion: {
    call: (c) => c.connectGetVersion(),
    args: undefined,
    ret: { hvVer: 7_002_022n },
    result: 7_002_022,
  },
  connectGetMaxVcpus: {
    call: (c) => c.connectGetMaxVcpus("kvm"),
    args: { type: "kvm" },
    ret: { maxVcpus: 16 },
    result: 16,
  },
  connectGetDomainCapabilities: {
    call: (c) => c.connectGetDomainCapabilities({ arch: "x86_64", virttype: "qemu" }),
    args: { emulatorbin: null, arch: "x86_64", machine: null, virttype: "qemu", flags: 0 },
    ret: { capabilities: "<domainCapabilities/>" },
    result: "<domainCapabilities/>",
  },
  connectCompareHypervisorCPU: {
    call: (c) => c.connectCompareHypervisorCPU({ machine: "q35" }, "<cpu/>"),
    args: { emulator: null, arch: null, machine: "q35", virttype: null, xmlCPU: "<cpu/>", flags: 0 },
    ret: { result: 2 },
    result: 2,
  },
  connectBaselineCPU: {
    call: (c) => c.connectBaselineCPU(["<cpu/>", "<cpu/>"], 1),
    args: { xmlCPUs: ["<cpu/>", "<cpu/>"], flags: 1 },
    ret: { cpu: "<cpu/>" },
    result: "<cpu/>",
  },
  nodeGetInfo: {
    call: (c) => c.nodeGetInfo(),
    args: undefined,
    ret: { model: "x86_64", memory: 8n, cpus: 2, mhz: 1, nodes: 1, sockets: 1, cores: 2, threads: 1 },
    result: { model: "x86_64", memory: 8, cpus: 2, mhz: 1, nodes: 1, sockets: 1, cores: 2, threads: 1 },
  },
  nodeGetCPUMap: {
    call: (c) => c.nodeGetCPUMap(),
    args: { needMap: 1, needOnline: 1, flags: 0 },
    ret: { cpumap: Uint8Array.of(0b101, 0b10), online: 3, ret: 12 },
    result: { present: 12, online: [0, 2, 9] },
  },
  nodeGetCellsFreeMemory: {
    call: (c) => c.nodeGetCellsFreeMemory(0, 2),
    args: { startCell: 0, maxcells: 2 },
    ret: { cells: [1n, 2n] },
    result: [1, 2],
  },
  connectListAllDomains: {
    call: (c) => c.connectListAllDomains(1),
    args: { needResults: 1, flags: 1 },
    ret: { domains: [dom], ret: 1 },
    result: [dom],
  },
  domainDefineXMLFlags: {
    call: (c) => c.domainDefineXMLFlags("<domain/>", 1),
    args: { xml: "<domain/>", flags: 1 },
    ret: { dom },
    result: dom,
  },
  domainCreateXML: {
    call: (c) => c.domainCreateXML("<domain/>", 2),
    args: { xmlDesc: "<domain/>", flags: 2 },
    ret: { dom },
    result: dom,
  },
  domainCreateWithFlags: {
    call: (c) => c.domainCreateWithFlags(dom, 1),
    args: { dom, flags: 1 },
    ret: { dom },
    result: dom,
  },
  domainDestroyFlags: { call: (c) => c.domainDestroyFlags(dom, 1), args: { dom, flags: 1 } },
  domainUndefineFlags: { call: (c) => c.domainUndefineFlags(dom, 7), args: { dom, flags: 7 } },
  domainShutdownFlags: { call: (c) => c.domainShutdownFlags(dom, 1), args: { dom, flags: 1 } },
  domainReboot: { call: (c) => c.domainReboot(dom), args: { dom, flags: 0 } },
  domainRename: {
    call: (c) => c.domainRename(dom, "new"),
    args: { dom, newName: "new", flags: 0 },
    ret: { retcode: 0 },
  },
  domainSetAutostart: { call: (c) => c.domainSetAutostart(dom, true), args: { dom, autostart: 1 } },
  domainGetState: {
    call: (c) => c.domainGetState(dom),
    args: { dom, flags: 0 },
    ret: { state: 1, reason: 5 },
    result: { state: 1, reason: 5 },
  },
  domainSetMetadata: {
    call: (c) => c.domainSetMetadata(dom, 2, "<a/>", "nova", "http://x", 2),
    args: { dom, type: 2, metadata: "<a/>", key: "nova", uri: "http://x", flags: 2 },
  },
  domainGetMetadata: {
    call: (c) => c.domainGetMetadata(dom, 1, null, 2),
    args: { dom, type: 1, uri: null, flags: 2 },
    ret: { metadata: "title" },
    result: "title",
  },
  connectGetAllDomainStats: {
    call: (c) => c.connectGetAllDomainStats([dom], 3, 4),
    args: { doms: [dom], stats: 3, flags: 4 },
    ret: { retStats: [{ dom, params: [param.ullong("cpu.time", 5n), param.int("state.state", 1)] }] },
    result: [
      {
        dom,
        params: new Map<string, unknown>([
          ["cpu.time", 5n],
          ["state.state", 1],
        ]),
      },
    ],
  },
  domainMemoryStats: {
    call: (c) => c.domainMemoryStats(dom),
    args: { dom, maxStats: 64, flags: 0 },
    ret: { stats: [{ tag: 6, val: 32_768n }] },
    result: new Map([[6, 32_768]]),
  },
  domainInterfaceStats: {
    call: (c) => c.domainInterfaceStats(dom, "tap0").then(({ rxBytes, txDrop }) => [rxBytes, txDrop]),
    args: { dom, device: "tap0" },
    ret: {
      ...{ rxBytes: 1n, rxPackets: 2n, rxErrs: 3n, rxDrop: 4n },
      ...{ txBytes: 5n, txPackets: 6n, txErrs: 7n, txDrop: -1n },
    },
    result: [1, -1],
  },
  domainAttachDeviceFlags: {
    call: (c) => c.domainAttachDeviceFlags(dom, "<disk/>", 3),
    args: { dom, xml: "<disk/>", flags: 3 },
  },
  domainDetachDeviceAlias: {
    call: (c) => c.domainDetachDeviceAlias(dom, "net0", 1),
    args: { dom, alias: "net0", flags: 1 },
  },
  domainGetVcpus: {
    call: (c) => c.domainGetVcpus(dom, 2, 10),
    args: { dom, maxinfo: 2, maplen: 2 },
    ret: {
      info: [
        { number: 0, state: 1, cpuTime: 9n, cpu: 3 },
        { number: 1, state: 1, cpuTime: 8n, cpu: -1 },
      ],
      cpumaps: Uint8Array.of(1, 0, 3, 2),
    },
    result: [
      { number: 0, state: 1, cpuTime: 9n, cpu: 3, affinity: [0] },
      { number: 1, state: 1, cpuTime: 8n, cpu: -1, affinity: [0, 1, 9] },
    ],
  },
  domainSetVcpusFlags: { call: (c) => c.domainSetVcpusFlags(dom, 4, 2), args: { dom, nvcpus: 4, flags: 2 } },
  domainSetMemoryFlags: {
    call: (c) => c.domainSetMemoryFlags(dom, 65_536, 2),
    args: { dom, memory: 65_536n, flags: 2 },
  },
  domainSetSchedulerParametersFlags: {
    call: (c) => c.domainSetSchedulerParametersFlags(dom, quota, 1),
    args: { dom, params: quota, flags: 1 },
  },
  domainGetBlockInfo: {
    call: (c) => c.domainGetBlockInfo(dom, "vda"),
    args: disk,
    ret: { allocation: 1n, capacity: 2n, physical: 3n },
    result: { allocation: 1, capacity: 2, physical: 3 },
  },
  domainBlockResize: {
    call: (c) => c.domainBlockResize(dom, "vda", 10, 1),
    args: { dom, disk: "vda", size: 10n, flags: 1 },
  },
  domainBlockPeek: {
    call: (c) => c.domainBlockPeek(dom, "vda", 512, 6),
    args: { dom, path: "vda", offset: 512n, size: 6, flags: 0 },
    ret: { buffer: bytes },
    result: Uint8Array.from(bytes),
  },
  domainBlockCopy: {
    call: (c) => c.domainBlockCopy(dom, "vda", "<disk/>", quota, 1),
    args: { dom, path: "vda", destxml: "<disk/>", params: quota, flags: 1 },
  },
  domainBlockRebase: {
    call: (c) => c.domainBlockRebase(dom, "vda", "/base", 5, 1),
    args: { dom, path: "vda", base: "/base", bandwidth: 5n, flags: 1 },
  },
  domainBlockCommit: {
    call: (c) => c.domainBlockCommit(dom, "vda", "base", null, 0, 4),
    args: { dom, disk: "vda", base: "base", top: null, bandwidth: 0n, flags: 4 },
  },
  domainBlockJobAbort: { call: (c) => c.domainBlockJobAbort(dom, "vda", 2), args: { ...disk, flags: 2 } },
  domainGetDiskErrors: {
    call: (c) => c.domainGetDiskErrors(dom),
    args: { dom, maxerrors: 256, flags: 0 },
    ret: { errors: [{ disk: "vda", error: 2 }], nerrors: 1 },
    result: new Map([["vda", 2]]),
  },
  domainSaveFlags: {
    call: (c) => c.domainSaveFlags(dom, "/save", null, 1),
    args: { dom, to: "/save", dxml: null, flags: 1 },
  },
  domainManagedSave: { call: (c) => c.domainManagedSave(dom, 1), args: { dom, flags: 1 } },
  domainHasManagedSaveImage: {
    call: (c) => c.domainHasManagedSaveImage(dom),
    args: { dom, flags: 0 },
    ret: { result: 1 },
    result: true,
  },
  domainSnapshotCreateXML: {
    call: (c) => c.domainSnapshotCreateXML(dom, "<domainsnapshot/>", 16),
    args: { dom, xmlDesc: "<domainsnapshot/>", flags: 16 },
    ret: { snap },
    result: snap,
  },
  domainListAllSnapshots: {
    call: (c) => c.domainListAllSnapshots(dom),
    args: { dom, needResults: 1, flags: 0 },
    ret: { snapshots: [snap], ret: 1 },
    result: [snap],
  },
  domainSnapshotDelete: { call: (c) => c.domainSnapshotDelete(snap, 2), args: { snap, flags: 2 } },
  domainSendKey: {
    call: (c) => c.domainSendKey(dom, 0, 50, [29, 56, 111]),
    args: { dom, codeset: 0, holdtime: 50, keycodes: [29, 56, 111], flags: 0 },
  },
  domainFSFreeze: {
    call: (c) => c.domainFSFreeze(dom, ["/"]),
    args: { dom, mountpoints: ["/"], flags: 0 },
    ret: { filesystems: 1 },
    result: 1,
  },
  domainSetUserPassword: {
    call: (c) => c.domainSetUserPassword(dom, "root", "pw"),
    args: { dom, user: "root", password: "pw", flags: 0 },
  },
  domainInterfaceAddresses: {
    call: (c) => c.domainInterfaceAddresses(dom, 2),
    args: { dom, source: 2, flags: 0 },
    ret: {
      ifaces: [
        { name: "tap0", hwaddr: "fa:16:3e:00:00:01", addrs: [{ type: 0, addr: "10.0.0.2", prefix: 24 }] },
      ],
    },
    result: [
      { name: "tap0", hwaddr: "fa:16:3e:00:00:01", addrs: [{ type: 0, addr: "10.0.0.2", prefix: 24 }] },
    ],
  },
  qemuDomainAgentCommand: {
    call: (c) => c.domainQemuAgentCommand(dom, "{}"),
    args: { dom, cmd: "{}", timeout: -1, flags: 0 },
    ret: { result: null },
    result: null,
  },
  qemuDomainMonitorCommand: {
    call: (c) => c.domainQemuMonitorCommand(dom, "info status", 1),
    args: { dom, cmd: "info status", flags: 1 },
    ret: { result: "VM status: running" },
    result: "VM status: running",
  },
  domainMigratePerform3Params: {
    call: (c) => c.domainMigrateToURI3(dom, "qemu+tcp://b/system", quota, VIR_MIGRATE_LIVE),
    args: {
      dom,
      dconnuri: "qemu+tcp://b/system",
      params: quota,
      cookieIn: new Uint8Array(0),
      flags: VIR_MIGRATE_LIVE | VIR_MIGRATE_PEER2PEER,
    },
    ret: { cookieOut: cookie },
  },
  domainMigrateBegin3Params: {
    call: (c) => c.domainMigrateBegin3Params(dom, [], 1),
    args: { dom, params: [], flags: 1 },
    ret: { cookieOut: cookie, xml: "<domain/>" },
    result: { cookieOut: cookie, xml: "<domain/>" },
  },
  domainMigrateFinish3Params: {
    call: (c) => c.domainMigrateFinish3Params([], cookie, 1, true),
    args: { params: [], cookieIn: cookie, flags: 1, cancelled: 1 },
    ret: { dom, cookieOut: cookie },
    result: { dom, cookieOut: cookie },
  },
  domainGetJobStats: {
    call: (c) => c.domainGetJobStats(dom, 1),
    args: { dom, flags: 1 },
    ret: { type: 2, params: [param.string("s", "x"), param.boolean("b", true), param.double("d", 0.5)] },
    result: {
      type: 2,
      params: new Map<string, unknown>([
        ["s", "x"],
        ["b", true],
        ["d", 0.5],
      ]),
    },
  },
  networkGetBridgeName: {
    call: (c) => c.networkGetBridgeName(net),
    args: { net },
    ret: { name: "virbr0" },
    result: "virbr0",
  },
  storagePoolGetInfo: {
    call: (c) => c.storagePoolGetInfo(pool),
    args: { pool },
    ret: { state: 2, capacity: 3n, allocation: 1n, available: 2n },
    result: { state: 2, capacity: 3, allocation: 1, available: 2 },
  },
  nwfilterDefineXML: {
    call: (c) => c.nwfilterDefineXML("<filter/>"),
    args: { xml: "<filter/>" },
    ret: { nwfilter },
    result: nwfilter,
  },
  nwfilterUndefine: { call: (c) => c.nwfilterUndefine(nwfilter), args: { nwfilter } },
  nodeDeviceGetXMLDesc: {
    call: (c) => c.nodeDeviceGetXMLDesc("pci_0000_00_00_0"),
    args: { name: "pci_0000_00_00_0", flags: 0 },
    ret: { xml: "<device/>" },
    result: "<device/>",
  },
  secretSetValue: {
    call: (c) => c.secretSetValue(secret, bytes),
    args: { secret, value: Uint8Array.from(bytes), flags: 0 },
  },
};

describe("calls", () => {
  test.each(Object.entries(cases) as [ProcedureName, Case][])(
    "%s",
    async (name, { call, args, ret, result }) => {
      await using s = await connected();
      // The table pairs each procedure with its own types; test.each cannot keep that.
      s.server.on(name, () => ret as never);
      expect(await call(s.connection)).toEqual(result);
      expect(s.server.client.lastCall(name).args as unknown).toEqual(args);
    },
  );
});

describe("calls that ask twice, first for the number of values", () => {
  test("nodeGetMemoryStats and nodeGetCPUStats", async () => {
    await using s = await connected();
    const params = [{ field: "total", value: 4n }];
    s.server.on("nodeGetMemoryStats", ({ nparams }) => ({ params: nparams === 0 ? [] : params, nparams: 1 }));
    s.server.on("nodeGetCPUStats", ({ nparams }) => ({ params: nparams === 0 ? [] : params, nparams: 1 }));
    expect(await s.connection.nodeGetMemoryStats()).toEqual(new Map([["total", 4]]));
    expect(await s.connection.nodeGetCPUStats()).toEqual(new Map([["total", 4n]]));
    expect(s.server.client.lastCall("nodeGetMemoryStats").args).toEqual({
      nparams: 1,
      cellNum: -1,
      flags: 0,
    });
    expect(s.server.client.lastCall("nodeGetCPUStats").args).toEqual({ cpuNum: -1, nparams: 1, flags: 0 });
  });

  test("domainBlockStatsFlags, domainGetBlockIoTune and domainGetCPUStats", async () => {
    await using s = await connected();
    const answer = ({ nparams }: { nparams: number }) => ({
      params: nparams === 0 ? [] : [param.llong("rd_bytes", 9n)],
      nparams: 1,
    });
    s.server.on("domainBlockStatsFlags", answer);
    s.server.on("domainGetBlockIoTune", answer);
    s.server.on("domainGetCPUStats", answer);
    const expected = new Map([["rd_bytes", 9n]]);
    expect(await s.connection.domainBlockStatsFlags(dom, "vda")).toEqual(expected);
    expect(await s.connection.domainGetBlockIoTune(dom, "vda")).toEqual(expected);
    expect(await s.connection.domainGetCPUStats(dom)).toEqual(expected);
    expect(s.server.client.lastCall("domainGetCPUStats").args).toEqual({
      dom,
      nparams: 1,
      startCpu: -1,
      ncpus: 1,
      flags: VIR_TYPED_PARAM_STRING_OKAY,
    });
  });
});

test("a block job that is not there is null", async () => {
  await using s = await connected();
  const job = { type: 2, bandwidth: 0n, cur: 5n, end: 9n };
  s.server.on("domainGetBlockJobInfo", () => ({ found: 0, ...job }));
  expect(await s.connection.domainGetBlockJobInfo(dom, "vda")).toBeNull();
  s.server.on("domainGetBlockJobInfo", () => ({ found: 1, ...job }));
  expect(await s.connection.domainGetBlockJobInfo(dom, "vda")).toEqual({
    type: 2,
    bandwidth: 0,
    cur: 5,
    end: 9,
  });
});

test("job information is in numbers", async () => {
  await using s = await connected();
  const fields =
    "timeElapsed timeRemaining dataTotal dataProcessed dataRemaining memTotal memProcessed".split(" ");
  fields.push("memRemaining", "fileTotal", "fileProcessed", "fileRemaining");
  const ret = Object.fromEntries(fields.map((name, i) => [name, BigInt(i)]));
  s.server.on("domainGetJobInfo", () => ({ type: 2, ...ret }) as never);
  const expected = Object.fromEntries(fields.map((name, i) => [name, i]));
  expect(await s.connection.domainGetJobInfo(dom)).toEqual({ type: 2, ...expected } as never);
});
