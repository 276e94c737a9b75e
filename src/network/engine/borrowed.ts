// Bridges that the user has made and named in the settings (`flat_network_bridge`): they are used as they are. The
// gateway's address is put on them, and taken from them again; nothing else of theirs is changed.

import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type BridgeSpec, ensureAddresses, type Link } from "./links.ts";
import { readOrNull } from "./processes.ts";
import type { HostTools } from "./tools.ts";

/** Links of clouds on this machine are marked so. */
export const CLOUD_MARK = /^stack-\d+$/;

/** Whether a bridge is the user's and may be used. One that another cloud has made may not. */
export function isUsersOwn(link: Link, spec: BridgeSpec, alias: string): boolean {
  if (!spec.borrow || link.kind !== "bridge" || link.alias === alias || CLOUD_MARK.test(link.alias))
    return false;
  // One of ours that was killed before it was marked.
  return !(link.alias === "" && link.mac === spec.mac);
}

export class BorrowedBridges {
  #tools: HostTools;
  /** A file for each, with the addresses that were put on it. */
  #folder: string;

  constructor({ tools, folder }: { tools: HostTools; folder: string }) {
    this.#tools = tools;
    this.#folder = join(folder, "borrowed");
  }

  /** Returns what was changed. */
  async ensure(spec: BridgeSpec, link: Link): Promise<string[]> {
    const missing = spec.addresses.filter((address) => !link.addresses.includes(address));
    const given = this.#given(spec.name);
    // Noted before it is done, so that a kill leaves nothing that nobody knows of.
    if (missing.length > 0 || given.length > 0) this.#note(spec.name, [...new Set([...given, ...missing])]);
    const unwanted = given.filter((address) => !spec.addresses.includes(address));
    const present = link.addresses.filter((address) => unwanted.includes(address));
    const changed = await ensureAddresses(this.#tools, spec.name, missing, present);
    if (unwanted.length > 0)
      this.#note(
        spec.name,
        given.filter((address) => !unwanted.includes(address)),
      );
    if (spec.filtered && !link.filtered) {
      const hooks = ["nf_call_iptables", "1", "nf_call_ip6tables", "1"];
      await this.#tools.attempt(["ip", "link", "set", spec.name, "type", "bridge", ...hooks]);
    }
    return changed;
  }

  /** Takes our addresses from bridges that are not used any more. @param specs those that are */
  async giveBack(specs: readonly Pick<BridgeSpec, "name">[]): Promise<string[]> {
    const used = new Set(specs.map((spec) => spec.name));
    const changed: string[] = [];
    for (const name of this.#noted()) {
      if (used.has(name)) continue;
      for (const address of this.#given(name)) {
        const { code } = await this.#tools.attempt(["ip", "addr", "del", address, "dev", name]);
        if (code === 0) changed.push(`took ${address} from ${name}`);
      }
      rmSync(join(this.#folder, name), { force: true });
    }
    return changed;
  }

  #noted(): string[] {
    try {
      return readdirSync(this.#folder);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
      throw error;
    }
  }

  #given(name: string): string[] {
    const text = readOrNull(join(this.#folder, name)) ?? "";
    return text.split("\n").filter((line) => line !== "");
  }

  #note(name: string, addresses: readonly string[]): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o755 });
    writeFileSync(join(this.#folder, name), addresses.map((address) => `${address}\n`).join(""));
  }
}
