// The files of a compute host, and programs run there. LocalFiles is this machine, SshFiles (ssh-files.ts) another one.

import { constants } from "node:fs";
import {
  access,
  copyFile,
  type FileHandle,
  link,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  statfs,
  symlink,
  writeFile,
} from "node:fs/promises";
import { loadavg, uptime } from "node:os";
import { join } from "node:path";
import { CommandFailed } from "./errors.ts";

/** What a program that reads untrusted data may use at most. */
export interface Limits {
  addressSpaceBytes: number;
  cpuSeconds: number;
}

/** Paths are absolute; nothing in them comes from users unchecked. What is written is there completely or not at all. */
export interface HostFiles {
  /** Only the owner can enter it; made with its parents when missing. */
  ensureDir(path: string): Promise<void>;
  /** A file, or a folder with everything in it; nothing there is no error. */
  remove(path: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** Points to `target`, whatever was there before. */
  symlink(target: string, path: string): Promise<void>;
  exists(path: string): Promise<boolean>;
  /** Names in a folder; none when it does not exist. */
  names(dir: string): Promise<string[]>;
  /** When a file was changed last, ms; null when it does not exist. */
  modifiedAtMs(path: string): Promise<number | null>;
  size(path: string): Promise<number>;
  readText(path: string): Promise<string | null>;
  /** The last bytes; none when the file does not exist. */
  tail(path: string, maxBytes: number): Promise<Uint8Array>;
  write(path: string, content: string | Uint8Array): Promise<void>;
  /** Puts a file of the machine the cloud runs on there: the same file where possible, else a copy. It is never written to. */
  place(source: string, path: string): Promise<void>;
  /** Of a file on the same host. */
  copy(from: string, to: string): Promise<void>;
  readStream(path: string): AsyncIterable<Uint8Array>;
  /** Zeros become holes; on disk when it returns. */
  writeStream(path: string, data: AsyncIterable<Uint8Array>): Promise<void>;
  /** Runs a program and answers its standard output. @throws CommandFailed */
  run(command: readonly string[], limits?: Limits): Promise<string>;
  /** Bytes of the file system a folder is on. */
  space(dir: string): Promise<{ totalBytes: number; freeBytes: number }>;
  /** Can files in this folder be read and written past the host's cache? */
  directIo(dir: string): Promise<boolean>;
  /** Who the cloud is there. */
  identity(): Promise<{ uid: number; gid: number }>;
  /** Changes with every start of the host. */
  bootId(): Promise<string>;
  /** As `uptime` prints it. */
  uptime(): Promise<string | null>;
}

/** What of a program's complaints is kept. */
const COMPLAINT_MAX = 2000;
const OUTPUT_MAX = 1024 * 1024;

export class LocalFiles implements HostFiles {
  async ensureDir(path: string): Promise<void> {
    await mkdir(path, { recursive: true, mode: 0o700 });
  }

  async remove(path: string): Promise<void> {
    await rm(path, { recursive: true, force: true });
  }

  async rename(from: string, to: string): Promise<void> {
    await rename(from, to);
  }

  async symlink(target: string, path: string): Promise<void> {
    const part = partOf(path);
    await rm(part, { force: true });
    await symlink(target, part);
    await rename(part, path);
  }

  async exists(path: string): Promise<boolean> {
    return access(path).then(
      () => true,
      () => false,
    );
  }

  async names(dir: string): Promise<string[]> {
    return unlessMissing(readdir(dir), []);
  }

  async modifiedAtMs(path: string): Promise<number | null> {
    return unlessMissing(
      stat(path).then(({ mtimeMs }) => mtimeMs),
      null,
    );
  }

  async size(path: string): Promise<number> {
    return (await stat(path)).size;
  }

  async readText(path: string): Promise<string | null> {
    return unlessMissing(readFile(path, "utf8"), null);
  }

