// The drivers by name, loaded when they are used, and the choice between them.

import type { DriverChoice } from "../../core/service.ts";
import type { DriverContext, DriverModule } from "./driver.ts";

type Load = () => Promise<{ driverModule: DriverModule }>;

const DRIVERS: Readonly<Record<string, Load>> = {
  docker: () => import("./docker/index.ts"),
  fake: () => import("./fake/index.ts"),
  libvirt: () => import("./libvirt/index.ts"),
};

/**
 * Tried in this order by `auto`; the first that is usable is taken. Docker is not among them: it boots no disk images, so
 * who wants it names it. Real guests are for root: who may ask libvirt for
 * machines but not plumb their network would get guests without one.
 */
const SIMULATED = "fake";
const PREFERENCE = ["libvirt", SIMULATED];

export interface ChosenDriver extends DriverChoice {
  module: DriverModule;
}

/**
 * @param wanted `auto` or a driver's name
 * @throws Error when the named driver is not there or cannot be used here; the text says why
 */
export async function chooseDriver(wanted: string, context: DriverContext): Promise<ChosenDriver> {
  if (wanted !== "auto") {
    const module = await load(wanted);
    if (!module) throw new Error(`this build has no ${wanted} driver`);
    const { usable, reason } = await module.probe(context);
    if (!usable) throw new Error(`the ${wanted} driver cannot be used: ${reason}`);
    return { name: wanted, reason: `VIRT_DRIVER=${wanted}; ${reason}`, module };
  }
  const refused: string[] = [];
  for (const name of PREFERENCE) {
    if (name !== SIMULATED && !context.machine.privileged) {
      refused.push(`${name}: without root the guests would have no network`);
      continue;
    }
    const module = await load(name);
    if (!module) continue;
    const { usable, reason } = await module.probe(context);
    if (usable) return { name, reason: [...refused, reason].join("; "), module };
    refused.push(`${name}: ${reason}`);
  }
  throw new Error(`no compute driver can be used: ${refused.join("; ")}`);
}

/** Every driver there is; for cleaning up after all of them. */
export async function allDrivers(): Promise<DriverModule[]> {
  const modules = await Promise.all(Object.keys(DRIVERS).map(load));
  return modules.filter((module) => module !== null);
}

async function load(name: string): Promise<DriverModule | null> {
  return (await DRIVERS[name]?.())?.driverModule ?? null;
}
