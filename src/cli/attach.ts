// `stack attach`: the terminal UI of a running cloud.

import {
  type Command,
  CommandError,
  controlClient,
  type Invocation,
  STATE_HELP,
  STATE_OPTION,
  stateDir,
} from "./command.ts";
import { environmentOf, readCredentials } from "./credentials.ts";

export const attach: Command = {
  name: "attach",
  aliases: ["-r"],
  usage: "[--no-colours]",
  summary: "the terminal UI of a running cloud; Ctrl-A d leaves it running",
  example: "stack attach",
  options: { ...STATE_OPTION, "no-colours": { type: "boolean" } },
  optionHelp: [["--no-colours", "log levels are not coloured"], STATE_HELP],
  run: attachTerminal,
};

export async function attachTerminal(invocation: Invocation): Promise<number> {
  const client = controlClient(invocation);
  const { services } = await client.status();
  if (!process.stdout.isTTY || !process.stdin.isTTY)
    throw new CommandError("attach needs a terminal; see: stack logs -f");
  const hasIdentity = services.some((service) => service.window === "key");
  const credentials = hasIdentity ? environmentOf(readCredentials(invocation, "admin", "admin")) : {};
  const { runTui } = await import("../tui/index.ts");
  const ending = await runTui({
    client,
    env: { ...invocation.env, ...credentials, STACK_STATE: stateDir(invocation), PATH: ownPath(invocation) },
    colours: invocation.values["no-colours"] !== true && invocation.env["NO_COLOR"] === undefined,
    sessionName: "stack",
  });
  if (ending === "quit") await client.shutdown("stop");
  const words = {
    detach: "[detached; stack attach comes back]",
    quit: "[stack is terminating]",
    "cloud-ended": "[the cloud has ended]",
  };
  invocation.out(`${words[ending]}\n`);
  return 0;
}

/** So that `stack` is found in window 0, wherever the executable lies. */
function ownPath({ env }: Invocation): string {
  const folder = process.execPath.replace(/\/[^/]*$/, "");
  return `${env["PATH"] ?? "/usr/bin:/bin"}:${folder}`;
}
