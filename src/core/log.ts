// Log lines in OpenStack's form (oslo.log's `logging_context_format_string`):
//   2013-02-27 17:39:31.123 4118 DEBUG nova.scheduler.ip_scheduler [req-... demo demo] Request from ...
// A LogBook keeps, for every window, a bounded scrollback, the listeners, and the file.

import type { Clock } from "./clock.ts";
import type { RequestContext } from "./context.ts";
import { tracebackRows } from "./traceback.ts";

export const LEVELS = ["DEBUG", "INFO", "AUDIT", "WARNING", "ERROR", "CRITICAL", "TRACE"] as const;
export type Level = (typeof LEVELS)[number];

/** What of a request shows in a line; any RequestContext will do. */
export type LogContext = Pick<RequestContext, "requestId" | "userName" | "projectName">;

/** Logs for one module. The first argument is the request the line belongs to, or null (`[-]`). */
export interface Logger {
  debug(context: LogContext | null, text: string): void;
  info(context: LogContext | null, text: string): void;
  audit(context: LogContext | null, text: string): void;
  warning(context: LogContext | null, text: string): void;
  /** An error's stack follows as TRACE lines, in the form of a Python traceback. */
  error(context: LogContext | null, text: string, error?: unknown): void;
  critical(context: LogContext | null, text: string, error?: unknown): void;
  /** False when DEBUG lines go nowhere: spares the work of making them. */
  readonly debugging: boolean;
  /** The same window, another module name: `nova.compute.manager`. */
  child(module: string): Logger;
}

export interface LogLine {
  /** Counts up over all windows; a follower asks for what came after. */
  serial: number;
  window: string;
  level: Level;
  text: string;
}

export type LogListener = (line: LogLine) => void;

export interface LogFile {
  write(text: string): void;
  close(): void;
}

interface WindowLog {
  lines: LogLine[];
  bytes: number;
  file: LogFile | null;
  threshold: number;
}

export interface LogBookOptions {
  clock: Clock;
  pid?: number;
  /** Scrollback per window. */
  maxLines?: number;
  maxBytes?: number;
}

const DEFAULT_MAX_LINES = 2000;
const DEFAULT_MAX_BYTES = 512 * 1024;

export class LogBook {
  #clock: Clock;
  #pid: number;
  #maxLines: number;
  #maxBytes: number;
  #windows = new Map<string, WindowLog>();
  #listeners = new Set<LogListener>();
  #serial = 0;
  #secondMs = -1;
  #secondText = "";

  constructor(options: LogBookOptions) {
    this.#clock = options.clock;
    this.#pid = options.pid ?? process.pid;
    this.#maxLines = options.maxLines ?? DEFAULT_MAX_LINES;
    this.#maxBytes = options.maxBytes ?? DEFAULT_MAX_BYTES;
  }

  /** Gives a window its file; a former file of that window is closed. */
  setFile(window: string, file: LogFile | null): void {
    const log = this.#window(window);
    log.file?.close();
    log.file = file;
  }

  /** Lines below this level are dropped, for this window, from now on. */
  setLevel(window: string, level: Level): void {
    this.#window(window).threshold = LEVELS.indexOf(level);
  }

  levelOf(window: string): Level {
    return LEVELS[this.#window(window).threshold]!;
  }

  logger(window: string, module: string): Logger {
    const log = this.#window(window);
    const write = (level: Level, context: LogContext | null, text: string, error?: unknown) => {
      if (LEVELS.indexOf(level) >= log.threshold)
        this.#write(window, log, level, module, context, text, error);
    };
    return {
      debug: (context, text) => write("DEBUG", context, text),
      info: (context, text) => write("INFO", context, text),
      audit: (context, text) => write("AUDIT", context, text),
      warning: (context, text) => write("WARNING", context, text),
      error: (context, text, error) => write("ERROR", context, text, error),
      critical: (context, text, error) => write("CRITICAL", context, text, error),
      get debugging() {
        return log.threshold === 0;
      },
      child: (name) => this.logger(window, name),
    };
  }

  /** The scrollback of one window (all windows when null), oldest first, after `serial`. */
  lines(window: string | null, afterSerial = 0): LogLine[] {
    if (window !== null) {
      return (this.#windows.get(window)?.lines ?? []).filter((line) => line.serial > afterSerial);
    }
    const all = [...this.#windows.values()].flatMap((log) => log.lines);
    return all.filter((line) => line.serial > afterSerial).sort((a, b) => a.serial - b.serial);
  }

  listen(listener: LogListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    for (const log of this.#windows.values()) {
      log.file?.close();
      log.file = null;
    }
  }

  #window(name: string): WindowLog {
    let log = this.#windows.get(name);
    if (!log) {
      log = { lines: [], bytes: 0, file: null, threshold: 0 };
      this.#windows.set(name, log);
    }
    return log;
  }

  #write(
    window: string,
    log: WindowLog,
    level: Level,
    module: string,
    context: LogContext | null,
    text: string,
    error?: unknown,
  ): void {
    const stamp = this.#stamp();
    const who = contextText(context);
    this.#append(window, log, level, `${stamp} ${this.#pid} ${level} ${module} ${who} ${text}`);
    if (error === undefined) return;
    for (const row of tracebackRows(error)) {
      this.#append(window, log, level, `${stamp} ${this.#pid} TRACE ${module} ${who} ${row}`);
    }
  }

  #append(window: string, log: WindowLog, level: Level, text: string): void {
    const line: LogLine = { serial: ++this.#serial, window, level, text };
    log.lines.push(line);
    log.bytes += text.length;
    if (log.lines.length > this.#maxLines * 1.25 || log.bytes > this.#maxBytes * 1.25) this.#trim(log);
    log.file?.write(`${text}\n`);
    for (const listener of this.#listeners) listener(line);
  }

  /** Drops the oldest lines in one go, a quarter at a time, so that a line costs no shifting. */
  #trim(log: WindowLog): void {
    let drop = Math.max(0, log.lines.length - this.#maxLines);
    let bytes = log.bytes;
    for (let i = 0; i < log.lines.length - 1 && (i < drop || bytes > this.#maxBytes); i++) {
      bytes -= log.lines[i]!.text.length;
      drop = Math.max(drop, i + 1);
    }
    log.lines = log.lines.slice(drop);
    log.bytes = bytes;
  }

  /** `2013-02-27 17:39:31.123`. The part up to the second is made once a second. */
  #stamp(): string {
    const now = this.#clock.now();
    const second = Math.floor(now / 1000);
    if (second !== this.#secondMs) {
      this.#secondMs = second;
      this.#secondText = new Date(now).toISOString().slice(0, 19).replace("T", " ");
    }
    return `${this.#secondText}.${String(now % 1000).padStart(3, "0")}`;
  }
}

function contextText(context: LogContext | null): string {
  if (!context?.requestId) return "[-]";
  if (!context.userName && !context.projectName) return `[${context.requestId} - -]`;
  return `[${context.requestId} ${context.userName ?? "-"} ${context.projectName ?? "-"}]`;
}
