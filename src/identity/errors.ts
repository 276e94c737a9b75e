// What the identity service refuses, in Keystone's words (keystone/exception.py).

import { Conflict, errorOf, Forbidden, Invalid, NotFound, Unauthorized } from "../core/errors.ts";

export type Noun =
  | "user"
  | "project"
  | "domain"
  | "group"
  | "role"
  | "region"
  | "service"
  | "endpoint"
  | "policy"
  | "credential"
  | "token"
  | "trust";

export class EntityNotFound extends NotFound {
  constructor(noun: Noun, id: string) {
    super(`Could not find ${noun}: ${id}.`);
  }
}

export class DuplicateEntry extends Conflict {
  constructor(noun: Noun, detail: string) {
    super(`Conflict occurred attempting to store ${noun} - ${detail}.`);
  }
}

/** Keystone's SchemaValidationError and ValidationError. */
export class ValidationFailed extends Invalid {}

export class MissingAttribute extends Invalid {
  constructor(attribute: string, target: string) {
    super(
      `Expecting to find ${attribute} in ${target}. The server could not comply with the request since it is either malformed or otherwise incorrect. The client is assumed to be in error.`,
    );
  }
}

/** One text for every reason, so that nobody learns which users exist. */
export class AuthenticationFailed extends Unauthorized {
  constructor(options: { cause?: unknown } = {}) {
    super("The request you have made requires authentication.", options);
  }
}

export class MethodNotSupported extends Unauthorized {
  constructor() {
    super("Attempted to authenticate with an unsupported method.");
  }
}

export class ActionForbidden extends Forbidden {
  constructor(action: string) {
    super(`You are not authorized to perform the requested action: ${action}.`);
  }
}

export class AssignmentNotFound extends NotFound {
  constructor(roleId: string, actorId: string, targetId: string) {
    super(
      `Could not find role assignment with role: ${roleId}, user or group: ${actorId}, project, domain, or system: ${targetId}.`,
    );
  }
}

export class TokenRestricted extends errorOf("forbidden") {}
