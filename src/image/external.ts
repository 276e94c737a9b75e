// Addresses that clients make this cloud fetch from: web-download and http locations. Scheme, host and port pass the
// lists of the settings (Glance's import_filtering_opts); whatever a name resolves to, loopback and link-local addresses
// are out of bounds, the metadata address among them. The connection goes to the very address that was checked, so that
// no second look-up can lead elsewhere, and every redirection is checked anew. Authority: `get_validated_address` and
// `open_external_uri` in Glance's security fixes of 2025-2026.

import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { messageOf } from "../core/errors.ts";
import { ImportRefused } from "./errors.ts";

export interface ExternalOptions {
  allowedSchemes: readonly string[];
  disallowedSchemes: readonly string[];
  allowedHosts: readonly string[];
  disallowedHosts: readonly string[];
  allowedPorts: readonly string[];
  disallowedPorts: readonly string[];
}

export interface Remote {
  /** From Content-Length; null when the server does not tell. */
  sizeBytes: number | null;
  data: AsyncIterable<Uint8Array>;
}

const MAX_REDIRECTS = 10;
const DEFAULT_PORTS: Record<string, string> = { "http:": "80", "https:": "443" };

export class ExternalAddresses {
  #options: ExternalOptions;

  constructor(options: ExternalOptions) {
    this.#options = options;
  }

  /**
   * What can be said before fetching. A name that does not resolve passes: the fetch will fail and say so.
   * @throws ImportRefused
   */
  async check(text: string): Promise<void> {
    const url = this.#filtered(text);
    const addresses = await resolve(url.hostname).catch(() => null);
    if (addresses) this.#choose(url, addresses);
  }

  /**
   * @param range first and last byte wanted; null for everything
   * @throws ImportRefused; Error when the server cannot be reached or does not answer 2xx
   */
  async open(text: string, signal?: AbortSignal, range: [number, number] | null = null): Promise<Remote> {
    const headers: Record<string, string> = range ? { range: `bytes=${range[0]}-${range[1]}` } : {};
    const response = await this.#fetch("GET", text, headers, signal);
    const length = response.headers.get("content-length");
    return {
      sizeBytes: length !== null && /^\d+$/.test(length) ? Number(length) : null,
      data: bodyOf(response),
    };
  }

  /** The size the server tells; 0 when it does not. */
  async size(text: string, signal?: AbortSignal): Promise<number> {
    const response = await this.#fetch("HEAD", text, {}, signal);
    return Number(response.headers.get("content-length") ?? 0);
  }

  /**
   * One call of an API that a client's address leads to, with credentials: no redirection is followed. Hosts and what they
   * resolve to are held against the rules, ports are not: such services have their own.
   * @throws ImportRefused; Error when the server cannot be reached or does not answer 2xx
   */
  async request(
    method: string,
    text: string,
    { headers = {}, body }: { headers?: Record<string, string>; body?: string } = {},
  ): Promise<Response> {
    const response = await this.#fetchOne(method, this.#filtered(text, true), headers, undefined, body);
    if (response.ok) return response;
    await response.body?.cancel();
    throw new Error(`HTTP Error ${response.status}: ${response.statusText}`);
  }

