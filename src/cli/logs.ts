// `stack logs [SERVICE] [-f]` and `stack log-level`.

import type { LogQuestion } from "../control/client.ts";
import { LEVELS } from "../core/log.ts";
import {
  type Command,
  columns,
  controlClient,
  type Invocation,
  STATE_HELP,
  STATE_OPTION,
  UsageError,
} from "./command.ts";

export const logs: Command = {
  name: "logs",
  usage: "[SERVICE] [-f] [-n LINES] [--level LEVEL] [--grep TEXT] [--request REQ-ID]",
  summary: "a service's scrollback (all services when none is named); -f follows",
  example: "stack logs n-sch -f --level WARNING",
  options: {
    ...STATE_OPTION,
    follow: { type: "boolean", short: "f" },
    lines: { type: "string", short: "n" },
    level: { type: "string" },
    grep: { type: "string", multiple: true },
    request: { type: "string" },
  },
  optionHelp: [
    ["-f, --follow", "go on with what comes"],
    ["-n, --lines N", "begin with the last N lines"],
    ["--level LEVEL", "this level and graver ones"],
    ["--grep TEXT", "lines with this word, in capitals or not; !TEXT: without it; may be repeated"],
    ["--request REQ-ID", "lines of this request"],
    STATE_HELP,
  ],
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
    const question = questionOf(invocation);
    if (invocation.values["follow"]) {
      for await (const line of client.follow(window, undefined, question))
        invocation.out(`${name(line)}${line.text}\n`);
    } else {
      for (const line of await client.lines(window, question)) invocation.out(`${name(line)}${line.text}\n`);
    }
    return 0;
  },
};

/** @throws UsageError */
function questionOf({ values }: Invocation): LogQuestion {
  const { lines, level, grep, request } = values;
  const wanted =
    level === undefined ? undefined : LEVELS.find((known) => known === String(level).toUpperCase());
  if (level !== undefined && !wanted) throw new UsageError(`${level} is none of ${LEVELS.join(", ")}`);
  const tail = Number(lines);
  if (lines !== undefined && !(Number.isInteger(tail) && tail >= 0))
    throw new UsageError(`--lines takes a number, not "${lines}"`);
  const words = [wanted, request, ...((grep as string[] | undefined) ?? [])].filter(
    (word) => word !== undefined,
  );
  return {
    ...(words.length > 0 ? { filter: words.join(" ") } : {}),
    ...(lines === undefined ? {} : { tail }),
  };
}

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
