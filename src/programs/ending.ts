// How the operators' programs end when something goes wrong: wrong usage 2, what a user can cause 1 and its text.

import { ConfigError } from "../config/config.ts";
import { StackrcError } from "../config/stackrc.ts";
import { isSystemError } from "./errors.ts";
import { layoutOf, usageError } from "./help.ts";
import { UsageFailure } from "./options.ts";
import type { ProgramIo } from "./program.ts";

/** @param expected the program's own errors that are printed without a stack; all others are thrown on */
export async function endWithStatus(
  io: ProgramIo,
  expected: readonly (abstract new (...args: never[]) => Error)[],
  run: () => Promise<number>,
): Promise<number> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof UsageFailure) {
      io.err(usageError(error, layoutOf(io.env)));
      return 2;
    }
    const known = [ConfigError, StackrcError, ...expected].some((kind) => error instanceof kind);
    if (!known && !isSystemError(error)) throw error;
    io.err(`${(error as Error).message}\n`);
    return 1;
  }
}
