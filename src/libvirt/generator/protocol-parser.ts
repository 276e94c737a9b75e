// Parses the dialect of the XDR language (RFC 4506 section 6) in which libvirt writes its protocol files,
// src/remote/remote_protocol.x and qemu_protocol.x. The annotations in the comments before each procedure
// number (`@priority: high`, `@readstream: 2`) are kept; they are explained at the end of remote_protocol.x.

/** One field, union arm or typedef target: `base name`, `base *name`, `base name[size]` or `base name<size>`. */
export interface Declaration {
  readonly name: string;
  /** A primitive ("int", "unsigned hyper", "string", "opaque" ...) or the name of a defined type. */
  readonly base: string;
  readonly form: "single" | "pointer" | "fixed" | "variable";
  /** Length of a fixed form, upper limit of a variable one: a number or the name of a constant. */
  readonly size: string | null;
}

export interface UnionArm {
  readonly value: string;
  readonly declaration: Declaration;
}

export interface ProcedureNumber {
  /** Without the prefix: `DOMAIN_GET_INFO`. */
  readonly name: string;
  readonly number: number;
  /** Handled by the server's priority workers, so it cannot be stuck behind a blocked monitor. */
  readonly highPriority: boolean;
  /** A VIR_NET_STREAM follows the reply. */
  readonly stream: boolean;
}

export interface Protocol {
  readonly constants: Map<string, string>;
  readonly typedefs: Map<string, Declaration>;
  readonly structs: Map<string, readonly Declaration[]>;
  readonly unions: Map<string, readonly UnionArm[]>;
  readonly enums: Map<string, Map<string, string>>;
  readonly procedures: Map<string, ProcedureNumber>;
}

interface Token {
  readonly text: string;
  readonly line: number;
  /** The comments between the token before and this one. */
  readonly comment: string;
}

const primitives = new Set(["int", "hyper", "short", "char", "double", "float", "bool", "string", "opaque"]);

function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  const pattern = /\/\*[\s\S]*?\*\/|^%.*$|[A-Za-z_]\w*|0[xX][0-9a-fA-F]+|-?\d+|[{}()<>[\];:,=*]|\s+|./gm;
  let line = 1;
  let comment = "";
  for (const [text] of source.matchAll(pattern)) {
    if (text.startsWith("/*")) comment += text;
    else if (!/^(\s|%)/.test(text)) {
      if (!/^[\w{}()<>[\];:,=*-]/.test(text)) throw new Error(`line ${line}: unexpected character ${text}`);
      tokens.push({ text, line, comment });
      comment = "";
    }
    line += text.split("\n").length - 1;
  }
  return tokens;
}

/**
 * Parses one protocol file. `enumPrefix` is what its procedure numbers start with: `REMOTE_PROC_`, `QEMU_PROC_`.
 * Throws an Error with a line number when the text is not of the expected form.
 */
export function parseProtocol(source: string, enumPrefix: string): Protocol {
  const protocol: Protocol = {
    constants: new Map(),
    typedefs: new Map(),
    structs: new Map(),
    unions: new Map(),
    enums: new Map(),
    procedures: new Map(),
  };
  const tokens = tokenize(source);
  let at = 0;

  function peek(): string {
    return tokens[at]?.text ?? "";
  }
  function fail(what: string): never {
    throw new Error(`line ${tokens[at]?.line ?? "at the end"}: expected ${what}, found "${peek()}"`);
  }
  function next(): Token {
    const token = tokens[at];
    if (token === undefined) return fail("more");
    at += 1;
    return token;
  }
  function expect(text: string): void {
    if (peek() !== text) fail(`"${text}"`);
    at += 1;
  }
  function word(): string {
    if (!/^[\w-]+$/.test(peek())) fail("a name or number");
    return next().text;
  }
  function optional(text: string): boolean {
    if (peek() !== text) return false;
    at += 1;
    return true;
  }

  function base(): string {
    const first = word();
    if (first !== "unsigned") return first;
    return primitives.has(peek()) ? `unsigned ${word()}` : "unsigned int";
  }

  function declaration(): Declaration {
    const type = base();
    const pointer = optional("*");
    const name = word();
    if (pointer) return { name, base: type, form: "pointer", size: null };
    if (optional("[")) {
      const size = word();
      expect("]");
      return { name, base: type, form: "fixed", size };
    }
    if (optional("<")) {
      const size = peek() === ">" ? null : word();
      expect(">");
      return { name, base: type, form: "variable", size };
    }
    return { name, base: type, form: "single", size: null };
  }

  function struct(): void {
    const name = word();
    const fields: Declaration[] = [];
    expect("{");
    while (!optional("}")) {
      fields.push(declaration());
      expect(";");
    }
    protocol.structs.set(name, fields);
  }

  function union(): void {
    const name = word();
    const arms: UnionArm[] = [];
    expect("switch");
    expect("(");
    declaration();
    expect(")");
    expect("{");
    while (!optional("}")) {
      expect("case");
      const value = word();
      expect(":");
      arms.push({ value, declaration: declaration() });
      expect(";");
    }
    protocol.unions.set(name, arms);
  }

  function enumeration(): void {
    const name = word();
    const values = new Map<string, string>();
    expect("{");
    while (!optional("}")) {
      const { text, comment } = next();
      expect("=");
      const value = word();
      values.set(text, value);
      if (text.startsWith(enumPrefix)) {
        const procedure = text.slice(enumPrefix.length);
        protocol.procedures.set(procedure, {
          name: procedure,
          number: Number(value),
          highPriority: /@priority:\s*high/.test(comment),
          stream: /@(read|write)stream:\s*\d/.test(comment),
        });
      }
      optional(",");
    }
    protocol.enums.set(name, values);
  }

  while (at < tokens.length) {
    const keyword = word();
    if (keyword === "const") {
      const name = word();
      expect("=");
      protocol.constants.set(name, word());
    } else if (keyword === "typedef") {
      const target = declaration();
      protocol.typedefs.set(target.name, target);
    } else if (keyword === "struct") struct();
    else if (keyword === "union") union();
    else if (keyword === "enum") enumeration();
    else fail("a definition");
    expect(";");
  }
  return protocol;
}
