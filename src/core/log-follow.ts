// Log lines as they come, for whoever looks on from outside: the control socket and the dashboard. The scrollback first.

import { Follower } from "./follower.ts";
import type { LogBook, LogLine } from "./log.ts";
import { logFilter } from "./log-filter.ts";

export type LogSource = Pick<LogBook, "lines" | "listen">;

export interface FollowOptions {
  /** Null: all windows. */
  window: string | null;
  /** Serial after which to begin. */
  after?: number;
  /** Only lines with this in their text: a request id. */
  containing?: string | undefined;
  /** Only lines that pass this filter (`log-filter.ts`). */
  filter?: string | undefined;
  /** How much of the scrollback to begin with, in lines; all by default. */
  tail?: number | undefined;
  /** Called once, when it has ended for whatever reason. */
  onEnd?: () => void;
}

/** Listens from its making until it ends. */
export class LogFollower extends Follower<LogLine> {
  constructor(source: LogSource, options: FollowOptions) {
    let unlisten = () => {};
    super(keptLines(source, options), () => {
      unlisten();
      options.onEnd?.();
    });
    const wanted = wantedLines(options);
    unlisten = source.listen((line) => {
      if (wanted(line)) this.push(line);
    });
  }
}

/** The part of the scrollback that is asked for. */
export function keptLines(source: LogSource, options: FollowOptions): LogLine[] {
  const { window, after = 0, tail } = options;
  const kept = source.lines(window, after).filter(wantedLines(options));
  return tail === undefined ? kept : kept.slice(Math.max(0, kept.length - tail));
}

function wantedLines({ window, containing, filter }: FollowOptions): (line: LogLine) => boolean {
  const passes = logFilter(filter ?? "");
  return (line) =>
    (window === null || line.window === window) &&
    (!containing || line.text.includes(containing)) &&
    (passes === null || passes(line));
}
