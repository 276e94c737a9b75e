// Writes procedures.gen.ts, constants.gen.ts and testing/server-codecs.gen.ts from libvirt's own protocol files.
//
//   bun src/libvirt/generate.ts LIBVIRT_SOURCE/src/remote/remote_protocol.x
//
// LIBVIRT_SOURCE is an unpacked source tree of libvirt (https://download.libvirt.org/); qemu_protocol.x, the public
// headers and meson.build are found from the given path. The protocol only grows (a number is never given to
// another procedure, a struct never changes), so files generated from one release work with every later one, and with
// earlier ones as far as these know the procedures.

import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { CodecEmitter } from "./generator/codec-emitter.ts";
import { type HeaderConstants, parseHeader } from "./generator/header-parser.ts";
import { procedureName } from "./generator/names.ts";
import { type Protocol, parseProtocol } from "./generator/protocol-parser.ts";
import {
  headerEnums,
  namedEnums,
  qemuProcedures,
  remoteEvents,
  remoteProcedures,
  stringPrefixes,
} from "./generator/wanted.ts";

/** File name relative to src/libvirt → content. */
export type GeneratedFiles = Record<string, string>;

interface Program {
  /** What its structs start with, and its procedures' TypeScript names. */
  readonly prefix: "remote_" | "qemu_";
  readonly procedures: readonly string[];
  readonly events: readonly string[];
  readonly protocol: Protocol;
}

/** Parses the files around `remoteProtocolPath` and answers the content of the generated files. */
export function generate(remoteProtocolPath: string): GeneratedFiles {
  const remoteFolder = dirname(resolve(remoteProtocolPath));
  const root = resolve(remoteFolder, "../..");
  const version = /^\s*version: '([\d.]+)'/m.exec(readFileSync(join(root, "meson.build"), "utf8"))?.[1];
  if (version === undefined) throw new Error(`${root}/meson.build names no version`);
  const headers = readHeaders(root);
  const remote = parseProtocol(readFileSync(join(remoteFolder, "remote_protocol.x"), "utf8"), "REMOTE_PROC_");
  const qemu = parseProtocol(readFileSync(join(remoteFolder, "qemu_protocol.x"), "utf8"), "QEMU_PROC_");
  const programs: Program[] = [
    { prefix: "remote_", procedures: remoteProcedures, events: remoteEvents, protocol: remote },
    { prefix: "qemu_", procedures: qemuProcedures, events: [], protocol: qemu },
  ];
  const heading = `// Generated from libvirt ${version} by
//   bun src/libvirt/generate.ts LIBVIRT_SOURCE/src/remote/remote_protocol.x
// Do not edit: change generator/wanted.ts or the generator and run it again.
`;
  return {
    "procedures.gen.ts": heading + clientFile(programs, headers),
    "constants.gen.ts": heading + constantsFile(headers),
    "testing/server-codecs.gen.ts": heading + serverFile(programs, headers),
  };
}

function readHeaders(root: string): HeaderConstants {
  const headers: HeaderConstants = { enums: new Map(), strings: new Map(), numbers: new Map() };
  const folder = join(root, "include/libvirt");
  const names = readdirSync(folder).filter((name) => /\.h(\.in)?$/.test(name));
  // These two define what the others use.
  const first = ["libvirt-common.h.in", "libvirt-domain.h"];
  for (const name of [...first, ...names.filter((name) => !first.includes(name)).sort()]) {
    parseHeader(readFileSync(join(folder, name), "utf8"), headers);
  }
  const internal = join(root, "src/libvirt_internal.h");
  if (existsSync(internal)) parseHeader(readFileSync(internal, "utf8"), headers);
  return headers;
}

/** qemu_protocol.x uses the types of remote_protocol.x. */
function merged(programs: readonly Program[]): Protocol {
  const [first, ...others] = programs.map(({ protocol }) => protocol);
  if (first === undefined) throw new Error("no protocol");
  const all = { ...first, constants: new Map(first.constants), structs: new Map(first.structs) };
  for (const { constants, structs } of others) {
    for (const [name, value] of constants) all.constants.set(name, value);
    for (const [name, fields] of structs) all.structs.set(name, fields);
  }
  return all;
}

