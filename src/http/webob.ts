// Errors as WebOb writes them, for programs that leave them to it: HTML, JSON or plain text, as the client accepts.
// Authority: webob 1.8, exc.py (WSGIHTTPException), and acceptparse.py.

import type { Call, Reply } from "./call.ts";
import { reasonOf } from "./status.ts";

/** What WebOb says of a status. */
export const EXPLANATIONS: Readonly<Record<number, string>> = {
  400: "The server could not comply with the request since it is either malformed or otherwise incorrect.",
  403: "Access was denied to this resource.",
  404: "The resource could not be found.",
  409: "There was a conflict when trying to complete your request.",
  415: "The request media type is not supported by this server.",
  500: "The server has either erred or is incapable of performing the requested operation.",
  503: "The server is currently unavailable. Please try again at a later time.",
};

export interface WebObError {
  status: number;
  /** In place of WebOb's own. */
  explanation?: string;
  detail?: string;
}

export function webObReply(call: Call, { status, explanation, detail = "" }: WebObError): Reply {
  const title = reasonOf(status);
  const told = explanation ?? EXPLANATIONS[status] ?? title;
  const reply = (type: string, body: string): Reply => ({ status, headers: { "content-type": type }, body });
  const html = `${escapeHtml(told)}<br /><br />\n${escapeHtml(detail)}\n\n`;
  switch (preferred(call.header("accept"))) {
    case "text/html": {
      const line = `${status} ${title}`;
      return reply(
        "text/html; charset=UTF-8",
        `<html>\n <head>\n  <title>${line}</title>\n </head>\n <body>\n  <h1>${line}</h1>\n  ${html}\n </body>\n</html>`,
      );
    }
    case "application/json":
      return reply("application/json", JSON.stringify({ message: html, code: `${status} ${title}`, title }));
    default:
      return reply("text/plain; charset=UTF-8", `${status} ${title}\n\n${plainDetail(told, detail)}`);
  }
}

/** The page without its tags, and without those of the detail: they are told apart by nothing. */
export function plainDetail(explanation: string, detail: string): string {
  return `${stripTags(explanation)}\n\n ${stripTags(detail)}  `;
}

function stripTags(text: string): string {
  return text
    .replaceAll("\n", " ")
    .replaceAll("\r", "")
    .replace(/<br.*?>/gis, "\n")
    .replace(/<!--|-->/g, "")
    .replace(/<.*?>/gs, "");
}

/** Python's html.escape. */
function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#x27;");
}

/** Which of the two an Accept header likes better; null for none, and for one that takes neither. */
export function preferred(accept: string | null): "text/html" | "application/json" | null {
  if (accept === null || accept.trim() === "") return null;
  const ranges = accept.split(",").map((part) => {
    const [type = "", ...parameters] = part.split(";").map((piece) => piece.trim().toLowerCase());
    const q = parameters.find((parameter) => parameter.startsWith("q="));
    return { type, q: q === undefined ? 1 : Number(q.slice(2)) || 0 };
  });
  /** The most specific range counts. */
  const quality = (type: string) => {
    for (const wanted of [type, `${type.split("/")[0]}/*`, "*/*"]) {
      const range = ranges.find((each) => each.type === wanted);
      if (range) return range.q;
    }
    return 0;
  };
  const [html, json] = [quality("text/html"), quality("application/json")];
  if (html === 0 && json === 0) return null;
  return html >= json ? "text/html" : "application/json";
}
