// Turns parsed protocol types into TypeScript: one interface, one reader and one writer for each, as direct calls on
// XdrReader and XdrWriter (no table is interpreted at run time).

import { fieldName, typeName } from "./names.ts";
import type { Declaration, Protocol } from "./protocol-parser.ts";

type Direction = "read" | "write";

interface PrimitiveCodec {
  readonly type: string;
  /** Method of XdrReader and of XdrWriter. */
  readonly method: string;
}

// RFC 4506 has no integer under 4 bytes: char, short and their unsigned forms travel as int and unsigned int.
const primitiveCodecs: Readonly<Record<string, PrimitiveCodec>> = {
  int: { type: "number", method: "int" },
  short: { type: "number", method: "int" },
  char: { type: "number", method: "int" },
  bool: { type: "boolean", method: "bool" },
  "unsigned int": { type: "number", method: "uint" },
  "unsigned short": { type: "number", method: "uint" },
  "unsigned char": { type: "number", method: "uint" },
  hyper: { type: "bigint", method: "hyper" },
  "unsigned hyper": { type: "bigint", method: "uhyper" },
  double: { type: "number", method: "double" },
};

/** Collects what the wanted procedures need and emits each type once, dependencies first. */
export class CodecEmitter {
  readonly #protocol: Protocol;
  readonly #constants: ReadonlyMap<string, number>;
  readonly #done = new Set<string>();
  readonly #code: string[] = [];

  /** `constants` resolves names which the protocol file takes from C headers (`VIR_UUID_BUFLEN`). */
  constructor(protocol: Protocol, constants: ReadonlyMap<string, number>) {
    this.#protocol = protocol;
    this.#constants = constants;
  }

  get code(): string {
    return this.#code.join("\n");
  }

  /** Makes sure the struct's interface and codec exist; answers the TypeScript name. */
  require(wireName: string, direction: Direction): string {
    const name = typeName(wireName);
    const fields = this.#protocol.structs.get(wireName);
    const arms = this.#protocol.unions.get(wireName);
    if (fields === undefined && arms === undefined) throw new Error(`no struct or union ${wireName}`);
    if (!this.#once(`${direction} ${name}`)) return name;
    if (fields !== undefined) {
      const codec =
        direction === "read" ? this.#structReader(name, fields) : this.#structWriter(name, fields);
      if (this.#once(`type ${name}`)) this.#code.push(this.#structType(name, wireName, fields));
      this.#code.push(codec);
    } else {
      const codec =
        direction === "read" ? this.#unionReader(name, wireName) : this.#unionWriter(name, wireName);
      if (this.#once(`type ${name}`)) this.#code.push(this.#unionType(name, wireName));
      this.#code.push(codec);
    }
    return name;
  }

  #once(key: string): boolean {
    if (this.#done.has(key)) return false;
    this.#done.add(key);
    return true;
  }

  #number(value: string | null): number {
    if (value === null) return 0xffffffff;
    if (/^(\d+|0[xX][0-9a-fA-F]+)$/.test(value)) return Number(value);
    const own = this.#protocol.constants.get(value);
    const resolved = own === undefined ? this.#constants.get(value) : this.#number(own);
    if (resolved === undefined) throw new Error(`no value for the constant ${value}`);
    return resolved;
  }

  /** The declaration that a typedef stands for, under the name of the field that uses it. */
  #alias(declaration: Declaration): Declaration | undefined {
    const target = this.#protocol.typedefs.get(declaration.base);
    if (target !== undefined && declaration.form === "single") return target;
    return undefined;
  }

  #single(base: string): Declaration {
    return { name: "", base, form: "single", size: null };
  }