  async #fetch(
    method: string,
    text: string,
    headers: Record<string, string>,
    signal: AbortSignal | undefined,
  ): Promise<Response> {
    let target = text;
    for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
      const url = this.#filtered(target);
      const response = await this.#fetchOne(method, url, headers, signal);
      const location = response.headers.get("location");
      if (response.status < 300 || response.status > 399 || location === null) {
        if (response.ok) return response;
        await response.body?.cancel();
        throw new Error(`HTTP Error ${response.status}: ${response.statusText}`);
      }
      await response.body?.cancel();
      target = new URL(location, url).href;
    }
    throw new Error(`more than ${MAX_REDIRECTS} redirections`);
  }

  async #fetchOne(
    method: string,
    url: URL,
    headers: Record<string, string>,
    signal: AbortSignal | undefined,
    body?: string,
  ): Promise<Response> {
    let addresses: string[];
    try {
      addresses = await resolve(url.hostname);
    } catch (cause) {
      throw new Error(`failed to resolve external host ${url.hostname}: ${messageOf(cause)}`, { cause });
    }
    const address = this.#choose(url, addresses);
    const pinned = new URL(url);
    pinned.hostname = isIP(address) === 6 ? `[${address}]` : address;
    return fetch(pinned, {
      method,
      headers: { ...headers, host: url.host, "accept-encoding": "identity" },
      redirect: "manual",
      decompress: false,
      tls: { serverName: bare(url.hostname) },
      ...(signal ? { signal } : {}),
      ...(body === undefined ? {} : { body }),
    } as RequestInit); // Bun's own options
  }

  /** @throws ImportRefused for what the lists forbid */
  #filtered(text: string, anyPort = false): URL {
    const refuse = (what: string) => new ImportRefused(`${what} not allowed for external URI: ${text}`);
    if (!URL.canParse(text)) throw refuse("address");
    const url = new URL(text);
    const o = this.#options;
    const scheme = url.protocol.slice(0, -1);
    if (!DEFAULT_PORTS[url.protocol] || !passes(scheme, o.allowedSchemes, o.disallowedSchemes)) {
      throw refuse("scheme");
    }
    const host = bare(url.hostname);
    if (host === "" || !passes(host, o.allowedHosts, o.disallowedHosts)) throw refuse("host");
    const port = url.port || DEFAULT_PORTS[url.protocol]!;
    // A URL without a port is not held against the lists, as in Glance.
    if (url.port !== "" && !anyPort && !passes(port, o.allowedPorts, o.disallowedPorts)) throw refuse("port");
    return url;
  }

  /** The first address that may be reached. @throws ImportRefused */
  #choose(url: URL, addresses: readonly string[]): string {
    const host = bare(url.hostname);
    if (this.#options.allowedHosts.includes(host)) return addresses[0]!;
    const found = addresses.find(
      (address) => !isForbiddenAddress(address) && !this.#options.disallowedHosts.includes(address),
    );
    if (found === undefined) throw new ImportRefused(`no allowed addresses for external host: ${host}`);
    return found;
  }
}

function passes(value: string, allowed: readonly string[], disallowed: readonly string[]): boolean {
  return allowed.length > 0 ? allowed.includes(value) : !disallowed.includes(value);
}

/** `[::1]` as `::1`. */
function bare(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, "$1");
}

async function resolve(hostname: string): Promise<string[]> {
  const host = bare(hostname);
  if (isIP(host)) return [host];
  const entries = await lookup(host, { all: true });
  return entries.map((entry) => entry.address.replace(/%.*$/, ""));
}

/** Loopback, link-local, "this host" and multicast, in IPv4, IPv6 and IPv4 dressed as IPv6. */
export function isForbiddenAddress(address: string): boolean {
  if (isIP(address) === 4) return isForbiddenV4(address.split(".").map(Number));
  const words = wordsOf(address);
  const embedded = words.slice(0, 5).every((word) => word === 0) && (words[5] === 0xffff || words[5] === 0);
  const nat64 = words[0] === 0x64 && words[1] === 0xff9b;
  if (embedded && words[5] === 0 && words[6] === 0 && words[7]! <= 1) return true; // :: and ::1
  if (embedded || nat64) {
    return isForbiddenV4([words[6]! >> 8, words[6]! & 255, words[7]! >> 8, words[7]! & 255]);
  }
  return (words[0]! & 0xffc0) === 0xfe80 || (words[0]! & 0xff00) === 0xff00;
}

function isForbiddenV4([a, b]: readonly number[]): boolean {
  return a === 127 || a === 0 || (a === 169 && b === 254) || a! >= 224;
}

/** The eight groups of an IPv6 address. */
function wordsOf(address: string): number[] {
  // The URL parser writes any form, dotted ones too, in hexadecimal groups.
  const plain = bare(new URL(`http://[${address}]/`).hostname);
  const [head = "", tail] = plain.split("::");
  const words = (text: string) =>
    text === "" ? [] : text.split(":").map((word) => Number.parseInt(word, 16));
  const before = words(head);
  if (tail === undefined) return before;
  const after = words(tail);
  return [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after];
}

async function* bodyOf(response: Response): AsyncGenerator<Uint8Array> {
  if (!response.body) return;
  const reader = response.body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => {}); // the connection is of no more use, however it ended
  }
}
