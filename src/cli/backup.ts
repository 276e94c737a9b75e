// `stack backup FILE` and `stack restore FILE`: a cloud in one file.

import { existsSync, statSync } from "node:fs";
import {
  type Command,
  CommandError,
  type Invocation,
  STATE_HELP,
  STATE_OPTION,
  statePaths,
  UsageError,
} from "./command.ts";
import { mebi, onState, seconds } from "./snapshot.ts";

export const backup: Command = {
  name: "backup",
  usage: "FILE.tar.gz [--control]",
  summary: "writes the whole cloud into one file, while it runs or not",
  example: "stack backup /var/backups/cloud-$(date +%Y%m%d).tar.gz",
  options: { ...STATE_OPTION, control: { type: "boolean" } },
  optionHelp: [
    [
      "--control",
      "the services only, as the operations guide does it: no disks of servers, no volumes, no object data",
    ],
    STATE_HELP,
  ],
  async run(invocation) {
    const file = one(invocation, "backup");
    const startedAt = performance.now();
    const whole = invocation.values["control"] !== true;
    const { folderExists, packBackup, stageBackup } = await import("../snapshot/backup.ts");
    if (!folderExists(file)) throw new CommandError(`there is no folder for ${file}`);
    const folder = await onState(
      invocation,
      (client) => client.stageBackup(whole),
      async (root) => stageBackup(root, whole),
    );
    await packBackup(folder, file);
    invocation.out(`wrote ${file}: ${mebi(statSync(file).size)} in ${seconds(startedAt)}\n`);
    return 0;
  },
};

export const restore: Command = {
  name: "restore",
  usage: "FILE.tar.gz [--replace]",
  summary: "brings a cloud back from such a file; one that runs is restarted with it",
  example: "stack restore /var/backups/cloud-20130401.tar.gz --state /srv/cloud",
  options: { ...STATE_OPTION, replace: { type: "boolean" } },
  optionHelp: [["--replace", "in the place of a cloud that is there"], STATE_HELP],
  async run(invocation) {
    const file = one(invocation, "restore");
    const startedAt = performance.now();
    const paths = statePaths(invocation);
    if (existsSync(paths.at("secrets.json")) && invocation.values["replace"] !== true) {
      throw new CommandError(`there is a cloud in ${paths.root}; --replace puts the backup in its place`);
    }
    const { takeBackupIn, unpackBackup } = await import("../snapshot/backup.ts");
    const facts = await unpackBackup(paths.root, file);
    const removed = await onState(
      invocation,
      (client) => client.takeBackupIn(facts),
      async (root) => {
        takeBackupIn(root, facts);
        return [];
      },
      { create: true },
    );
    for (const row of removed) invocation.out(`removed ${row}\n`);
    invocation.out(
      `restored the cloud of ${facts.createdAt.slice(0, 19).replace("T", " ")} in ${seconds(startedAt)}\n`,
    );
    return 0;
  },
};

function one({ positionals }: Invocation, verb: string): string {
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0) throw new UsageError(`${verb} FILE`);
  return file;
}
