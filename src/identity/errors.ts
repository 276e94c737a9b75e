// What the identity service refuses, in Keystone's words (keystone/exception.py). Keystone hides the reason of most
// 401 and 403 answers from the client (its SecurityError): there the reason goes into `cause`, for the log.

import { CloudError, Conflict, errorOf, Forbidden, Invalid, NotFound, Unauthorized } from "../core/errors.ts";

export type Noun =
  | "user"
  | "project"
  | "project tag"
  | "domain"
  | "group"
  | "role"
  | "region"
  | "service"
  | "endpoint"
  | "Endpoint Group"
  | "policy"
  | "credential"
  | "token"
  | "trust"
  | "Application Credential"
  | "Access Rule"
  | "registered limit for"
  | "limit for"
  | "Identity Provider"
  | "mapping"
  | "Service Provider"
  | "version";

export class EntityNotFound extends NotFound {
  constructor(noun: Noun, id: string) {
    const name = noun.endsWith(" for") ? noun : `${noun}:`;
    super(`Could not find ${name} ${id}.`);
  }
}

/** Keystone's NotFound with a text of its own, or "Could not find: X." */
export class NotFoundHere extends NotFound {}

export class DuplicateEntry extends Conflict {
  constructor(type: string, detail: string) {
    super(`Conflict occurred attempting to store ${type} - ${detail}.`);
  }
}

/** Keystone's SchemaValidationError and ValidationError with a text of its own. */
export class ValidationFailed extends Invalid {}

const MALFORMED =
  "The server could not comply with the request since it is either malformed or otherwise incorrect. The client is assumed to be in error.";

export class MissingAttribute extends Invalid {
  constructor(attribute: string, target: string) {
    super(`Expecting to find ${attribute} in ${target}. ${MALFORMED}`);
  }
}

export class TimestampInvalid extends Invalid {
  constructor() {
    super(`Timestamp not in expected format. ${MALFORMED}`);
  }
}

export class ExpiresInThePast extends Invalid {
  constructor() {
    super(`The 'expires_at' must not be before now. ${MALFORMED}`);
  }
}

export class AmbiguousName extends Invalid {
  constructor(resource: string, name: string) {
    super(
      `There are multiple ${resource} entities named '${name}'. Please use ID instead of names to resolve the ambiguity.`,
    );
  }
}

/** One text for every reason, so that nobody learns which users exist. */
export class AuthenticationFailed extends Unauthorized {
  constructor(reason?: unknown) {
    super("The request you have made requires authentication.", { cause: reason });
  }
}

/** A 401 that tells why: the caller has proven to know the password, or asked in a way that cannot work. */
export class AuthenticationRefused extends Unauthorized {}

/** Keystone's AuthPluginException: its body has an `identity` part, and there is no `WWW-Authenticate`. */
export class AuthPluginFailed extends Unauthorized {
  readonly identity: Record<string, unknown>;

  constructor(message: string, identity: Record<string, unknown> = {}) {
    super(message);
    this.identity = identity;
  }
}

/** More methods are needed (multi-factor rules); the receipt says which have been passed. */
export class MoreMethodsNeeded extends Unauthorized {
  readonly receipt: string;
  readonly body: Record<string, unknown>;

  constructor(receipt: string, body: Record<string, unknown>) {
    super("Additional authentications steps required.");
    this.receipt = receipt;
    this.body = body;
  }
}

export class ActionForbidden extends Forbidden {
  constructor(action: string) {
    super(`You are not authorized to perform the requested action: ${action}.`);
  }
}

/** Keystone's Forbidden, whose reason stays in the log. */
export class ForbiddenQuietly extends Forbidden {
  constructor(reason: string) {
    super("You are not authorized to perform the requested action.", { cause: reason });
  }
}

/** Keystone's ForbiddenNotSecurity: says why. */
export class ForbiddenBecause extends Forbidden {}

export class AssignmentNotFound extends NotFound {
  constructor(roleId: string, actorId: string, targetId: string) {
    super(
      `Could not find role assignment with role: ${roleId}, user or group: ${actorId}, project, domain, or system: ${targetId}.`,
    );
  }
}

export class ImmutableResource extends Forbidden {
  constructor(verb: "update" | "delete", type: string, id: string) {
    super(
      `Unable to ${verb} immutable ${type} resource: \`${id}. Set resource option "immutable" to false first.`,
    );
  }
}

export class GoneForGood extends CloudError {
  constructor() {
    super("gone", "The service you have requested is no longer available on this server.");
  }
}

export class TrustUseLimitReached extends errorOf("forbidden") {
  constructor(id: string) {
    super(`No remaining uses for trust: ${id}.`);
  }
}
