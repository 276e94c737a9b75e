// Reads the XML that libvirt writes: elements, attributes, text, the predefined and numeric entities. Comments, processing
// instructions and CDATA are understood; a document type is refused.

import type { XmlElement } from "./element.ts";

export class XmlError extends Error {
  override readonly name = "XmlError";
}

const NAMED: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

const ATTRIBUTE = /\s*([^\s=/>"']+)\s*=\s*(?:"([^"]*)"|'([^']*)')/y;

/** @throws XmlError for what is not well-formed */
export function parseXml(source: string): XmlElement {
  const top: XmlElement = { name: "", attributes: {}, children: [] };
  const open: XmlElement[] = [top];
  const add = (child: XmlElement | string) => open[open.length - 1]!.children.push(child);
  let at = 0;
  while (at < source.length) {
    const tag = source.indexOf("<", at);
    const between = source.slice(at, tag === -1 ? source.length : tag);
    if (between.trim() !== "") add(plain(between));
    if (tag === -1) break;
    if (source.startsWith("<!--", tag)) at = after(source, "-->", tag);
    else if (source.startsWith("<![CDATA[", tag)) {
      at = after(source, "]]>", tag);
      add(source.slice(tag + 9, at - 3));
    } else if (source.startsWith("<?", tag)) at = after(source, "?>", tag);
    else if (source.startsWith("<!", tag)) throw new XmlError("a document type is not expected");
    else if (source[tag + 1] === "/") {
      at = after(source, ">", tag);
      const closed = open.pop();
      const name = source.slice(tag + 2, at - 1).trim();
      if (open.length === 0 || closed?.name !== name)
        throw new XmlError(`</${name}> closes <${closed?.name}>`);
    } else {
      const element: XmlElement = { name: "", attributes: {}, children: [] };
      const end = readTag(source, tag + 1, element);
      add(element);
      if (!end.empty) open.push(element);
      at = end.at;
    }
  }
  if (open.length > 1) throw new XmlError(`<${open[open.length - 1]!.name}> is not closed`);
  const roots = top.children.filter((child) => typeof child !== "string");
  if (roots.length !== 1 || top.children.length !== 1)
    throw new XmlError("there is not exactly one root element");
  return roots[0]!;
}

function readTag(source: string, start: number, element: XmlElement): { at: number; empty: boolean } {
  const name = /[^\s/>]+/y;
  name.lastIndex = start;
  element.name = name.exec(source)?.[0] ?? "";
  if (element.name === "") throw new XmlError(`no element name at ${start}`);
  let at = name.lastIndex;
  for (;;) {
    ATTRIBUTE.lastIndex = at;
    const found = ATTRIBUTE.exec(source);
    if (!found) break;
    element.attributes[found[1]!] = plain(found[2] ?? found[3] ?? "");
    at = ATTRIBUTE.lastIndex;
  }
  const end = /\s*(\/?)>/y;
  end.lastIndex = at;
  const closing = end.exec(source);
  if (!closing) throw new XmlError(`<${element.name}> does not end properly`);
  return { at: end.lastIndex, empty: closing[1] === "/" };
}

function after(source: string, what: string, from: number): number {
  const at = source.indexOf(what, from);
  if (at === -1) throw new XmlError(`${what} is missing`);
  return at + what.length;
}

function plain(text: string): string {
  return text.replace(/&(#x[0-9a-f]+|#\d+|\w+);/gi, (whole, entity: string) => {
    if (entity.startsWith("#x")) return String.fromCodePoint(Number.parseInt(entity.slice(2), 16));
    if (entity.startsWith("#")) return String.fromCodePoint(Number(entity.slice(1)));
    const named = NAMED[entity];
    if (named === undefined) throw new XmlError(`the entity ${whole} is not known`);
    return named;
  });
}
