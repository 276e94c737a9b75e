import { expect, test } from "bun:test";
import { checkAllowed, type InstanceRequest, statesOf, statusOf } from "./states.ts";

test("CP-18 every status comes from a vm_state and a task_state", () => {
  const cases: [string, string | null, string][] = [
    ["building", "scheduling", "BUILD"],
    ["building", null, "BUILD"],
    ["active", null, "ACTIVE"],
    ["active", "rebooting", "REBOOT"],
    ["active", "rebooting_hard", "HARD_REBOOT"],
    ["active", "resize_prep", "RESIZE"],
    ["active", "migrating", "MIGRATING"],
    ["active", "rebuilding", "REBUILD"],
    ["active", "deleting", "ACTIVE"],
    ["stopped", null, "SHUTOFF"],
    ["resized", null, "VERIFY_RESIZE"],
    ["resized", "resize_reverting", "REVERT_RESIZE"],
    ["paused", null, "PAUSED"],
    ["suspended", null, "SUSPENDED"],
    ["rescued", null, "RESCUE"],
    ["error", null, "ERROR"],
    ["soft-delete", null, "SOFT_DELETED"],
    ["shelved", null, "SHELVED"],
    ["shelved_offloaded", null, "SHELVED_OFFLOADED"],
    ["deleted", null, "DELETED"],
    ["nonsense", null, "UNKNOWN"],
  ];
  for (const [vm, task, status] of cases) expect([vm, task, statusOf(vm, task)]).toEqual([vm, task, status]);
});

test("a status as a filter names the states that show as it", () => {
  expect(statesOf(["shutoff"])).toEqual({ vmStates: ["stopped"], taskStates: ["default"] });
  expect(statesOf(["REBOOT"])).toEqual({
    vmStates: ["active"],
    taskStates: ["reboot_pending", "reboot_started", "rebooting"],
  });
  expect(statesOf(["bogus"])).toEqual({ vmStates: [], taskStates: [] });
});

test("requests are refused in Nova's words", () => {
  const server = { uuid: "U", vm_state: "active", task_state: null, launched_at: 1, host: "c01" };
  const refusal = (changes: Partial<typeof server> | Record<string, unknown>, request: InstanceRequest) => {
    try {
      checkAllowed({ ...server, ...changes }, request);
      return null;
    } catch (error) {
      return (error as Error).message;
    }
  };
  expect(refusal({}, "stop")).toBeNull();
  expect(refusal({ vm_state: "stopped" }, "stop")).toBe(
    "Cannot 'stop' instance U while it is in vm_state stopped",
  );
  expect(refusal({ task_state: "powering-off" }, "stop")).toBe(
    "Cannot 'stop' instance U while it is in task_state powering-off",
  );
  expect(refusal({ host: null }, "stop")).toBe("Instance U is not ready");
  expect(refusal({ vm_state: "error", launched_at: null }, "hardReboot")).toBe(
    "Instance U is in an invalid state for 'reboot'",
  );
  expect(refusal({ vm_state: "paused" }, "softReboot")).toBe(
    "Cannot 'reboot' instance U while it is in vm_state paused",
  );
  expect(refusal({ task_state: "rebooting" }, "hardReboot")).toBeNull();
});

test("tags: only in four states, in the words of each call", () => {
  const server = { uuid: "u", vm_state: "shelved", task_state: null, launched_at: 1, host: "h" };
  for (const [request, verb] of [
    ["updateTag", "update tag"],
    ["updateTags", "update tags"],
    ["deleteTag", "delete tag"],
    ["deleteTags", "delete tags"],
  ] as const) {
    expect(() => checkAllowed(server, request)).toThrow(
      `Cannot '${verb}' instance u while it is in vm_state shelved`,
    );
    for (const vm_state of ["active", "paused", "suspended", "stopped"]) {
      expect(() => checkAllowed({ ...server, vm_state, task_state: "deleting" }, request)).not.toThrow();
    }
  }
});
