// IMAGE_URLS, as DevStack's `upload_image` understands them: a file's name tells what it is and what it is called; an
// archive holds kernel, ramdisk and root file system. Fetched once, in the background. The addresses are the operator's
// own, so they may lead anywhere.

import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { createGunzip } from "node:zlib";
import { messageOf } from "../../core/errors.ts";
import type { Logger } from "../../core/log.ts";
import { pour } from "../buffers.ts";
import { Inspector } from "../inspect.ts";
import type { FilesystemStore } from "../stores/filesystem.ts";
import { readFileInChunks } from "./chunks.ts";
import type { Registrar } from "./registrar.ts";
import { readTar } from "./tar.ts";

export interface UrlParts {
  registrar: Registrar;
  /** Where downloads are kept until they are registered. */
  staging: FilesystemStore;
  log: Logger;
  signal: AbortSignal;
}

/** Suffix → disk format; `.img` may be anything. */
const SUFFIXES: Record<string, string | null> = {
  ".qcow2": "qcow2",
  ".raw": "raw",
  ".iso": "iso",
  ".vmdk": "vmdk",
  ".vdi": "vdi",
  ".vhd": "vhd",
  ".vhdx": "vhdx",
  ".img": null,
};

interface Download {
  path: string;
  sizeBytes: number;
  drop(): void;
}

/** One address after the other; one that fails is reported and tried again at the next start. */
export async function registerUrls(urls: readonly string[], parts: UrlParts): Promise<void> {
  for (const url of urls) {
    if (parts.signal.aborted) return;
    try {
      await registerUrl(url, parts);
    } catch (error) {
      if (parts.signal.aborted) return;
      parts.log.warning(null, `IMAGE_URLS: ${url} is not registered: ${messageOf(error)}`);
    }
  }
}

async function registerUrl(url: string, parts: UrlParts): Promise<void> {
  if (parts.registrar.isDone(url)) return;
  const file = decodeURIComponent(new URL(url).pathname.split("/").at(-1) ?? "");
  parts.log.info(null, `IMAGE_URLS: fetching ${url}`);
  const archive = /^(.*)\.(tar\.gz|tgz)$/i.exec(file);
  if (archive) return registerArchive(url, archive[1]!, parts);
  const packed = /\.gz$/i.test(file);
  const plain = packed ? file.slice(0, -3) : file;
  const suffix = Object.keys(SUFFIXES).find((ending) => plain.toLowerCase().endsWith(ending));
  if (suffix === undefined)
    throw new Error(`"${file}" has none of the suffixes ${Object.keys(SUFFIXES).join(" ")}`);
  const source = await open(url, parts.signal);
  const download = await keep(packed ? unpacked(source) : source, url, parts);
  try {
    await parts.registrar.register({
      source: url,
      name: plain.slice(0, -suffix.length),
      diskFormat: SUFFIXES[suffix] ?? (await formatOf(download.path)),
      containerFormat: "bare",
      sizeBytes: download.sizeBytes,
      data: () => readFileInChunks(download.path),
    });
  } finally {
    download.drop();
  }
}

type Part = "kernel" | "ramdisk" | "image";

/** DevStack's patterns for the files of a `-uec` archive. */
const PATTERNS: Record<Part, RegExp> = {
  kernel: /(^|\/)([^/]*-vmlinuz[^/]*|aki-[^/]*\/image)$/,
  ramdisk: /(^|\/)([^/]*-initrd[^/]*|ari-[^/]*\/image)$/,
  image: /(^|\/)([^/]*\.img|ami-[^/]*\/image)$/,
};

async function registerArchive(url: string, name: string, parts: UrlParts): Promise<void> {
  const found = new Map<Part, Download>();
  try {
    for await (const entry of readTar(unpacked(await open(url, parts.signal)))) {
      const part = (Object.keys(PATTERNS) as Part[]).find((kind) => PATTERNS[kind].test(entry.name));
      if (part && !found.has(part)) found.set(part, await keep(entry.data, `${url} ${part}`, parts));
    }
    const image = found.get("image");
    if (!image) throw new Error("the archive holds no image");
    const one = (part: Part, source: string, title: string, format: string, properties = {}) => {
      const download = found.get(part);
      if (!download) return null;
      return parts.registrar.register({
        source,
        name: title,
        diskFormat: format,
        containerFormat: format,
        properties,
        sizeBytes: download.sizeBytes,
        data: () => readFileInChunks(download.path),
      });
    };
    const kernel = await one("kernel", `${url} kernel`, `${name}-kernel`, "aki");
    const ramdisk = await one("ramdisk", `${url} ramdisk`, `${name}-ramdisk`, "ari");
    await one("image", url, name, "ami", {
      ...(kernel ? { kernel_id: kernel } : {}),
      ...(ramdisk ? { ramdisk_id: ramdisk } : {}),
    });
  } finally {
    for (const download of found.values()) download.drop();
  }
}

async function open(url: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
  const { protocol } = new URL(url);
  if (protocol === "file:") return readFileInChunks(fileURLToPath(url));
  if (protocol !== "http:" && protocol !== "https:") throw new Error(`cannot fetch ${protocol} addresses`);
  const response = await fetch(url, { signal });
  if (!response.ok || !response.body) throw new Error(`HTTP ${response.status} ${response.statusText}`);
  return Readable.fromWeb(response.body as never);
}

function unpacked(source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const input = Readable.from(source);
  const output = createGunzip();
  input.on("error", (error) => output.destroy(error));
  return input.pipe(output);
}

async function keep(source: AsyncIterable<Uint8Array>, label: string, parts: UrlParts): Promise<Download> {
  const name = `url-${new Bun.CryptoHasher("sha1").update(label).digest("hex")}`;
  const deposit = await parts.staging.begin(name);
  let sizeBytes = 0;
  try {
    const onChunk = (chunk: Uint8Array) => {
      parts.signal.throwIfAborted();
      sizeBytes += chunk.length;
    };
    await pour(source, onChunk, ({ bytes }) => deposit.write(bytes));
    await deposit.commit();
  } catch (error) {
    await deposit.abort();
    throw error;
  }
  const url = parts.staging.urlOf(name);
  return { path: parts.staging.fileOf(name), sizeBytes, drop: () => parts.staging.remove(url) };
}

/** qcow2 and the like by their magic; everything else is raw. */
async function formatOf(path: string): Promise<string> {
  const inspector = new Inspector({ vmdkTypes: [] });
  for await (const chunk of readFileInChunks(path)) {
    inspector.feed(chunk);
    break;
  }
  const known = ["qcow2", "vmdk", "vhd", "vhdx", "vdi", "iso"];
  const found = inspector.finish();
  return known.find((name) => found.has(name)) ?? "raw";
}
