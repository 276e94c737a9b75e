// What can go wrong with volumes and snapshots, in Cinder's words (cinder/exception.py of Zed). Those of types and the
// rest stand in `errors-types.ts`.

import { CloudError, errorOf, Invalid, NotFound, OverQuota } from "../core/errors.ts";

/** `Invalid volume: REASON` */
export class InvalidVolume extends Invalid {
  readonly reason: string;

  constructor(reason: string) {
    super(`Invalid volume: ${reason}`);
    this.reason = reason;
  }
}

export class InvalidSnapshot extends Invalid {
  readonly reason: string;

  constructor(reason: string) {
    super(`Invalid snapshot: ${reason}`);
    this.reason = reason;
  }
}

export class InvalidInput extends Invalid {
  readonly reason: string;

  constructor(reason: string) {
    super(`Invalid input received: ${reason}`);
    this.reason = reason;
  }
}

export class InvalidParameterValue extends Invalid {}

export class InvalidHost extends Invalid {
  constructor(reason: string) {
    super(`Invalid host: ${reason}`);
  }
}

export class InvalidAuthKey extends Invalid {
  constructor(reason: string) {
    super(`Invalid auth key: ${reason}`);
  }
}

export class InvalidMetadata extends Invalid {
  constructor(reason: string) {
    super(`Invalid metadata: ${reason}`);
  }
}

/** 413, though it is no quota. */
export class InvalidMetadataSize extends errorOf("too-large") {
  constructor(reason: string) {
    super(`Invalid metadata size: ${reason}`);
  }
}

export class InvalidAvailabilityZone extends Invalid {
  constructor(zone: string) {
    super(`Availability zone '${zone}' is invalid.`);
  }
}

export class InvalidTypeAvailabilityZones extends Invalid {
  constructor(zones: readonly string[]) {
    super(
      `Volume type is only supported in these availability zones: [${zones.map((zone) => `'${zone}'`).join(", ")}]`,
    );
  }
}

export class InvalidAttachMode extends Invalid {
  constructor(mode: string, volumeId: string) {
    super(`Invalid attaching mode '${mode}' for volume ${volumeId}.`);
  }
}

export class ServiceNotReady extends Invalid {
  constructor() {
    super("Service is unavailable at this time.");
  }
}

export class VolumeNotFound extends NotFound {
  constructor(id: string) {
    super(`Volume ${id} could not be found.`);
  }
}

export class VolumeMetadataNotFound extends NotFound {
  constructor(volumeId: string, key: string) {
    super(`Volume ${volumeId} has no metadata with key ${key}.`);
  }
}

export class GlanceMetadataNotFound extends NotFound {
  constructor(id: string) {
    super(`Glance metadata for volume/snapshot ${id} cannot be found.`);
  }
}

export class SnapshotNotFound extends NotFound {
  constructor(id: string) {
    super(`Snapshot ${id} could not be found.`);
  }
}

export class SnapshotMetadataNotFound extends NotFound {
  constructor(snapshotId: string, key: string) {
    super(`Snapshot ${snapshotId} has no metadata with key ${key}.`);
  }
}

export class AttachmentNotFound extends NotFound {
  constructor(id: string) {
    super(`Volume attachment could not be found with filter: attachment_id = ${id}.`);
  }
}

/** Nova still has the volume (bug 2004555: a user must not pull it from under the hypervisor). */
export class NovaUsesAttachment extends errorOf("conflict") {
  constructor(serverId: string) {
    super(`Detach volume from instance ${serverId} using the Compute API`, {
      type: "ConflictNovaUsingAttachment",
    });
  }
}

export class TransferNotFound extends NotFound {
  constructor(id: string) {
    super(`Transfer ${id} could not be found.`);
  }
}

export class ServiceNotFound extends NotFound {
  constructor(binary: string, host?: string) {
    super(
      host === undefined
        ? `Service ${binary} could not be found.`
        : `Service ${binary} could not be found on host ${host}.`,
    );
  }
}

export class HostNotFound extends NotFound {
  constructor(host: string) {
    super(`Host ${host} could not be found.`);
  }
}

export class ClusterNotFound extends NotFound {
  constructor(name: string) {
    super(`Cluster ${name} could not be found.`);
  }
}

export class MessageNotFound extends NotFound {
  constructor(id: string) {
    super(`Message ${id} could not be found.`);
  }
}

/** 413 with the class's name before the text, as Cinder's fault wrapper writes it. */
export class QuotaError extends OverQuota {
  constructor(message: string, type: string) {
    super(message, { type });
  }
}

export class VolumeLimitExceeded extends QuotaError {
  constructor(allowed: number, name: string) {
    super(
      `Maximum number of volumes allowed (${allowed}) exceeded for quota '${name}'.`,
      "VolumeLimitExceeded",
    );
  }
}

export class VolumeSizeExceedsAvailableQuota extends QuotaError {
  constructor(facts: { name: string; requested: number; consumed: number; quota: number }) {
    super(
      `Requested volume or snapshot exceeds allowed ${facts.name} quota. Requested ${facts.requested}G, quota is ${facts.quota}G and ${facts.consumed}G has been consumed.`,
      "VolumeSizeExceedsAvailableQuota",
    );
  }
}

export class VolumeSizeExceedsLimit extends QuotaError {
  constructor(sizeGb: number, limit: number) {
    super(
      `Requested volume size ${sizeGb}G is larger than maximum allowed limit ${limit}G.`,
      "VolumeSizeExceedsLimit",
    );
  }
}

export class SnapshotLimitExceeded extends QuotaError {
  constructor(allowed: number) {
    super(`Maximum number of snapshots allowed (${allowed}) exceeded`, "SnapshotLimitExceeded");
  }
}

export class UnexpectedOverQuota extends QuotaError {
  constructor(names: string) {
    super(`Unexpected over quota on ${names}.`, "UnexpectedOverQuota");
  }
}

/** No back end can take what was asked for. Ends as the resource's error state and a user message, never as an answer. */
export class NoValidBackend extends CloudError {
  constructor(reason: string) {
    super("unavailable", `No valid backend was found. ${reason}`);
  }
}

/** A back end cannot do this now: ends as an error state. */
export class BackendFailed extends CloudError {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super("unavailable", message, options);
  }
}

/** Image data that cannot become this volume (ImageUnacceptable, ImageTooBig). */
export class ImageUnacceptable extends CloudError {
  constructor(imageId: string, reason: string) {
    super("invalid", `Image ${imageId} is unacceptable: ${reason}`);
  }
}

/** A reference to storage that is to be managed names nothing, or something that is managed. */
export class ManageInvalidReference extends CloudError {
  constructor(ref: string, reason: string) {
    super("invalid", `Manage existing volume failed due to invalid backend reference ${ref}: ${reason}`);
  }
}
