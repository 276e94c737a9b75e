// Answers as Swift words them: the reason phrases and one-line HTML bodies of `swift/common/swob.py`.

import type { Reply } from "../http/call.ts";
import type { ListingEntry } from "./listing.ts";

/** An answer on its way through the pipeline. Header names in lower case, values as on the wire (`wire.ts`). */
export interface SwiftReply extends Reply {
  /** Rows of an account or container; `listing_formats` writes them into the body. */
  listing?: readonly ListingEntry[];
}

/** status → phrase and the sentence of the HTML body; an empty sentence means an empty body. */
const REASONS: Record<number, readonly [string, string]> = {
  200: ["OK", ""],
  201: ["Created", ""],
  202: ["Accepted", "The request is accepted for processing."],
  204: ["No Content", ""],
  206: ["Partial Content", ""],
  301: ["Moved Permanently", "The resource has moved permanently."],
  302: ["Found", "The resource has moved temporarily."],
  303: ["See Other", "The response to the request can be found under a different URI."],
  304: ["Not Modified", ""],
  307: ["Temporary Redirect", "The resource has moved temporarily."],
  400: [
    "Bad Request",
    "The server could not comply with the request since it is either malformed or otherwise incorrect.",
  ],
  401: [
    "Unauthorized",
    "This server could not verify that you are authorized to access the document you requested.",
  ],
  403: ["Forbidden", "Access was denied to this resource."],
  404: ["Not Found", "The resource could not be found."],
  405: ["Method Not Allowed", "The method is not allowed for this resource."],
  406: ["Not Acceptable", "The resource is not available in a format acceptable to your browser."],
  408: ["Request Timeout", "The server has waited too long for the request to be sent by the client."],
  409: ["Conflict", "There was a conflict when trying to complete your request."],
  410: ["Gone", "This resource is no longer available."],
  411: ["Length Required", "Content-Length header required."],
  412: ["Precondition Failed", "A precondition for this request was not met."],
  413: ["Request Entity Too Large", "The body of your request was too large for this server."],
  415: ["Unsupported Media Type", "The request media type is not supported by this server."],
  416: ["Requested Range Not Satisfiable", "The Range requested is not available."],
  417: ["Expectation Failed", "Expectation failed."],
  422: ["Unprocessable Entity", "Unable to process the contained instructions"],
  498: ["Rate Limited", ""],
  499: ["Client Disconnect", "The client was disconnected during request."],
  500: [
    "Internal Error",
    "The server has either erred or is incapable of performing the requested operation.",
  ],
  501: ["Not Implemented", "The requested method is not implemented by this server."],
  502: ["Bad Gateway", "Bad gateway."],
  503: ["Service Unavailable", "The server is currently unavailable. Please try again at a later time."],
  507: ["Insufficient Storage", "There was not enough space to save the resource. Drive: unknown"],
};

export const HTML = "text/html; charset=UTF-8";

/** The body Swift gives this status when nothing else is said. */
export function standardBody(status: number): string {
  const [phrase, sentence] = REASONS[status] ?? ["Unknown", ""];
  return sentence === "" ? "" : `<html><h1>${phrase}</h1><p>${sentence}</p></html>`;
}

/** A refusal's own words; empty where it has only those of its status. */
export function ownWords(reply: SwiftReply): string {
  return typeof reply.body === "string" && reply.body !== standardBody(reply.status) ? reply.body : "";
}

/** Phrase and sentence of a status, a line each. */
export function standardText(status: number): string {
  return (REASONS[status] ?? ["Unknown", ""]).join("\n");
}

/** `404 Not Found`, as bulk operations report it. */
export function statusLine(status: number): string {
  return `${status} ${REASONS[status]?.[0] ?? "Unknown"}`;
}

/** An answer with the standard body of its status. */
export function answer(status: number, headers: Record<string, string> = {}): SwiftReply {
  const reply: SwiftReply = {
    status,
    headers: { "content-type": HTML, ...headers },
    body: standardBody(status),
  };
  if (status === 500) reply.reason = "Internal Error";
  return reply;
}

/** An answer with words of its own. `type` is what Swift calls it there: mostly HTML, though it is plain text. */
export function say(
  status: number,
  body: string,
  type = HTML,
  headers: Record<string, string> = {},
): SwiftReply {
  return { status, headers: { "content-type": type, ...headers }, body };
}

export const PLAIN = "text/plain";

/** Thrown to end a request with this answer (swob's HTTPException). */
export class Refusal extends Error {
  readonly reply: SwiftReply;

  constructor(reply: SwiftReply) {
    super(statusLine(reply.status));
    this.name = "Refusal";
    this.reply = reply;
  }
}

export function refuse(status: number, body?: string, type?: string): Refusal {
  return new Refusal(body === undefined ? answer(status) : say(status, body, type));
}

export function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}
