// The few system calls that Bun has no function for. All return at once; none takes a pointer that outlives the call.
// Numbers are Linux's (x86-64 and arm64 agree on these).

import { dlopen, FFIType, ptr } from "bun:ffi";
import { closeSync, openSync } from "node:fs";

const AF_INET = 2;
const AF_NETLINK = 16;
const SOCK_DGRAM = 2;
const SOCK_RAW = 3;
const SOL_SOCKET = 1;
const SO_BINDTODEVICE = 25;
const CLONE_NEWNET = 0x4000_0000;
const MSG_DONTWAIT = 0x40;
/** An answer of the kernel that tells a number or a name fits in. */
const ANSWER_BYTES = 4096;

const { i32, u32, ptr: pointer, i64, u64 } = FFIType;

const SYMBOLS = {
  socket: { args: [i32, i32, i32], returns: i32 },
  setsockopt: { args: [i32, i32, i32, pointer, u32], returns: i32 },
  sendto: { args: [i32, pointer, u64, i32, pointer, u32], returns: i64 },
  recv: { args: [i32, pointer, u64, i32], returns: i64 },
  close: { args: [i32], returns: i32 },
  setns: { args: [i32, i32], returns: i32 },
} as const;

let library: ReturnType<typeof open> | null = null;

function open() {
  // glibc, else musl.
  for (const name of ["libc.so.6", "libc.musl-x86_64.so.1", "libc.musl-aarch64.so.1"]) {
    try {
      return dlopen(name, SYMBOLS);
    } catch {
      // The next one.
    }
  }
  throw new Error("the C library was not found");
}

function libc() {
  library ??= open();
  return library.symbols;
}

/** Sends one datagram out of a certain device, also to an address of this machine. @throws Error */
export function sendFromDevice(device: string, address: string, port: number, bytes: Uint8Array): void {
  const { socket, setsockopt, sendto, close } = libc();
  const fd = socket(AF_INET, SOCK_DGRAM, 0);
  if (fd < 0) throw new Error("no socket");
  try {
    const name = Buffer.from(`${device}\0`);
    if (setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, ptr(name), name.length) !== 0) {
      throw new Error(`cannot send from ${device}`);
    }
    const target = Buffer.alloc(16);
    target.writeUInt16LE(AF_INET, 0);
    target.writeUInt16BE(port, 2);
    target.set(address.split(".").map(Number), 4);
    const sent = sendto(fd, ptr(bytes), BigInt(bytes.length), 0, ptr(target), target.length);
    if (Number(sent) !== bytes.length) throw new Error(`cannot send to ${address}:${port} from ${device}`);
  } finally {
    close(fd);
  }
}

/** Asks a part of the kernel one question by netlink; the answer is there when the question is sent. @throws Error */
export function askKernel(protocol: number, question: Uint8Array): Buffer {
  const { socket, sendto, recv, close } = libc();
  const fd = socket(AF_NETLINK, SOCK_RAW, protocol);
  if (fd < 0) throw new Error(`no netlink socket for protocol ${protocol}`);
  try {
    const sent = sendto(fd, ptr(question), BigInt(question.length), 0, null, 0);
    if (Number(sent) !== question.length) throw new Error(`netlink protocol ${protocol} takes no question`);
    const answer = Buffer.alloc(ANSWER_BYTES);
    const length = Number(recv(fd, ptr(answer), BigInt(answer.length), MSG_DONTWAIT));
    if (length < 0) throw new Error(`netlink protocol ${protocol} does not answer`);
    return answer.subarray(0, length);
  } finally {
    close(fd);
  }
}

/**
 * Runs `work` inside a network namespace. Sockets it opens belong there for ever; it must open them before it returns,
 * so it may not be asynchronous.
 * @param path of the namespace: `/run/netns/qrouter-...`
 */
export function inNamespace<T>(path: string, work: () => T): T {
  const { setns } = libc();
  const own = openSync("/proc/self/ns/net", "r");
  let other: number | null = null;
  try {
    other = openSync(path, "r");
    if (setns(other, CLONE_NEWNET) !== 0) throw new Error(`cannot enter ${path}`);
    try {
      return work();
    } finally {
      if (setns(own, CLONE_NEWNET) !== 0) {
        // Going on elsewhere than at home would plumb the wrong machine.
        process.abort();
      }
    }
  } finally {
    if (other !== null) closeSync(other);
    closeSync(own);
  }
}
