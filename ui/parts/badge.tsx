// A state in words and colour; the colour never says anything alone.

import { titled } from "../core/format.ts";

type Tone = "good" | "bad" | "busy" | "off";

const TONES: Record<string, Tone> = {
  active: "good",
  running: "good",
  available: "good",
  "in-use": "good",
  up: "good",
  enabled: "good",
  down: "bad",
  error: "bad",
  failed: "bad",
  error_deleting: "bad",
  killed: "bad",
  build: "busy",
  starting: "busy",
  stopping: "busy",
  creating: "busy",
  deleting: "busy",
  downloading: "busy",
  attaching: "busy",
  detaching: "busy",
  extending: "busy",
  queued: "busy",
  saving: "busy",
  importing: "busy",
  reboot: "busy",
  hard_reboot: "busy",
  rebuild: "busy",
  resize: "busy",
  verify_resize: "busy",
  migrating: "busy",
};

/** @param tone for a state that means something else here than elsewhere */
export function Badge({ state, tone }: { state: string; tone?: Tone | undefined }) {
  const key = state.toLowerCase();
  return <span class={`badge ${tone ?? TONES[key] ?? "off"}`}>{titled(key)}</span>;
}

export function YesNo({ value }: { value: boolean }) {
  return <span class={value ? "" : "muted"}>{value ? "Yes" : "No"}</span>;
}
