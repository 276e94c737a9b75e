// The report of an operation on many objects: plain text, JSON or XML.
// Authority: swift/common/middleware/bulk.py, get_response_body.

import { pythonJson } from "../python-json.ts";
import type { SwiftRequest } from "../request.ts";

export type BulkFormat = "text/plain" | "application/json" | "application/xml" | "text/xml";

const FORMATS: readonly BulkFormat[] = ["text/plain", "application/json", "application/xml", "text/xml"];

export interface Failure {
  /** Quoted. */
  name: string;
  /** `404 Not Found` */
  status: string;
}

/** What the client accepts best; null when nothing of it. A header that cannot be read counts as "nothing". */
export function bestFormat(request: SwiftRequest): BulkFormat | null {
  const accept = request.header("accept");
  if (!accept) return "text/plain";
  const wanted = accept.split(",").map((part) => {
    const [type = "", ...parameters] = part.split(";").map((word) => word.trim());
    const quality = parameters.find((parameter) => parameter.startsWith("q="));
    return { type, quality: quality ? Number(quality.slice(2)) : 1, exact: !type.includes("*") };
  });
  if (wanted.some(({ type }) => !/^[^\s/]+\/[^\s/]+$/.test(type))) return null;
  wanted.sort((a, b) => b.quality - a.quality || Number(b.exact) - Number(a.exact));
  for (const { type } of wanted) {
    const hit = FORMATS.find((format) => {
      const [t, s] = type.split("/");
      const [ft, fs] = format.split("/");
      return (t === "*" || t === ft) && (s === "*" || s === fs);
    });
    if (hit) return hit;
  }
  return null;
}

/** @param root the XML element: `delete`, `extract`, `upload` */
export function bulkReport(
  format: BulkFormat,
  facts: Readonly<Record<string, string | number>>,
  failures: readonly Failure[],
  root: string,
): string {
  if (format === "application/json") {
    return pythonJson({ ...facts, Errors: failures.map(({ name, status }) => [name, status]) });
  }
  const keys = Object.keys(facts).sort();
  if (format !== "text/plain") {
    const rows = keys.map((key) => {
      const tag = key.replaceAll(" ", "_").toLowerCase();
      return `<${tag}>${escapeXml(String(facts[key]))}</${tag}>\n`;
    });
    const errors = failures.map(
      ({ name, status }) =>
        `<object><name>${escapeXml(name)}</name><status>${escapeXml(status)}</status></object>\n`,
    );
    return `<${root}>\n${rows.join("")}<errors>\n${errors.join("")}</errors>\n</${root}>\n`;
  }
  const rows = keys.map((key) => `${key}: ${facts[key]}\n`);
  return `${rows.join("")}Errors:\n${failures.map(({ name, status }) => `${name}, ${status}\n`).join("")}`;
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
