// Questions to a back end, whose answer is waited for.

import { MessagingTimeout } from "../../core/errors.ts";
import type { Caller } from "../access.ts";
import type { Cinder } from "../cinder.ts";
import { BackendFailed, InvalidVolume } from "../errors.ts";
import type { VolumeRow } from "../tables.ts";
import { volumeTopic } from "../topics.ts";

/** Asks the back end a volume lies on and waits for the answer. @throws BackendFailed when it does not answer */
export async function ask<T>(
  cinder: Cinder,
  caller: Caller,
  volume: VolumeRow,
  method: string,
  args: unknown,
): Promise<T> {
  if (volume.host === null) throw new InvalidVolume("volume is not assigned to a host");
  return askBackend(cinder, caller, volume.host, method, args);
}

/** @param host `HOST@BACKEND`, with or without a pool. @throws BackendFailed */
export async function askBackend<T>(
  cinder: Cinder,
  { context }: Caller,
  host: string,
  method: string,
  args: unknown,
): Promise<T> {
  try {
    return await cinder.context.bus.call<T>(context, volumeTopic(host), method, args);
  } catch (error) {
    if (!(error instanceof MessagingTimeout)) throw error;
    throw new BackendFailed(`The back end ${host} does not answer.`, { cause: error });
  }
}
