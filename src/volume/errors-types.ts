// What can go wrong with volume types, QoS specs, and quotas, in Cinder's words (cinder/exception.py).

import { Conflict, errorOf, Invalid, NotFound } from "../core/errors.ts";

export class InvalidVolumeType extends Invalid {
  constructor(reason: string) {
    super(`Invalid volume type: ${reason}`);
  }
}

export class VolumeTypeNotFound extends NotFound {
  constructor(id: string) {
    super(`Volume type ${id} could not be found.`);
  }
}

export class VolumeTypeNotFoundByName extends NotFound {
  constructor(name: string) {
    super(`Volume type with name ${name} could not be found.`);
  }
}

export class VolumeTypeExists extends Conflict {
  constructor(name: string) {
    super(`Volume Type ${name} already exists.`);
  }
}

export class VolumeTypeInUse extends Invalid {
  constructor() {
    super("Target volume type is still in use.");
  }
}

export class VolumeTypeDeletionRefused extends Invalid {
  constructor(id: string) {
    super(`The volume type ${id} is the only currently defined volume type and cannot be deleted.`);
  }
}

export class VolumeTypeDefaultDeletionRefused extends Invalid {
  constructor(id: string) {
    super(`The volume type ${id} is a default volume type and cannot be deleted.`);
  }
}

/** The configured default type is not there. Cinder answers 500; a setting is no client's fault, so 503 here. */
export class DefaultTypeMissing extends errorOf("unavailable") {
  constructor(name: string) {
    super(`The request cannot be fulfilled as the default volume type ${name} cannot be found.`);
  }
}

export class ProjectDefaultTypeNotFound extends NotFound {
  constructor(projectId: string) {
    super(`Default type for project ${projectId} not found.`);
  }
}

export class ExtraSpecNotFound extends NotFound {
  constructor(typeId: string, key: string) {
    super(`Volume Type ${typeId} has no extra specs with key ${key}.`);
  }
}

export class TypeAccessNotFound extends NotFound {
  constructor(typeId: string, projectId: string) {
    super(`Volume type access not found for ${typeId} / ${projectId} combination.`);
  }
}

export class TypeIsPublic extends NotFound {
  constructor() {
    super("Access list not available for public volume types.");
  }
}

export class TypeAccessExists extends Conflict {
  constructor(typeId: string, projectId: string) {
    super(`Volume type access for ${typeId} / ${projectId} combination already exists.`);
  }
}

export class EncryptionExists extends Invalid {
  constructor(typeId: string) {
    super(`Volume type encryption for type ${typeId} already exists.`);
  }
}

export class EncryptionNotFound extends NotFound {
  constructor(typeId: string) {
    super(`Volume type encryption for type ${typeId} does not exist.`);
  }
}

export class QosSpecsNotFound extends NotFound {
  constructor(id: string) {
    super(`No such QoS spec ${id}.`);
  }
}

export class QosSpecsExists extends Conflict {
  constructor(name: string) {
    super(`QoS Specs ${name} already exists.`);
  }
}

export class QosSpecsInUse extends Invalid {
  constructor() {
    super("Qos specs still in use.");
  }
}

export class QosKeyNotFound extends NotFound {
  constructor(id: string, key: string) {
    super(`QoS spec ${id} has no spec with key ${key}.`);
  }
}

export class InvalidQosSpecs extends Invalid {
  constructor(reason: string) {
    super(`Invalid qos specs: ${reason}`);
  }
}
