// YAML that people write, checked: what is wrong is said with the file and, inside it, the place.

import type { TSchema } from "typebox";
import { messageOf } from "../core/errors.ts";
import { firstViolation } from "../http/validate.ts";

/** `seed.yaml: servers[0].flavor: ...` */
export class DocumentError extends Error {
  override name = "DocumentError";
}

/**
 * @param file its name in messages
 * @throws DocumentError
 */
export function parseDocument<T>(schema: TSchema, text: string, file: string): T {
  let value: unknown;
  try {
    value = Bun.YAML.parse(text);
  } catch (error) {
    throw new DocumentError(`${file}: ${messageOf(error)}`, { cause: error });
  }
  const violation = firstViolation(schema, value ?? {});
  if (!violation) return (value ?? {}) as T;
  const place = violation.path
    .map((step) => (/^\d+$/.test(step) ? `[${step}]` : `.${step}`))
    .join("")
    .replace(/^\./, "");
  throw new DocumentError(`${file}: ${place === "" ? "" : `${place}: `}${violation.message}`);
}
