// `stack fault`: what goes wrong on purpose in a running cloud.

import type { FaultKind, FaultSpec } from "../faults/book.ts";
import {
  type Command,
  columns,
  controlClient,
  type Invocation,
  STATE_HELP,
  STATE_OPTION,
  UsageError,
} from "./command.ts";

const KINDS: readonly FaultKind[] = ["error", "slow", "drop"];

export const fault: Command = {
  name: "fault",
  usage: "add POINT [error|slow|drop] | list | remove ID ... | clear",
  summary:
    "makes operations fail, wait or get lost on purpose: compute.spawn@c01, volume.*, bus.TOPIC.METHOD, http.n-api",
  example: "stack fault add compute.spawn --rate 0.2; stack fault add http.g-api slow --seconds 3",
  options: {
    ...STATE_OPTION,
    rate: { type: "string" },
    seconds: { type: "string" },
    times: { type: "string" },
    message: { type: "string" },
    json: { type: "boolean" },
  },
  optionHelp: [
    ["--rate R", "how often it strikes, from 0 to 1 (1)"],
    ["--times N", "ends after so many strikes"],
    ["--seconds S", "slow: how long it takes (5)"],
    ["--message TEXT", "error: what it says"],
    ["--json", "list: for programs"],
    STATE_HELP,
  ],
  async run(invocation) {
    const [verb = "list", ...words] = invocation.positionals;
    const client = controlClient(invocation);
    switch (verb) {
      case "add":
        invocation.out(`fault ${(await client.addFault(specOf(invocation, words))).id}\n`);
        return 0;
      case "list":
        return list(invocation);
      case "remove":
        if (words.length === 0) throw new UsageError("fault remove which one?");
        for (const id of words) await client.removeFault(numberOf(id, "a fault", 0)!);
        return 0;
      case "clear":
        for (const { id } of await client.faults()) await client.removeFault(id);
        return 0;
      default:
        throw new UsageError(`fault ${verb}? see: stack help fault`);
    }
  },
};

function specOf({ values }: Invocation, words: string[]): Pick<FaultSpec, "point"> & Partial<FaultSpec> {
  const [point, given = "error", ...more] = words;
  const kind = KINDS.find((known) => known === given);
  if (point === undefined || more.length > 0) throw new UsageError("fault add POINT [error|slow|drop]");
  if (!kind) throw new UsageError(`a fault is error, slow or drop, not ${given}`);
  const rate = numberOf(values["rate"], "--rate", undefined);
  const seconds = numberOf(values["seconds"], "--seconds", undefined);
  const times = numberOf(values["times"], "--times", undefined);
  return {
    point,
    kind,
    ...(rate === undefined ? {} : { rate }),
    ...(seconds === undefined ? {} : { seconds }),
    ...(times === undefined ? {} : { times }),
    ...(values["message"] === undefined ? {} : { message: String(values["message"]) }),
  };
}

function numberOf(given: unknown, what: string, usual: number | undefined): number | undefined {
  if (given === undefined) return usual;
  const value = Number(given);
  if (!Number.isFinite(value)) throw new UsageError(`${what} takes a number, not "${given}"`);
  return value;
}

async function list(invocation: Invocation): Promise<number> {
  const faults = await controlClient(invocation).faults();
  if (invocation.values["json"]) {
    invocation.out(`${JSON.stringify(faults, null, 2)}\n`);
    return 0;
  }
  const rows = faults.map(({ id, point, kind, rate, seconds, times, struck }) => [
    String(id),
    point,
    kind === "slow" ? `slow, ${seconds} s` : kind,
    `rate ${rate}`,
    times === null ? `struck ${struck} times` : `struck ${struck} of ${times} times`,
  ]);
  invocation.out(columns(rows));
  return 0;
}
