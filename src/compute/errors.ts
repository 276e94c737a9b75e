// What the compute service refuses, in Nova's words (nova/exception.py and the controllers of Zed).

import { Conflict, errorOf, Forbidden, Invalid, NotFound, OverQuota } from "../core/errors.ts";

export class InstanceNotFound extends NotFound {
  constructor(id: string) {
    super(`Instance ${id} could not be found.`);
  }
}

/** Rendered as common.raise_http_conflict_for_instance_invalid_state does. */
export class InstanceInvalidState extends Conflict {
  constructor(verb: string, uuid: string, attribute: string, state: string | null) {
    super(
      state === null
        ? `Instance ${uuid} is in an invalid state for '${verb}'`
        : `Cannot '${verb}' instance ${uuid} while it is in ${attribute} ${state}`,
    );
  }
}

export class InstanceNotReady extends Conflict {
  constructor(uuid: string) {
    super(`Instance ${uuid} is not ready`);
  }
}

export class InstanceIsLocked extends Conflict {
  constructor(uuid: string) {
    super(`Instance ${uuid} is locked`);
  }
}

/** The server's compute service is down. */
export class HostUnavailable extends Conflict {
  constructor() {
    super("Service is unavailable at this time.");
  }
}

/** Nova's InvalidRequest: "The request is invalid." unless worded. */
export class InvalidRequest extends Invalid {}

/** A request named a flavor that is not there: 400, unlike the flavor calls themselves. */
export class FlavorRefNotFound extends Invalid {
  constructor(id: string) {
    super(`Flavor ${id} could not be found.`);
  }
}

export class InvalidBlockDevice extends Invalid {}

export class InvalidBdmFormat extends InvalidBlockDevice {
  constructor(details: string) {
    super(`Block Device Mapping is Invalid: ${details}`);
  }
}

export class VolumeRefused extends Invalid {
  constructor(reason: string) {
    super(`Invalid volume: ${reason}`);
  }
}

export class ImageUnacceptable extends Invalid {
  constructor(id: string, reason: string) {
    super(`Image ${id} is unacceptable: ${reason}`);
  }
}

export class ImageNotActive extends Invalid {
  constructor(id: string) {
    super(`Image ${id} is not active.`);
  }
}

export class MarkerNotFound extends Invalid {
  constructor(marker: string) {
    super(`marker [${marker}] not found`);
  }
}

export class ComputeHostNotFound extends Invalid {
  constructor(host: string) {
    super(`Compute host ${host} could not be found.`);
  }
}

export class MetadataLimitExceeded extends OverQuota {
  constructor(allowed: number) {
    super(`Maximum number of metadata items exceeds ${allowed}`);
  }
}

export class BootFromVolumeRequired extends Forbidden {
  constructor() {
    super("Only volume-backed servers are allowed for flavors with zero disk.");
  }
}

/** Ends up as a fault on the server, never as an answer. */
export class NoValidHost extends errorOf("internal") {
  constructor(reason: string) {
    super(`No valid host was found. ${reason}`);
  }
}

export class MaxRetriesExceeded extends errorOf("internal") {
  constructor(reason: string) {
    super(`Exceeded maximum number of retries. ${reason}`);
  }
}

/** The build cannot succeed anywhere: the server goes to ERROR at once. */
export class BuildAborted extends errorOf("internal") {
  constructor(uuid: string, reason: string, options: { cause?: unknown } = {}) {
    super(`Build of instance ${uuid} aborted: ${reason}`, options);
  }
}

/** The build failed on this host and may succeed on another. */
export class BuildRescheduled extends errorOf("internal") {
  constructor(uuid: string, reason: string, options: { cause?: unknown } = {}) {
    super(`Build of instance ${uuid} was re-scheduled: ${reason}`, options);
  }
}

/** The server keeps the volume it had. */
export class VolumeSwapFailed extends errorOf("internal") {
  constructor(newVolumeId: string, reason: string) {
    super(`Failed to swap to volume ${newVolumeId}: ${reason}`);
  }
}

/** The move could not begin: the server is as it was before. */
export class ResizeFailed extends errorOf("internal") {
  constructor(reason: string, options: { cause?: unknown } = {}) {
    super(`Resize error: ${reason}`, options);
  }
}

/** The server's task changed while something was done to it: usually it is being deleted. The work stops quietly. */
export class TaskStateChanged extends errorOf("conflict") {
  readonly found: string | null;

  constructor(uuid: string, expected: readonly (string | null)[], found: string | null) {
    super(`Conflict updating instance ${uuid}. Expected: ${expected.join(", ")}. Actual: ${found}`);
    this.found = found;
  }
}
