// `systemctl VERB UNIT ...` and `chkconfig UNIT on|off`. What is masked cannot be started, by anybody, until it is unmasked;
// what is disabled does not start with the cloud.

import { CommandError, controlClient, stateDir } from "../../cli/command.ts";
import { CloudNotRunning, ControlError } from "../../control/client.ts";
import type { ServiceStatus } from "../../core/service.ts";
import { readUnits, type Units, writeUnits } from "../../core/units.ts";
import { endWithStatus } from "../ending.ts";
import type { ProgramIo } from "../program.ts";
import { servicesNamed } from "./names.ts";

const HELP = `Usage: systemctl {start|stop|restart|status|is-active|enable|disable|is-enabled|mask|unmask} UNIT ...
       systemctl list-units

UNIT is a program (nova-compute), a package's service (openstack-nova-compute), a window (n-cpu) or a pattern ('nova-*').
`;

type Known = Pick<ServiceStatus, "name" | "window"> & Partial<ServiceStatus>;

export function systemctl(argv: readonly string[], io: ProgramIo): Promise<number> {
  return endWithStatus(io, [CommandError, CloudNotRunning, ControlError], async () => {
    const [verb = "", ...units] = argv.filter((word) => !word.startsWith("-"));
    if (verb === "" || verb === "help") {
      io.out(HELP);
      return verb === "" ? 2 : 0;
    }
    if (verb === "daemon-reload") return 0;
    const { known, pid } = await services(io);
    if (verb === "list-units") return listUnits(known, io);
    const chosen: Known[] = [];
    for (const unit of units) {
      const found = servicesNamed(unit, known);
      if (found.length === 0) {
        io.err(`Unit ${unit.replace(/(\.service)?$/, ".service")} could not be found.\n`);
        return 4;
      }
      chosen.push(...found);
    }
    if (chosen.length === 0) throw new CommandError("Too few arguments.");
    return obey(verb, chosen, pid, io);
  });
}

/** `chkconfig NAME on|off`, `chkconfig --list`. */
export function chkconfig(argv: readonly string[], io: ProgramIo): Promise<number> {
  const [name, wanted] = argv;
  if (name === "--list" || name === undefined) return chkconfigList(io);
  const verb = { on: "enable", off: "disable" }[wanted ?? ""];
  return systemctl([verb ?? "is-enabled", name], io);
}

function chkconfigList(io: ProgramIo): Promise<number> {
  return endWithStatus(io, [CommandError], async () => {
    const { disabled } = readUnits(stateDir({ values: {}, env: io.env }));
    const { known } = await services(io);
    for (const { name, window } of known) {
      const on = disabled.includes(window) ? "off" : "on";
      const levels = [0, 1, 2, 3, 4, 5, 6].map((n) => `${n}:${n >= 2 && n <= 5 ? on : "off"}`);
      io.out(`${name.padEnd(16)}\t${levels.join("\t")}\n`);
    }
    return 0;
  });
}

/** Of the running cloud; while none runs, all there could be. */
async function services(io: ProgramIo): Promise<{ known: Known[]; pid: number | null }> {
  try {
    const status = await controlClient({ values: {}, env: io.env }).status();
    return { known: status.services, pid: status.pid };
  } catch (error) {
    if (!(error instanceof CloudNotRunning)) throw error;
    // Loaded here alone: it brings every service with it.
    const { declarations } = await import("../../services.ts");
    return { known: declarations.map(({ window, program }) => ({ window, name: program })), pid: null };
  }
}

async function obey(
  verb: string,
  chosen: readonly Known[],
  pid: number | null,
  io: ProgramIo,
): Promise<number> {
  const state = stateDir({ values: {}, env: io.env });
  const client = controlClient({ values: {}, env: io.env });
  const windows = chosen.map(({ window }) => window);
  const units = readUnits(state);
  switch (verb) {
    case "start":
    case "stop":
    case "restart":
      for (const window of windows) await client.service(window, verb);
      return 0;
    case "status":
      for (const one of chosen) io.out(statusText(one, units, pid));
      return chosen.every((one) => one.state === "running") ? 0 : 3;
    case "is-active":
      for (const one of chosen) io.out(`${activity(one)}\n`);
      return chosen.every((one) => one.state === "running") ? 0 : 3;
    case "is-enabled":
      for (const { window } of chosen) io.out(`${enabled(window, units)}\n`);
      return windows.some((window) => enabled(window, units) !== "enabled") ? 1 : 0;
    case "enable":
      keep(state, { ...units, disabled: without(units.disabled, windows) });
      return 0;
    case "disable":
      keep(state, { ...units, disabled: [...without(units.disabled, windows), ...windows] });
      return 0;
    case "mask":
      keep(state, { ...units, masked: [...without(units.masked, windows), ...windows] });
      return 0;
    case "unmask":
      keep(state, { ...units, masked: without(units.masked, windows) });
      return 0;
    default:
      throw new CommandError(`Unknown command verb ${verb}.`);
  }
}

function keep(state: string, units: Units): void {
  writeUnits(state, units);
}

const without = (list: readonly string[], taken: readonly string[]) =>
  list.filter((word) => !taken.includes(word));

function enabled(window: string, { masked, disabled }: Units): string {
  return masked.includes(window) ? "masked" : disabled.includes(window) ? "disabled" : "enabled";
}

function activity({ state }: Known): string {
  const words: Record<string, string> = {
    running: "active",
    starting: "activating",
    stopping: "deactivating",
  };
  return words[state ?? ""] ?? (state === "failed" ? "failed" : "inactive");
}

function statusText(one: Known, units: Units, pid: number | null): string {
  const active = activity(one);
  const sub = { active: " (running)", inactive: " (dead)", failed: " (Result: exit-code)" }[active] ?? "";
  return [
    `${active === "active" ? "●" : "○"} ${one.name}.service - OpenStack ${one.name}`,
    `     Loaded: ${enabled(one.window, units) === "masked" ? "masked" : `loaded (${one.name}.service; ${enabled(one.window, units)})`}`,
    `     Active: ${active}${sub}`,
    ...(one.reason ? [`     Status: "${one.reason}"`] : []),
    ...(active === "active" && pid !== null ? [`   Main PID: ${pid} (stack)`] : []),
    "",
    "",
  ].join("\n");
}

function listUnits(known: readonly Known[], io: ProgramIo): number {
  for (const one of known) io.out(`${`${one.name}.service`.padEnd(30)} loaded ${activity(one)}\n`);
  return 0;
}
