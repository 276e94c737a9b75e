// What can go wrong in the object store, in its own terms. `proxy/faults.ts` words it for the wire.

import { Conflict, errorOf, NotFound } from "../core/errors.ts";

export class AccountNotFound extends NotFound {
  constructor() {
    super("There is no such account.");
  }
}

export class ContainerNotFound extends NotFound {
  constructor() {
    super("There is no such container.");
  }
}

export class ObjectNotFound extends NotFound {
  constructor() {
    super("There is no such object.");
  }
}

/** Something is still in it. */
export class NotEmpty extends Conflict {
  constructor() {
    super("There was a conflict when trying to complete your request.");
  }
}

/** What is stored is newer than the moment the sender named. */
export class NewerExists extends Conflict {
  constructor() {
    super("A newer version exists.");
  }
}

/** `If-None-Match: *` and there is one. */
export class ObjectExists extends errorOf("precondition-failed") {
  constructor() {
    super("The object exists already.");
  }
}

/** `X-If-Delete-At` names another moment. */
export class DeleteAtDiffers extends errorOf("precondition-failed") {
  constructor() {
    super("X-If-Delete-At and X-Delete-At do not match");
  }
}

/** The data are not what the sender's ETag says. */
export class EtagMismatch extends errorOf("unprocessable") {
  constructor() {
    super("Unable to process the contained instructions");
  }
}

/** More metadata than an account or container may have. */
export class MetadataTooLarge extends errorOf("invalid") {}

/** Every copy of the data is gone or damaged. */
export class DataLost extends errorOf("unavailable") {
  constructor() {
    super("The data of this object cannot be read.");
  }
}

/** The disk is full. */
export class StorageFull extends errorOf("unavailable") {
  constructor(cause: unknown) {
    super("There was not enough space to save the resource.", { cause });
  }
}
