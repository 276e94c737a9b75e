// Packets recorded between virsh and libvirtd, both libvirt 9.0.0 (Debian 12), on 2026-11-20: what libvirt's own client
// sends has to come out of our encoders byte by byte, and what the daemon sends has to be understood.

import { describe, expect, test } from "bun:test";
import { MessageStatus, MessageType, PacketWriter, payloadReader, readHeader } from "./packet.ts";
import type { Procedure } from "./procedure.ts";
import * as p from "./procedures.gen.ts";
import { param } from "./typed-params.ts";

const dom: p.Domain = { name: "golden", uuid: "dc229f87-d4de-4719-8cfd-2e21c6105b01", id: -1 };
/** Name, UUID and id of a domain that does not run. */
const domHex = "00000006676f6c64656e0000dc229f87d4de47198cfd2e21c6105b01ffffffff";

function packet(hex: string): Uint8Array {
  return Buffer.from(hex.replaceAll(/\s/g, ""), "hex");
}

/** The packet that calls the procedure. */
function encoded<Args>(procedure: Procedure<Args, unknown>, args: Args, serial: number): string {
  const { program, number, write } = procedure;
  const header = { program, procedure: number, type: MessageType.call, serial, status: MessageStatus.ok };
  return Buffer.from(new PacketWriter().build(header, (w) => write(w, args))).toString("hex");
}

/** The result in a reply to the procedure. */
function decoded<Ret>(procedure: Procedure<never, Ret>, hex: string): Ret {
  const bytes = packet(hex);
  expect(readHeader(bytes)).toMatchObject({
    program: procedure.program,
    procedure: procedure.number,
    type: 1,
    status: 0,
  });
  const reader = payloadReader(bytes);
  const ret = procedure.read(reader);
  reader.end();
  return ret;
}

describe("calls", () => {
  const calls: [string, string, string][] = [
    [
      "authList",
      encoded(p.authList, undefined, 0),
      "0000001c 20008086 00000001 00000042 00000000 00000000 00000000",
    ],
    [
      "connectSupportsFeature",
      encoded(p.connectSupportsFeature, { feature: 10 }, 1),
      "00000020 20008086 00000001 0000003c 00000000 00000001 00000000 0000000a",
    ],
    [
      "connectOpen",
      encoded(p.connectOpen, { name: "qemu:///system", flags: 0 }, 2),
      `00000038 20008086 00000001 00000001 00000000 00000002 00000000
       00000001 0000000e 71656d753a2f2f2f73797374656d0000 00000000`,
    ],
    [
      "domainHasManagedSaveImage",
      encoded(p.domainHasManagedSaveImage, { dom, flags: 0 }, 12),
      `00000040 20008086 00000001 000000b7 00000000 0000000c 00000000 ${domHex} 00000000`,
    ],
    [
      "nodeGetMemoryStats",
      encoded(p.nodeGetMemoryStats, { nparams: 4, cellNum: -1, flags: 0 }, 18),
      "00000028 20008086 00000001 000000e4 00000000 00000012 00000000 00000004 ffffffff 00000000",
    ],
    [
      "connectGetAllDomainStats",
      encoded(p.connectGetAllDomainStats, { doms: [dom], stats: 0, flags: 0 }, 20),
      `00000048 20008086 00000001 00000158 00000000 00000014 00000000 00000001 ${domHex} 00000000 00000000`,
    ],
    [
      "connectListAllDomains",
      encoded(p.connectListAllDomains, { needResults: 1, flags: 3 }, 21),
      "00000024 20008086 00000001 00000111 00000000 00000015 00000000 00000001 00000003",
    ],
    [
      "domainSetSchedulerParametersFlags",
      encoded(
        p.domainSetSchedulerParametersFlags,
        { dom, params: [param.ullong("cpu_shares", 77n)], flags: 2 },
        28,
      ),
      `00000060 20008086 00000001 000000db 00000000 0000001c 00000000 ${domHex}
       00000001 0000000a 6370755f7368617265730000 00000004 000000000000004d 00000002`,
    ],
    [
      "connectDomainEventCallbackRegisterAny",
      encoded(p.connectDomainEventCallbackRegisterAny, { eventID: 0, dom: null }, 6),
      "00000024 20008086 00000001 0000013c 00000000 00000006 00000000 00000000 00000000",
    ],
  ];

  test.each(calls)("%s", (_, ours, recorded) => {
    expect(ours).toBe(recorded.replaceAll(/\s/g, ""));
  });
});

