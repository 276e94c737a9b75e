// Passing through a machine's own firewall, in a network namespace that has one. Runs as root only.

import { expect, test } from "bun:test";
import { needsRoot, tools } from "../testing/guest.ts";
import { HostFirewall } from "./host-firewall.ts";
import { HostTools, type Outcome } from "./tools.ts";

const reason = needsRoot() ?? (tools.find("iptables") === null ? "not installed: iptables" : null);
if (reason !== null) console.log(`skipped: the machine's firewall: ${reason}`);

/** The host's tools, in another namespace. */
class ToolsIn extends HostTools {
  #namespace: string;

  constructor(namespace: string) {
    super();
    this.#namespace = namespace;
  }

  override attempt(argv: readonly string[], input?: string): Promise<Outcome> {
    return super.attempt(["ip", "netns", "exec", this.#namespace, ...argv], input);
  }
}

test.skipIf(reason !== null)(
  "a closed firewall lets our bridges pass, an open one is left alone",
  async () => {
    const name = "stack-test-firewall";
    await tools.run(["ip", "netns", "add", name]);
    try {
      const inside = new ToolsIn(name);
      const firewall = new HostFirewall(inside, "stack-94");
      const needs = { bridges: ["br100-94"], servers: [{ bridge: "br100-94", metadataPort: 8775 }] };
      expect(await firewall.ensure(needs)).toEqual([]);
      await inside.run(["iptables", "-P", "FORWARD", "DROP"]);
      await inside.run(["iptables", "-A", "INPUT", "-j", "DROP"]);
      expect(await firewall.ensure(needs)).toHaveLength(8);
      const shown = await inside.run(["iptables", "-S"]);
      expect(shown).toContain("-A FORWARD -i br100-94 -m comment --comment stack-94 -j ACCEPT");
      expect(shown).toContain(
        "-A INPUT -i br100-94 -p tcp -m tcp --dport 8775 -m comment --comment stack-94 -j ACCEPT",
      );
      expect(await firewall.ensure(needs)).toEqual([]);
      expect(await firewall.remove()).toHaveLength(8);
      expect(await inside.run(["iptables", "-S"])).not.toContain("stack-94");
    } finally {
      await tools.run(["ip", "netns", "del", name]);
    }
  },
);
