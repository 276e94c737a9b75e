// `openstack-config --set FILE SECTION KEY VALUE`, as crudini does it: the file keeps its comments and its order. Paths of the
// guides, `/etc/nova/nova.conf`, mean the cloud's own file when this machine has none.

import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { CommandError, stateDir } from "../../cli/command.ts";
import { endWithStatus } from "../ending.ts";
import type { ProgramIo } from "../program.ts";
import { deleted, optionOf, withValue } from "./ini.ts";

const HELP = `Usage: openstack-config --set FILE SECTION [KEY [VALUE]]
       openstack-config --get FILE SECTION KEY
       openstack-config --del FILE SECTION [KEY]
`;

export function openstackConfig(argv: readonly string[], io: ProgramIo): Promise<number> {
  return endWithStatus(io, [CommandError], async () => {
    const [verb, given, section, key, value] = argv.filter((word) => word !== "--existing");
    if (verb === "--help" || verb === "-h") {
      io.out(HELP);
      return 0;
    }
    if (given === undefined || section === undefined || !/^--(set|get|del)$/.test(verb ?? "")) {
      io.err(HELP);
      return 2;
    }
    const path = pathOf(given, io);
    const text = existsSync(path) ? readFileSync(path, "utf8") : null;
    if (verb === "--set") {
      write(path, withValue(text ?? "", section, key ?? null, value ?? ""));
      return 0;
    }
    if (text === null) throw new CommandError(`No such file: ${given}`);
    if (verb === "--del") {
      write(path, deleted(text, section, key ?? null));
      return 0;
    }
    const found = optionOf(text, section, key ?? "");
    if (found === null) throw new CommandError(`Parameter not found: ${key}`);
    io.out(`${found}\n`);
    return 0;
  });
}

function pathOf(given: string, { env }: ProgramIo): string {
  if (!given.startsWith("/etc/") || existsSync(given)) return given;
  return join(stateDir({ values: {}, env }), given);
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(`${path}.new`, text, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}
