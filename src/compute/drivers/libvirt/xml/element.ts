// XML as a tree of plain values, and as text. Enough for libvirt's documents, which have no text mixed with elements.

export interface XmlElement {
  /** With its prefix: `nova:instance`. */
  name: string;
  attributes: Record<string, string>;
  children: (XmlElement | string)[];
}

type Value = string | number | boolean | null | undefined;
type Child = XmlElement | string | number | false | null | undefined | readonly Child[];

/** Attributes and children that are null, undefined or false are left out; `true` is `yes`, as libvirt has it. */
export function el(name: string, attributes: Record<string, Value> = {}, ...children: Child[]): XmlElement {
  const given: Record<string, string> = {};
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    given[key] = value === true ? "yes" : String(value);
  }
  return { name, attributes: given, children: flat(children) };
}

function flat(children: readonly Child[]): (XmlElement | string)[] {
  return children.flatMap((child): (XmlElement | string)[] => {
    if (child === null || child === undefined || child === false) return [];
    if (Array.isArray(child)) return flat(child);
    return [typeof child === "number" ? String(child) : (child as XmlElement | string)];
  });
}

/** Indented by two blanks, with a newline at the end. */
export function xmlText(element: XmlElement): string {
  return `${lines(element, "").join("\n")}\n`;
}

function lines({ name, attributes, children }: XmlElement, indent: string): string[] {
  const given = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(value)}"`);
  const open = `${indent}<${name}${given.join("")}`;
  if (children.length === 0) return [`${open}/>`];
  if (children.every((child) => typeof child === "string")) {
    return [`${open}>${escaped(children.join(""))}</${name}>`];
  }
  const inner = children.flatMap((child) =>
    typeof child === "string" ? (child.trim() === "" ? [] : [escaped(child)]) : lines(child, `${indent}  `),
  );
  return [`${open}>`, ...inner, `${indent}</${name}>`];
}

/** Characters XML 1.0 cannot hold at all, as a server's name may contain them, are dropped. */
const FORBIDDEN = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;

function escaped(text: string): string {
  return text
    .replace(FORBIDDEN, "")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("\n", "&#10;")
    .replaceAll("\t", "&#9;")
    .replaceAll("\r", "&#13;");
}

/** The elements at a path below this one: `all(domain, "devices/disk")`. */
export function all(element: XmlElement, path: string): XmlElement[] {
  let found = [element];
  for (const name of path.split("/")) {
    found = found.flatMap((parent) =>
      parent.children.filter(
        (child): child is XmlElement => typeof child !== "string" && child.name === name,
      ),
    );
  }
  return found;
}

export function first(element: XmlElement, path: string): XmlElement | null {
  return all(element, path)[0] ?? null;
}

/** The text of an element at a path, or an attribute of it; null when there is none. */
export function text(element: XmlElement, path: string): string | null {
  const found = first(element, path);
  return found === null ? null : found.children.filter((child) => typeof child === "string").join("");
}

export function attribute(element: XmlElement, path: string, name: string): string | null {
  return first(element, path)?.attributes[name] ?? null;
}
