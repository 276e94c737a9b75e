import { describe, expect, test } from "bun:test";
import { all, attribute, el, first, text, xmlText } from "./element.ts";
import { parseXml, XmlError } from "./parse.ts";

describe("writing", () => {
  test("absent values are left out, true is yes, what XML cannot hold is dropped", () => {
    const element = el(
      "a",
      { b: null, c: undefined, d: false, e: true, f: 0, g: `"<&>'\n` },
      null,
      false,
      [el("h", {}, 7), []],
      el("i", {}, "x\u0000\u001b<y>\uffff\ud800z"),
    );
    expect(xmlText(element)).toBe(
      `<a e="yes" f="0" g="&quot;&lt;&amp;&gt;'&#10;">\n  <h>7</h>\n  <i>x&lt;y&gt;z</i>\n</a>\n`,
    );
  });
});

describe("reading", () => {
  test("what was written is read back", () => {
    const element = el("domain", { type: "qemu" }, el("name", {}, 'a & <b> "c"\t\n ü 🜁'), el("empty"));
    expect(parseXml(xmlText(element))).toEqual(element);
  });

  test("libvirt's quotes, comments, instructions, CDATA and entities", () => {
    const read = parseXml(
      `<?xml version='1.0'?>\n<!-- <a> -->\n<d x='1' y="2>3" >\n <n><![CDATA[<&]]></n><e/><e k='&#65;&#x42;&apos;'/>\n</d>`,
    );
    expect(read.attributes).toEqual({ x: "1", y: "2>3" });
    expect(text(read, "n")).toBe("<&");
    expect(all(read, "e").map(({ attributes }) => attributes)).toEqual([{}, { k: "AB'" }]);
  });

  test("paths", () => {
    const read = parseXml("<a><b><c v='1'>x</c></b><b><c v='2'/></b></a>");
    expect(all(read, "b/c").length).toBe(2);
    expect(attribute(read, "b/c", "v")).toBe("1");
    expect(attribute(read, "b/c", "w")).toBeNull();
    expect(text(read, "b/c")).toBe("x");
    expect(text(read, "b/d")).toBeNull();
    expect(first(read, "c")).toBeNull();
  });

  test.each([
    "",
    "text",
    "<a>",
    "</a>",
    "<a></b>",
    "<a/><b/>",
    "<a/>text",
    "<a b=c/>",
    "<a",
    "<a><!-- ",
    "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>",
    "<a>&nbsp;</a>",
  ])("%p is refused", (source) => {
    expect(() => parseXml(source)).toThrow(XmlError);
  });
});
