// What the store's rules refuse, in Swift's words.

import { CloudError } from "../../core/errors.ts";
import { statusOf } from "../../http/status.ts";
import { answer, PLAIN, type SwiftReply, say } from "../answers.ts";
import { DeleteAtDiffers, MetadataTooLarge, StorageFull } from "../errors.ts";

/** Null for what is no refusal but a fault of ours. */
export function faultReply(error: unknown): SwiftReply | null {
  if (error instanceof MetadataTooLarge) return say(400, error.message, PLAIN);
  if (error instanceof DeleteAtDiffers) return say(412, error.message);
  if (error instanceof StorageFull) return answer(507);
  if (error instanceof CloudError && error.kind !== "internal") return answer(statusOf(error));
  return null;
}
