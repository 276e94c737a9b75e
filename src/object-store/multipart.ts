// `multipart/form-data` as it arrives, part by part; nothing is kept but the part's headers.
// Authority: RFC 7578, RFC 2046 section 5.1; swift/common/utils.py (iter_multipart_mime_documents).

export class FormError extends Error {
  override name = "FormError";
}

export interface FormPart {
  headers: ReadonlyMap<string, string>;
  name: string | null;
  filename: string | null;
  /** What is not read is skipped. */
  data: AsyncGenerator<Uint8Array>;
  /** The data as text, cut at `maxBytes`. */
  text(maxBytes: number): Promise<string>;
}

const MAX_HEADER_BYTES = 16_384;

/** @throws FormError when the body does not begin with the boundary */
export async function* readForm(body: AsyncIterable<Uint8Array>, boundary: string): AsyncGenerator<FormPart> {
  const input = new Delimited(body);
  const dashes = `--${boundary}`;
  const first = await input.line();
  if (first === null || first.trimEnd() !== dashes) throw new FormError("invalid starting boundary");
  for (;;) {
    const headers = await readHeaders(input);
    if (!headers) return;
    const disposition = parseHeaderValue(headers.get("content-disposition") ?? "");
    const isForm = disposition.value === "form-data";
    const data = input.until(Buffer.from(`\r\n${dashes}`, "latin1"));
    yield {
      headers,
      name: isForm ? (disposition.parameters.get("name") ?? null) : null,
      filename: isForm ? (disposition.parameters.get("filename") ?? null) : null,
      data,
      text: (maxBytes) => textOf(data, maxBytes),
    };
    for await (const _ of data) {
      // What the reader left over.
    }
    const rest = await input.line();
    if (rest === null || rest.startsWith("--")) return;
  }
}

async function textOf(data: AsyncIterable<Uint8Array>, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of data) {
    if (size < maxBytes) chunks.push(chunk.subarray(0, maxBytes - size));
    size += chunk.length;
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** Null at the end of the body. */
async function readHeaders(input: Delimited): Promise<Map<string, string> | null> {
  const headers = new Map<string, string>();
  for (let size = 0; ; ) {
    const line = await input.line();
    if (line === null) return headers.size > 0 ? headers : null;
    if (line.trim() === "") return headers;
    size += line.length;
    if (size > MAX_HEADER_BYTES) throw new FormError("headers too long");
    const colon = line.indexOf(":");
    if (colon > 0) headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
}

/** `form-data; name="a"; filename="b.txt"` */
export function parseHeaderValue(header: string): { value: string; parameters: Map<string, string> } {
  const parameters = new Map<string, string>();
  const end = header.indexOf(";");
  const value = (end < 0 ? header : header.slice(0, end)).trim();
  const rest = end < 0 ? "" : header.slice(end);
  for (const m of rest.matchAll(/;\s*([^\s=;]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^;]*)/g)) {
    const raw = m[2]!.trim();
    const text = raw.startsWith('"') ? raw.slice(1, -1).replace(/\\(.)/g, "$1") : raw;
    parameters.set(m[1]!.toLowerCase(), Buffer.from(text, "latin1").toString("utf8"));
  }
  return { value, parameters };
}

class Delimited {
  #iterator: AsyncIterator<Uint8Array>;
  #buffer: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#iterator = source[Symbol.asyncIterator]();
  }

  /** Up to a line feed, without it, as latin-1. Null at the end. */
  async line(): Promise<string | null> {
    for (let from = 0; ; ) {
      const end = this.#buffer.indexOf(0x0a, from);
      if (end >= 0) {
        const line = this.#buffer.toString("latin1", 0, end).replace(/\r$/, "");
        this.#buffer = this.#buffer.subarray(end + 1);
        return line;
      }
      from = this.#buffer.length;
      if (from > MAX_HEADER_BYTES) throw new FormError("headers too long");
      if (!(await this.#more())) {
        const rest = this.#buffer.toString("latin1");
        this.#buffer = Buffer.alloc(0);
        return rest === "" ? null : rest;
      }
    }
  }

  /** Everything before `mark`, which is swallowed. */
  async *until(mark: Buffer): AsyncGenerator<Uint8Array> {
    for (;;) {
      const at = this.#buffer.indexOf(mark);
      if (at >= 0) {
        const head = this.#buffer.subarray(0, at);
        this.#buffer = this.#buffer.subarray(at + mark.length);
        if (head.length > 0) yield head;
        return;
      }
      // The mark may begin in the last bytes.
      const safe = this.#buffer.length - mark.length + 1;
      if (safe > 0) {
        const head = this.#buffer.subarray(0, safe);
        this.#buffer = this.#buffer.subarray(safe);
        yield head;
      }
      if (!(await this.#more())) {
        const head = this.#buffer;
        this.#buffer = Buffer.alloc(0);
        if (head.length > 0) yield head;
        return;
      }
    }
  }

  async #more(): Promise<boolean> {
    const { done, value } = await this.#iterator.next();
    if (done) return false;
    this.#buffer = this.#buffer.length === 0 ? Buffer.from(value) : Buffer.concat([this.#buffer, value]);
    return true;
  }
}
