import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { generate } from "./generate.ts";
import { CodecEmitter } from "./generator/codec-emitter.ts";
import { type HeaderConstants, parseHeader } from "./generator/header-parser.ts";
import { fieldName, procedureName, typeName } from "./generator/names.ts";
import { parseProtocol } from "./generator/protocol-parser.ts";
import * as procedures from "./procedures.gen.ts";

const protocolText = `
/* A comment; with { punctuation }. */
%#include "internal.h"
const REMOTE_STRING_MAX = 4194304;
const REMOTE_LIST_MAX=0x10;
typedef string remote_nonnull_string<REMOTE_STRING_MAX>;
typedef remote_nonnull_string *remote_string;
typedef opaque remote_uuid[VIR_UUID_BUFLEN];
enum remote_auth_type { REMOTE_AUTH_NONE = 0, REMOTE_AUTH_SASL = 1 };
struct remote_nonnull_thing {
    remote_uuid uuid; /* insert@1 */
    unsigned kind;
    unsigned char state;
};
typedef remote_nonnull_thing *remote_thing;
union remote_value switch (int type) {
 case VIR_ONE:
     int i;
 case 2:
     unsigned hyper ul;
};
struct remote_thing_get_args {
    remote_thing thing;
    remote_nonnull_string names<REMOTE_LIST_MAX>; /* (const char **) */
    char model[32];
    opaque cookie<16>;
    remote_value values<>;
    remote_auth_type auth;
    int nparams;
};
enum remote_procedure {
    /* Explanations name @priority: low|high and @readstream: paramnumber. */
    /**
     * @generate: both
     * @priority: high
     */
    REMOTE_PROC_THING_GET = 7,

    /**
     * @readstream: 2
     */
    REMOTE_PROC_THING_OPEN_CONSOLE = 8
};
`;

describe("protocol files", () => {
  const protocol = parseProtocol(protocolText, "REMOTE_PROC_");

  test("procedures have their numbers and annotations", () => {
    expect([...protocol.procedures.values()]).toEqual([
      { name: "THING_GET", number: 7, highPriority: true, stream: false },
      { name: "THING_OPEN_CONSOLE", number: 8, highPriority: false, stream: true },
    ]);
  });

  test("fields", () => {
    expect(protocol.structs.get("remote_nonnull_thing")).toEqual([
      { name: "uuid", base: "remote_uuid", form: "single", size: null },
      { name: "kind", base: "unsigned int", form: "single", size: null },
      { name: "state", base: "unsigned char", form: "single", size: null },
    ]);
    expect(protocol.typedefs.get("remote_thing")?.form).toBe("pointer");
    expect(protocol.constants.get("REMOTE_LIST_MAX")).toBe("0x10");
    expect(protocol.unions.get("remote_value")?.map(({ value }) => value)).toEqual(["VIR_ONE", "2"]);
  });

  test.each([
    ["struct a { int x }", 'line 1: expected ";", found "}"'],
    ["\nstruct a { int x;", "line at the end: expected"],
    ["const A = ;", "expected a name or number"],
    ["program A {};", "expected a definition"],
    ["const A = $;", "unexpected character $"],
  ])("%p is refused", (text, message) => {
    expect(() => parseProtocol(text, "REMOTE_PROC_")).toThrow(message);
  });

  test("codecs are direct calls", () => {
    const emitter = new CodecEmitter(
      protocol,
      new Map([
        ["VIR_UUID_BUFLEN", 16],
        ["VIR_ONE", 1],
      ]),
    );
    expect(emitter.require("remote_thing_get_args", "read")).toBe("ThingGetArgs");
    expect(emitter.require("remote_thing_get_args", "write")).toBe("ThingGetArgs");
    for (const line of [
      "thing: r.bool() ? readThing(r) : null,",
      "names: r.array(16, (r) => r.string(4194304)),",
      "model: r.charVector(32),",
      "values: r.array(4294967295, readValue),",
      "readonly thing: Thing | null;",
      "readonly names: readonly string[];",
      "readonly uuid: string;",
      "| { readonly type: 2; readonly ul: bigint };",
      "if (w.present(v.thing)) writeThing(w, v.thing);",
      "w.opaque(v.cookie, 16);",
      "w.int(v.auth);",
    ]) {
      expect(emitter.code).toContain(line);
    }
    expect(emitter.code.match(/interface Thing /g)?.length).toBe(1);
  });

  test("what is not defined is an error", () => {
    const emitter = new CodecEmitter(protocol, new Map());
    expect(() => emitter.require("remote_nothing", "read")).toThrow("no struct or union remote_nothing");
    expect(() => emitter.require("remote_value", "read")).toThrow("no value for the constant VIR_ONE");
  });
});

