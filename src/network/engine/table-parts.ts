// An nftables table as parts with names, and the statements that make one such table of another in one step. A table
// that is replaced whole costs seconds with a thousand cards; a card more or a rule less costs milliseconds.

export interface Elements {
  /** `type ifname : verdict;` */
  type: string;
  /** Of a map: `KEY : VALUE`. */
  elements: readonly string[];
}

/** In the order in which they may refer to each other: sets, chains, maps, chains with a hook. */
export interface TableParts {
  sets: Map<string, Elements>;
  /** Rules, a line each. */
  chains: Map<string, readonly string[]>;
  maps: Map<string, Elements>;
  /** The hook's own line, then rules. */
  hooks: Map<string, readonly string[]>;
}

export function wholeTable(family: string, table: string, parts: TableParts): string {
  return block(family, table, [
    ...[...parts.sets].map(([name, set]) => elementsBlock("set", name, set, true)),
    ...[...parts.chains].map(([name, rules]) => chainBlock(name, rules)),
    ...[...parts.maps].map(([name, map]) => elementsBlock("map", name, map, true)),
    ...[...parts.hooks].map(([name, rules]) => chainBlock(name, rules)),
  ]);
}

/**
 * The statements that change a table in one step. Hooks and kinds of sets may not differ.
 * @returns an empty text when nothing differs; null when the table has to be replaced
 */
export function changesOf(
  family: string,
  table: string,
  before: TableParts,
  after: TableParts,
): string | null {
  if (!sameFrame(before, after)) return null;
  const name = `${family} ${table}`;
  const chains = difference(before.chains, after.chains, sameLines);
  const sets = difference(before.sets, after.sets, (a, b) => sameLines(a.elements, b.elements));
  const declared = [
    ...sets.added.map((set) => elementsBlock("set", set, after.sets.get(set)!, false)),
    ...chains.added.map((chain) => chainBlock(chain, [])),
  ];
  const removals: string[] = [];
  const filled: string[] = [];
  for (const [map, { type, elements }] of after.maps) {
    const old = new Set(before.maps.get(map)!.elements);
    const now = new Set(elements);
    const gone = [...old].filter((element) => !now.has(element)).map((element) => element.split(" : ")[0]!);
    const fresh = elements.filter((element) => !old.has(element));
    if (gone.length > 0) removals.push(`delete element ${name} ${map} { ${gone.join(", ")} }`);
    if (fresh.length > 0) filled.push(elementsBlock("map", map, { type, elements: fresh }, true));
  }
  for (const chain of [...chains.changed, ...chains.gone]) removals.push(`flush chain ${name} ${chain}`);
  const members: string[] = sets.added.map((set) => elementsBlock("set", set, after.sets.get(set)!, true));
  for (const set of sets.changed) {
    const { type, elements } = after.sets.get(set)!;
    const old = new Set(before.sets.get(set)!.elements);
    const now = new Set(elements);
    // Neighbours were merged, so none can be taken out alone.
    const grown = [...old].every((element) => now.has(element));
    if (!grown) removals.push(`flush set ${name} ${set}`);
    const fresh = grown ? elements.filter((element) => !old.has(element)) : elements;
    members.push(elementsBlock("set", set, { type, elements: fresh }, true));
  }
  const rules = [...chains.added, ...chains.changed].map((chain) =>
    chainBlock(chain, after.chains.get(chain)!),
  );
  return [
    block(family, table, declared),
    ...removals.map((line) => `${line}\n`),
    block(family, table, [...members, ...rules, ...filled]),
    ...chains.gone.map((chain) => `delete chain ${name} ${chain}\n`),
    ...sets.gone.map((set) => `delete set ${name} ${set}\n`),
  ].join("");
}

function sameFrame(before: TableParts, after: TableParts): boolean {
  const frame = ({ hooks, maps }: TableParts) =>
    JSON.stringify([[...hooks], [...maps].map(([name, { type }]) => [name, type])]);
  return frame(before) === frame(after);
}

function difference<T>(
  before: ReadonlyMap<string, T>,
  after: ReadonlyMap<string, T>,
  same: (a: T, b: T) => boolean,
) {
  const added: string[] = [];
  const changed: string[] = [];
  for (const [name, value] of after) {
    const old = before.get(name);
    if (old === undefined) added.push(name);
    else if (!same(old, value)) changed.push(name);
  }
  return { added, changed, gone: [...before.keys()].filter((name) => !after.has(name)) };
}

function sameLines(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((line, i) => line === b[i]);
}

function block(family: string, table: string, parts: readonly string[]): string {
  return parts.length === 0 ? "" : `table ${family} ${table} {\n${parts.join("")}}\n`;
}

function chainBlock(name: string, rules: readonly string[]): string {
  return `  chain ${name} {\n${rules.map((rule) => `    ${rule}\n`).join("")}  }\n`;
}

function elementsBlock(
  kind: "set" | "map",
  name: string,
  { type, elements }: Elements,
  filled: boolean,
): string {
  const list = filled && elements.length > 0 ? `    elements = { ${elements.join(", ")} }\n` : "";
  return `  ${kind} ${name} {\n    ${type}\n${list}  }\n`;
}
