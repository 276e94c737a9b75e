// Errors as WebOb writes them, for programs that leave them to it: HTML for browsers and for clients that take anything,
// JSON for those that ask for it, plain text for the rest. Reproduced to the byte, because clients strip the tags and
// print what is left. Authority: webob 1.8, exc.py (WSGIHTTPException), and acceptparse.py, checked by running them.

import type { Call, Reply } from "./call.ts";
import { reasonOf } from "./status.ts";

/** What WebOb says of a status. */
export const EXPLANATIONS: Readonly<Record<number, string>> = {
  400: "The server could not comply with the request since it is either malformed or otherwise incorrect.",
  401: "This server could not verify that you are authorized to access the document you requested. Either you supplied the wrong credentials (e.g., bad password), or your browser does not understand how to supply the credentials required.",
  403: "Access was denied to this resource.",
  404: "The resource could not be found.",
  409: "There was a conflict when trying to complete your request.",
  410: "This resource is no longer available. No forwarding address is given.",
  413: "The body of your request was too large for this server.",
  415: "The request media type is not supported by this server.",
  416: "The Range requested is not available.",
  500: "The server has either erred or is incapable of performing the requested operation.",
  503: "The server is currently unavailable. Please try again at a later time.",
};

/** Where WebOb's title is not the reason phrase. */
const TITLES: Readonly<Record<number, string>> = { 416: "Request Range Not Satisfiable" };

export interface WebObError {
  status: number;
  /** In place of WebOb's own. */
  explanation?: string;
  detail?: string;
}

export function webObReply(call: Call, error: WebObError): Reply {
  const { status, detail = "" } = error;
  const title = TITLES[status] ?? reasonOf(status);
  const line = `${status} ${title}`;
  const explanation = error.explanation ?? EXPLANATIONS[status] ?? "";
  const reply = (type: string, body: string): Reply => ({ status, headers: { "content-type": type }, body });
  switch (preferred(call.header("accept"))) {
    case "text/html": {
      const inner = template(status, call, escapeHtml(explanation), escapeHtml(detail));
      return reply(
        "text/html; charset=UTF-8",
        `<html>\n <head>\n  <title>${line}</title>\n </head>\n <body>\n  <h1>${line}</h1>\n  ${inner}\n </body>\n</html>`,
      );
    }
    case "application/json": {
      const message = template(status, call, explanation, detail);
      return reply("application/json", JSON.stringify({ message, code: line, title }));
    }
    default:
      return reply(
        "text/plain; charset=UTF-8",
        `${line}\n\n${stripTags(template(status, call, explanation, detail))}`,
      );
  }
}

/** Some statuses have a body of their own. */
function template(status: number, call: Call, explanation: string, detail: string): string {
  switch (status) {
    case 405:
      return `The method ${call.method} is not allowed for this resource. <br /><br />\n${detail}`;
    case 415: {
      const type = escapeHtml(call.header("content-type") ?? "");
      return `The request media type ${type} is not supported by this server.\n<br /><br />\n${detail}`;
    }
    case 501:
      return `\nThe request method ${call.method} is not implemented for this server. <br /><br />\n${detail}`;
    default:
      return `${explanation}<br /><br />\n${detail}\n\n`;
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

const OFFERS = ["text/html", "application/json"] as const;
const MEDIA_RANGE = /^\s*([\w!#$%&'*+.^`|~-]+)\/([\w!#$%&'*+.^`|~-]+)\s*((?:;.*)?)$/;

interface MediaRange {
  type: string;
  subtype: string;
  quality: number;
}

/**
 * Which of the two an Accept header likes better; HTML for one that cannot be understood, null for none at all and for
 * one that takes neither (WebOb's `acceptable_offers`).
 */
export function preferred(accept: string | null): (typeof OFFERS)[number] | null {
  if (accept === null || accept.trim() === "") return null;
  const ranges: MediaRange[] = [];
  for (const part of accept.split(",")) {
    if (part.trim() === "") continue;
    const m = MEDIA_RANGE.exec(part);
    if (!m || /;\s*(;|$)/.test(m[3]!)) return "text/html";
    const q = /;\s*q\s*=\s*([\d.]+)/i.exec(m[3]!)?.[1];
    const quality = q === undefined ? 1 : Number(q);
    ranges.push({ type: m[1]!.toLowerCase(), subtype: m[2]!.toLowerCase(), quality });
  }
  let best: (typeof OFFERS)[number] | null = null;
  let bestQuality = 0;
  for (const offer of OFFERS) {
    const quality = qualityOf(offer, ranges);
    if (quality > bestQuality) [best, bestQuality] = [offer, quality];
  }
  return best;
}

/** The quality the most specific matching range gives. */
function qualityOf(offer: string, ranges: readonly MediaRange[]): number {
  const [type, subtype] = offer.split("/");
  let specificity = -1;
  let quality = 0;
  for (const range of ranges) {
    const exact = range.type === type && range.subtype === subtype;
    const ofType = range.type === type && range.subtype === "*";
    const any = range.type === "*" && range.subtype === "*";
    const rank = exact ? 2 : ofType ? 1 : any ? 0 : -1;
    if (rank > specificity) [specificity, quality] = [rank, range.quality];
  }
  return quality;
}
