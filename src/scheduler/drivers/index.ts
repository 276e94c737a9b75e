// The scheduler drivers by name; old class paths are understood by their last part; any other name is a file's.

import type { FilterSettings } from "../filters/filter.ts";
import { FILTERS } from "../filters/index.ts";
import { PluginFilter } from "../filters/plugin.ts";
import type { SchedulerPlugins } from "../plugins.ts";
import { ALL_WEIGHERS, WEIGHERS } from "../weighers/index.ts";
import { PluginWeigher } from "../weighers/plugin.ts";
import { ChanceScheduler, SimpleScheduler } from "./chance.ts";
import type { SchedulerDriver } from "./driver.ts";
import { FilterScheduler, type Plugged } from "./filter.ts";
import { PluginScheduler } from "./plugin.ts";

type Make = (settings: FilterSettings, extraFilters: readonly string[], plugged?: Plugged) => SchedulerDriver;

const filter: Make = (settings, extra, plugged) => new FilterScheduler(settings, extra, Math.random, plugged);
const chance: Make = () => new ChanceScheduler();
const simple: Make = () => new SimpleScheduler();

const DRIVERS: Readonly<Record<string, Make>> = {
  filter_scheduler: filter,
  FilterScheduler: filter,
  /** Folsom's: one scheduler a topic; the one for servers was the filter scheduler. */
  MultiScheduler: filter,
  chance_scheduler: chance,
  ChanceScheduler: chance,
  simple_scheduler: simple,
  SimpleScheduler: simple,
};

const lastPart = (name: string) => name.split(".").at(-1)!;

/** @throws Error for an unknown name: the service refuses to start */
export function makeSchedulerDriver(
  name: string,
  settings: FilterSettings,
  extraFilters: readonly string[],
  plugged?: Plugged,
): SchedulerDriver {
  const make = DRIVERS[name] ?? DRIVERS[lastPart(name)];
  if (!make) throw new Error(`SCHEDULER_DRIVER: there is no scheduler driver ${name}`);
  return make(settings, extraFilters, plugged);
}

/** The same, with what the user plugged in. @throws Error for an unknown name, PluginError with file and line */
export async function loadSchedulerDriver(
  settings: FilterSettings,
  extraFilters: readonly string[],
  plugins: SchedulerPlugins,
): Promise<SchedulerDriver> {
  const { SCHEDULER_DRIVER: name } = settings;
  if (!(lastPart(name) in DRIVERS)) {
    const plugin = await plugins.find("driver", name);
    if (plugin) return new PluginScheduler(plugin);
  }
  const filters = new Map<string, PluginFilter>();
  for (const wanted of settings.SCHEDULER_FILTERS) {
    const plugin = lastPart(wanted) in FILTERS ? null : await plugins.find("filter", wanted);
    if (plugin) filters.set(wanted, new PluginFilter(plugin));
  }
  const weighers = new Map<string, PluginWeigher>();
  for (const wanted of settings.SCHEDULER_WEIGHERS) {
    const last = lastPart(wanted);
    const plugin = last in WEIGHERS || last === ALL_WEIGHERS ? null : await plugins.find("weigher", wanted);
    if (plugin) weighers.set(wanted, new PluginWeigher(plugin));
  }
  return makeSchedulerDriver(name, settings, extraFilters, { filters, weighers });
}
