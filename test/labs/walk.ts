// Plays the student: starts a lab, finds that nothing is done, does every step as its data says, finds each done, and
// takes the lab back.

import { expect } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { FoundLab } from "../../src/labs/catalog.ts";
import type { StepReport } from "../../src/labs/check.ts";
import { LabHome, studentOf } from "../../src/labs/home.ts";
import { shell } from "../../src/labs/shell.ts";
import { BINARY, run } from "../support/stack.ts";

export interface WalkOptions {
  /** How long a step may take to show, in seconds. */
  patience: number;
}

export async function walk({ lab }: FoundLab, state: string, { patience }: WalkOptions): Promise<void> {
  const cli = (...args: string[]) =>
    run([BINARY, "lab", ...args, "--state", state], {
      env: { PATH: process.env["PATH"], HOME: state, GUEST_IMAGE_DIR: process.env["GUEST_IMAGE_DIR"] },
      timeoutMs: (patience + 300) * 1000,
    });
  const started = await cli("start", lab.name);
  expect(started.stderr).toBe("");
  expect(started.status).toBe(0);
  expect(started.stdout).toContain(lab.title);
  const home = new LabHome(join(state, "labs"), lab.name);
  try {
    const before = await cli("check", lab.name, "--json");
    expect(before.status).toBe(1);
    expect((JSON.parse(before.stdout) as StepReport[]).filter(({ done }) => done)).toEqual([]);
    for (const [index, step] of lab.steps.entries()) {
      const number = String(index + 1);
      const env = home.environment(lab, step.as ?? studentOf(lab), home.notes(), {
        PATH: process.env["PATH"],
        HOME: home.work,
        LANG: "C.UTF-8",
      });
      const did = await shell(step.do, { env, cwd: home.work, strict: true, timeoutSeconds: patience + 120 });
      if (did.status !== 0) throw new Error(`step ${number} of ${lab.name}: ${did.err}${did.out}`);
      const checked = await cli("check", lab.name, "--step", number, "--wait", String(patience), "--json");
      if (checked.status === 0) continue;
      throw new Error(
        `step ${number} of ${lab.name}: ${checked.stdout}${checked.stderr}${did.out}${did.err}`,
      );
    }
    const after = await cli("check", lab.name);
    expect(after.stdout).toEndWith("Done.\n");
    expect(after.status).toBe(0);
  } finally {
    const reset = await cli("reset", lab.name);
    expect(reset.stderr).toBe("");
    expect(reset.status).toBe(0);
  }
  expect(existsSync(home.root)).toBe(false);
}
