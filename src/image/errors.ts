// What the image service refuses, in Glance's words (glance/common/exception.py and the controllers in glance/api/v2).

import {
  CloudError,
  Conflict,
  errorOf,
  Forbidden,
  Invalid,
  NotFound,
  OverQuota,
  TooLarge,
} from "../core/errors.ts";
import type { ImageStatus } from "./states.ts";

export class ImageNotFound extends NotFound {
  constructor(id: string) {
    super(`No image found with ID ${id}`);
  }
}

/** 404 with webob's own text: the caller may not learn that there is something. */
export class Hidden extends NotFound {
  constructor() {
    super("The resource could not be found.");
  }
}

export class InvalidStatusTransition extends Conflict {
  constructor(from: ImageStatus, to: ImageStatus) {
    super(`Image status transition from ${from} to ${to} is not allowed`);
  }
}

export class ReadOnlyAttribute extends Forbidden {
  constructor(name: string) {
    super(`Attribute '${name}' is read-only.`);
  }
}

/**
 * Glance gives some texts to webob as the *detail*, which then stands below the status's usual explanation.
 * `faults.ts` prints both.
 */
export interface Detailed {
  readonly detail: string;
}

export class ForbiddenDetail extends Forbidden implements Detailed {
  readonly detail: string;

  constructor(detail: string) {
    super("Access was denied to this resource.");
    this.detail = detail;
  }
}

export class ConflictDetail extends Conflict implements Detailed {
  readonly detail: string;

  constructor(detail: string) {
    super("There was a conflict when trying to complete your request.");
    this.detail = detail;
  }
}

/** 415, as Glance words it since 2024.2: the content is not what `disk_format` says, or is dangerous to open. */
export class InvalidImageData extends CloudError implements Detailed {
  readonly detail: string;

  constructor(detail: string) {
    super("unsupported-media", "");
    this.detail = detail;
  }
}

/** The data is not what was signed, or nothing can tell whether it is. */
export class SignatureInvalid extends Invalid {
  constructor(id: string, reason: string) {
    super(`Signature verification failed for image ${id}: ${reason}`);
  }
}

export class ReservedAttribute extends ForbiddenDetail {
  constructor(name: string) {
    super(`Attribute '${name}' is reserved.`);
  }
}

export class NotTheOwner extends Forbidden {
  constructor() {
    super("You do not own this image");
  }
}

export class ProtectedImage extends Forbidden {
  constructor(id: string) {
    super(`Image ${id} is protected and cannot be deleted.`);
  }
}

export class LimitExceeded extends OverQuota {
  constructor(
    what: "members for this image" | "properties" | "tags" | "locations",
    attempted: number,
    maximum: number,
  ) {
    super(
      `The limit has been exceeded on the number of allowed image ${what}. Attempted: ${attempted}, Maximum: ${maximum}`,
    );
  }
}

export class StorageQuotaFull extends OverQuota {
  constructor(sizeBytes: number | null, remainingBytes: number) {
    super(
      `Image exceeds the storage quota: The size of the data ${sizeBytes ?? "None"} will exceed the limit. ${remainingBytes} bytes remaining.`,
    );
  }
}

export class ImageTooLarge extends TooLarge {
  constructor() {
    super("The incoming image is too large: The provided image is too large.");
  }
}

export class StorageFull extends TooLarge {
  constructor(options: { cause?: unknown } = {}) {
    super("Image storage media is full: There is not enough disk space on the image storage media.", options);
  }
}

/** The image was deleted while its data came in. */
export class ImageGone extends errorOf("gone") {
  constructor(id: string) {
    super(
      `Image ${id} could not be found after upload. The image may have been deleted during the upload, cleaning up the chunks uploaded.`,
    );
  }
}

/** The sender went away, or sent less than announced. Nobody is left to read the answer. */
export class UploadInterrupted extends Invalid {
  constructor(options: { cause?: unknown } = {}) {
    super("Error: the upload was cut short.", options);
  }
}

/** What came in is not what was announced. */
export class ChecksumMismatch extends Invalid {
  constructor(supplied: string, actual: string) {
    super(
      `Supplied checksum (${supplied}) and checksum generated from uploaded image (${actual}) did not match. Setting image status to 'killed'.`,
    );
  }
}

export class RangeNotSatisfiable extends errorOf("invalid") {}

export class UnsupportedContentType extends errorOf("unsupported-media") {}

/** A task type or URL that an import will not touch; text says which. */
export class ImportRefused extends Invalid {}

/** A location that names nothing, or what may not be reached (exception.BadStoreUri). */
export class BadLocation extends Invalid {
  constructor(options: { cause?: unknown } = {}) {
    super("Invalid location", options);
  }
}

/** glance_store.UnknownScheme, of a store nobody configured. */
export class UnknownStore extends Invalid {
  constructor(id: string) {
    super(`Store for identifier ${id} not found`);
  }
}