  async tail(path: string, maxBytes: number): Promise<Uint8Array> {
    const file = await unlessMissing(open(path, "r"), null);
    if (!file) return new Uint8Array(0);
    try {
      const { size } = await file.stat();
      const length = Math.min(size, maxBytes);
      const { buffer, bytesRead } = await file.read(new Uint8Array(length), 0, length, size - length);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  }

  async write(path: string, content: string | Uint8Array): Promise<void> {
    const part = partOf(path);
    await writeFile(part, content, { mode: 0o600 });
    await rename(part, path);
  }

  async place(source: string, path: string): Promise<void> {
    const part = partOf(path);
    await rm(part, { force: true });
    try {
      await link(source, part);
    } catch (error) {
      if (!["EXDEV", "EPERM", "EMLINK", "ENOTSUP"].includes(codeOf(error))) throw error;
      await copyFile(source, part, constants.COPYFILE_FICLONE);
    }
    await rename(part, path);
  }

  async copy(from: string, to: string): Promise<void> {
    const part = partOf(to);
    await copyFile(from, part, constants.COPYFILE_FICLONE);
    await rename(part, to);
  }

  readStream(path: string): AsyncIterable<Uint8Array> {
    return Bun.file(path).stream();
  }

  async writeStream(path: string, data: AsyncIterable<Uint8Array>): Promise<void> {
    const part = partOf(path);
    const file = await open(part, "w", 0o600);
    try {
      let at = 0;
      for await (const piece of data) {
        if (!isZero(piece)) await writeAt(file, piece, at);
        at += piece.length;
      }
      await file.truncate(at);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(part, path);
  }

  async run(command: readonly string[], limits?: Limits): Promise<string> {
    return runCommand(limited(command, limits), null);
  }

  async space(dir: string): Promise<{ totalBytes: number; freeBytes: number }> {
    const { blocks, bavail, bsize } = await statfs(dir);
    return { totalBytes: blocks * bsize, freeBytes: bavail * bsize };
  }

  async directIo(dir: string): Promise<boolean> {
    const path = join(dir, `.direct-io-${process.pid}`);
    await writeFile(path, "", { mode: 0o600 });
    try {
      const file = await open(path, constants.O_RDONLY | constants.O_DIRECT);
      await file.close();
      return true;
    } catch (error) {
      if (codeOf(error) === "EINVAL") return false;
      throw error;
    } finally {
      await rm(path, { force: true });
    }
  }

  async identity(): Promise<{ uid: number; gid: number }> {
    return { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 };
  }

  async bootId(): Promise<string> {
    return ((await this.readText("/proc/sys/kernel/random/boot_id")) ?? "").trim();
  }

  async uptime(): Promise<string | null> {
    return uptimeLine(new Date(), uptime(), loadavg());
  }
}

const zeros = Buffer.alloc(1024 * 1024);

/** Such pieces become holes. */
function isZero(piece: Uint8Array): boolean {
  return piece.length <= zeros.length && zeros.subarray(0, piece.length).equals(piece);
}

async function writeAt(file: FileHandle, piece: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < piece.length; ) {
    const { bytesWritten } = await file.write(piece, done, piece.length - done, at + done);
    done += bytesWritten;
  }
}

/** Beside the file, so that the rename stays in one file system. */
export function partOf(path: string): string {
  return `${path}.part`;
}

/** Names that `partOf` makes. */
export function isPart(name: string): boolean {
  return name.endsWith(".part");
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? "";
}

async function unlessMissing<T, U>(promise: Promise<T>, otherwise: U): Promise<T | U> {
  try {
    return await promise;
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(codeOf(error))) return otherwise;
    throw error;
  }
}

/** prlimit is of util-linux, which every Linux has. */
export function limited(command: readonly string[], limits: Limits | undefined): string[] {
  if (!limits) return [...command];
  return ["prlimit", `--as=${limits.addressSpaceBytes}`, `--cpu=${limits.cpuSeconds}`, "--", ...command];
}

/** Runs a program of this machine. `input` goes to its standard input. @throws CommandFailed */
export async function runCommand(
  command: readonly string[],
  input: AsyncIterable<Uint8Array> | null,
): Promise<string> {
  const program = command.find((word) => !word.startsWith("-") && word !== "prlimit") ?? command[0] ?? "";
  const child = spawn(command, program);
  const [status, output, complaint] = await Promise.all([
    child.exited,
    collected(child.stdout, OUTPUT_MAX),
    collected(child.stderr, COMPLAINT_MAX),
    feed(child.stdin, input),
  ]);
  if (status !== 0) throw new CommandFailed(program, status, complaint.trim());
  return output;
}

function spawn(command: readonly string[], program: string) {
  const { PATH = "/usr/local/bin:/usr/bin:/bin" } = process.env;
  try {
    return Bun.spawn([...command], {
      stdin: "pipe",
      stdout: "pipe",
      stderr: "pipe",
      // mkfs is where only root looks.
      env: { ...process.env, PATH: `${PATH}:/usr/sbin:/sbin`, LC_ALL: "C" },
    });
  } catch (cause) {
    throw new CommandFailed(program, 127, cause instanceof Error ? cause.message : String(cause));
  }
}

async function feed(stdin: Bun.FileSink, input: AsyncIterable<Uint8Array> | null): Promise<void> {
  try {
    if (input) {
      for await (const piece of input) {
        stdin.write(piece);
        await stdin.flush();
      }
    }
    await stdin.end();
  } catch (error) {
    // The program ended first; its status says why.
    if (codeOf(error) !== "EPIPE") throw error;
  }
}

async function collected(stream: ReadableStream<Uint8Array>, max: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const piece of stream) if (text.length < max) text += decoder.decode(piece, { stream: true });
  return text.slice(0, max);
}

/** procps' form: ` 11:00:52 up  1:20,  0 user,  load average: 1.11, 1.39, 1.10`. Users are not counted. */
export function uptimeLine(now: Date, seconds: number, load: readonly number[]): string {
  const two = (n: number) => String(n).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  const days = Math.floor(minutes / 1440);
  const hours = Math.floor(minutes / 60) % 24;
  const up = [
    ...(days > 0 ? [`${days} day${days === 1 ? "" : "s"}, `] : []),
    hours > 0 ? `${String(hours).padStart(2)}:${two(minutes % 60)}` : `${minutes % 60} min`,
  ].join("");
  const clock = [now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join(":");
  return ` ${clock} up ${up},  0 users,  load average: ${load.map((n) => n.toFixed(2)).join(", ")}`;
}