describe("replies", () => {
  test("authList", () => {
    const hex = "00000024 20008086 00000001 00000042 00000001 00000000 00000000 00000001 00000000";
    expect(decoded(p.authList, hex)).toEqual({ types: [0] });
  });

  test("domainGetInfo", () => {
    const hex = `0000003c 20008086 00000001 00000010 00000001 00000009 00000000
      00000005 0000000000008000 0000000000008000 00000001 0000000000000000`;
    expect(decoded(p.domainGetInfo, hex)).toEqual({
      state: 5,
      maxMem: 32_768n,
      memory: 32_768n,
      nrVirtCpu: 1,
      cpuTime: 0n,
    });
  });

  test("nodeGetInfo, whose model takes 4 bytes for each of 32 characters", () => {
    const hex = `000000bc 20008086 00000001 00000006 00000001 00000010 00000000
      00000078 00000038 00000036 0000005f 00000036 00000034 ${"00000000".repeat(26)}
      00000000006368d8 00000002 00000a24 00000001 00000001 00000002 00000001`;
    expect(decoded(p.nodeGetInfo, hex)).toEqual({
      model: "x86_64",
      memory: 6_514_904n,
      cpus: 2,
      mhz: 2596,
      nodes: 1,
      sockets: 1,
      cores: 2,
      threads: 1,
    });
  });

  test("nodeGetMemoryStats", () => {
    const hex = `00000070 20008086 00000001 000000e4 00000001 00000012 00000000
      00000004 00000005 746f74616c000000 000000000178a640 00000004 66726565 00000000015fa940
      00000007 6275666665727300 0000000000000964 00000006 6361636865640000 00000000000e0340 00000000`;
    expect(decoded(p.nodeGetMemoryStats, hex)).toEqual({
      params: [
        { field: "total", value: 24_684_096n },
        { field: "free", value: 23_046_464n },
        { field: "buffers", value: 2404n },
        { field: "cached", value: 918_336n },
      ],
      nparams: 0,
    });
  });

  test("connectListAllDomains", () => {
    const hex = `00000044 20008086 00000001 00000111 00000001 00000015 00000000 00000001 ${domHex} 00000001`;
    expect(decoded(p.connectListAllDomains, hex)).toEqual({ domains: [dom], ret: 1 });
  });

  test("an error", () => {
    const bytes = packet(`000000c8 20008086 00000001 00000017 00000001 00000024 00000001
      0000002a 0000000a 00000001 00000038
      446f6d61696e206e6f7420666f756e643a206e6f20646f6d61696e2077697468206d61746368696e67206e616d6520276e6f7468696e6727
      00000002 00000000 00000001 00000014 446f6d61696e206e6f7420666f756e643a202573
      00000001 00000026 6e6f20646f6d61696e2077697468206d61746368696e67206e616d6520276e6f7468696e67270000
      00000000 ffffffff ffffffff 00000000`);
    expect(readHeader(bytes).status).toBe(MessageStatus.error);
    const reader = payloadReader(bytes);
    expect(p.readRemoteError(reader)).toEqual({
      code: 42,
      domain: 10,
      message: "Domain not found: no domain with matching name 'nothing'",
      level: 2,
      dom: null,
      str1: "Domain not found: %s",
      str2: "no domain with matching name 'nothing'",
      str3: null,
      int1: -1,
      int2: -1,
      net: null,
    });
    reader.end();
  });
});

test("an event, whose serial is not the zero that virnetprotocol.x promises", () => {
  const bytes = packet(`00000048 20008086 00000001 0000013e 00000002 00000001 00000000
    00000fdc 00000006 676f6c64656e0000 dc229f87d4de47198cfd2e21c6105b01 0000000a 00000002 00000000`);
  expect(readHeader(bytes)).toEqual({
    program: p.domainEventCallbackLifecycle.program,
    procedure: p.domainEventCallbackLifecycle.number,
    type: MessageType.message,
    serial: 1,
    status: MessageStatus.ok,
  });
  const reader = payloadReader(bytes);
  expect(p.domainEventCallbackLifecycle.read(reader)).toEqual({
    callbackID: 4060,
    msg: { dom: { ...dom, id: 10 }, event: 2, detail: 0 },
  });
  reader.end();
});
