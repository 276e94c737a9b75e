// Addresses: `/dashboard/project/instances/ID?tab=log`. Views are chosen by path; the history is the browser's own.

import { MOUNT } from "../../src/dashboard/wire.ts";
import { createStore } from "./store.ts";

export interface Place {
  /** Below the mount point, without a closing slash: `/project/instances`. */
  path: string;
  query: URLSearchParams;
}

export const place = createStore<Place>(read());

window.addEventListener("popstate", () => place.set(read()));

export function navigate(to: string, how: "push" | "replace" = "push"): void {
  const url = `${MOUNT}${to}`;
  if (how === "replace") history.replaceState(null, "", url);
  else history.pushState(null, "", url);
  place.set(read());
}

/** Changes parameters of the present address without a step of history; null removes one. */
export function setQuery(changes: Record<string, string | null>): void {
  const { path, query } = place.get();
  const next = new URLSearchParams(query);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === "") next.delete(name);
    else next.set(name, value);
  }
  const text = next.toString();
  navigate(text === "" ? path : `${path}?${text}`, "replace");
}

/** The address as an anchor has it, so that opening in a new tab works. */
export function href(to: string): string {
  return `${MOUNT}${to}`;
}

/** Follows a click on a link of ours within the page; leaves those with a modifier key to the browser. */
export function followLink(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const anchor = (event.target as Element | null)?.closest?.("a");
  const target = anchor?.getAttribute("href");
  if (!anchor || !target?.startsWith(`${MOUNT}/`) || anchor.target || anchor.hasAttribute("download")) return;
  event.preventDefault();
  navigate(target.slice(MOUNT.length));
}

/** `/project/instances/:id` against a path: the parameters, or null. */
export function match(pattern: string, path: string): Record<string, string> | null {
  const [want, have] = [pattern.split("/"), path.split("/")];
  const open = want.at(-1) === "*";
  if (open ? have.length < want.length : have.length !== want.length) return null;
  const found: Record<string, string> = {};
  for (const [i, part] of want.entries()) {
    if (part === "*") break;
    if (part.startsWith(":")) found[part.slice(1)] = decodeURIComponent(have[i]!);
    else if (part !== have[i]) return null;
  }
  return found;
}

function read(): Place {
  const path = location.pathname.slice(MOUNT.length).replace(/\/+$/, "");
  return { path: path === "" ? "/" : path, query: new URLSearchParams(location.search) };
}
