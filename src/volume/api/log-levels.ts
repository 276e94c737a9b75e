// Log levels of the running services: PUT /os-services/set-log and get-log, since 3.32. A service here has one logger, whose
// name is that of its Python package. Authority: cinder/api/contrib/services.py (_set_log, _get_log) and cinder/utils.py of Zed.

import { pyStr } from "../../core/python.ts";
import { type LogLevels, logLevels } from "../../core/service.ts";
import type { Cinder } from "../cinder.ts";
import { InvalidInput } from "../errors.ts";
import { API_BINARY, BACKUP_BINARY, SCHEDULER_BINARY, VOLUME_BINARY } from "../topics.ts";
import type { Json } from "./bodies.ts";

interface Program {
  window: string;
  logger: string;
}

const PROGRAMS: ReadonlyMap<string, Program> = new Map([
  [SCHEDULER_BINARY, { window: "c-sch", logger: "cinder.scheduler" }],
  [VOLUME_BINARY, { window: "c-vol", logger: "cinder.volume" }],
  [BACKUP_BINARY, { window: "c-bak", logger: "cinder.backup" }],
  [API_BINARY, { window: "c-api", logger: "cinder.api" }],
]);
const LEVELS = ["DEBUG", "INFO", "WARNING", "ERROR"] as const;

interface Reporting {
  binary: string;
  host: string;
}

/** The programs a body speaks of, with the hosts that they are alive on. The API is on this one. */
function programsOf(cinder: Cinder, body: Json): Reporting[] {
  const { binary, server } = body as { binary?: string; server?: string | null };
  const wanted = binary === undefined || ["", "*"].includes(binary) ? [...PROGRAMS.keys()] : [binary];
  const here = cinder.context.machine.hostName;
  const api = wanted.includes(API_BINARY) && (!server || server === here);
  return [
    ...(api ? [{ binary: API_BINARY, host: here }] : []),
    ...cinder.services
      .list()
      .filter((row) => wanted.includes(row.binary) && PROGRAMS.has(row.binary) && cinder.services.isUp(row))
      .filter(({ host }) => !server || host === server || host.startsWith(`${server}@`)),
  ];
}

function concerned({ logger }: Program, prefix: unknown): boolean {
  return logger.startsWith(typeof prefix === "string" ? prefix : "");
}

/** @throws InvalidInput for a word that is no level */
export function setLogLevels(cinder: Cinder, body: Json): void {
  const word = pyStr(body["level"] ?? "");
  const level = LEVELS.find((known) => known === word.toUpperCase());
  if (!level) throw new InvalidInput(`${word} is not a valid log level.`);
  for (const { binary } of programsOf(cinder, body)) {
    const program = PROGRAMS.get(binary)!;
    if (concerned(program, body["prefix"])) levelsOf(cinder).setLevel(program.window, level);
  }
}

export function logLevelsOf(cinder: Cinder, body: Json): { host: string; binary: string; levels: Json }[] {
  return programsOf(cinder, body).map(({ binary, host }) => {
    const program = PROGRAMS.get(binary)!;
    const levels = concerned(program, body["prefix"])
      ? { [program.logger]: levelsOf(cinder).levelOf(program.window) }
      : {};
    return { host, binary, levels };
  });
}

const levelsOf = (cinder: Cinder): LogLevels => cinder.context.peers.get(logLevels);
