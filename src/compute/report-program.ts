// Programs of the compute project that live in other services' folders (nova-network) are in the service table too.

import type { ServiceContext } from "../core/service.ts";
import { makePeriphery } from "./make-periphery.ts";
import { keepReporting } from "./nova.ts";

/** Enters it into the table and keeps it alive there. Returns what ends that. */
export function reportProgram(context: ServiceContext, topic: string): () => void {
  const { services } = makePeriphery(context);
  return keepReporting(context, services, context.program, topic, [context.machine.hostName]);
}
