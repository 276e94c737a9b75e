// Glance's error bodies are webob's own: HTML for browsers and for clients that take anything, JSON for those that ask for
// it, plain text for the rest. Reproduced to the byte, because clients strip the tags and print what is left. Authority:
// webob 1.8 exc.py (WSGIHTTPException), checked by running it.

import { type CloudError, PolicyNotAuthorized } from "../../core/errors.ts";
import type { Call, Reply } from "../../http/call.ts";
import { statusOf } from "../../http/status.ts";
import { type Detailed, RangeNotSatisfiable } from "../errors.ts";

interface Standard {
  title: string;
  explanation: string;
}

/** webob's title and default explanation of each status. */
const STANDARD: Record<number, Standard> = {
  400: {
    title: "Bad Request",
    explanation:
      "The server could not comply with the request since it is either malformed or otherwise incorrect.",
  },
  401: {
    title: "Unauthorized",
    explanation:
      "This server could not verify that you are authorized to access the document you requested. Either you supplied the wrong credentials (e.g., bad password), or your browser does not understand how to supply the credentials required.",
  },
  403: { title: "Forbidden", explanation: "Access was denied to this resource." },
  404: { title: "Not Found", explanation: "The resource could not be found." },
  405: { title: "Method Not Allowed", explanation: "" },
  409: {
    title: "Conflict",
    explanation: "There was a conflict when trying to complete your request.",
  },
  410: {
    title: "Gone",
    explanation: "This resource is no longer available. No forwarding address is given.",
  },
  413: {
    title: "Request Entity Too Large",
    explanation: "The body of your request was too large for this server.",
  },
  415: { title: "Unsupported Media Type", explanation: "" },
  416: {
    title: "Request Range Not Satisfiable",
    explanation: "The Range requested is not available.",
  },
  500: {
    title: "Internal Server Error",
    explanation: "The server has either erred or is incapable of performing the requested operation.",
  },
  501: { title: "Not Implemented", explanation: "" },
  503: {
    title: "Service Unavailable",
    explanation: "The server is currently unavailable. Please try again at a later time.",
  },
};

export function fault(error: CloudError, call: Call): Reply {
  const status = glanceStatus(error);
  const standard = STANDARD[status] ?? STANDARD[500]!;
  let explanation = error.message || standard.explanation;
  if (error instanceof PolicyNotAuthorized) {
    explanation = `You are not authorized to complete ${error.rule} action.`;
  }
  // What went wrong inside is for the log.
  if (status === 500) explanation = standard.explanation;
  return webobReply(call, status, standard.title, explanation, detailOf(error));
}

function glanceStatus(error: CloudError): number {
  if (error instanceof RangeNotSatisfiable) return 416;
  return error.kind === "over-quota" ? 413 : statusOf(error);
}

function detailOf(error: CloudError): string {
  return "detail" in error ? (error as CloudError & Detailed).detail : "";
}

function webobReply(call: Call, status: number, title: string, explanation: string, detail: string): Reply {
  const line = `${status} ${title}`;
  const type = preferred(call.header("accept"));
  const plain = template(status, call, explanation, detail);
  if (type === "application/json") {
    const body = JSON.stringify({ message: plain, code: line, title });
    return { status, headers: { "content-type": "application/json" }, body };
  }
  if (type === "text/html") {
    const inner = template(status, call, escapeHtml(explanation), escapeHtml(detail));
    const body = `<html>\n <head>\n  <title>${line}</title>\n </head>\n <body>\n  <h1>${line}</h1>\n  ${inner}\n </body>\n</html>`;
    return { status, headers: { "content-type": "text/html; charset=UTF-8" }, body };
  }
  const body = `${line}\n\n${stripTags(plain)}`;
  return { status, headers: { "content-type": "text/plain; charset=UTF-8" }, body };
}

/** webob's body templates: some statuses have one of their own. */
function template(status: number, call: Call, explanation: string, detail: string): string {
  if (status === 405)
    return `The method ${call.method} is not allowed for this resource. <br /><br />\n${detail}`;
  if (status === 415) {
    const type = escapeHtml(call.header("content-type") ?? "");
    return `The request media type ${type} is not supported by this server.\n<br /><br />\n${detail}`;
  }
  if (status === 501) {
    return `\nThe request method ${call.method} is not implemented for this server. <br /><br />\n${detail}`;
  }
  return `${explanation}<br /><br />\n${detail}\n\n`;
}

function stripTags(text: string): string {
  return text
    .replaceAll("\n", " ")
    .replaceAll("\r", "")
    .replace(/<br.*?>/gi, "\n")
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

/**
 * Which of the two the Accept header likes better; HTML for one that cannot be understood, null for none at all or for
 * one that accepts neither (webob's `acceptable_offers`).
 */
function preferred(accept: string | null): (typeof OFFERS)[number] | null {
  if (accept === null || accept.trim() === "") return null;
  const ranges: { type: string; subtype: string; quality: number }[] = [];
  for (const part of accept.split(",")) {
    if (part.trim() === "") continue;
    const m = MEDIA_RANGE.exec(part);
    if (!m || /;\s*(;|$)/.test(m[3]!)) return "text/html";
    const q = /;\s*q\s*=\s*([\d.]+)/i.exec(m[3]!)?.[1];
    ranges.push({
      type: m[1]!.toLowerCase(),
      subtype: m[2]!.toLowerCase(),
      quality: q === undefined ? 1 : Number(q),
    });
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
function qualityOf(
  offer: string,
  ranges: readonly { type: string; subtype: string; quality: number }[],
): number {
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