describe("headers", () => {
  function parse(text: string): HeaderConstants {
    const into: HeaderConstants = { enums: new Map(), strings: new Map(), numbers: new Map() };
    parseHeader(text, into);
    return into;
  }

  test("enums and defines", () => {
    const { enums, strings, numbers } = parse(`
# define VIR_LENGTH (16)
# define VIR_NAME "the_name"
typedef enum {
    VIR_A = 0, /* first, with a comma (Since: 0.1) */
    VIR_B,
    VIR_C = (1 << 4) | VIR_B,
    VIR_D = 1U << 31,
    VIR_E = -1,
    VIR_F = VIR_C,
# ifdef VIR_ENUM_SENTINELS
    VIR_LAST
# endif
} virThing;`);
    expect([...(enums.get("virThing") ?? [])]).toEqual([
      ["VIR_A", 0],
      ["VIR_B", 1],
      ["VIR_C", 17],
      ["VIR_D", 0x80000000],
      ["VIR_E", -1],
      ["VIR_F", 17],
    ]);
    expect(strings.get("VIR_NAME")).toBe("the_name");
    expect(numbers.get("VIR_LENGTH")).toBe(16);
  });

  test("an unknown name is an error", () => {
    expect(() => parse("typedef enum { VIR_A = VIR_NOWHERE } virThing;")).toThrow(
      'unknown value "VIR_NOWHERE"',
    );
  });
});

test("names are those of libvirt's API", () => {
  const wire =
    "DOMAIN_GET_XML_DESC DOMAIN_LOOKUP_BY_UUID DOMAIN_FSFREEZE CONNECT_LIST_ALL_NWFILTERS NODE_GET_CPU_STATS";
  expect(wire.split(" ").map(procedureName)).toEqual([
    "domainGetXMLDesc",
    "domainLookupByUUID",
    "domainFSFreeze",
    "connectListAllNWFilters",
    "nodeGetCPUStats",
  ]);
  expect(["remote_nonnull_domain", "remote_vcpu_info", "remote_error"].map(typeName)).toEqual([
    "Domain",
    "VcpuInfo",
    "RemoteError",
  ]);
  expect(["need_results", "nrVirtCpu", "callbackID"].map(fieldName)).toEqual([
    "needResults",
    "nrVirtCpu",
    "callbackID",
  ]);
});

test("every generated procedure and event is used", () => {
  const folder = import.meta.dir;
  const sources = readdirSync(folder).filter(
    (name) => name.endsWith(".ts") && !/\.(gen|test)\.ts$/.test(name),
  );
  const text = sources.map((name) => readFileSync(join(folder, name), "utf8")).join("\n");
  const names = Object.entries(procedures).filter(([, value]) => typeof value === "object");
  const unused = names.map(([name]) => name).filter((name) => !new RegExp(`\\bp\\.${name}\\b`).test(text));
  expect(unused).toEqual([]);
});

const source = process.env["LIBVIRT_SOURCE"] || undefined;
if (source === undefined) {
  console.warn(
    "skipped: whether the generated files are fresh; LIBVIRT_SOURCE names no source tree of libvirt",
  );
}

test.skipIf(source === undefined)("the generated files are what libvirt's source gives", () => {
  const files = generate(join(source ?? "", "src/remote/remote_protocol.x"));
  for (const [name, content] of Object.entries(files)) {
    expect(readFileSync(join(import.meta.dir, name), "utf8")).toBe(content);
  }
});
