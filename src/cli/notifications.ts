// `stack notifications`: what OpenStack's services would put on the topic `notifications`.

import { onTheWire, type SentNotification } from "../core/notifications.ts";
import {
  type Command,
  controlClient,
  type Invocation,
  STATE_HELP,
  STATE_OPTION,
  UsageError,
} from "./command.ts";

export const notifications: Command = {
  name: "notifications",
  usage: "[list | tail] [--event TYPE] [--request REQ-ID]",
  summary:
    "what the services have notified of (compute.instance.create.end, ...); tail goes on with what comes",
  example: "stack notifications tail --event compute.instance --json",
  options: {
    ...STATE_OPTION,
    event: { type: "string" },
    request: { type: "string" },
    json: { type: "boolean" },
  },
  optionHelp: [
    ["--event TYPE", "of this event type, or of those that begin with it"],
    ["--request REQ-ID", "of this request"],
    ["--json", "whole messages, one a line, as they lie on the topic"],
    STATE_HELP,
  ],
  async run(invocation) {
    const [verb = "list", ...more] = invocation.positionals;
    if ((verb !== "list" && verb !== "tail") || more.length > 0)
      throw new UsageError("notifications list or tail");
    const { event, request } = invocation.values;
    const question = {
      ...(event === undefined ? {} : { event: String(event) }),
      ...(request === undefined ? {} : { request: String(request) }),
    };
    const client = controlClient(invocation);
    if (verb === "list") for (const sent of await client.notifications(question)) print(invocation, sent);
    else for await (const sent of client.followNotifications(question)) print(invocation, sent);
    return 0;
  },
};

function print({ values, out }: Invocation, sent: SentNotification): void {
  if (values["json"]) {
    out(`${JSON.stringify(onTheWire(sent))}\n`);
    return;
  }
  const { timestamp, topics, publisher_id, event_type, _context_request_id } = sent;
  out(
    `${timestamp.slice(0, 23)} ${topics.join(",")} ${publisher_id} ${event_type} [${_context_request_id || "-"}]\n`,
  );
}
