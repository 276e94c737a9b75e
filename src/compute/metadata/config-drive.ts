// Config drives: what the metadata service tells, as files on a small disk labelled `config-2`. Authority:
// nova/virt/configdrive.py of Zed.

import { NotFound } from "../../core/errors.ts";
import type { ServiceContext } from "../../core/service.ts";
import { metadataSection } from "../config-periphery.ts";
import type { BuildOrder } from "../topics.ts";
import { fat16Image } from "./fat16.ts";
import { iso9660Image } from "./iso9660.ts";
import { NovaMetadata } from "./source.ts";
import { MetadataTree, type TreeOptions } from "./tree.ts";
import { readVendorData } from "./vendordata.ts";

const LABEL = "config-2";
const PUBLISHER = "OpenStack Nova";

export type ConfigDriveOrder = Pick<BuildOrder, "adminPassword" | "injectedFiles">;

export function treeOptions(context: ServiceContext): TreeOptions {
  const settings = context.config(metadataSection);
  return {
    dhcpDomain: settings.DHCP_DOMAIN,
    flatInjected: settings.FLAT_INJECTED,
    vendorData: readVendorData(settings.VENDORDATA_JSONFILE_PATH),
  };
}

/**
 * The files of a server's config drive by path: `openstack/latest/meta_data.json`, `ec2/latest/user-data`,
 * `openstack/content/0000`.
 * @throws NotFound when the server is gone
 */
export function configDriveFiles(
  context: ServiceContext,
  instanceUuid: string,
  order: ConfigDriveOrder,
): Record<string, Uint8Array> {
  const settings = context.config(metadataSection);
  const instance = sourceOf(context).instance(instanceUuid);
  if (!instance) throw new NotFound(`Instance ${instanceUuid} could not be found.`);
  const tree = new MetadataTree(instance, {
    ...treeOptions(context),
    adminPassword: settings.CONFIG_DRIVE_INJECT_PASSWORD ? order.adminPassword : null,
    injectedFiles: order.injectedFiles.map(({ path, contents }) => ({
      path,
      contents: Buffer.from(contents, "base64"),
    })),
  });
  return tree.configDriveFiles(settings.CONFIG_DRIVE_SKIP_VERSIONS);
}

/** A complete disk image: a CD of some hundred kilobytes, or a FAT disk of 64 MB. @throws NotFound */
export async function configDriveImage(
  context: ServiceContext,
  instanceUuid: string,
  format: "iso9660" | "vfat",
  order: ConfigDriveOrder,
): Promise<Uint8Array> {
  const files = configDriveFiles(context, instanceUuid, order);
  const volume = { label: LABEL, timeMs: context.clock.now() };
  return format === "vfat"
    ? fat16Image(files, volume)
    : iso9660Image(files, { ...volume, publisher: PUBLISHER });
}

const sources = new WeakMap<ServiceContext, NovaMetadata>();

function sourceOf(context: ServiceContext): NovaMetadata {
  let source = sources.get(context);
  if (!source) {
    source = new NovaMetadata(context);
    sources.set(context, source);
  }
  return source;
}
