// `stack net show`: what of the network is on this host and ours, and what is filtered and translated.

import { networkSection } from "../network/config.ts";
import {
  type Command,
  CommandError,
  type Invocation,
  STATE_HELP,
  STATE_OPTION,
  statePaths,
  UsageError,
} from "./command.ts";

export const net: Command = {
  name: "net",
  usage: "show [host|rules|topology] [--json]",
  summary:
    "bridges, namespaces, DHCP servers; filters and translations as iptables-save; who is plugged in where",
  example: "stack net show rules",
  options: { ...STATE_OPTION, rc: { type: "string" }, json: { type: "boolean" } },
  optionHelp: [
    ["--json", "for programs: host and topology"],
    ["--rc FILE", "settings of the network service"],
    STATE_HELP,
  ],
  async run(invocation) {
    const [verb, what = "all", ...others] = invocation.positionals;
    if (verb !== "show" || others.length > 0 || !["all", "host", "rules", "topology"].includes(what)) {
      throw new UsageError("net show [host|rules|topology]");
    }
    for await (const text of view(invocation, what)) invocation.out(text);
    return 0;
  },
};

async function* view(invocation: Invocation, what: string): AsyncGenerator<string> {
  const paths = statePaths(invocation);
  const [{ readConfig }, { openNetwork }, { showHost, showRules, showTopology }] = await Promise.all([
    import("../boot.ts"),
    import("../network/manage/open.ts"),
    import("../network/show/show.ts"),
  ]);
  const rcFile = (invocation.values["rc"] as string | undefined) ?? null;
  const config = readConfig({ stateDir: paths.root, rcFile, overrides: {}, env: invocation.env });
  using network = openNetwork(paths, config);
  if (!network) throw new CommandError(`there is no cloud in ${paths.root}`);
  const json = invocation.values["json"] === true;
  const settings = config.values(networkSection);
  if (what === "all" || what === "host") yield await showHost(network, json);
  if (what === "all") yield "\n";
  if (what === "all" || what === "rules") yield showRules(network, settings);
  if (what === "topology") yield showTopology(network);
}
