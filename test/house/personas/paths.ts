// Where things stand in the paths of routes.

import { routesOf } from "../../../src/http/api.ts";
import { APIS } from "../apis.ts";
import type { World } from "./world.ts";

const PARAMETER = /:([A-Za-z_]\w*)(?:\{[^}]*\})?\??/g;

export interface PathOf {
  path: string;
  /** What its parameters name. */
  target: "ours" | "shared" | "nothing" | "-";
  /** Each of them is there. */
  complete: boolean;
}

/** Every parameter filled in; `missing` stands for what is not there. */
export function fillPath(world: World, window: string, pattern: string, missing: string): PathOf {
  let target: PathOf["target"] = "-";
  let path = "";
  let place = "";
  let at = 0;
  let complete = true;
  if (world.things.has(`${window} ${pattern}`)) target = "ours";
  for (const found of pattern.matchAll(PARAMETER)) {
    const before = pattern.slice(at, found.index);
    path += before;
    place += `${before}:`;
    at = found.index + found[0].length;
    const thing = world.things.get(`${window} ${place}`);
    path += thing?.id ?? missing;
    complete &&= thing !== undefined;
    if (thing === undefined) target = target === "ours" ? "ours" : "nothing";
    else if (thing.owned) target = "ours";
    else if (target === "-") target = "shared";
  }
  return { path: (path + pattern.slice(at)).replace("*", "/"), target, complete };
}

/** Every route with a table, by window; the object store has none and is listed in the table of personas alone. */
export function routesByWindow(world: World) {
  return [...APIS, "n-api-meta"].map((window) => [window, routesOf(world.cloud.cloud.app(window))] as const);
}
