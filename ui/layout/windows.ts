// The state of every service, asked for once however many look at it.

import { useEffect } from "preact/hooks";
import { listServices, type ServicesView } from "../api/dashboard.ts";
import { messageOf } from "../api/http.ts";
import type { Resource } from "../core/resource.ts";
import { createStore, useStore } from "../core/store.ts";

interface Known {
  data: ServicesView | undefined;
  error: string | null;
}

const known = createStore<Known>({ data: undefined, error: null });
const EVERY_MS = 10_000;
const CHANGING_MS = 1000;

let watchers = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

/** For administrators. */
export function useWindows(): Resource<ServicesView> {
  useEffect(() => {
    if (++watchers === 1) void ask();
    return () => {
      if (--watchers === 0) clearTimeout(timer);
    };
  }, []);
  return { ...useStore(known), reload: () => void ask() };
}

/** What a verb's answer has told already. */
export function setWindows(data: ServicesView): void {
  known.set({ data, error: null });
}

async function ask(): Promise<void> {
  clearTimeout(timer);
  if (!document.hidden) {
    try {
      known.set({ data: await listServices(), error: null });
    } catch (error) {
      known.update(({ data }) => ({ data, error: messageOf(error) }));
    }
  }
  if (watchers === 0) return;
  const moving = known.get().data?.services.some(({ state }) => state === "starting" || state === "stopping");
  timer = setTimeout(() => void ask(), moving ? CHANGING_MS : EVERY_MS);
}

document.addEventListener("visibilitychange", () => {
  if (!document.hidden && watchers > 0) void ask();
});
