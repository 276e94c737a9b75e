// One log line in oslo.log's form, taken apart: time, level, module, request, text.

import type { LogLine } from "../../api/dashboard.ts";
import { memo } from "../../core/memo.ts";
import { href } from "../../core/router.ts";

export const LEVELS = ["DEBUG", "INFO", "AUDIT", "WARNING", "ERROR", "CRITICAL"];

const FORM = /^\d{4}-\d\d-\d\d (\d\d:\d\d:\d\d\.\d{3}) \d+ ([A-Z]+) (\S+) \[([^\]]*)\] ([\s\S]*)$/;

export function isAtLeast(line: LogLine, level: string): boolean {
  return level === "DEBUG" || LEVELS.indexOf(line.level) >= LEVELS.indexOf(level);
}

interface LogRowProps {
  line: LogLine;
  withWindow: boolean;
}

export const LogRow = memo(function LogRow({ line, withWindow }: LogRowProps) {
  const parts = FORM.exec(line.text);
  if (!parts) return <div class={`line ${line.level}`}>{line.text}</div>;
  const [, time, shown, module, context, text] = parts;
  const [request = "-", ...who] = context!.split(" ");
  const named = who.filter((name) => name !== "-");
  return (
    <div class={`line ${shown}`}>
      <span class="time">{time}</span> <span class="level">{shown!.padEnd(8)}</span>{" "}
      {withWindow && <span class="window">{line.window.padEnd(10)} </span>}
      <span class="module">{module}</span>{" "}
      {request.startsWith("req-") ? (
        <>
          <a class="request" href={href(`/admin/logs?request=${request}`)} title={`Follow ${request}`}>
            {request.slice(0, 12)}
          </a>{" "}
          {named.length > 0 && <span class="who">{named.join("@")} </span>}
        </>
      ) : null}
      <span class="text">{text}</span>
    </div>
  );
});
