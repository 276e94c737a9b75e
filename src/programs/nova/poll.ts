// --poll: waits for a server or an image and says how far it is (novaclient/v1_1/shell.py, _poll_for_status).
//
// On purpose unlike it: asks every second, not every five.

import type { ProgramIo } from "../program.ts";
import type { ComputeClient } from "./client.ts";
import type { Row } from "./tables.ts";

const PERIOD_MS = 1000;

interface PollOptions {
  /** False: without a number. */
  percent?: boolean;
}

/** Ends too when the server has failed, which is told and no error of the program's. */
export async function pollServer(
  client: ComputeClient,
  id: string | number,
  action: string,
  endings: readonly string[],
  io: ProgramIo,
  { percent = true }: PollOptions = {},
): Promise<void> {
  await poll(() => client.show("server", id), client.tables.isFolsom, action, endings, io, percent);
}

export async function pollImage(client: ComputeClient, id: string, io: ProgramIo): Promise<void> {
  const { isFolsom } = client.tables;
  await poll(() => client.show("image", id), isFolsom, "snapshotting", ["active"], io, true);
}

/** Until the server does nothing more with an image of itself. */
export async function untilIdle(client: ComputeClient, id: string | number): Promise<void> {
  while ((await client.show("server", id))["OS-EXT-STS:task_state"]) await Bun.sleep(PERIOD_MS);
}

async function poll(
  ask: () => Promise<Row>,
  isFolsom: boolean,
  action: string,
  endings: readonly string[],
  { out }: ProgramIo,
  percent: boolean,
): Promise<void> {
  // Folsom called a server an instance.
  const word = isFolsom ? "Instance" : "Server";
  const say = (done: number) => out(`\r${word} ${action}...${percent ? ` ${done}% complete` : ""}`);
  for (;;) {
    const { status, progress } = await ask();
    const state = String(status ?? "").toLowerCase();
    if (endings.includes(state)) {
      say(100);
      out("\nFinished\n");
      return;
    }
    if (state === "error") {
      out(`\nError ${action} ${word.toLowerCase()}\n`);
      return;
    }
    say(Number(progress ?? 0));
    await Bun.sleep(PERIOD_MS);
  }
}
