// `stack snapshot`: a whole cloud put aside and brought back.

import { tryLock } from "../core/lock.ts";
import {
  type Command,
  CommandError,
  columns,
  controlClient,
  type Invocation,
  STATE_HELP,
  STATE_OPTION,
  statePaths,
  UsageError,
} from "./command.ts";

export const snapshot: Command = {
  name: "snapshot",
  usage: "save NAME | list | restore NAME | delete NAME",
  summary: "puts a whole cloud aside (databases, settings, images, objects, volumes) and brings it back",
  example: "stack snapshot save before-class; stack snapshot restore before-class",
  options: { ...STATE_OPTION, json: { type: "boolean" } },
  optionHelp: [["--json", "list: for programs"], STATE_HELP],
  async run(invocation) {
    const [verb = "list", name, ...more] = invocation.positionals;
    if (verb === "list") return list(invocation);
    if (!["save", "restore", "delete"].includes(verb))
      throw new UsageError(`snapshot ${verb}? see: stack help snapshot`);
    if (name === undefined || more.length > 0) throw new UsageError(`snapshot ${verb} NAME`);
    if (verb === "save") return save(invocation, name);
    if (verb === "restore") return restore(invocation, name);
    const { deleteSnapshot } = await import("../snapshot/shelf.ts");
    deleteSnapshot(statePaths(invocation).root, name);
    return 0;
  },
};

async function list(invocation: Invocation): Promise<number> {
  const { listSnapshots } = await import("../snapshot/shelf.ts");
  const found = listSnapshots(statePaths(invocation).root);
  if (invocation.values["json"]) invocation.out(`${JSON.stringify(found, null, 2)}\n`);
  else {
    invocation.out(
      columns(
        found.map(({ name, createdAt, bytes }) => [
          name,
          createdAt.slice(0, 19).replace("T", " "),
          mebi(bytes),
        ]),
      ),
    );
  }
  return 0;
}

async function save(invocation: Invocation, name: string): Promise<number> {
  const startedAt = performance.now();
  const { saveSnapshot } = await import("../snapshot/shelf.ts");
  const { bytes } = await onState(
    invocation,
    (client) => client.saveSnapshot(name),
    async (root) => saveSnapshot(root, name),
  );
  invocation.out(`saved ${name}: ${mebi(bytes)} in ${seconds(startedAt)}\n`);
  return 0;
}

async function restore(invocation: Invocation, name: string): Promise<number> {
  const startedAt = performance.now();
  const { found, restoreSnapshot } = await import("../snapshot/shelf.ts");
  found(statePaths(invocation).root, name);
  const removed = await onState(
    invocation,
    (client) => client.restoreSnapshot(name),
    async (root) => {
      restoreSnapshot(root, name);
      return [];
    },
  );
  for (const row of removed) invocation.out(`removed ${row}\n`);
  invocation.out(`restored ${name} in ${seconds(startedAt)}\n`);
  return 0;
}

/**
 * Asks the running cloud, or works on the files of one that does not run.
 * @throws CommandError when there is no cloud, or one is just starting
 */
export async function onState<T>(
  invocation: Invocation,
  running: (client: ReturnType<typeof controlClient>) => Promise<T>,
  stopped: (root: string) => Promise<T>,
  { create = false } = {},
): Promise<T> {
  const { existsSync, mkdirSync } = await import("node:fs");
  const paths = statePaths(invocation);
  const client = controlClient(invocation);
  if (await client.status().catch(() => null)) return running(client);
  if (create) mkdirSync(paths.root, { recursive: true, mode: 0o700 });
  else if (!existsSync(paths.at("secrets.json")))
    throw new CommandError(`there is no cloud in ${paths.root}`);
  const lock = tryLock(paths.at("lock"));
  if (!lock) throw new CommandError(`the cloud in ${paths.root} is starting or ending; try again`);
  try {
    const { finishRestore } = await import("../snapshot/restore.ts");
    finishRestore(paths.root);
    return await stopped(paths.root);
  } finally {
    lock.release();
  }
}

export function mebi(bytes: number): string {
  return `${(bytes / (1 << 20)).toFixed(1)} MiB`;
}

export function seconds(startedAt: number): string {
  return `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
}
