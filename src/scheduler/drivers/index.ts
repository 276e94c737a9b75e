// The scheduler drivers by name; old class paths are understood by their last part.

import type { FilterSettings } from "../filters/filter.ts";
import { ChanceScheduler, SimpleScheduler } from "./chance.ts";
import type { SchedulerDriver } from "./driver.ts";
import { FilterScheduler } from "./filter.ts";

type Make = (settings: FilterSettings, extraFilters: readonly string[]) => SchedulerDriver;

const filter: Make = (settings, extra) => new FilterScheduler(settings, extra);
const chance: Make = () => new ChanceScheduler();
const simple: Make = () => new SimpleScheduler();

const DRIVERS: Readonly<Record<string, Make>> = {
  filter_scheduler: filter,
  FilterScheduler: filter,
  chance_scheduler: chance,
  ChanceScheduler: chance,
  simple_scheduler: simple,
  SimpleScheduler: simple,
};

/** @throws Error for an unknown name: the service refuses to start */
export function makeSchedulerDriver(
  name: string,
  settings: FilterSettings,
  extraFilters: readonly string[],
): SchedulerDriver {
  const make = DRIVERS[name] ?? DRIVERS[name.split(".").at(-1)!];
  if (!make) throw new Error(`SCHEDULER_DRIVER: there is no scheduler driver ${name}`);
  return make(settings, extraFilters);
}
