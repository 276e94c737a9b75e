// What keys and values may be. Authority: cinder/utils.py (check_metadata_properties) of Zed.

import { pyRepr } from "../core/python.ts";
import { InvalidInput, InvalidMetadata, InvalidMetadataSize } from "./errors.ts";

const MAX = 255;

/** @throws InvalidInput, InvalidMetadata, InvalidMetadataSize */
export function checkMetadata(metadata: unknown): asserts metadata is Record<string, string> {
  if (typeof metadata !== "object" || metadata === null || Array.isArray(metadata)) {
    throw new InvalidInput("Metadata should be a dict.");
  }
  for (const [key, value] of Object.entries(metadata)) {
    if (key === "") {
      throw new InvalidMetadata(
        "Invalid input received: Metadata key:  has a minimum character requirement of 1.",
      );
    }
    if (typeof value !== "string") {
      throw new InvalidMetadata(
        `Invalid input received: Value for metadata key: ${key} is not a string or unicode: ${pyRepr(value)}`,
      );
    }
    if (key.length > MAX) {
      throw new InvalidMetadataSize(`Metadata property key ${key} greater than 255 characters.`);
    }
    if (value.length > MAX) {
      throw new InvalidMetadataSize(`Metadata property key ${key} value greater than 255 characters.`);
    }
  }
}
