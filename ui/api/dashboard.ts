// The dashboard's own API: services and logs, for administrators.

import type { LogLine, ServicesView, ServiceVerb } from "../../src/dashboard/wire.ts";
import { request, send } from "./http.ts";

export type { LogLine, ServiceStatus, ServicesView, ServiceVerb } from "../../src/dashboard/wire.ts";

export function listServices(signal?: AbortSignal): Promise<ServicesView> {
  return request("/api/services", { signal });
}

export function controlService(window: string, verb: ServiceVerb): Promise<ServicesView> {
  return request(`/api/services/${encodeURIComponent(window)}/${verb}`, { method: "POST" });
}

/**
 * Log lines as they come, the scrollback first. Ends with the session or the connection, or by `signal`.
 * @param wanted a window or all (null); a request id or none
 * @param onLines also told of no lines, when the server says that it is still there
 */
export async function followLogs(
  wanted: { window: string | null; request: string | null; tail: number },
  onLines: (lines: LogLine[]) => void,
  signal: AbortSignal,
): Promise<void> {
  const { window, request: requestId, tail } = wanted;
  const query = { window: window ?? undefined, request: requestId ?? undefined, tail };
  const response = await send("/api/logs", { query, signal });
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const rows = (rest + value).split("\n");
    rest = rows.pop()!;
    const lines = rows.filter((row) => row !== "").map((row) => JSON.parse(row) as LogLine);
    onLines(lines);
  }
}
