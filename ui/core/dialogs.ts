// What lies over the page: a stack of dialogs, opened from anywhere.

import type { VNode } from "preact";
import { createStore } from "./store.ts";

export interface OpenDialog {
  id: number;
  draw(close: () => void): VNode;
}

export const dialogs = createStore<readonly OpenDialog[]>([]);
let count = 0;

export function openDialog(draw: (close: () => void) => VNode): void {
  dialogs.update((open) => [...open, { id: ++count, draw }]);
}

export function closeDialog(id: number): void {
  dialogs.update((open) => open.filter((one) => one.id !== id));
}
