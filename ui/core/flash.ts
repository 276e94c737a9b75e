// Messages over the page: what was done, what went wrong.

import { messageOf } from "../api/http.ts";
import { createStore } from "./store.ts";

export interface Flash {
  id: number;
  kind: "success" | "error" | "info";
  text: string;
}

export const flashes = createStore<readonly Flash[]>([]);

/** How long good news stays. Bad news stays until it is put away. */
const SHOWN_MS = 6000;
const MAX_SHOWN = 4;
let count = 0;

export function flash(kind: Flash["kind"], text: string): void {
  const id = ++count;
  flashes.update((shown) =>
    [...shown.filter((one) => one.text !== text), { id, kind, text }].slice(-MAX_SHOWN),
  );
  if (kind !== "error") setTimeout(() => dismiss(id), SHOWN_MS);
}

export function dismiss(id: number): void {
  flashes.update((shown) => shown.filter((one) => one.id !== id));
}

export function clearFlashes(): void {
  flashes.set([]);
}

/** Does something and tells how it went. Resolves to whether it went well. */
export async function attempt(work: () => Promise<unknown>, done: string | null): Promise<boolean> {
  try {
    await work();
    if (done !== null) flash("success", done);
    return true;
  } catch (error) {
    flash("error", messageOf(error));
    return false;
  }
}
