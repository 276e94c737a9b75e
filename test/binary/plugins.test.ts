// `stack plugin`: templates that work at once and fit their types, and what a check finds.

import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BINARY, ROOT, run } from "../support/stack.ts";

// Within the repository, so that its own TypeScript is found.
mkdirSync(join(ROOT, "build"), { recursive: true });
const state = mkdtempSync(join(ROOT, "build/plugins-"));
afterAll(() => rmSync(state, { recursive: true, force: true }));
const plugin = (...args: string[]) =>
  run([BINARY, "plugin", ...args, "--state", state], { env: { PATH: process.env["PATH"], HOME: state } });

describe("plugins", () => {
  for (const kind of ["scheduler", "filter", "weigher", "api", "listener", "middleware"]) {
    test(`a new ${kind} works as it is, types included`, async () => {
      const made = await plugin("new", kind, `my_${kind}`);
      expect(made.stderr).toBe("");
      expect(made.stdout).toContain(`my_${kind}.ts`);
      expect((await plugin("new", kind, `my_${kind}`)).stderr).toContain("there is a file");
      const checked = await plugin("check", `my_${kind}`);
      expect(checked.stdout).toContain("ok      types    fit");
      expect(checked.stdout).toMatch(/^ok {6}dry run /m);
      expect(checked.status).toBe(0);
    }, 60_000);
  }

  test("the two classics are whole, and pass", async () => {
    for (const name of ["ip_whitelist", "ip_scheduler"]) {
      const { stdout } = await plugin("example", name);
      writeFileSync(join(state, "plugins", `${name}.ts`), stdout);
      const checked = await plugin("check", name);
      expect([name, checked.status, checked.stdout.includes("FAILED")]).toEqual([name, 0, false]);
    }
    const listed = (await plugin("list")).stdout;
    expect(listed).toMatch(/^ip_scheduler +scheduler +n-sch/m);
    expect(listed).toMatch(/^ip_whitelist +middleware +swift/m);
  }, 60_000);

  test("what is wrong is told with file and line: no program, a wrong type, a missing duty, a throw, a loop, a wrong answer", async () => {
    const wrong = async (text: string, ...more: string[]) => {
      const file = join(state, "plugins", "wrong.ts");
      writeFileSync(file, text);
      const { status, stdout } = await plugin("check", file, ...more);
      expect(status).toBe(1);
      return stdout;
    };
    expect(await wrong("export default { passes( { }")).toMatch(/FAILED {2}program {2}.*wrong\.ts:1:\d+: /);
    const typed = `import type { SchedulerFilter } from "./contract.d.ts";\nconst f: SchedulerFilter = { passes: (host) => host.nothing };\nexport default f;`;
    expect(await wrong(typed)).toMatch(/FAILED {2}types[\s\S]*wrong\.ts\(2,\d+\)/);
    expect(await wrong("export default { weighs: () => 1 };", "--kind", "weigher")).toContain(
      "a weigher must have weigh",
    );
    expect(
      await wrong('export default {\n  passes() {\n    throw new RangeError("too far");\n  },\n};'),
    ).toMatch(/FAILED {2}dry run .*wrong\.ts:3:\d+: too far/);
    expect(await wrong("export default { passes() { for (;;); } };")).toContain("no answer within 5 s");
    expect(await wrong('export default { passes() { return "yes"; } };')).toContain("and not a boolean");
    expect(await wrong('export default () => async () => { throw new RangeError("no"); };')).toContain(
      "RangeError: no",
    );
    expect((await plugin("new", "nothing", "x")).stderr).toContain("middleware");
    expect(readFileSync(join(state, "plugins", "contract.d.ts"), "utf8")).toContain("SchedulerFilter");
  }, 120_000);
});
