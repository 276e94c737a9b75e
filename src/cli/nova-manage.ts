// `stack nova-manage service list`: the classic operators' table, from the database itself.

import { existsSync } from "node:fs";
import { systemClock } from "../core/clock.ts";
import { randomIds } from "../core/ids.ts";
import { LogBook } from "../core/log.ts";
import { Peers } from "../core/peers.ts";
import {
  type Command,
  CommandError,
  type Invocation,
  STATE_HELP,
  STATE_OPTION,
  statePaths,
  UsageError,
} from "./command.ts";

export const novaManage: Command = {
  name: "nova-manage",
  usage: "service list [--host HOST] [--service BINARY]",
  summary: "nova's services as its own tool shows them: :-) alive, XXX not heard of in time",
  example: "stack nova-manage service list",
  options: {
    ...STATE_OPTION,
    rc: { type: "string" },
    host: { type: "string" },
    service: { type: "string" },
  },
  optionHelp: [
    ["--host HOST", "services of this host only"],
    ["--service BINARY", "services of this name only: nova-compute"],
    ["--rc FILE", "settings, of which SERVICE_DOWN_TIME counts"],
    STATE_HELP,
  ],
  async run(invocation) {
    if (invocation.positionals.join(" ") !== "service list") throw new UsageError("nova-manage service list");
    invocation.out(await serviceList(invocation));
    return 0;
  },
};

async function serviceList(invocation: Invocation): Promise<string> {
  const path = statePaths(invocation).at("nova.db");
  if (!existsSync(path)) throw new CommandError(`there is no cloud in ${statePaths(invocation).root}`);
  const [{ readConfig }, { ProjectDatabase }, { makePeriphery }, { serviceTable }] = await Promise.all([
    import("../boot.ts"),
    import("../db/open.ts"),
    import("../compute/make-periphery.ts"),
    import("../compute/manage/services.ts"),
  ]);
  const { rc, host, service } = invocation.values;
  const config = readConfig({
    rcFile: (rc as string | undefined) ?? null,
    overrides: {},
    env: invocation.env,
  });
  const db = new ProjectDatabase({ path, migrations: [] });
  try {
    const periphery = makePeriphery({
      db,
      clock: systemClock,
      ids: randomIds,
      log: new LogBook({ clock: systemClock }).logger("stack", "nova.manage"),
      config: (section) => config.values(section),
      endpoints: { base: () => null },
      peers: new Peers(),
    });
    return serviceTable(periphery, {
      host: host as string | undefined,
      binary: service as string | undefined,
    });
  } finally {
    db.close();
  }
}
