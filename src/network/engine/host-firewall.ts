// A firewall of the machine's own (Docker's, ufw's) that lets nothing through unless it is told to: our bridges are
// passed through it, as nova-network did with its own chains. Where everything may pass, nothing is added.

import { all } from "./together.ts";
import type { HostTools } from "./tools.ts";

type Family = "iptables" | "ip6tables";

const FAMILIES: readonly Family[] = ["iptables", "ip6tables"];
/** Bridges of tenant networks, of every cloud. */
const TENANT_BRIDGES = "brq+";

export interface FirewallNeeds {
  /** Bridges whose packets this machine routes. */
  bridges: readonly string[];
  /** Where guests reach this machine itself: DHCP, DNS, and metadata at this port. */
  servers: readonly { bridge: string; metadataPort: number | null }[];
}

export class HostFirewall {
  #tools: HostTools;
  #mark: string;

  /** @param mark a comment that our rules carry */
  constructor(tools: HostTools, mark: string) {
    this.#tools = tools;
    this.#mark = mark;
  }

  /** Adds what is missing and removes what is not needed. Returns what was changed. */
  async ensure(needs: FirewallNeeds | null): Promise<string[]> {
    const families = FAMILIES.filter((family) => this.#tools.find(family) !== null);
    return (await all(families.map((family) => this.#ensure(family, needs)))).flat();
  }

  async #ensure(family: Family, needs: FirewallNeeds | null): Promise<string[]> {
    const changed: string[] = [];
    const forward = await this.#chain(family, "FORWARD");
    const input = family === "iptables" ? await this.#chain(family, "INPUT") : null;
    const wanted = [
      ...(needs && forward?.closed ? forwardRules(needs.bridges) : []),
      ...(needs && input?.closed ? inputRules(needs.servers) : []),
    ];
    const present = [...(forward?.own ?? []), ...(input?.own ?? [])];
    for (const rule of present.filter((own) => !wanted.includes(own))) {
      changed.push(...(await this.#change(family, "-D", rule)));
    }
    for (const rule of wanted.filter((own) => !present.includes(own))) {
      changed.push(...(await this.#change(family, "-I", rule)));
    }
    return changed;
  }

  remove(): Promise<string[]> {
    return this.ensure(null);
  }

  /** A chain's policy and our rules in it; null where there is no such chain. */
  async #chain(family: Family, chain: string): Promise<{ closed: boolean; own: string[] } | null> {
    const outcome = await this.#tools.attempt([family, "-w", "-S", chain]);
    if (outcome.code !== 0) return null;
    const lines = outcome.stdout.split("\n");
    const comment = new RegExp(` -m comment --comment "?${this.#mark}"?`);
    return {
      closed:
        !lines.includes(`-P ${chain} ACCEPT`) || lines.some((line) => /-j (?:DROP|REJECT)\b/.test(line)),
      own: lines
        .filter((line) => comment.test(line))
        .map((line) => line.replace(comment, "").slice("-A ".length)),
    };
  }

  async #change(family: Family, verb: "-I" | "-D", rule: string): Promise<string[]> {
    const [chain = "", ...words] = rule.split(" ");
    const jump = words.indexOf("-j");
    const marked = [...words.slice(0, jump), "-m", "comment", "--comment", this.#mark, ...words.slice(jump)];
    const outcome = await this.#tools.attempt([family, "-w", verb, chain, ...marked]);
    if (outcome.code !== 0) return [];
    return [`${verb === "-I" ? "let pass" : "no longer let pass"} in ${family}: ${rule}`];
  }
}

/** As `iptables -S` prints them, without our comment. */
function forwardRules(bridges: readonly string[]): string[] {
  return [...bridges, TENANT_BRIDGES].flatMap((bridge) => [
    `FORWARD -i ${bridge} -j ACCEPT`,
    `FORWARD -o ${bridge} -j ACCEPT`,
  ]);
}

function inputRules(servers: FirewallNeeds["servers"]): string[] {
  return servers.flatMap(({ bridge, metadataPort }) => [
    `INPUT -i ${bridge} -p udp -m udp --dport 67 -j ACCEPT`,
    `INPUT -i ${bridge} -p udp -m udp --dport 53 -j ACCEPT`,
    `INPUT -i ${bridge} -p tcp -m tcp --dport 53 -j ACCEPT`,
    ...(metadataPort === null ? [] : [`INPUT -i ${bridge} -p tcp -m tcp --dport ${metadataPort} -j ACCEPT`]),
  ]);
}