function lookUp({ prefix, protocol }: Program, name: string) {
  const procedure = protocol.procedures.get(name);
  if (procedure === undefined) throw new Error(`the protocol has no procedure ${name}`);
  const wire = `${prefix}${name.toLowerCase()}`;
  return {
    ...procedure,
    constant: procedureName(prefix === "remote_" ? name : `${prefix}${name}`),
    program: Number(protocol.constants.get(`${prefix.toUpperCase()}PROGRAM`)),
    args: protocol.structs.has(`${wire}_args`) ? `${wire}_args` : null,
    ret: protocol.structs.has(`${wire}_ret`) ? `${wire}_ret` : null,
    message: `${wire}_msg`,
  };
}

function hex(number: number): string {
  return `0x${number.toString(16)}`;
}

function clientFile(programs: readonly Program[], headers: HeaderConstants): string {
  const emitter = new CodecEmitter(merged(programs), headers.numbers);
  const lines: string[] = [];
  emitter.require("remote_error", "read");
  for (const program of programs) {
    for (const name of program.procedures) {
      const { constant, args, ret, number, highPriority, stream, program: id } = lookUp(program, name);
      const argsType = args === null ? "void" : emitter.require(args, "write");
      const retType = ret === null ? "void" : emitter.require(ret, "read");
      const codecs = `${args === null ? "writeNothing" : `write${argsType}`}, ${ret === null ? "readNothing" : `read${retType}`}`;
      const marks = `{ highPriority: ${highPriority}, stream: ${stream} }`;
      lines.push(`export const ${constant}: Procedure<${argsType}, ${retType}> = /* @__PURE__ */ procedure(`);
      lines.push(`  "${constant}", ${hex(id)}, ${number}, ${codecs}, ${marks},\n);`);
    }
    for (const name of program.events) {
      const { constant, message, number, program: id } = lookUp(program, name);
      const type = emitter.require(message, "read");
      lines.push(`export const ${constant}: EventMessage<${type}> = /* @__PURE__ */ eventMessage(`);
      lines.push(`  "${constant}", ${hex(id)}, ${number}, read${type},\n);`);
    }
  }
  return `
import { type EventMessage, eventMessage, type Procedure, procedure, readNothing, writeNothing } from "./procedure.ts";
import { XdrError, type XdrReader, type XdrWriter } from "./xdr.ts";

${emitter.code}
${lines.join("\n")}
`;
}

/** The other half of the codecs, for the fake server of the tests: what a server reads and writes. */
function serverFile(programs: readonly Program[], headers: HeaderConstants): string {
  const emitter = new CodecEmitter(merged(programs), headers.numbers);
  const lines: string[] = [];
  emitter.require("remote_error", "write");
  for (const program of programs) {
    for (const name of program.procedures) {
      const { constant, args, ret } = lookUp(program, name);
      const reader = args === null ? "readNothing" : `read${emitter.require(args, "read")}`;
      const writer = ret === null ? "writeNothing" : `write${emitter.require(ret, "write")}`;
      lines.push(`  ${constant}: { readArgs: ${reader}, writeRet: ${writer} },`);
    }
    for (const name of program.events) {
      const { constant, message } = lookUp(program, name);
      lines.push(`  ${constant}: { writeMessage: write${emitter.require(message, "write")} },`);
    }
  }
  return `
import { readNothing, writeNothing } from "../procedure.ts";
import { XdrError, type XdrReader, type XdrWriter } from "../xdr.ts";

${emitter.code}
export const serverCodecs = {
${lines.join("\n")}
} as const;
`;
}

function constantsFile(headers: HeaderConstants): string {
  const lines: string[] = [];
  for (const name of headerEnums) {
    const values = headers.enums.get(name);
    if (values === undefined) throw new Error(`the headers have no enum ${name}`);
    lines.push(`\n// enum ${name}`);
    for (const [member, value] of values) lines.push(`export const ${member} = ${value};`);
    if (!namedEnums.includes(name)) continue;
    lines.push(`\nexport const ${name}Names: ReadonlyMap<number, string> = /* @__PURE__ */ new Map([`);
    for (const [member, value] of values) lines.push(`  [${value}, "${member}"],`);
    lines.push("]);");
  }
  lines.push("\n// Names of typed parameters.");
  for (const [name, text] of headers.strings) {
    if (stringPrefixes.some((prefix) => name.startsWith(prefix)))
      lines.push(`export const ${name} = "${text}";`);
  }
  return `${lines.join("\n")}\n`;
}

if (import.meta.main) {
  const path = process.argv[2];
  if (path === undefined) {
    console.error("usage: bun src/libvirt/generate.ts LIBVIRT_SOURCE/src/remote/remote_protocol.x");
    process.exit(2);
  }
  for (const [name, content] of Object.entries(generate(path)))
    writeFileSync(join(import.meta.dir, name), content);
}
