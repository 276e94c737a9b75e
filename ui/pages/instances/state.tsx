// A server's state in the words Horizon has for it.

import type { Server } from "../../api/servers.ts";
import { titled } from "../../core/format.ts";
import { Badge } from "../../parts/badge.tsx";

/** nova/compute/power_state.py */
const POWER_STATES: Record<number, string> = {
  0: "No State",
  1: "Running",
  3: "Paused",
  4: "Shut Down",
  6: "Crashed",
  7: "Suspended",
};

export function PowerState({ value }: { value: number }) {
  return <>{POWER_STATES[value] ?? String(value)}</>;
}

export function ServerState({ server: { status, taskState } }: { server: Server }) {
  return (
    <>
      <Badge state={status} />
      {taskState && <span class="task">{titled(taskState)}…</span>}
    </>
  );
}
