// Where the log lines of a running cloud go: a file per service, and syslog for those that ask for it.

import { join } from "node:path";
import type { Config } from "./config/config.ts";
import { loggingSection, projectLogging } from "./config/logging.ts";
import type { LogBook, LogFile } from "./core/log.ts";
import { openLogFile } from "./core/log-file.ts";
import type { ServiceDeclaration } from "./core/service.ts";
import { SyslogSender, type SyslogSource } from "./core/syslog.ts";

export interface LoggingOptions {
  book: LogBook;
  /** As it is at the start; the folder and the receiver stay for the life of the process. */
  config: Config;
  /** Used when LOGDIR is empty. */
  defaultDir: string;
  hostName: string;
}

export class Logging {
  #options: LoggingOptions;
  /** Where the files are. */
  readonly dir: string;
  #syslogSources = new Map<string, SyslogSource>();
  #syslog: { sender: SyslogSender; unlisten(): void } | null = null;

  constructor(options: LoggingOptions) {
    this.#options = options;
    this.dir = options.config.values(loggingSection).LOGDIR || options.defaultDir;
    options.book.setFile("stack", openLogFile(join(this.dir, "stack.log")));
  }

  /** Called at every start of a service: sets its level and its syslog facility, and opens its file. @throws ConfigError */
  open({ window, program, project, logFile }: ServiceDeclaration, config: Config): LogFile {
    const { level, facility } = projectLogging(config, project);
    this.#options.book.setLevel(window, level);
    if (facility) this.#syslogSources.set(window, { facility, program });
    else this.#syslogSources.delete(window);
    if (facility && !this.#syslog) this.#openSyslog();
    return openLogFile(join(this.dir, logFile));
  }

  close(): void {
    this.#syslog?.unlisten();
    this.#syslog?.sender.close();
    this.#options.book.close();
  }

  #openSyslog(): void {
    const { book, config, hostName } = this.#options;
    const { SYSLOG_HOST: host, SYSLOG_PORT: port } = config.values(loggingSection);
    const sender = new SyslogSender({
      host,
      port,
      hostName,
      pid: process.pid,
      sourceOf: (window) => this.#syslogSources.get(window) ?? null,
      onError: (error) =>
        book.logger("stack", "stack.syslog").error(null, `Nothing goes to syslog at ${host}:${port}`, error),
    });
    this.#syslog = { sender, unlisten: book.listen(sender.send) };
  }
}
