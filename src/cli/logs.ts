// `stack logs [SERVICE] [-f]` and `stack trace REQ-ID`.

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { LEVELS } from "../core/log.ts";
import {
  type Command,
  CommandError,
  columns,
  controlClient,
  logFolder,
  STATE_HELP,
  STATE_OPTION,
  UsageError,
} from "./command.ts";

export const logs: Command = {
  name: "logs",
  usage: "[SERVICE] [-f]",
  summary: "a service's scrollback (all services when none is named); -f follows",
  example: "stack logs n-sch -f",
  options: { ...STATE_OPTION, follow: { type: "boolean", short: "f" } },
  optionHelp: [["-f, --follow", "go on with what comes"], STATE_HELP],
  async run(invocation) {
    const client = controlClient(invocation);
    const window = invocation.positionals[0] ?? null;
    if (window !== null) {
      const { services } = await client.status();
      if (window !== "stack" && !services.some((service) => service.window === window)) {
        throw new UsageError(`no service is called ${window}`);
      }
    }
    const name = (line: { window: string }) => (window === null ? `${line.window}: ` : "");
    if (invocation.values["follow"]) {
      for await (const line of client.follow(window)) invocation.out(`${name(line)}${line.text}\n`);
    } else {
      for (const line of await client.lines(window)) invocation.out(`${name(line)}${line.text}\n`);
    }
    return 0;
  },
};

export const logLevel: Command = {
  name: "log-level",
  usage: "[SERVICE [LEVEL]]",
  summary: "from which level on a service's lines are written; changes it until the service is started again",
  example: "stack log-level n-sch INFO",
  options: STATE_OPTION,
  optionHelp: [["LEVEL", LEVELS.join(", ")], STATE_HELP],
  async run(invocation) {
    const client = controlClient(invocation);
    const [window, level] = invocation.positionals;
    const levels = await client.logLevels();
    if (window !== undefined && !(window in levels)) throw new UsageError(`no service is called ${window}`);
    if (window !== undefined && level !== undefined) {
      const wanted = LEVELS.find((known) => known === level.toUpperCase());
      if (!wanted) throw new UsageError(`${level} is none of ${LEVELS.join(", ")}`);
      await client.setLogLevel(window, wanted);
      return 0;
    }
    const rows = Object.entries(levels).filter(([name]) => window === undefined || name === window);
    invocation.out(columns(rows));
    return 0;
  },
};

/** Date, time with milliseconds: the lines' own stamps, 23 characters. */
const STAMP_LENGTH = 23;

export const trace: Command = {
  name: "trace",
  usage: "REQ-ID",
  summary: "the whole way of one request through the services, with times",
  example: "stack trace req-0c9b0b4e-4b57-4a4e-8f0c-6f3d5d0f7f8e",
  options: STATE_OPTION,
  optionHelp: [STATE_HELP],
  async run(invocation) {
    const id = invocation.positionals[0];
    if (!id)
      throw new UsageError(
        "trace which request? Its id is in the X-Openstack-Request-Id header and in the logs",
      );
    const folder = logFolder(invocation);
    const rows: { file: string; text: string }[] = [];
    for (const file of existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: "utf8" }) : []) {
      if (!/\.log(\.1)?$/.test(file)) continue;
      for (const text of (await Bun.file(join(folder, file)).text()).split("\n")) {
        if (text.includes(id)) rows.push({ file, text });
      }
    }
    if (rows.length === 0) throw new CommandError(`no log line speaks of ${id}`);
    rows.sort((a, b) => (a.text.slice(0, STAMP_LENGTH) < b.text.slice(0, STAMP_LENGTH) ? -1 : 1));
    const start = momentOf(rows[0]!.text);
    for (const { file, text } of rows) {
      const sinceMs = momentOf(text) - start;
      const program = file.replace(/^.*\//, "").replace(/\.log(\.1)?$/, "");
      invocation.out(
        `${`+${sinceMs} ms`.padStart(10)}  ${program.padEnd(18)} ${text.slice(STAMP_LENGTH + 1)}\n`,
      );
    }
    return 0;
  },
};

function momentOf(text: string): number {
  return Date.parse(`${text.slice(0, STAMP_LENGTH).replace(" ", "T")}Z`);
}