  #type(declaration: Declaration): string {
    if (declaration.base === "remote_uuid") return "string";
    const alias = this.#alias(declaration);
    if (alias !== undefined) return this.#type(alias);
    const { base, form } = declaration;
    if (base === "string") return "string";
    if (base === "opaque") return "Uint8Array";
    if (base === "char" && form === "fixed") return "string";
    const element = this.#elementType(base);
    if (form === "pointer") return `${element} | null`;
    return form === "single" ? element : `readonly ${element}[]`;
  }

  #elementType(base: string): string {
    const primitive = primitiveCodecs[base];
    if (primitive !== undefined) return primitive.type;
    if (this.#protocol.enums.has(base)) return "number";
    const target = this.#protocol.typedefs.get(base);
    return target === undefined ? typeName(base) : this.#type(target);
  }

  #read(declaration: Declaration): string {
    if (declaration.base === "remote_uuid") return "r.uuid()";
    const alias = this.#alias(declaration);
    if (alias !== undefined) return this.#read(alias);
    const { base, form, size } = declaration;
    if (base === "string") return `r.string(${this.#number(size)})`;
    if (base === "opaque")
      return form === "fixed" ? `r.opaqueFixed(${this.#number(size)})` : `r.opaque(${this.#number(size)})`;
    if (base === "char" && form === "fixed") return `r.charVector(${this.#number(size)})`;
    if (form === "pointer") return `r.bool() ? ${this.#read(this.#single(base))} : null`;
    if (form === "variable") return `r.array(${this.#number(size)}, ${this.#elementReader(base)})`;
    if (form === "fixed") throw new Error(`fixed array of ${base} is not supported`);
    const primitive = primitiveCodecs[base];
    if (primitive !== undefined) return `r.${primitive.method}()`;
    if (this.#protocol.enums.has(base)) return "r.int()";
    return `read${this.require(base, "read")}(r)`;
  }

  #elementReader(base: string): string {
    if (this.#protocol.structs.has(base) || this.#protocol.unions.has(base))
      return `read${this.require(base, "read")}`;
    return `(r) => ${this.#read(this.#single(base))}`;
  }

  #write(declaration: Declaration, value: string): string {
    if (declaration.base === "remote_uuid") return `w.uuid(${value})`;
    const alias = this.#alias(declaration);
    if (alias !== undefined) return this.#write(alias, value);
    const { base, form, size } = declaration;
    if (base === "string") return `w.string(${value}, ${this.#number(size)})`;
    if (base === "opaque") {
      const method = form === "fixed" ? "opaqueFixed" : "opaque";
      return `w.${method}(${value}, ${this.#number(size)})`;
    }
    if (base === "char" && form === "fixed") return `w.charVector(${value}, ${this.#number(size)})`;
    if (form === "pointer") return `if (w.present(${value})) ${this.#write(this.#single(base), value)}`;
    if (form === "variable") return `w.array(${value}, ${this.#number(size)}, ${this.#elementWriter(base)})`;
    if (form === "fixed") throw new Error(`fixed array of ${base} is not supported`);
    const primitive = primitiveCodecs[base];
    if (primitive !== undefined) return `w.${primitive.method}(${value})`;
    if (this.#protocol.enums.has(base)) return `w.int(${value})`;
    return `write${this.require(base, "write")}(w, ${value})`;
  }

  #elementWriter(base: string): string {
    if (this.#protocol.structs.has(base) || this.#protocol.unions.has(base))
      return `write${this.require(base, "write")}`;
    return `(w, v) => ${this.#write(this.#single(base), "v")}`;
  }

  #structType(name: string, wireName: string, fields: readonly Declaration[]): string {
    const lines = fields.map((field) => `  readonly ${fieldName(field.name)}: ${this.#type(field)};`);
    return `/** struct ${wireName} */\nexport interface ${name} {\n${lines.join("\n")}\n}`;
  }

  #structReader(name: string, fields: readonly Declaration[]): string {
    const lines = fields.map((field) => `    ${fieldName(field.name)}: ${this.#read(field)},`);
    return `export function read${name}(r: XdrReader): ${name} {\n  return {\n${lines.join("\n")}\n  };\n}\n`;
  }

  #structWriter(name: string, fields: readonly Declaration[]): string {
    const lines = fields.map((field) => `  ${this.#write(field, `v.${fieldName(field.name)}`)};`);
    return `export function write${name}(w: XdrWriter, v: ${name}): void {\n${lines.join("\n")}\n}\n`;
  }

  #arms(wireName: string): { tag: number; field: Declaration }[] {
    const arms = this.#protocol.unions.get(wireName) ?? [];
    return arms.map(({ value, declaration }) => ({ tag: this.#number(value), field: declaration }));
  }

  #unionType(name: string, wireName: string): string {
    const arms = this.#arms(wireName).map(
      ({ tag, field }) =>
        `  | { readonly type: ${tag}; readonly ${fieldName(field.name)}: ${this.#type(field)} }`,
    );
    return `/** union ${wireName} */\nexport type ${name} =\n${arms.join("\n")};`;
  }

  #unionReader(name: string, wireName: string): string {
    const cases = this.#arms(wireName).map(
      ({ tag, field }) =>
        `    case ${tag}:\n      return { type: ${tag}, ${fieldName(field.name)}: ${this.#read(field)} };`,
    );
    return [
      `export function read${name}(r: XdrReader): ${name} {`,
      "  const type = r.int();",
      "  switch (type) {",
      ...cases,
      "    default:",
      `      throw new XdrError(\`${wireName} has no arm \${type}\`);`,
      "  }\n}\n",
    ].join("\n");
  }

  #unionWriter(name: string, wireName: string): string {
    const cases = this.#arms(wireName).map(
      ({ tag, field }) =>
        `    case ${tag}:\n      ${this.#write(field, `v.${fieldName(field.name)}`)};\n      break;`,
    );
    return [
      `export function write${name}(w: XdrWriter, v: ${name}): void {`,
      "  w.int(v.type);",
      "  switch (v.type) {",
      ...cases,
      "    default:",
      `      throw new XdrError("${wireName}: unknown arm");`,
      "  }\n}\n",
    ].join("\n");
  }
}
