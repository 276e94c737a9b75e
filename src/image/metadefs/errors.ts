// What is refused about metadata definitions, in Glance's words (glance/common/exception.py).

import { Conflict, Forbidden, NotFound } from "../../core/errors.ts";

export class NamespaceNotFound extends NotFound {
  constructor(name: string) {
    super(`Metadata definition namespace=${name} was not found.`);
  }
}

/** What most calls say of a namespace that is not there, or not to be seen. */
export class NamespaceHidden extends NotFound {
  constructor(name: string) {
    super(`Namespace ${name} not found`);
  }
}

export class DuplicateNamespace extends Conflict {
  constructor(name: string) {
    super(`The metadata definition namespace=${name} already exists.`);
  }
}

export type Content = "object" | "property" | "tag";

export class ContentNotFound extends NotFound {
  constructor(kind: Content, name: string, namespace: string) {
    const what = kind === "tag" ? "metadata definition tag" : `metadata definition ${kind}`;
    super(`The ${what} with name=${name} was not found in namespace=${namespace}.`);
  }
}

export class DuplicateContent extends Conflict {
  constructor(kind: Content, name: string, namespace: string) {
    super(
      kind === "tag"
        ? `A metadata tag with name=${name} already exists in namespace=${namespace}. (Please note that metadata tag names are case insensitive).`
        : `A metadata definition ${kind} with name=${name} already exists in namespace=${namespace}.`,
    );
  }
}

export class DuplicateAssociation extends Conflict {
  constructor(name: string, namespace: string) {
    super(
      `The metadata definition resource-type association of resource-type=${name} to namespace=${namespace} already exists.`,
    );
  }
}

/** Everything in a protected namespace is protected. */
export class ProtectedDefinition extends Forbidden {
  constructor(kind: Content | "namespace" | "resource-type-association", name: string) {
    super(`Metadata definition ${kind} ${name} is protected and cannot be deleted.`);
  }
}
