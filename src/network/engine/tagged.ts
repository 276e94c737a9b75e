// Cards of VLAN networks: `vlan300` on the card of the settings, in the network's bridge, as nova-network made them. A
// kernel that cannot tag (no 802.1q) keeps such a network on this machine.

import type { Logger } from "../../core/log.ts";
import type { BridgeSpec, Link } from "./links.ts";
import { CommandFailed, type HostTools } from "./tools.ts";

export interface TaggedCardsOptions {
  tools: HostTools;
  log: Logger;
  slot: number;
  alias: string;
}

export class TaggedCards {
  #options: TaggedCardsOptions;
  /** What was said already. */
  #told = new Set<string>();

  constructor(options: TaggedCardsOptions) {
    this.#options = options;
  }

  /** Makes the cards that bridges need, and puts them in the place of the ones below. Returns what was changed. */
  async ensure(specs: readonly BridgeSpec[], links: ReadonlyMap<string, Link>): Promise<string[]> {
    const { tools, alias } = this.#options;
    const changed: string[] = [];
    const wanted = new Set<string>();
    for (const spec of specs) {
      const { card, vlan } = spec;
      if (card === null || vlan === null) continue;
      const name = this.nameOf(vlan);
      wanted.add(name);
      spec.card = await this.#make(name, card, vlan, links, changed);
    }
    for (const link of links.values()) {
      if (link.kind !== "vlan" || link.alias !== alias || wanted.has(link.name)) continue;
      await tools.attempt(["ip", "link", "del", link.name]);
      changed.push(`removed ${link.name}`);
    }
    return changed;
  }

  /** `vlan300`; with the cloud's number for further clouds of this machine. */
  nameOf(vlan: number): string {
    const { slot } = this.#options;
    return slot === 0 ? `vlan${vlan}` : `vlan${vlan}-${slot}`;
  }

  /** The card's name; null when this kernel cannot tag. */
  async #make(
    name: string,
    card: string,
    vlan: number,
    links: ReadonlyMap<string, Link>,
    changed: string[],
  ): Promise<string | null> {
    const { tools, alias } = this.#options;
    const there = links.get(name);
    if (there?.alias === alias) return name;
    if (there) return this.#without(name, vlan, "it exists and is not ours");
    try {
      await tools.run(["ip", "link", "add", "link", card, "name", name, "type", "vlan", "id", String(vlan)]);
      await tools.run(["ip", "link", "set", name, "alias", alias]);
    } catch (error) {
      if (!(error instanceof CommandFailed)) throw error;
      return this.#without(name, vlan, error.message);
    }
    changed.push(`made ${name}: VLAN ${vlan} on ${card}`);
    return name;
  }

  #without(name: string, vlan: number, why: string): null {
    if (!this.#told.has(name)) {
      this.#options.log.warning(null, `VLAN ${vlan} stays on this machine, without ${name}: ${why}`);
    }
    this.#told.add(name);
    return null;
  }
}
