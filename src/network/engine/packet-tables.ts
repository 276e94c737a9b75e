// Our tables of the packet filters: what was put into them last, what it takes to make them as they should be, and
// whether somebody else has changed them since.

import type { Logger } from "../../core/log.ts";
import type { Desired, FlatNetwork } from "./desired.ts";
import { filterParts } from "./filter.ts";
import { filterGeneration } from "./generation.ts";
import { marksTable, type NatOptions, natTable, replaceTable } from "./nat.ts";
import { changesOf, type TableParts, wholeTable } from "./table-parts.ts";
import type { HostTools } from "./tools.ts";

export interface PacketTablesOptions {
  tools: HostTools;
  log: Logger;
  /** Their name, one for each family. */
  table: string;
}

export interface TableInputs {
  desired: Desired;
  /** Bridges whose ports are filtered. */
  filtered: readonly string[];
  zones: ReadonlyMap<string, number>;
  /** Networks whose servers may talk to each other. */
  open: readonly FlatNetwork[];
  nat: NatOptions;
}

const FAMILIES = ["bridge", "inet", "ip"] as const;

interface Made {
  filter: TableParts;
  marks: string;
  nat: string;
}

export class PacketTables {
  #options: PacketTablesOptions;
  #made: Made | null = null;
  /** The kernel's generation when all was as we left it. */
  #generation: number | null = null;
  /** What `nft list` says of the tables as they should be, when that is known. */
  #digest: string | null = null;

  constructor(options: PacketTablesOptions) {
    this.#options = options;
  }

  /** Makes them so, in one step: no packet meets a half of them. */
  async ensure(inputs: TableInputs): Promise<void> {
    const { table } = this.#options;
    const wanted: Made = {
      filter: filterParts(inputs.desired),
      marks: marksTable(table, inputs.filtered, inputs.zones, inputs.open),
      nat: natTable(table, inputs.desired, inputs.nat),
    };
    const made = this.#made;
    const whole = () => replaceTable("bridge", table, wholeTable("bridge", table, wanted.filter));
    const text = [
      made === null ? whole() : (changesOf("bridge", table, made.filter, wanted.filter) ?? whole()),
      made?.marks === wanted.marks ? "" : replaceTable("inet", table, wanted.marks),
      made?.nat === wanted.nat ? "" : replaceTable("ip", table, wanted.nat),
    ].join("");
    if (text === "") return;
    // Until it is done nobody can say what is there.
    this.#made = null;
    await this.#apply(text);
    this.#made = wanted;
    this.#digest = null;
  }

  /** Whether anybody has changed packet filters of this machine, ours or others, since we did. Costs microseconds. */
  suspect(): boolean {
    return this.#made !== null && this.#generation !== filterGeneration();
  }

  /** Looks at the tables themselves when there is a reason to, and puts them right. */
  async verify(): Promise<void> {
    if (this.#made === null) return;
    const generation = filterGeneration();
    const digest =
      generation === this.#generation && this.#digest !== null ? this.#digest : await this.#list();
    if (generation === this.#generation) {
      // Nobody has been there: this is what they should look like.
      this.#digest = digest;
      return;
    }
    if (digest === this.#digest) {
      this.#generation = generation;
      return;
    }
    await this.#putBack(digest);
  }

  async #putBack(found: string): Promise<void> {
    const { table, log } = this.#options;
    const made = this.#made!;
    this.#made = null;
    await this.#apply(
      [
        replaceTable("bridge", table, wholeTable("bridge", table, made.filter)),
        replaceTable("inet", table, made.marks),
        replaceTable("ip", table, made.nat),
      ].join(""),
    );
    this.#made = made;
    this.#digest = await this.#list();
    if (found === this.#digest) return;
    const names = FAMILIES.map((family) => `${family} ${table}`).join(", ");
    log.warning(null, `Plumbed: put back the nftables tables ${names}, which somebody had changed`);
  }

  async #apply(text: string): Promise<void> {
    // Taken before: whatever else comes meanwhile leaves the number higher than expected.
    const before = filterGeneration();
    await this.#options.tools.run(["nft", "-f", "-"], text);
    const undisturbed = this.#generation === null || this.#generation === before;
    // Our step raised it by one.
    this.#generation = undisturbed ? before + 1 : this.#generation;
  }

  /** The same for the same contents, whatever the order in which they came. */
  async #list(): Promise<string> {
    const { tools, table } = this.#options;
    const words: string[] = [];
    for (const family of FAMILIES) {
      const { stdout } = await tools.attempt(["nft", "-s", "list", "table", family, table]);
      words.push(...stdout.split(/[\s,]+/).map((word) => `${family} ${word}`));
    }
    const hash = new Bun.CryptoHasher("sha256");
    for (const word of words.sort()) hash.update(`${word}\n`);
    return hash.digest("hex");
  }
}
