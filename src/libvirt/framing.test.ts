import { describe, expect, test } from "bun:test";
import { FrameDecoder } from "./framing.ts";
import {
  lengthBytes,
  MessageStatus,
  MessageType,
  messageMax,
  PacketWriter,
  payloadReader,
  readHeader,
} from "./packet.ts";
import { randomBytes, seededRandom } from "./testing/random.ts";
import { XdrError } from "./xdr.ts";

/** A packet with `size` bytes of payload, all equal to `fill`. */
function packet(size: number, fill = 7): Uint8Array {
  const header = {
    program: 0x20008086,
    procedure: 16,
    type: MessageType.reply,
    serial: fill,
    status: MessageStatus.ok,
  };
  return Uint8Array.from(new PacketWriter().build(header, (w) => w.tail(new Uint8Array(size).fill(fill))));
}

function collector() {
  const packets: string[] = [];
  const decoder = new FrameDecoder((bytes) => packets.push(Buffer.from(bytes).toString("hex")));
  return { packets, decoder };
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

describe("packets", () => {
  test("the header is six words behind a length that counts itself", () => {
    const header = {
      program: 0x20008086,
      procedure: 16,
      type: MessageType.call,
      serial: 3,
      status: MessageStatus.ok,
    };
    const bytes = new PacketWriter().build(header, (w) => w.int(9));
    expect(hex(bytes)).toBe(
      [
        "00000020", // length
        "20008086", // program
        "00000001", // version
        "00000010", // procedure
        "00000000", // type
        "00000003", // serial
        "00000000", // status
        "00000009", // payload
      ].join(""),
    );
    expect(readHeader(bytes)).toEqual(header);
    expect(payloadReader(bytes).int()).toBe(9);
  });

  test.each([
    ["version 2", 11, 2],
    ["type 7", 19, 7],
    ["status 3", 27, 3],
  ])("%s is refused", (_, at, value) => {
    const bytes = packet(0);
    bytes[at] = value;
    expect(() => readHeader(bytes)).toThrow(XdrError);
  });

  test("a payload over the protocol's maximum is not built, and the writer can go on", () => {
    const writer = new PacketWriter();
    const header = { program: 1, procedure: 1, type: MessageType.call, serial: 1, status: MessageStatus.ok };
    const large = new Uint8Array(messageMax);
    expect(() => writer.build(header, (w) => w.tail(large))).toThrow(XdrError);
    expect(writer.build(header, (w) => w.int(1)).length).toBe(32);
  });
});

describe("framing", () => {
  const three = [packet(0, 1), packet(5, 2), packet(100, 3)];
  const stream = Buffer.concat(three);

  test("any way of cutting the bytes gives the same packets", () => {
    const random = seededRandom(42);
    for (let run = 0; run < 200; run += 1) {
      const { packets, decoder } = collector();
      let at = 0;
      while (at < stream.length) {
        const size = 1 + Math.floor(random() * (run % 2 === 0 ? 9 : 90));
        decoder.push(stream.subarray(at, at + size));
        at += size;
      }
      expect(packets).toEqual(three.map(hex));
      expect(decoder.pendingBytes).toBe(0);
    }
  });

  test("byte by byte", () => {
    const { packets, decoder } = collector();
    for (const byte of stream) decoder.push(Uint8Array.of(byte));
    expect(packets).toEqual(three.map(hex));
  });

  test("a large packet in chunks as a socket delivers them", () => {
    const large = packet(1_000_000, 9);
    const { packets, decoder } = collector();
    for (let at = 0; at < large.length; at += 65_536) decoder.push(large.subarray(at, at + 65_536));
    expect(packets).toEqual([hex(large)]);
  });

  test.each([
    ["shorter than a header", lengthBytes + 23],
    ["zero", 0],
    ["over the maximum", lengthBytes + messageMax + 1],
    ["4 GiB", 0xffffffff],
  ])("a length that is %s is refused, whole or in pieces", (_, length) => {
    const bytes = Buffer.alloc(40);
    bytes.writeUInt32BE(length);
    expect(() => collector().decoder.push(bytes)).toThrow(XdrError);
    const { decoder } = collector();
    decoder.push(bytes.subarray(0, 3));
    expect(() => decoder.push(bytes.subarray(3))).toThrow(XdrError);
  });

  test("an announced size costs nothing before the bytes come", () => {
    const before = process.memoryUsage().arrayBuffers;
    const decoders = Array.from({ length: 50 }, () => collector().decoder);
    const start = Buffer.alloc(32);
    start.writeUInt32BE(lengthBytes + messageMax);
    for (const decoder of decoders) decoder.push(start);
    const grown = process.memoryUsage().arrayBuffers - before;
    expect(grown).toBeLessThan(50 * 2 * 65_536);
    expect(decoders[0]?.pendingBytes).toBe(32);
  });

  test("random bytes either wait, come out as packets, or are refused", () => {
    const random = seededRandom(7);
    for (let run = 0; run < 2000; run += 1) {
      const { decoder } = collector();
      try {
        for (let i = 0; i < 10; i += 1) decoder.push(randomBytes(random, Math.floor(random() * 40)));
      } catch (error) {
        expect(error).toBeInstanceOf(XdrError);
      }
    }
  });
});
