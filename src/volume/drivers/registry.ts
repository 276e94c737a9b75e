// The drivers by name, and the choice among them.

import { hasProgram } from "./commands.ts";
import type { DriverContext, VolumeDriver } from "./driver.ts";

export type DriverName = VolumeDriver["name"];

/** Loaded when one is chosen. */
const DRIVERS: Readonly<Record<DriverName, (context: DriverContext) => Promise<VolumeDriver>>> = {
  file: async (context) => new (await import("./file/driver.ts")).FileDriver(context),
  lvm: async (context) => new (await import("./lvm/driver.ts")).LvmDriver(context),
  fake: async (context) => new (await import("./fake.ts")).FakeDriver(context),
};

export const DRIVER_NAMES = Object.keys(DRIVERS) as DriverName[];

export function makeDriver(name: DriverName, context: DriverContext): Promise<VolumeDriver> {
  return DRIVERS[name](context);
}

/** A back end to be run: `lvm:lvmdriver-1`. */
export interface BackendChoice {
  driver: DriverName;
  name: string;
  reason: string;
}

/**
 * @param enabled `TYPE:NAME` each; none: one back end of `single`
 * @throws Error for a type there is not, or a name that is no name
 */
export async function chooseBackends(
  enabled: readonly string[],
  single: "auto" | DriverName,
  volumeGroup: string,
): Promise<BackendChoice[]> {
  if (enabled.length > 0) return enabled.map(fromSetting);
  if (single !== "auto") return [{ driver: single, name: single, reason: `CINDER_DRIVER is ${single}` }];
  if (await groupIsThere(volumeGroup)) {
    return [{ driver: "lvm", name: "lvm", reason: `the volume group ${volumeGroup} exists` }];
  }
  return [{ driver: "file", name: "file", reason: `there is no volume group ${volumeGroup}` }];
}

async function groupIsThere(volumeGroup: string): Promise<boolean> {
  if (!hasProgram("vgs")) return false;
  return (await import("./lvm/driver.ts")).groupExists(volumeGroup);
}

function fromSetting(entry: string): BackendChoice {
  const [driver = "", name = driver] = entry.split(":");
  if (!Object.hasOwn(DRIVERS, driver)) {
    throw new Error(`CINDER_ENABLED_BACKENDS: there is no driver ${driver}; there are file, lvm and fake`);
  }
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(name)) {
    throw new Error(`CINDER_ENABLED_BACKENDS: "${name}" is no name for a back end`);
  }
  return { driver: driver as DriverName, name, reason: "CINDER_ENABLED_BACKENDS names it" };
}
