// What of a lab is there, from the cloud's real state: its APIs as the right user, its databases, its logs, its
// services, files and the machine.

import { existsSync, readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { CloudApi } from "../cli/cloud-api.ts";
import { CommandError } from "../cli/command.ts";
import { readCredentials } from "../cli/credentials.ts";
import { SqlError } from "../cli/sql-errors.ts";
import { SqlSession } from "../cli/sql-session.ts";
import { CloudNotRunning, ControlClient } from "../control/client.ts";
import { controlSocket, readCloudFile } from "../control/cloud-file.ts";
import { messageOf } from "../core/errors.ts";
import { StatePaths } from "../core/paths.ts";
import type { Expected, Lab, LabCheck, LabStep } from "./format.ts";
import { accountOf, type LabHome, type LabNotes, NOBODY, studentOf } from "./home.ts";
import { mismatch, valueAt } from "./path.ts";
import { shell } from "./shell.ts";
import { valuesOf } from "./values.ts";

export interface StepReport {
  step: number;
  title: string;
  /** Null: not looked at, because an earlier one is not there yet. */
  done: boolean | null;
  /** What is not as it should be. */
  missing: string[];
  hint: string | null;
}

const COMMAND_SECONDS = 60;

/** Found wanting, in words. */
class Missing extends Error {}

/** A cloud or a service that is stopped is a state like others; and so is a table that was dropped. */
function isState(error: unknown): boolean {
  if (error instanceof Missing || error instanceof CommandError || error instanceof SqlError) return true;
  if (error instanceof CloudNotRunning) return true;
  return error instanceof Error && "code" in error;
}

export class LabChecker {
  #lab: Lab;
  #home: LabHome;
  #env: Record<string, string | undefined>;
  #apis = new Map<string, Promise<CloudApi>>();
  /** Those of the lab, and what checks have saved. */
  #variables: Record<string, string> = {};

  constructor(lab: Lab, home: LabHome, env: Record<string, string | undefined>) {
    this.#lab = lab;
    this.#home = home;
    this.#env = env;
  }

  /** The steps in their order, as far as they go. What was seen to be done is noted. */
  async reports(): Promise<StepReport[]> {
    const notes = this.#home.notes();
    this.#variables = { ...notes.variables };
    const reports: StepReport[] = [];
    let open = true;
    for (const [index, step] of this.#lab.steps.entries()) {
      const number = index + 1;
      const missing: string[] = open ? await this.#missing(step, number, notes) : [];
      const done = open ? missing.length === 0 : null;
      if (done && !step.holds && !notes.seen.includes(number)) {
        notes.seen.push(number);
        Object.assign(notes.variables, this.#variables);
        this.#home.note(notes);
      }
      open &&= missing.length === 0;
      reports.push({ step: number, title: step.title, done, missing, hint: step.hint ?? null });
    }
    return reports;
  }

  async #missing(step: LabStep, number: number, notes: LabNotes): Promise<string[]> {
    if (!step.holds && notes.seen.includes(number)) return [];
    const missing: string[] = [];
    for (const check of step.check) {
      const found: string | null = await this.#look(check, number, notes).catch((error: unknown) => {
        if (isState(error)) return messageOf(error);
        throw error;
      });
      if (found !== null) missing.push(check.else ?? found);
    }
    return missing;
  }

  async #look(check: LabCheck, step: number, notes: LabNotes): Promise<string | null> {
    const filled = valuesOf(check, this.#variables);
    if ("api" in filled) return this.#api(filled);
    if ("sql" in filled) return this.#sql(filled.sql, filled.expect);
    if ("log" in filled) return this.#log(filled.log, filled.says, filled.times ?? 1);
    if ("service" in filled) return this.#service(filled.service, filled.is);
    if ("file" in filled) return this.#file(filled);
    if ("run" in filled) return this.#run(filled, notes);
    const given = notes.answers[step];
    if (given === undefined) return `no answer yet: stack lab answer ${this.#lab.name} ${step} YOUR ANSWER`;
    return new RegExp(filled.answer, "i").test(given) ? null : `"${given}" is not it`;
  }

  async #api({ api, as, body, headers, status = 200, expect, save }: Extract<LabCheck, { api: string }>) {
    const [service, method, path] = api.split(" ") as [string, string, string];
    const client = await this.#client(as ?? studentOf(this.#lab), service);
    const answer = await client.send(service, method, path, body, headers);
    if (answer.status !== status) return `${method} ${path} answers ${answer.status}, not ${status}`;
    const whole =
      method === "HEAD" || typeof answer.body !== "object"
        ? { body: answer.body, headers: Object.fromEntries(answer.headers) }
        : answer.body;
    const wrong = differing(whole, expect);
    if (wrong) return `${service} ${path}: ${wrong}`;
    for (const [name, place] of Object.entries(save ?? {})) {
      this.#variables[name] = String(valueAt(whole, place) ?? "");
    }
    return null;
  }

  #client(as: string, service: string): Promise<CloudApi> {
    const key = as === NOBODY ? `${as} ${service}` : as;
    let api = this.#apis.get(key);
    if (!api) {
      api = this.#login(as);
      this.#apis.set(key, api);
      api.catch(() => this.#apis.delete(key));
    }
    return api;
  }

  async #login(as: string): Promise<CloudApi> {
    const cloud = { values: { state: this.#home.cloud }, env: {} };
    const account = accountOf(this.#lab, as);
    if (account) {
      const credentials = readCredentials(cloud, account.user, account.project);
      return CloudApi.login({ ...credentials, password: account.password ?? credentials.password });
    }
    return (await CloudApi.login(readCredentials(cloud, "admin", "admin"))).anonymous();
  }

  #sql(statement: string, expect: Record<string, Expected> | undefined): string | null {
    const session = new SqlSession(this.#home.cloud);
    try {
      return differing(session.rows(statement), expect);
    } finally {
      session.close();
    }
  }

  #log(file: string, says: string, times: number): string | null {
    const path = resolve(this.#logFolder(), file);
    const lines = existsSync(path) ? readFileSync(path, "utf8").split("\n") : [];
    const pattern = new RegExp(says);
    const found = lines.filter((line) => pattern.test(line)).length;
    if (found >= times) return null;
    return found === 0 ? `${file} does not say ${says}` : `${file} says ${says} ${found} times, not ${times}`;
  }

  #logFolder(): string {
    return readCloudFile(new StatePaths(this.#home.cloud))?.logDir ?? this.#home.logs;
  }

  async #service(window: string, wanted: "running" | "stopped"): Promise<string | null> {
    const control = new ControlClient(controlSocket(new StatePaths(this.#home.cloud)));
    const status = await control.status().catch(() => null);
    const state = status?.services.find((service) => service.window === window)?.state ?? "stopped";
    return state === wanted ? null : `${window} is ${state}, not ${wanted}`;
  }

  #file({ file, says, mode, absent }: Extract<LabCheck, { file: string }>): string | null {
    const path = resolve(this.#home.work, file);
    if (!existsSync(path)) return absent ? null : `there is no file ${file}`;
    if (absent) return `the file ${file} is there`;
    if (mode !== undefined) {
      const found = (statSync(path).mode & 0o7777).toString(8).padStart(4, "0");
      if (found !== mode.padStart(4, "0")) return `${file} has the mode ${found}, not ${mode}`;
    }
    if (says === undefined || new RegExp(says, "m").test(readFileSync(path, "utf8"))) return null;
    return `${file} does not say ${says}`;
  }

  async #run(check: Extract<LabCheck, { run: string }>, notes: LabNotes): Promise<string | null> {
    const as = check.as ?? studentOf(this.#lab);
    const variables = { ...notes, variables: this.#variables };
    const { status, out, err } = await shell(check.run, {
      env: this.#home.environment(this.#lab, as, variables, this.#env),
      cwd: this.#home.work,
      strict: false,
      timeoutSeconds: COMMAND_SECONDS,
    });
    const command = check.run.trim().split("\n")[0]!;
    if (status !== (check.status ?? 0))
      return `${command}: status ${status}: ${(err || out).trim().slice(0, 300)}`;
    if (check.says !== undefined && !new RegExp(check.says, "m").test(out + err)) {
      return `${command} does not say ${check.says}`;
    }
    if (check.lacks !== undefined && new RegExp(check.lacks, "m").test(out + err)) {
      return `${command} says ${check.lacks}`;
    }
    if (!check.expect) return null;
    try {
      return differing(JSON.parse(out), check.expect);
    } catch (error) {
      throw new Missing(`${command} prints no JSON: ${messageOf(error)}`);
    }
  }
}

function differing(value: unknown, expect: Record<string, Expected> | undefined): string | null {
  for (const [path, expected] of Object.entries(expect ?? {})) {
    const wrong = mismatch(valueAt(value, path), expected);
    if (wrong) return `${path === "" ? "it" : path} ${wrong}`;
  }
  return null;
}
