// What a request to create servers comes to once everything in it is checked. Authority: nova/compute/api.py
// (_create_instance, _validate_and_build_base_options) of Zed.

import type { RequestContext } from "../../core/context.ts";
import { CloudError, Invalid, NotFound } from "../../core/errors.ts";
import type { ImageInfo } from "../../image/public.ts";
import type { NetworkRequest } from "../../network/public.ts";
import { FlavorRefNotFound, InvalidRequest } from "../errors.ts";
import { generateReservationId } from "../names.ts";
import type { Nova } from "../nova.ts";
import type { KeypairFacts } from "../periphery.ts";
import type { FlavorSnapshot } from "../tables.ts";
import { allDisks, checkDisks, type DiskRequest, rootDisk } from "./block-devices.ts";
import { bootImageOf } from "./boot-image.ts";
import {
  autoDiskConfig,
  checkFiles,
  checkImageAndFlavor,
  checkMetadata,
  checkZone,
  type InjectedFile,
  kernelAndRamdisk,
} from "./checks.ts";

export interface CreateServers {
  name: string;
  description: string | null;
  hostname: string | null;
  imageId: string | null;
  flavorId: string;
  adminPassword: string;
  metadata: Record<string, string>;
  userData: string | null;
  keyName: string | null;
  configDrive: boolean;
  securityGroups: string[];
  networks: NetworkRequest;
  files: InjectedFile[];
  /** From the request; the image's and the flavor's are added. */
  disks: (imageId: string | null, rootDeviceName: string | null) => DiskRequest[];
  diskConfig: boolean | null;
  accessIPv4: string | null;
  accessIPv6: string | null;
  availabilityZone: string | null;
  forceHost: string | null;
  forceNode: string | null;
  requestedHost: string | null;
  requestedNode: string | null;
  hints: Record<string, unknown>;
  tags: string[];
  minCount: number;
  maxCount: number;
  /** 2.60 and later. */
  multiattach: boolean;
  zeroDiskAllowed: boolean;
}

export interface Plan {
  request: CreateServers;
  flavor: FlavorSnapshot;
  /** Also when it boots from a volume: what is known of the image that was made from. */
  image: ImageInfo | null;
  key: KeypairFacts | null;
  disks: DiskRequest[];
  kernelId: string;
  ramdiskId: string;
  diskConfig: boolean;
  reservationId: string;
  rootDeviceName: string | null;
  groupUuid: string | null;
  fromVolume: boolean;
}

export function makePlan(nova: Nova, context: RequestContext, request: CreateServers): Plan {
  const flavor = nova.flavors.find(context, request.flavorId);
  if (!flavor || flavor.disabled) throw new FlavorRefNotFound(request.flavorId);
  checkCounts(request);
  if (request.availabilityZone && request.forceHost === null) checkZone(nova, request.availabilityZone);
  checkHosts(nova, request);
  const named = request.imageId === null ? null : shownImage(nova, context, request.imageId);
  const image = named ?? bootImageOf(nova, context, request.disks(null, null));
  const diskConfig = autoDiskConfig(image, request.diskConfig);
  const { kernelId, ramdiskId } = kernelAndRamdisk(nova, context, image);
  const key = keyOf(nova, context, request.keyName);
  const rootDeviceName = image?.properties["root_device_name"] ?? null;
  const rootName = rootDeviceName === null ? null : `/dev/${rootDeviceName.replace(/^\/dev\//, "")}`;
  const wanted = request.disks(request.imageId, rootName);
  checkRootName(wanted, request.imageId, rootName);
  const disks = checkDisks(nova, context, allDisks(wanted, named, flavor, request.maxCount), flavor, {
    multiattach: request.multiattach,
    imageId: request.imageId,
  });
  const root = rootDisk(disks);
  checkMetadata(nova, context, request.metadata);
  checkFiles(nova, context, request.files);
  checkImageAndFlavor(image, flavor, root, request.zeroDiskAllowed);
  return {
    request,
    flavor,
    image,
    key,
    disks,
    kernelId,
    ramdiskId,
    diskConfig,
    reservationId: generateReservationId(),
    rootDeviceName: rootName,
    groupUuid: groupOf(nova, context, request.hints),
    fromVolume: root?.destinationType === "volume",
  };
}

function checkCounts(request: CreateServers): void {
  if (request.minCount > request.maxCount) throw new Invalid("min_count must be <= max_count");
  if (request.maxCount === 1) return;
  if (Array.isArray(request.networks)) {
    if (request.networks.some((network) => network.networkId && network.fixedIp)) {
      throw new Invalid(
        "Failed to launch instances: max_count cannot be greater than 1 if an fixed_ip is specified.",
      );
    }
    if (request.networks.some((network) => network.portId)) {
      throw new Invalid(
        "Failed to launch instances: Unable to launch multiple instances with a single configured port ID. Please launch your instance one by one with different ports.",
      );
    }
  }
  if (request.hostname !== null)
    throw new Invalid("Unable to allocate a single hostname to multiple instances");
}

function checkHosts(nova: Nova, request: CreateServers): void {
  const { requestedHost, requestedNode } = request;
  if (requestedHost && !nova.nodes.ofHost(requestedHost)) {
    throw new Invalid(`Compute host ${requestedHost} could not be found.`);
  }
  if (!requestedNode) return;
  const known = nova.nodes
    .list()
    .some(
      (node) => node.hypervisor_hostname === requestedNode && (!requestedHost || node.host === requestedHost),
    );
  if (!known) throw new Invalid(`Compute host ${requestedNode} could not be found.`);
}

function shownImage(nova: Nova, context: RequestContext, id: string): ImageInfo {
  try {
    return nova.images.show(context, id);
  } catch (error) {
    if (error instanceof CloudError && error.kind === "not-found")
      throw new Invalid("Can not find requested image");
    throw error;
  }
}

function keyOf(nova: Nova, context: RequestContext, name: string | null): KeypairFacts | null {
  if (name === null) return null;
  const key = nova.keypairs.find(context.userId ?? "", name);
  if (!key) throw new Invalid("Invalid key_name provided.");
  return key;
}

/** A volume cannot have the root disk's name when the root disk is made from an image. */
function checkRootName(disks: readonly DiskRequest[], imageId: string | null, rootName: string | null): void {
  if (imageId === null) return;
  const root = (rootName ?? "/dev/vda").replace("/dev/", "");
  if (
    disks.some((d) => d.destinationType === "volume" && d.bootIndex !== 0 && d.deviceName === `/dev/${root}`)
  ) {
    throw new InvalidRequest(`The volume cannot be assigned the same device name as the root device ${root}`);
  }
}

function groupOf(nova: Nova, context: RequestContext, hints: Record<string, unknown>): string | null {
  const uuid = hints["group"];
  if (typeof uuid !== "string") return null;
  if (!nova.groups.find(context, uuid)) {
    throw new Invalid(`Instance group ${uuid} could not be found.`, { cause: new NotFound(uuid) });
  }
  return uuid;
}
