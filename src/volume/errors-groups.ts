// What can go wrong with groups of volumes, in Cinder's words (cinder/exception.py).

import { Conflict, Invalid, NotFound } from "../core/errors.ts";
import { QuotaError } from "./errors.ts";

export class InvalidGroup extends Invalid {
  readonly reason: string;

  constructor(reason: string) {
    super(`Invalid Group: ${reason}`);
    this.reason = reason;
  }
}

export class InvalidGroupSnapshot extends Invalid {
  constructor(reason: string) {
    super(`Invalid GroupSnapshot: ${reason}`);
  }
}

export class InvalidGroupStatus extends Invalid {
  constructor(reason: string) {
    super(`Invalid Group Status: ${reason}`);
  }
}

export class InvalidGroupSnapshotStatus extends Invalid {
  constructor(reason: string) {
    super(`Invalid GroupSnapshot Status: ${reason}`);
  }
}

export class InvalidGroupType extends Invalid {
  constructor(reason: string) {
    super(`Invalid group type: ${reason}`);
  }
}

export class GroupNotFound extends NotFound {
  constructor(id: string) {
    super(`Group ${id} could not be found.`);
  }
}

export class GroupSnapshotNotFound extends NotFound {
  constructor(id: string) {
    super(`GroupSnapshot ${id} could not be found.`);
  }
}

export class GroupTypeNotFound extends NotFound {
  constructor(id: string) {
    super(`Group type ${id} could not be found.`);
  }
}

export class GroupTypeNotFoundByName extends NotFound {
  constructor(name: string) {
    super(`Group type with name ${name} could not be found.`);
  }
}

export class GroupTypeExists extends Conflict {
  constructor(name: string) {
    super(`Group Type ${name} already exists.`);
  }
}

export class GroupTypeInUse extends Invalid {
  constructor() {
    super("Target group type is still in use.");
  }
}

export class GroupSpecNotFound extends NotFound {
  constructor(typeId: string, key: string) {
    super(`Group Type ${typeId} has no specs with key ${key}.`);
  }
}

export class GroupLimitExceeded extends QuotaError {
  constructor(allowed: number) {
    super(`Maximum number of groups allowed (${allowed}) exceeded`, "GroupLimitExceeded");
  }
}
