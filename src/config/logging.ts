// What is logged and where it goes: for all services, and per project by oslo.log's options in its own file
// (`debug`, `use_syslog`, `syslog_log_facility`; oslo.log 5.0, _options.py).

import type { Level } from "../core/log.ts";
import { FACILITIES, type Facility } from "../core/syslog.ts";
import { type Config, ConfigError } from "./config.ts";
import { CONFIG_FILES, defaultOption } from "./files.ts";
import { key, section } from "./keys.ts";

export const loggingSection = section("logging", "Logs", {
  LOGDIR: key.text("", "Folder of the log files. Empty: log/ in the state directory."),
  DEBUG: key.bool(
    "True",
    "Write DEBUG lines; `debug` under [DEFAULT] of a service's own file goes before it. `stack log-level` changes it while the service runs.",
  ),
  SYSLOG: key.bool(
    "False",
    "Send every log line to syslog as well, over UDP; `use_syslog` under [DEFAULT] of a service's own file goes before it.",
  ),
  SYSLOG_HOST: key.text("127.0.0.1", "Name or address of the syslog receiver."),
  SYSLOG_PORT: key.int(514, "UDP port of the syslog receiver.", { min: 1, max: 65_535 }),
});

/** The Ops Guide's facilities ("Central logs"); a service it does not name has oslo.log's default. */
const USUAL_FACILITY: Readonly<Record<string, Facility>> = {
  nova: "LOG_LOCAL0",
  glance: "LOG_LOCAL1",
  cinder: "LOG_LOCAL2",
  keystone: "LOG_LOCAL3",
  swift: "LOG_LOCAL0",
};

export interface ProjectLogging {
  /** Lines below it are not written. */
  level: Level;
  /** Null: not sent to syslog. */
  facility: Facility | null;
}

/** @throws ConfigError */
export function projectLogging(config: Config, project: string): ProjectLogging {
  const settings = config.values(loggingSection);
  const option = (name: string) => defaultOption(config, project, name);
  const switched = (name: string, usual: boolean) => {
    const text = option(name);
    if (text === undefined) return usual;
    try {
      return key.bool("", "").parse(text);
    } catch (error) {
      throw new ConfigError(
        `${CONFIG_FILES[project]?.[0]}/DEFAULT/${name} must be ${(error as Error).message}, not "${text}"`,
      );
    }
  };
  return {
    level: switched("debug", settings.DEBUG) ? "DEBUG" : "INFO",
    facility: switched("use_syslog", settings.SYSLOG)
      ? facilityOf(option("syslog_log_facility"), project)
      : null,
  };
}

/** `LOG_LOCAL0`, `LOCAL0` or `local0`, as oslo.log takes it. */
function facilityOf(text: string | undefined, project: string): Facility {
  if (text === undefined) return USUAL_FACILITY[project] ?? "LOG_USER";
  const name = text.trim().toUpperCase();
  const found = (Object.keys(FACILITIES) as Facility[]).find(
    (known) => known === name || known === `LOG_${name}`,
  );
  if (found) return found;
  throw new ConfigError(
    `syslog_log_facility must be one of ${Object.keys(FACILITIES).join(", ")}, not "${text}"`,
  );
}
