// Failures every resource of the network service can have, in Neutron's words; the class name is the `type` in its error
// body. Authority: neutron_lib/exceptions/__init__.py and webob.exc, as of Zed.

import { CloudError, Conflict, Forbidden, Invalid, NotFound } from "../../core/errors.ts";
import { pyRepr } from "../../core/python.ts";

/** What Neutron raises as webob.exc.HTTPBadRequest. */
export class HTTPBadRequest extends Invalid {}

export class HTTPNotFound extends NotFound {
  constructor(message = "The resource could not be found.") {
    super(message);
  }
}

export class HTTPForbidden extends Forbidden {}

export class HTTPConflict extends Conflict {}

export class HTTPNotImplemented extends CloudError {
  constructor(message: string) {
    super("not-implemented", message);
  }
}

export class InvalidInput extends Invalid {
  constructor(errorMessage: string) {
    super(`Invalid input for operation: ${errorMessage}.`);
  }
}

export class BadRequest extends Invalid {
  constructor(resource: string, msg: string) {
    super(`Bad ${resource} request: ${msg}.`);
  }
}

export class NotAuthorized extends Forbidden {
  constructor() {
    super("Not authorized.");
  }
}

export class AdminRequired extends Forbidden {
  constructor(reason: string) {
    super(`User does not have admin privileges: ${reason}.`);
  }
}

/** A rule, or several joined by `and`, said no (oslo_policy's text). */
export class PolicyNotAuthorized extends Forbidden {
  constructor(rule: string) {
    super(`${rule} is disallowed by policy`);
  }
}

/** The rule is for tokens of another scope (oslo_policy's text). */
export class InvalidScope extends PolicyNotAuthorized {
  constructor(rule: string, wanted: readonly string[], given: string) {
    super(rule);
    this.message = `${rule} requires a scope of ${pyRepr(wanted)}, request was made with ${given} scope.`;
  }
}

export class RevisionNumberConstraintFailed extends CloudError {
  constructor(expected: number, current: number) {
    super("precondition-failed", `Constrained to ${expected}, but current revision is ${current}`);
  }
}
