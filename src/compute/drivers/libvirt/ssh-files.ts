// The files of another machine, by commands over ssh. One connection is kept open for a while and shared by all commands.
// Needs a POSIX shell, coreutils and util-linux over there.

import { createHash } from "node:crypto";
import { join } from "node:path";
import { sshCommand } from "../../../libvirt/ssh.ts";
import { LibvirtUriError, parseUri } from "../../../libvirt/uri.ts";
import { CommandFailed } from "./errors.ts";
import { type HostFiles, type Limits, limited, partOf, runCommand } from "./files.ts";

/** One word for a POSIX shell. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

function line(...words: string[]): string {
  return words.map(quoted).join(" ");
}

/** ssh adds 17 characters while it makes the socket, whose path may have 107. */
const CONTROL_PATH_MAX = 90;

function sharing(path: string): string[] {
  if (path.length > CONTROL_PATH_MAX) return [];
  return ["-o", "ControlMaster=auto", "-o", `ControlPath=${path}`, "-o", "ControlPersist=60"];
}

export class SshFiles implements HostFiles {
  #prefix: string[];

  /** `controlDir` holds the shared connection's socket. */
  constructor(uri: string, controlDir: string) {
    const { target } = parseUri(uri);
    if (target.transport !== "ssh") throw new LibvirtUriError(`${uri} does not go through ssh`);
    const [program = "ssh", ...rest] = sshCommand(target).slice(0, -1);
    const name = `ssh-${createHash("sha1").update(uri).digest("hex").slice(0, 8)}`;
    this.#prefix = [program, ...sharing(join(controlDir, name)), ...rest];
  }

  /** The command line that connects standard input and output to an address as that machine sees it. */
  tunnel(host: string, port: number): string[] {
    const at = this.#prefix.lastIndexOf("--");
    return [...this.#prefix.slice(0, at), "-W", `${host}:${port}`, ...this.#prefix.slice(at)];
  }

  #command(script: string): string[] {
    return [...this.#prefix, `sh -c ${quoted(script)}`];
  }

  #sh(script: string, input: AsyncIterable<Uint8Array> | null = null): Promise<string> {
    return runCommand(this.#command(script), input);
  }

  async #succeeds(script: string): Promise<boolean> {
    return (await this.#sh(`if ${script}; then echo yes; fi`)).trim() === "yes";
  }

  async ensureDir(path: string): Promise<void> {
    await this.#sh(`umask 077; ${line("mkdir", "-p", path)}`);
  }

  async remove(path: string): Promise<void> {
    await this.#sh(line("rm", "-rf", "--", path));
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#sh(line("mv", "-T", "--", from, to));
  }

  async symlink(target: string, path: string): Promise<void> {
    await this.#sh(
      `${line("ln", "-sfn", "--", target, partOf(path))} && ${line("mv", "-T", "--", partOf(path), path)}`,
    );
  }

  exists(path: string): Promise<boolean> {
    return this.#succeeds(line("test", "-e", path));
  }

  async names(dir: string): Promise<string[]> {
    const output = await this.#sh(`cd ${quoted(dir)} 2>/dev/null || exit 0; ls -A`);
    return output.split("\n").filter((name) => name !== "");
  }

  async modifiedAtMs(path: string): Promise<number | null> {
    const output = await this.#sh(
      `test -e ${quoted(path)} || exit 0; ${line("stat", "-c", "%Y", "--", path)}`,
    );
    return output.trim() === "" ? null : Number(output) * 1000;
  }

  async size(path: string): Promise<number> {
    return Number(await this.#sh(line("stat", "-L", "-c", "%s", "--", path)));
  }

  async readText(path: string): Promise<string | null> {
    const output = await this.#sh(`test -e ${quoted(path)} || exit 0; echo; cat ${quoted(path)}`);
    return output === "" ? null : output.slice(1);
  }

  async tail(path: string, maxBytes: number): Promise<Uint8Array> {
    const pieces: Uint8Array[] = [];
    const script = `test -e ${quoted(path)} || exit 0; ${line("tail", "-c", String(maxBytes), "--", path)}`;
    for await (const piece of this.#output(script)) pieces.push(piece);
    return Buffer.concat(pieces);
  }

  async write(path: string, content: string | Uint8Array): Promise<void> {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    await this.writeStream(path, once(bytes));
  }

  async place(source: string, path: string): Promise<void> {
    await this.writeStream(path, Bun.file(source).stream());
  }

  async copy(from: string, to: string): Promise<void> {
    const part = partOf(to);
    await this.#sh(
      `${line("cp", "--reflink=auto", "--sparse=always", "--", from, part)} && ${line("mv", "-T", "--", part, to)}`,
    );
  }

  readStream(path: string): AsyncIterable<Uint8Array> {
    return this.#output(line("cat", "--", path));
  }

  async writeStream(path: string, data: AsyncIterable<Uint8Array>): Promise<void> {
    const part = quoted(partOf(path));
    const write = `dd of=${part} bs=64k iflag=fullblock conv=sparse,fsync 2>/dev/null`;
    await this.#sh(`umask 077; ${write} && mv -T -- ${part} ${quoted(path)}`, data);
  }

  async *#output(script: string): AsyncGenerator<Uint8Array> {
    const child = Bun.spawn(this.#command(script), { stdin: "ignore", stdout: "pipe", stderr: "pipe" });
    const complaint = new Response(child.stderr).text();
    try {
      yield* child.stdout;
      const status = await child.exited;
      if (status !== 0) throw new CommandFailed("ssh", status, (await complaint).trim().slice(0, 2000));
    } finally {
      child.kill();
    }
  }

  run(command: readonly string[], limits?: Limits): Promise<string> {
    return this.#sh(`PATH=$PATH:/usr/sbin:/sbin LC_ALL=C exec ${line(...limited(command, limits))}`);
  }

  async space(dir: string): Promise<{ totalBytes: number; freeBytes: number }> {
    const output = await this.#sh(line("stat", "-f", "-c", "%b %a %S", "--", dir));
    const [blocks = 0, free = 0, size = 0] = output.trim().split(" ").map(Number);
    return { totalBytes: blocks * size, freeBytes: free * size };
  }

  async directIo(dir: string): Promise<boolean> {
    const path = quoted(join(dir, ".direct-io"));
    return this.#succeeds(
      `dd if=/dev/zero of=${path} bs=4096 count=1 oflag=direct 2>/dev/null && rm -f ${path}`,
    );
  }

  async identity(): Promise<{ uid: number; gid: number }> {
    const [uid = 0, gid = 0] = (await this.#sh("id -u; id -g")).trim().split("\n").map(Number);
    return { uid, gid };
  }

  async bootId(): Promise<string> {
    return (await this.#sh("cat /proc/sys/kernel/random/boot_id")).trim();
  }

  async uptime(): Promise<string | null> {
    const output = await this.#sh("command -v uptime >/dev/null || exit 0; LC_ALL=C uptime");
    return output === "" ? null : output.replace(/\n$/, "");
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
