// `stack trace REQ-ID`: all that the cloud has written about one request, in the order in which it happened: log lines
// of every service (with the bus's messages among them), and the notifications that were sent.

import { createReadStream, existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { CloudNotRunning } from "../control/client.ts";
import {
  type Command,
  CommandError,
  controlClient,
  type Invocation,
  logFolder,
  STATE_HELP,
  STATE_OPTION,
  UsageError,
} from "./command.ts";

/** Date, time with milliseconds: the lines' own stamps, 23 characters. */
const STAMP_LENGTH = 23;

interface Row {
  /** `2013-02-27 17:39:31.123`; as text, which sorts as time does. */
  stamp: string;
  program: string;
  text: string;
}

export const trace: Command = {
  name: "trace",
  usage: "REQ-ID",
  summary: "the whole way of one request (or server, volume, ...) through the services, with times",
  example: "stack trace req-0c9b0b4e-4b57-4a4e-8f0c-6f3d5d0f7f8e",
  options: { ...STATE_OPTION, json: { type: "boolean" } },
  optionHelp: [["--json", "for programs"], STATE_HELP],
  async run(invocation) {
    const id = invocation.positionals[0];
    if (!id)
      throw new UsageError(
        "trace which request? Its id is in the X-Openstack-Request-Id header and in the logs",
      );
    const rows = [...(await loggedRows(logFolder(invocation), id)), ...(await notifiedRows(invocation, id))];
    if (rows.length === 0) throw new CommandError(`no log line speaks of ${id}`);
    rows.sort((a, b) => (a.stamp < b.stamp ? -1 : a.stamp > b.stamp ? 1 : 0));
    const start = momentOf(rows[0]!);
    const timed = rows.map((row) => ({ sinceMs: momentOf(row) - start, ...row }));
    if (invocation.values["json"]) invocation.out(`${JSON.stringify(timed, null, 2)}\n`);
    else {
      for (const { sinceMs, program, text } of timed)
        invocation.out(`${`+${sinceMs} ms`.padStart(10)}  ${program.padEnd(18)} ${text}\n`);
    }
    return 0;
  },
};

async function loggedRows(folder: string, id: string): Promise<Row[]> {
  const files = existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: "utf8" }) : [];
  const rows: Row[] = [];
  for (const file of files.filter((name) => /\.log(\.1)?$/.test(name)).sort(olderFirst)) {
    const program = file.replace(/^.*\//, "").replace(/\.log(\.1)?$/, "");
    for await (const line of createInterface({ input: createReadStream(join(folder, file)) })) {
      if (!line.includes(id)) continue;
      rows.push({ stamp: line.slice(0, STAMP_LENGTH), program, text: line.slice(STAMP_LENGTH + 1) });
    }
  }
  return rows;
}

/** `nova-api.log.1` was written before `nova-api.log`. */
function olderFirst(a: string, b: string): number {
  const [plainA, plainB] = [a.replace(/\.1$/, ""), b.replace(/\.1$/, "")];
  return plainA === plainB ? b.length - a.length : plainA < plainB ? -1 : 1;
}

/** Those that a running cloud still has. */
async function notifiedRows(invocation: Invocation, id: string): Promise<Row[]> {
  try {
    const known = await controlClient(invocation).notifications({});
    return known
      .filter(({ _context_request_id, payload }) =>
        _context_request_id === id ? true : JSON.stringify(payload).includes(id),
      )
      .map(({ timestamp, publisher_id, event_type, priority }) => ({
        stamp: timestamp.slice(0, STAMP_LENGTH),
        program: "notification",
        text: `${priority} ${event_type} from ${publisher_id}`,
      }));
  } catch (error) {
    if (error instanceof CloudNotRunning) return [];
    throw error;
  }
}

function momentOf({ stamp }: Row): number {
  return Date.parse(`${stamp.replace(" ", "T")}Z`);
}
