// `swift-ring-builder FILE rebalance`: moves what must move, and writes the ring that the cloud reads.

import { MAX_BALANCE } from "../../object-store/rings/builder.ts";
import { backupOf, saveBuilder, saveRing } from "../../object-store/rings/files.ts";
import { RingError } from "../../object-store/rings/ring.ts";
import type { RingCommand } from "./command.ts";
import { duration } from "./report.ts";

const [DONE, WARNING, ERROR] = [0, 1, 2];
const RULE = "-".repeat(79);
/** Percent of balance from which another round is advised. */
const UNEVEN = 5;

export function rebalance({ builder, file, ringFile, words, io, nowSeconds }: RingCommand): number {
  const force = words.includes("--force") || words.includes("-f");
  const { devs_changed: changed, min_part_hours: hours } = builder.state;
  const waits = builder.secondsLeft(nowSeconds);
  let lastBalance: number;
  let lastDispersion: number | null;
  let done: ReturnType<typeof builder.rebalance>;
  try {
    lastBalance = builder.balance();
    lastDispersion = builder.dispersion();
    done = builder.rebalance(nowSeconds);
    builder.validate();
  } catch (error) {
    if (!(error instanceof RingError)) throw error;
    io.out(
      `${RULE}\nAn error has occurred during ring validation. Common\ncauses of failure are rings that are empty or do not\nhave enough devices to accommodate the replica count.\nOriginal exception message:\n ${error.message}\n${RULE}\n`,
    );
    return ERROR;
  }
  const { parts, balance, removed } = done;
  if (parts === 0 && removed === 0 && !force) {
    io.out(
      `No partitions could be reassigned.\n${
        waits > 0
          ? `The time between rebalances must be at least min_part_hours: ${hours} hours (${duration(waits)} remaining)`
          : "There is no need to do so at this time"
      }\n`,
    );
    return WARNING;
  }
  const dispersion = builder.dispersion() ?? 0;
  const better =
    Math.abs(lastBalance - balance) >= 1 ||
    (lastBalance === MAX_BALANCE && balance === MAX_BALANCE) ||
    lastDispersion === null ||
    Math.abs(lastDispersion - dispersion) >= 1;
  if (!force && !changed && !better) {
    io.out("Cowardly refusing to save rebalance as it did not change at least 1%.\n");
    return WARNING;
  }
  io.out(
    `Reassigned ${parts} (${((100 * parts) / builder.parts).toFixed(2)}%) partitions. Balance is now ${balance.toFixed(2)}.  Dispersion is now ${dispersion.toFixed(2)}\n`,
  );
  const note = noteOn(balance, dispersion, builder.state.overload, hours);
  if (note !== null) io.out(`${RULE}\n${note}\n${RULE}\n`);
  saveRing(builder.ring(), backupOf(ringFile, nowSeconds));
  saveBuilder(builder, backupOf(file, nowSeconds));
  saveRing(builder.ring(), ringFile);
  saveBuilder(builder, file);
  return note === null ? DONE : WARNING;
}

function noteOn(balance: number, dispersion: number, overload: number, hours: number): string | null {
  if (dispersion > 0) {
    return `NOTE: Dispersion of ${dispersion.toFixed(6)} indicates some parts are not\n      optimally dispersed.\n\n      You may want to adjust some device weights, increase\n      the overload or review the dispersion report.`;
  }
  if (balance > UNEVEN && balance / 100 > overload) {
    return `NOTE: Balance of ${balance.toFixed(2)} indicates you should push this \n      ring, wait at least ${hours} hours, and rebalance/repush.`;
  }
  return null;
}
