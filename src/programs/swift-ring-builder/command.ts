// What the commands of `swift-ring-builder` work with.

import type { RingBuilder } from "../../object-store/rings/builder.ts";
import type { ProgramIo } from "../program.ts";

export interface RingCommand {
  builder: RingBuilder;
  file: string;
  ringFile: string;
  /** What stands behind the command. */
  words: readonly string[];
  io: ProgramIo;
  nowSeconds: number;
}

/** The command line is not what the command wants. */
export class Usage extends Error {}

/** As Python prints a float. */
export function float(value: number): string {
  return Number.isInteger(value) ? `${value}.0` : String(value);
}
