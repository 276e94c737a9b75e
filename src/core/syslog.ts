// Log lines to a syslog receiver over UDP, in RFC 3164's form, as OpenStack's services send them through the local
// syslog daemon when `use_syslog` is set (oslo.log 5.0, handlers.py; Ops Guide, "Central logs").

import { lookup } from "node:dns/promises";
import type { Level, LogLine } from "./log.ts";

/** RFC 3164, 4.1.1. */
export const FACILITIES = {
  LOG_USER: 1,
  LOG_DAEMON: 3,
  LOG_LOCAL0: 16,
  LOG_LOCAL1: 17,
  LOG_LOCAL2: 18,
  LOG_LOCAL3: 19,
  LOG_LOCAL4: 20,
  LOG_LOCAL5: 21,
  LOG_LOCAL6: 22,
  LOG_LOCAL7: 23,
} as const;

export type Facility = keyof typeof FACILITIES;

/** A line of a traceback is as grave as the error it belongs to. */
const SEVERITIES: Record<Level, number> = {
  CRITICAL: 2,
  ERROR: 3,
  TRACE: 3,
  WARNING: 4,
  AUDIT: 5,
  INFO: 6,
  DEBUG: 7,
};

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** What rsyslog takes in one piece (`$MaxMessageSize`). */
const MAX_BYTES = 8192;

/** Lines kept while the receiver's name is looked up. */
const MAX_WAITING = 1000;

export interface SyslogSource {
  facility: Facility;
  /** `nova-api` */
  program: string;
}

export interface SyslogOptions {
  /** Name or address. */
  host: string;
  port: number;
  /** This machine's name, as the receiver files it. */
  hostName: string;
  pid: number;
  /** Which windows are sent, and as what; asked for every line. */
  sourceOf(window: string): SyslogSource | null;
  /** Told once when nothing can be sent. */
  onError(error: unknown): void;
}

/** UDP promises nothing: a line that finds no receiver is gone, and nothing waits for it. */
export class SyslogSender {
  #options: SyslogOptions;
  #socket: Bun.udp.Socket<"buffer"> | null = null;
  #address = "";
  #waiting: string[] = [];
  #closed = false;

  constructor(options: SyslogOptions) {
    this.#options = options;
    void this.#open().catch((error) => {
      this.close();
      options.onError(error);
    });
  }

  /** A listener of a LogBook. */
  readonly send = (line: LogLine): void => {
    if (this.#closed) return;
    const source = this.#options.sourceOf(line.window);
    if (!source) return;
    const { hostName, pid } = this.#options;
    const message = syslogMessage(source, line, { hostName, pid, at: new Date() });
    if (this.#socket) this.#transmit(this.#socket, message);
    else if (this.#waiting.length < MAX_WAITING) this.#waiting.push(message);
  };

  close(): void {
    this.#closed = true;
    this.#waiting = [];
    this.#socket?.close();
    this.#socket = null;
  }

  async #open(): Promise<void> {
    const { address, family } = await lookup(this.#options.host);
    const socket = await Bun.udpSocket({ hostname: family === 6 ? "::" : "0.0.0.0", socket: { error() {} } });
    if (this.#closed) return socket.close();
    this.#address = address;
    this.#socket = socket;
    for (const message of this.#waiting.splice(0)) this.#transmit(socket, message);
  }

  /** Nobody may be listening there yet: what an earlier message came back with is thrown by a later one. */
  #transmit(socket: Bun.udp.Socket<"buffer">, message: string): void {
    try {
      socket.send(message, this.#options.port, this.#address);
    } catch {
      // The line is in its file.
    }
  }
}

/** `<134>Nov 20 16:00:00 c01 nova-api[4118]: 2026-11-20 16:00:00.123 4118 INFO nova.api [-] hello` */
export function syslogMessage(
  { facility, program }: SyslogSource,
  { level, text }: Pick<LogLine, "level" | "text">,
  { hostName, pid, at }: { hostName: string; pid: number; at: Date },
): string {
  const priority = FACILITIES[facility] * 8 + SEVERITIES[level];
  const two = (n: number) => String(n).padStart(2, "0");
  const day = String(at.getDate()).padStart(2, " ");
  const time = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
  const head = `<${priority}>${MONTHS[at.getMonth()]} ${day} ${time} ${hostName} ${program}[${pid}]: `;
  return cut(head + text.replaceAll("\n", " "));
}

function cut(message: string): string {
  if (message.length * 3 <= MAX_BYTES) return message;
  const bytes = Buffer.from(message);
  return bytes.length <= MAX_BYTES ? message : bytes.subarray(0, MAX_BYTES).toString("utf8");
}
