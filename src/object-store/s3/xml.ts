// The XML of the S3 API: small documents, written and read whole. Reading knows elements, text, CDATA, comments and the
// five entities; a document type, which could define more, is refused.

const NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/";
const DECLARATION = "<?xml version='1.0' encoding='UTF-8'?>\n";

/** An element with text; null: empty. */
export function leaf(name: string, text: string | null): string {
  return text === null ? `<${name}/>` : `<${name}>${escaped(text)}</${name}>`;
}

/** @param attributes with a blank in front */
export function branch(name: string, children: readonly string[], attributes = ""): string {
  return children.length === 0
    ? `<${name}${attributes}/>`
    : `<${name}${attributes}>${children.join("")}</${name}>`;
}

export function document(name: string, children: readonly string[]): string {
  return DECLARATION + branch(name, children, ` xmlns="${NAMESPACE}"`);
}

/** Without the namespace: refusals. */
export function rawDocument(name: string, children: readonly string[]): string {
  return DECLARATION + branch(name, children);
}

function escaped(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: names may hold them
  return text.replace(/[&<>\r\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, (ch) => {
    if (ch === "&") return "&amp;";
    if (ch === "<") return "&lt;";
    return ch === ">" ? "&gt;" : `&#${ch.charCodeAt(0)};`;
  });
}

export interface XmlElement {
  /** Without its namespace's prefix. */
  name: string;
  /** By name as written: `xsi:type`. */
  attributes: ReadonlyMap<string, string>;
  children: XmlElement[];
  /** All text directly inside. */
  text: string;
}

export class XmlSyntaxError extends Error {
  override name = "XmlSyntaxError";
}

const MAX_DEPTH = 32;
const TOKEN =
  /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!\[CDATA\[([\s\S]*?)\]\]>|<\/([^\s<>/]+)\s*>|<([^\s<>/!?=]+)((?:\s+[^\s=<>/]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|([^<]+)/gy;
const ATTRIBUTE = /([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;

/** @throws XmlSyntaxError */
export function parseXml(text: string): XmlElement {
  const top: XmlElement = { name: "", attributes: new Map(), children: [], text: "" };
  const open: { element: XmlElement; written: string }[] = [{ element: top, written: "" }];
  const source = text.replace(/^\ufeff/, "").trim();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < source.length) {
    const at = TOKEN.lastIndex;
    const m = TOKEN.exec(source);
    if (!m) throw new XmlSyntaxError(`no XML at ${at}`);
    const [, cdata, closed, opened, attributes, alone, plain] = m;
    const { element: parent, written } = open.at(-1)!;
    if (cdata !== undefined) parent.text += cdata;
    else if (plain !== undefined) parent.text += entities(plain);
    else if (closed !== undefined) {
      if (open.length === 1 || closed !== written) throw new XmlSyntaxError(`</${closed}> closes nothing`);
      open.pop();
    } else if (opened !== undefined) {
      const element: XmlElement = {
        name: opened.slice(opened.indexOf(":") + 1),
        attributes: new Map(
          [...(attributes ?? "").matchAll(ATTRIBUTE)].map(([, name, double, single]) => [
            name!,
            entities(double ?? single ?? ""),
          ]),
        ),
        children: [],
        text: "",
      };
      parent.children.push(element);
      if (alone === "") open.push({ element, written: opened });
      if (open.length > MAX_DEPTH) throw new XmlSyntaxError("too deep");
    }
  }
  const [root] = top.children;
  if (open.length !== 1 || top.children.length !== 1 || !root || top.text.trim() !== "")
    throw new XmlSyntaxError("not one whole document");
  return root;
}

export function child(element: XmlElement, name: string): XmlElement | null {
  return element.children.find((candidate) => candidate.name === name) ?? null;
}

/** Text of a child; null when it is not there. */
export function childText(element: XmlElement, name: string): string | null {
  return child(element, name)?.text ?? null;
}

const ENTITIES: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function entities(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(/&([^;&]*)(;?)/g, (_, name: string, end: string) => {
    const known = ENTITIES[name];
    if (end === ";" && known !== undefined) return known;
    const code = /^#(?:x([0-9a-fA-F]{1,6})|([0-9]{1,7}))$/.exec(name);
    const point = code ? Number.parseInt(code[1] ?? code[2]!, code[1] ? 16 : 10) : Number.NaN;
    if (end !== ";" || !(point <= 0x10ffff) || (point >= 0xd800 && point <= 0xdfff))
      throw new XmlSyntaxError(`no such entity: &${name}`);
    return String.fromCodePoint(point);
  });
}
