// Volumes served over iSCSI. What is exported is what has a file in `volumes`: it is written before the target is made and
// removed after it, so that a crash leaves something to go on with. Authority: cinder/volume/targets/tgt.py and iscsi.py of
// Zed: names, the file's layout, logical unit 1, CHAP.

import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Logger } from "../../core/log.ts";
import { KeyedLock } from "../drivers/locks.ts";
import { BackendFailed } from "../errors.ts";
import type { Tgt } from "./tgt.ts";

/** For tgtadm the controller is logical unit 0. */
const LUN = 1;
/** cinder/volume/volume_utils.py: DEFAULT_PASSWORD_SYMBOLS. */
const SYMBOLS = ["23456789", "ABCDEFGHJKLMNPQRSTUVWXYZ", "abcdefghijkmnopqrstuvwxyz"];
const [USER_LENGTH, PASSWORD_LENGTH] = [20, 16];
/** tgt-admin chooses the number of a target by itself: one at a time. */
const ALONE = "tgt-admin";

interface Chap {
  user: string;
  password: string;
}

/** How an initiator gets at a volume. */
export interface Target extends Chap {
  portal: string;
  iqn: string;
  lun: number;
}

export class Exports {
  #tgt: Tgt;
  #prefix: string;
  #log: Logger;
  #lock = new KeyedLock();

  /** @param prefix of target names: `iqn.2010-10.org.openstack:` */
  constructor(tgt: Tgt, prefix: string, log: Logger) {
    this.#tgt = tgt;
    this.#prefix = prefix;
    this.#log = log;
  }

  /** The daemon runs, and serves what is to be served. @throws BackendFailed */
  async start(isWanted: (dataId: string) => boolean): Promise<void> {
    await this.#tgt.start();
    for (const name of this.#names()) {
      const dataId = name.slice(VOLUME.length);
      if (isWanted(dataId)) await this.#lock.run(ALONE, () => this.#tgt.update(this.#iqn(name)));
      else await this.end(dataId);
    }
  }

  /** What is wrong, or null. */
  async check(): Promise<string | null> {
    return (await this.#tgt.answers()) ? null : "tgtd does not answer";
  }

  /** The volume is served; who had its name and password can go on using them. @throws BackendFailed */
  async begin(dataId: string, path: string): Promise<Target> {
    const name = VOLUME + dataId;
    const iqn = this.#iqn(name);
    return this.#lock.run(ALONE, async () => {
      await this.#tgt.start();
      const chap = this.#chapOf(name) ?? { user: secret(USER_LENGTH), password: secret(PASSWORD_LENGTH) };
      this.#write(name, targetText(iqn, path, chap));
      await this.#tgt.update(iqn);
      const served = (await this.#tgt.targets()).find((target) => target.iqn === iqn);
      if (served?.path !== path) {
        await this.#remove(name);
        throw new BackendFailed(`Failed to create iscsi target for volume ${dataId}.`);
      }
      return { ...chap, portal: this.#tgt.portal, iqn, lun: LUN };
    });
  }

  /** The target knows the volume's new size. Its sessions begin anew. */
  async grown(dataId: string): Promise<void> {
    const name = VOLUME + dataId;
    await this.#lock.run(ALONE, async () => {
      if (this.#chapOf(name)) await this.#tgt.update(this.#iqn(name), { force: true });
    });
  }

  /** Nobody is served any more. Idempotent. */
  async end(dataId: string): Promise<void> {
    const name = VOLUME + dataId;
    await this.#lock.run(ALONE, () => this.#remove(name));
  }

  async #remove(name: string): Promise<void> {
    const chap = this.#chapOf(name);
    if (!chap) return;
    this.#log.info(null, `Removing iscsi_target for Volume ID: ${name.slice(VOLUME.length)}`);
    await this.#tgt.start();
    await this.#tgt.remove(this.#iqn(name), chap.user);
    rmSync(join(this.#tgt.volumesDir, name), { force: true });
  }

  #iqn(name: string): string {
    return this.#prefix + name;
  }

  #names(): string[] {
    return readdirSync(this.#tgt.volumesDir).filter((name) => name.startsWith(VOLUME));
  }

  /** Null for a volume that is not exported. */
  #chapOf(name: string): Chap | null {
    let text: string;
    try {
      text = readFileSync(join(this.#tgt.volumesDir, name), "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
      throw error;
    }
    const [, user, password] = /^\s*incominguser (\S+) (\S+)$/m.exec(text) ?? [];
    return user && password ? { user, password } : null;
  }

  /** tgt-admin reads whatever is in the folder: a file is never there by half. */
  #write(name: string, text: string): void {
    const part = join(this.#tgt.volumesDir, "..", `${name}.part`);
    writeFileSync(part, text, { mode: 0o600 });
    renameSync(part, join(this.#tgt.volumesDir, name));
  }
}

const VOLUME = "volume-";

function targetText(iqn: string, path: string, { user, password }: Chap): string {
  return [
    "",
    `<target ${iqn}>`,
    `    backing-store ${path}`,
    "    driver iscsi",
    `    incominguser ${user} ${password}`,
    "    write-cache on",
    "    params thin_provisioning=1",
    "</target>",
    "",
  ].join("\n");
}

/** Random, with something of every kind. */
function secret(length: number): string {
  const pick = (from: string) => from[crypto.getRandomValues(new Uint32Array(1))[0]! % from.length]!;
  for (;;) {
    const text = Array.from({ length }, () => pick(SYMBOLS.join(""))).join("");
    if (SYMBOLS.every((symbols) => [...text].some((letter) => symbols.includes(letter)))) return text;
  }
}
