// Reads oslo.policy's language. Authority: oslo.policy 4.0, `_parser.py` and `_checks.py`.
// Forms: "role:admin or (rule:owner and not user_id:%(user_id)s)", "@" (always), "!" (never), "" and [] (always), and
// the nested lists of 2013, where the outer list is OR and the inner ones are AND: [["role:admin"], ["rule:owner"]].
// Where oslo.policy logs "Failed to understand rule" and lets the rule allow nothing, this throws: such a file is not
// used at all.

/** Flat or nested facts about what is acted upon: `project_id`, `target.user.id`. */
export type Target = Readonly<Record<string, unknown>>;

/** Words with places to fill in: `%(project_id)s`. Odd members of `parts` are names, even ones text. */
export interface Template {
  text: string;
  parts: readonly string[];
}

export type Leaf =
  | { kind: "always" }
  | { kind: "never" }
  | { kind: "rule"; name: string }
  | { kind: "role"; match: Template }
  /** Neutron's `field:networks:shared=True`: an attribute of the target itself. */
  | { kind: "field"; resource: string; field: string; value: string }
  /** `user_id:%(user_id)s`, `is_admin:True`, `'member':%(role)s`, `None:%(domain_id)s`. */
  | { kind: "match"; left: string; match: Template }
  /** `http://...`: a question to another server. */
  | { kind: "remote"; url: string };

export type Expression =
  | Leaf
  | { kind: "and" | "or"; parts: readonly Expression[] }
  | { kind: "not"; part: Expression };

export class PolicySyntaxError extends Error {
  override name = "PolicySyntaxError";
}

const ALWAYS: Leaf = { kind: "always" };
const NEVER: Leaf = { kind: "never" };

/** @throws PolicySyntaxError */
export function parseRule(rule: unknown): Expression {
  // A key without a value in YAML; oslo.policy takes it for the empty rule.
  if (rule === null) return ALWAYS;
  if (typeof rule === "string") return parseText(rule);
  if (Array.isArray(rule)) return parseList(rule);
  throw new PolicySyntaxError(`a rule must be a string or a list, not ${JSON.stringify(rule)}`);
}

/** The expression in the language's own words. */
export function textOf(expression: Expression): string {
  switch (expression.kind) {
    case "always":
      return "@";
    case "never":
      return "!";
    case "rule":
      return `rule:${expression.name}`;
    case "role":
      return `role:${expression.match.text}`;
    case "field":
      return `field:${expression.resource}:${expression.field}=${expression.value}`;
    case "match":
      return `${expression.left}:${expression.match.text}`;
    case "remote":
      return expression.url;
    case "not":
      return `not ${textOf(expression.part)}`;
    case "and":
    case "or":
      return `(${expression.parts.map(textOf).join(` ${expression.kind} `)})`;
  }
}

/** Every leaf of an expression, from left to right. */
export function* leavesOf(expression: Expression): Generator<Leaf> {
  switch (expression.kind) {
    case "not":
      yield* leavesOf(expression.part);
      return;
    case "and":
    case "or":
      for (const part of expression.parts) yield* leavesOf(part);
      return;
    default:
      yield expression;
  }
}

function parseList(rule: unknown[]): Expression {
  if (rule.length === 0) return ALWAYS;
  const alternatives: Expression[] = [];
  for (const inner of rule) {
    const all: unknown = typeof inner === "string" ? [inner] : inner;
    if (!Array.isArray(all) || !all.every((item) => typeof item === "string"))
      throw new PolicySyntaxError(`unexpected ${JSON.stringify(inner)} in a list of rules`);
    if (all.length > 0) alternatives.push(joined("and", all.map(parseLeaf)));
  }
  return alternatives.length === 0 ? NEVER : joined("or", alternatives);
}

function joined(kind: "and" | "or", parts: Expression[]): Expression {
  return parts.length === 1 ? parts[0]! : { kind, parts };
}

function parseText(text: string): Expression {
  if (text === "") return ALWAYS;
  const tokens = tokenize(text);
  let at = 0;

  const fail = (): never => {
    throw new PolicySyntaxError(`cannot understand "${text}" at word ${at + 1}`);
  };
  /** One operator's level: `next` joined by `kind`. */
  const series = (kind: "and" | "or", next: () => Expression): Expression => {
    const parts = [next()];
    while (tokens[at] === kind) {
      at++;
      parts.push(next());
    }
    return joined(kind, parts);
  };
  const anyOf = (): Expression => series("or", allOf);
  const allOf = (): Expression => series("and", negated);
  const negated = (): Expression => {
    if (tokens[at] !== "not") return primary();
    at++;
    return { kind: "not", part: negated() };
  };
  const primary = (): Expression => {
    const token = tokens[at++];
    if (token === undefined || token === ")" || token === "and" || token === "or") return fail();
    if (token !== "(") return parseLeaf(token);
    const inner = anyOf();
    if (tokens[at++] !== ")") return fail();
    return inner;
  };

  const expression = anyOf();
  return at === tokens.length ? expression : fail();
}

/** Words and brackets; `and`, `or`, `not` in lower case. A bracket inside `%(name)s` belongs to its word. */
function tokenize(text: string): string[] {
  const tokens: string[] = [];
  for (const word of text.trim().split(/\s+/)) {
    const opening = /^\(*/.exec(word)![0].length;
    const closing = /\)*$/.exec(word.slice(opening))![0].length;
    const rest = word.slice(opening, word.length - closing);
    for (let i = 0; i < opening; i++) tokens.push("(");
    const lower = rest.toLowerCase();
    if (/^(["']).*\1$/.test(rest))
      throw new PolicySyntaxError(`${rest} stands in quotes as a whole; only its left side may`);
    if (lower === "and" || lower === "or" || lower === "not") tokens.push(lower);
    else if (rest !== "") tokens.push(rest);
    for (let i = 0; i < closing; i++) tokens.push(")");
  }
  return tokens;
}

function parseLeaf(text: string): Leaf {
  if (text === "@") return ALWAYS;
  if (text === "!") return NEVER;
  const colon = text.indexOf(":");
  if (colon < 0) throw new PolicySyntaxError(`"${text}" is not KIND:MATCH`);
  const kind = text.slice(0, colon);
  const match = text.slice(colon + 1);
  if (/^[^'"]*[()]/.test(kind)) throw new PolicySyntaxError(`a bracket within "${text}"`);
  if (kind === "rule") return { kind, name: match };
  if (kind === "role") return { kind, match: template(match) };
  if (kind === "field") return parseField(match);
  if (kind === "http" || kind === "https") return { kind: "remote", url: text };
  return { kind: "match", left: kind, match: template(match) };
}

function parseField(match: string): Leaf {
  const m = /^([^:]+):([^=]+)=(.*)$/.exec(match);
  if (!m) throw new PolicySyntaxError(`"field:${match}" is not field:RESOURCE:FIELD=VALUE`);
  const [, resource, field, value] = m as unknown as [string, string, string, string];
  if (value.startsWith("~")) {
    try {
      new RegExp(value.slice(1));
    } catch (cause) {
      throw new PolicySyntaxError(`"${value.slice(1)}" is no regular expression`, { cause });
    }
  }
  return { kind: "field", resource, field, value };
}

/** Python's `%` on a mapping, as far as policies use it: `%(name)s`, and `%%` for a percent sign. */
function template(text: string): Template {
  const parts = text.split(/%\(([^()]*)\)s/);
  return { text, parts: parts.map((part, i) => (i % 2 === 0 ? part.replaceAll("%%", "%") : part)) };
}
