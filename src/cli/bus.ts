// `stack bus`: the message broker taken away and brought back, for drills.

import { type Command, controlClient, STATE_HELP, STATE_OPTION, UsageError } from "./command.ts";

export const bus: Command = {
  name: "bus",
  usage: "[status | down | up]",
  summary: "takes the message bus down, as if RabbitMQ had died, and brings it back; what waits is not lost",
  example: "stack bus down; stack queues; stack bus up",
  options: STATE_OPTION,
  optionHelp: [STATE_HELP],
  async run(invocation) {
    const [verb = "status", ...more] = invocation.positionals;
    const client = controlClient(invocation);
    if (more.length > 0 || !["status", "down", "up"].includes(verb))
      throw new UsageError("bus status, down or up");
    if (verb === "down" || verb === "up") await client.setBus(verb);
    invocation.out(`The message bus is ${(await client.busDown()) ? "down" : "up"}.\n`);
    return 0;
  },
};
