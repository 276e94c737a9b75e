// The target framework's daemon (Debian's package tgt): iSCSI in user space, no module of the kernel. This cloud runs one of
// its own, with a management socket and configuration in the state directory, so that the host's is left alone. It goes on
// when this process ends, as the initiators' sessions do, and is found again by its socket. Authority: tgtd(8), tgt-admin(8),
// targets.conf(5); the nesting of the files is that of Debian's and of the installation guides (targets.conf → conf.d →
// cinder's volumes).

import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { messageOf } from "../../core/errors.ts";
import { CommandFailed, hasProgram, type Runner, runCommand } from "../drivers/commands.ts";
import { BackendFailed } from "../errors.ts";

const PROGRAMS = ["tgtd", "tgtadm", "tgt-admin"];
/** unix(7): sun_path has 108 bytes; tgtd adds `.0`. */
const SOCKET_MAX = 105;
/** A daemon that does not answer by then never will. */
const START_MS = 10_000;
const ISCSI = ["--lld", "iscsi"];

export interface TgtOptions {
  /** Below it are `volumes`, `tgt` and the socket. */
  dir: string;
  /** `127.0.0.1:3260`, `[::1]:3260` */
  portal: string;
  run?: Runner;
  installed?: (program: string) => boolean;
}

/** A LUN that is served. */
export interface ServedTarget {
  iqn: string;
  /** Of logical unit 1; null when it is missing. */
  path: string | null;
}

export class Tgt {
  readonly portal: string;
  /** A file for each volume. */
  readonly volumesDir: string;
  #dir: string;
  #socket: string;
  #command: Runner;
  #installed: (program: string) => boolean;

  constructor({ dir, portal, run = runCommand, installed = hasProgram }: TgtOptions) {
    this.portal = portal;
    this.volumesDir = join(dir, "volumes");
    this.#dir = dir;
    this.#socket = join(dir, "tgtd.sock");
    this.#command = run;
    this.#installed = installed;
  }

  /** It serves at the portal. @throws BackendFailed */
  async start(): Promise<void> {
    const missing = PROGRAMS.filter((program) => !this.#installed(program));
    if (missing.length > 0) {
      throw new BackendFailed(
        `CINDER_TARGET_HELPER is tgtadm, but ${missing.join(", ")} cannot be found; Debian's package is tgt`,
      );
    }
    if (Buffer.byteLength(this.#socket) > SOCKET_MAX) {
      throw new BackendFailed(`the path of the state directory is too long for the socket ${this.#socket}`);
    }
    const portals = await this.#portals();
    if (portals?.includes(this.portal)) return;
    if (portals) await this.stop();
    await this.#checkFree();
    this.#writeConfiguration();
    await this.#run(["tgtd", "--pid-file", join(this.#dir, "tgtd.pid"), "--iscsi", `portal=${this.portal}`]);
    // Its command ends before it answers.
    for (const deadline = performance.now() + START_MS; performance.now() < deadline; await Bun.sleep(10)) {
      const opened = await this.#portals();
      if (opened?.includes(this.portal)) return;
      if (opened && opened.length > 0) break;
    }
    await this.stop();
    throw new BackendFailed(`tgtd cannot listen on ${this.portal}`);
  }

  /** With its port taken, tgtd would listen at every address, on the customary one. @throws BackendFailed */
  async #checkFree(): Promise<void> {
    const [, host = "", port = ""] = /^\[?(.*?)\]?:(\d+)$/.exec(this.portal) ?? [];
    const server = createServer();
    try {
      await new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        server.listen(Number(port), host, resolve);
      });
    } catch (cause) {
      throw new BackendFailed(`tgtd cannot listen on ${this.portal}: ${messageOf(cause)}`, { cause });
    } finally {
      server.close();
    }
  }

  async answers(): Promise<boolean> {
    return (await this.#portals()) !== null;
  }

  /** It is ended, and every session with it. True when there was one. */
  async stop(): Promise<boolean> {
    if (!existsSync(`${this.#socket}.0`) || !(await this.answers())) return false;
    await this.#admin(["--delete", "ALL", "--force"]);
    await this.#run(["tgtadm", "--op", "delete", "--mode", "system"]);
    return true;
  }

  /** What the files say of a target is so; a target that is in use stays as it is, unless forced. */
  async update(iqn: string, { force = false } = {}): Promise<void> {
    await this.#admin(["--update", iqn, ...(force ? ["--force"] : [])]);
  }

  /** Also while it is in use. A target there is not is no error. */
  async remove(iqn: string, user: string): Promise<void> {
    await this.#admin(["--delete", iqn, "--force"]);
    await this.#run(["tgtadm", ...ISCSI, "--op", "delete", "--mode", "account", "--user", user]).catch(
      (error) => {
        if (!(error instanceof CommandFailed)) throw error;
        // Gone with a daemon that was started anew.
      },
    );
  }

  async targets(): Promise<ServedTarget[]> {
    const output = await this.#run(["tgtadm", ...ISCSI, "--op", "show", "--mode", "target"]);
    return output
      .split(/^(?=Target \d+: )/m)
      .filter((part) => part.startsWith("Target "))
      .map((part) => ({
        iqn: /^Target \d+: (\S+)/.exec(part)?.[1] ?? "",
        path: /^ +LUN: 1$[\s\S]*?Backing store path: (.*)$/m.exec(part)?.[1] ?? null,
      }));
  }

  /** `ADDRESS:PORT` each; null when no daemon answers. */
  async #portals(): Promise<string[] | null> {
    if (!existsSync(`${this.#socket}.0`)) return null;
    try {
      const output = await this.#run(["tgtadm", ...ISCSI, "--op", "show", "--mode", "portal"]);
      return [...output.matchAll(/^Portal: (.+),\d+$/gm)].map(([, portal]) => portal ?? "");
    } catch (error) {
      if (error instanceof CommandFailed) return null;
      throw error;
    }
  }

  #writeConfiguration(): void {
    const conf = join(this.#dir, "tgt", "conf.d");
    mkdirSync(this.volumesDir, { recursive: true, mode: 0o700 });
    mkdirSync(conf, { recursive: true, mode: 0o700 });
    writeFileSync(this.#targetsConf, `include ${conf}/*.conf\n`, { mode: 0o600 });
    writeFileSync(join(conf, "cinder_tgt.conf"), `include ${this.volumesDir}/*\n`, { mode: 0o600 });
  }

  get #targetsConf(): string {
    return join(this.#dir, "tgt", "targets.conf");
  }

  #admin(args: readonly string[]): Promise<string> {
    return this.#run(["tgt-admin", "--conf", this.#targetsConf, ...args]);
  }

  #run(command: readonly string[]): Promise<string> {
    return this.#command(command, { env: { TGT_IPC_SOCKET: this.#socket } });
  }
}
