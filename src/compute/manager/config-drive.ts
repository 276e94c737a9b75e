// When a server gets a config drive, and what is on it.

import type { GuestSpec } from "../drivers/driver.ts";
import type { InstanceRow } from "../tables.ts";
import type { BuildOrder } from "../topics.ts";
import type { Compute } from "./compute.ts";

/**
 * nova/virt/configdrive.py, required_by: asked for, forced by the configuration when it was first built (which its row
 * says from then on), or demanded by the image.
 */
export function wantsConfigDrive(
  compute: Pick<Compute, "settings">,
  instance: InstanceRow,
  imageProperties: Record<string, string>,
): boolean {
  return (
    instance.config_drive === "True" ||
    (compute.settings.FORCE_CONFIG_DRIVE && instance.launched_at === null) ||
    imageProperties["img_config_drive"] === "mandatory"
  );
}

export async function configDriveFor(
  compute: Compute,
  instance: InstanceRow,
  spec: GuestSpec,
  order: Pick<BuildOrder, "adminPassword" | "injectedFiles">,
): Promise<GuestSpec["configDrive"]> {
  if (!wantsConfigDrive(compute, instance, spec.imageProperties)) return null;
  const { configDriveImage } = await import("../metadata/config-drive.ts");
  const format = compute.settings.CONFIG_DRIVE_FORMAT;
  return { format, image: await configDriveImage(compute.context, instance.uuid, format, order) };
}
