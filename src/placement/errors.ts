// What the placement service refuses, in Placement's words (placement/exception.py), with the codes of
// placement/errors.py.

import { CloudError, type ErrorKind } from "../core/errors.ts";

export const UNDEFINED_CODE = "placement.undefined_code";
export const CONCURRENT_UPDATE = "placement.concurrent_update";
export const DUPLICATE_NAME = "placement.duplicate_name";
export const INVENTORY_INUSE = "placement.inventory.inuse";
export const PROVIDER_IN_USE = "placement.resource_provider.inuse";
export const PROVIDER_CANNOT_DELETE_PARENT = "placement.resource_provider.cannot_delete_parent";
export const RESOURCE_PROVIDER_NOT_FOUND = "placement.resource_provider.not_found";
export const ILLEGAL_DUPLICATE_QUERYPARAM = "placement.query.duplicate_key";
export const QUERYPARAM_BAD_VALUE = "placement.query.bad_value";
export const QUERYPARAM_MISSING_VALUE = "placement.query.missing_value";

/** An error as the client is to see it: the handlers put what a rule refused into these words. */
export class PlacementError extends CloudError {
  readonly code: string;

  constructor(kind: ErrorKind, message: string, code = UNDEFINED_CODE) {
    super(kind, message);
    this.code = code;
  }
}

export class ResourceProviderNotFound extends PlacementError {
  constructor(uuid: string) {
    super("not-found", `No resource provider with uuid ${uuid} found`);
  }
}

export class ResourceClassNotFound extends PlacementError {
  constructor(name: string) {
    super("not-found", `No such resource class ${name}.`);
  }
}

export class TraitNotFound extends PlacementError {
  constructor(name: string) {
    super("not-found", `No such trait(s): ${name}.`);
  }
}

export class ConcurrentUpdate extends PlacementError {
  constructor(message: string) {
    super("conflict", message, CONCURRENT_UPDATE);
  }
}

/** A name or id that is taken. `what` is `name: NAME` or `uuid: UUID`. */
export class DuplicateProvider extends PlacementError {
  readonly what: string;

  constructor(what: string) {
    super("conflict", `Conflicting resource provider ${what} already exists.`, DUPLICATE_NAME);
    this.what = what;
  }
}

/** placement.exception.ObjectActionError */
export class ObjectActionError extends PlacementError {
  constructor(action: string, reason: string) {
    super("invalid", `Object action ${action} failed because: ${reason}`);
  }
}

export class ResourceProviderInUse extends PlacementError {
  constructor() {
    super("conflict", "Resource provider has allocations.", PROVIDER_IN_USE);
  }
}

export class CannotDeleteParent extends PlacementError {
  constructor(uuid: string) {
    super(
      "conflict",
      `Unable to delete parent resource provider ${uuid}: It has child resource providers.`,
      PROVIDER_CANNOT_DELETE_PARENT,
    );
  }
}

/** Everything that is wrong with an inventory or with an allocation from it. */
export class InvalidInventory extends PlacementError {
  constructor(resourceClass: string, provider: string, message?: string) {
    super(
      "conflict",
      message ?? `Inventory for '${resourceClass}' on resource provider '${provider}' invalid.`,
    );
  }
}

export class CapacityExceeded extends InvalidInventory {
  constructor(resourceClass: string, provider: string) {
    super(
      resourceClass,
      provider,
      `Unable to create allocation for '${resourceClass}' on resource provider '${provider}'. The requested amount would exceed the capacity.`,
    );
  }
}

export class ConstraintsViolated extends InvalidInventory {
  constructor(resourceClass: string, provider: string) {
    super(
      resourceClass,
      provider,
      `Unable to create allocation for '${resourceClass}' on resource provider '${provider}'. The requested amount would violate inventory constraints.`,
    );
  }
}

/** `reservedMayBeTotal` since 1.26. */
export class InvalidCapacity extends InvalidInventory {
  constructor(resourceClass: string, provider: string, reservedMayBeTotal: boolean) {
    const relation = reservedMayBeTotal ? "greater than" : "greater than or equal to";
    super(
      resourceClass,
      provider,
      `Invalid inventory for '${resourceClass}' on resource provider '${provider}'. The reserved value is ${relation} total.`,
    );
  }
}

export class InventoryInUse extends InvalidInventory {
  constructor(classes: string, provider: string) {
    super(classes, provider, `Inventory for '${classes}' on resource provider '${provider}' in use.`);
  }
}

export class NoInventoryOfClass extends PlacementError {
  constructor(resourceClass: string) {
    super("not-found", `No inventory of class ${resourceClass} found.`);
  }
}
