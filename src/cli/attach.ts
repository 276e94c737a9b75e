// `stack attach`: the terminal UI of a running cloud.

import { type Command, controlClient, type Invocation, STATE_HELP, STATE_OPTION } from "./command.ts";

export const attach: Command = {
  name: "attach",
  aliases: ["-r"],
  usage: "",
  summary: "the terminal UI of a running cloud; Ctrl-A d leaves it running",
  example: "stack attach",
  options: STATE_OPTION,
  optionHelp: [STATE_HELP],
  run: attachTerminal,
};

export async function attachTerminal(invocation: Invocation): Promise<number> {
  const client = controlClient(invocation);
  await client.status();
  for await (const line of client.follow(null)) invocation.out(`${line.window}: ${line.text}\n`);
  return 0;
}
